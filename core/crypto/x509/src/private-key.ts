import type { DerReader } from '@atoll/asn1/reader';
import { compareBytes, readDer } from '@atoll/asn1/reader';
import { contextConstructed, contextPrimitive } from '@atoll/asn1/tag';
import { integer, nullValue, octetString, oid, sequence } from '@atoll/asn1/writer';
import { fromHex } from '@atoll/bytes/hex';
import type { RsaPrivateKey } from '@atoll/primitives/rsa';
import { isUsableKey } from '@atoll/primitives/rsa';
import type { Result } from '@atoll/result/result';
import { misconfigured } from '@atoll/result/result';
import { CURVES, EC_PUBLIC_KEY, ED25519, RSA_ENCRYPTION } from './oid.ts';
import type { Password } from './password.ts';
import { decrypt } from './password.ts';
import type { PemBlock } from './pem.ts';
import { COORDINATES, curveName, readAlgorithm } from './public-key.ts';

/** A private key in the forms that primitives take. Wipe what it holds with `fill(0)` after use. */
export type PrivateKey =
  | ({ readonly kind: 'rsa' } & RsaPrivateKey)
  /** `curve` as TLS calls it; `scalar` as long as the curve's order. */
  | { readonly kind: 'ec'; readonly curve: string; readonly scalar: Uint8Array }
  | { readonly kind: 'ed25519'; readonly seed: Uint8Array };

/**
 * The private key in the first block that holds one: PKCS #8 (RFC 5958), also encrypted, PKCS #1 of RSA (RFC 8017,
 * A.1.2), or SEC 1 of curves (RFC 5915). Keys are given by whoever configures us, who must mend what is wrong.
 */
export function findPrivateKey(
  blocks: readonly PemBlock[],
  password?: Password,
): Result<PrivateKey> {
  const block = blocks.find(({ label }) => LABELS.includes(label));
  if (block === undefined) {
    const labels = blocks.map(({ label }) => label).join(', ');
    return misconfigured(`no private key, but ${labels}`);
  }
  switch (block.label) {
    case 'RSA PRIVATE KEY':
      return read(block.bytes, readRsa);
    case 'EC PRIVATE KEY':
      return read(block.bytes, (reader) => readEc(reader, undefined));
    case 'ENCRYPTED PRIVATE KEY':
      return decryptPrivateKey(block.bytes, password);
    default:
      return parsePrivateKey(block.bytes);
  }
}

/** PKCS #8 without encryption. */
export function parsePrivateKey(bytes: Uint8Array): Result<PrivateKey> {
  return read(bytes, (reader) => reader.sequence(readPrivateKey));
}

/** PKCS #8 with encryption (RFC 5958, 3). */
export function decryptPrivateKey(bytes: Uint8Array, password?: Password): Result<PrivateKey> {
  const parsed = readDer(bytes, 'encrypted private key', (reader) =>
    reader.sequence((inner) => ({ algorithm: inner.element(), ciphertext: inner.octetString() })),
  );
  if (!parsed.ok) return misconfigured(parsed.error.reason);
  const plaintext = decrypt(parsed.value.algorithm, parsed.value.ciphertext, password);
  if (!plaintext.ok) return misconfigured(`encrypted private key: ${plaintext.error.reason}`);
  return parsePrivateKey(plaintext.value);
}

/** PKCS #8 in DER, as short as it can be. */
export function emitPrivateKey(key: PrivateKey): Uint8Array {
  switch (key.kind) {
    case 'rsa':
      return emit(sequence(oid(RSA_ENCRYPTION), nullValue()), emitRsa(key));
    case 'ec': {
      const inner = sequence(integer(1), octetString(key.scalar));
      return emit(sequence(oid(EC_PUBLIC_KEY), oid(CURVES[key.curve])), inner);
    }
    case 'ed25519':
      return emit(sequence(oid(ED25519)), octetString(key.seed));
  }
}

function read(bytes: Uint8Array, how: (reader: DerReader) => PrivateKey): Result<PrivateKey> {
  const result = readDer(bytes, 'private key', how);
  return result.ok ? result : misconfigured(result.error.reason);
}

function readPrivateKey(reader: DerReader): PrivateKey {
  reader.small(1);
  const { algorithm, curve } = reader.sequence(readAlgorithm);
  const key = reader.within(0x04, (inner) => readValue(inner, algorithm, curve));
  for (const tag of [contextConstructed(0), contextPrimitive(1)]) {
    if (reader.follows(tag)) reader.skip();
  }
  return key;
}

function readValue(reader: DerReader, algorithm: string, curve: string): PrivateKey {
  if (algorithm === RSA_ENCRYPTION) return readRsa(reader);
  if (algorithm === EC_PUBLIC_KEY) return readEc(reader, curve);
  const seed = reader.octetString();
  if (algorithm !== ED25519) reader.fail(`keys of algorithm ${algorithm} are not supported`);
  if (seed.length !== 32) reader.fail('a key of Ed25519 that has not 32 bytes');
  return { kind: 'ed25519', seed };
}

function readRsa(reader: DerReader): PrivateKey {
  const key = reader.sequence((inner) => {
    if (inner.small(1) !== 0) inner.fail('more than two primes are not supported');
    return {
      modulus: inner.unsigned(),
      exponent: inner.unsigned(),
      privateExponent: inner.unsigned(),
      prime1: inner.unsigned(),
      prime2: inner.unsigned(),
      exponent1: inner.unsigned(),
      exponent2: inner.unsigned(),
      coefficient: inner.unsigned(),
    };
  });
  if (!isUsableKey(key)) reader.fail('RSA keys of this size are not supported');
  return { kind: 'rsa', ...key };
}

/** `outer` is the identifier of the curve that PKCS #8 has around it; inside, it may be missing then. */
function readEc(reader: DerReader, outer: string | undefined): PrivateKey {
  return reader.sequence((inner) => {
    if (inner.small(1) !== 1) inner.fail('not version 1');
    const scalar = inner.octetString();
    const own = inner.optional(0, (parameters) => parameters.oid());
    if (own !== undefined && outer !== undefined && own !== outer)
      inner.fail('two different curves');
    inner.optional(1, (key) => key.bitOctets());
    const curve = curveName(outer ?? own ?? '');
    if (curve === undefined) inner.fail(`curve ${outer ?? own ?? ''} is not supported`);
    else if (!isScalar(scalar, curve)) inner.fail(`not a private key of ${curve}`);
    return { kind: 'ec', curve: curve ?? '', scalar };
  });
}

function isScalar(scalar: Uint8Array, curve: string): boolean {
  const order = fromHex(ORDERS[curve]) ?? new Uint8Array(0);
  const isInside = scalar.length === COORDINATES[curve] && compareBytes(scalar, order) < 0;
  return isInside && scalar.some((byte) => byte !== 0);
}

function emitRsa(key: RsaPrivateKey): Uint8Array {
  const { modulus, exponent, privateExponent, prime1, prime2, exponent1, exponent2, coefficient } =
    key;
  const numbers = [modulus, exponent, privateExponent, prime1, prime2, exponent1, exponent2];
  return sequence(integer(0), ...[...numbers, coefficient].map((number) => integer(number)));
}

function emit(algorithm: Uint8Array, key: Uint8Array): Uint8Array {
  return sequence(integer(0), algorithm, octetString(key));
}

const LABELS = ['PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY'];

/** The orders of the base points (SP 800-186, 3.2.1). */
const ORDERS: Readonly<Record<string, string>> = {
  secp256r1: 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  secp384r1:
    'ffffffffffffffffffffffffffffffffffffffffffffffff' +
    'c7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  secp521r1:
    '01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa' +
    '51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
};
