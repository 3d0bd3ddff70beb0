import type { DerReader } from '@atoll/asn1/reader';
import { readDer } from '@atoll/asn1/reader';
import { NULL, OBJECT_IDENTIFIER } from '@atoll/asn1/tag';
import { bitString, integer, nullValue, oid, sequence } from '@atoll/asn1/writer';
import { bitLength } from '@atoll/primitives/rsa';
import type { Result } from '@atoll/result/result';
import { CURVES, EC_PUBLIC_KEY, ED25519, RSA_ENCRYPTION } from './oid.ts';

/** A SubjectPublicKeyInfo (RFC 5280, 4.1.2.7), in the forms that primitives take keys in. */
export type PublicKey = { readonly bytes: Uint8Array } & PublicKeyValue;

export type PublicKeyValue =
  | { readonly kind: 'rsa'; readonly modulus: Uint8Array; readonly exponent: Uint8Array }
  /** `curve` as TLS calls it, `secp256r1`; `point` is `04 || x || y`. */
  | { readonly kind: 'ec'; readonly curve: string; readonly point: Uint8Array }
  | { readonly kind: 'ed25519'; readonly key: Uint8Array }
  /** An algorithm, or parameters of one, that nothing here can work with. */
  | { readonly kind: 'other'; readonly algorithm: string };

export function parsePublicKey(bytes: Uint8Array): Result<PublicKey> {
  return readDer(bytes, 'public key', readPublicKey);
}

export function readPublicKey(reader: DerReader): PublicKey {
  const start = reader.offset;
  const value = reader.sequence((inner) => {
    const { algorithm, curve } = inner.sequence(readAlgorithm);
    const key = inner.bitOctets();
    return readValue(inner, algorithm, curve, key);
  });
  return { bytes: reader.since(start), ...value };
}

/** The identifier of an algorithm, and of its curve; `algorithm` is empty for parameters that it may not have. */
export function readAlgorithm(reader: DerReader): { algorithm: string; curve: string } {
  const algorithm = reader.oid();
  if (algorithm === EC_PUBLIC_KEY && reader.follows(OBJECT_IDENTIFIER)) {
    return { algorithm, curve: reader.oid() };
  }
  if (algorithm === RSA_ENCRYPTION && reader.follows(NULL)) reader.null();
  else if (algorithm === RSA_ENCRYPTION) reader.fail('RSA without the NULL');
  const hasMore = reader.more;
  if (hasMore) reader.skip();
  return { algorithm, curve: hasMore ? 'explicit' : '' };
}

function readValue(
  reader: DerReader,
  algorithm: string,
  curve: string,
  key: Uint8Array,
): PublicKeyValue {
  if (algorithm === RSA_ENCRYPTION && curve === '') return readRsa(reader, key);
  if (algorithm === ED25519 && curve === '') {
    if (key.length !== 32) reader.fail('a key of Ed25519 that has not 32 bytes');
    return { kind: 'ed25519', key };
  }
  const name = algorithm === EC_PUBLIC_KEY ? curveName(curve) : undefined;
  if (name === undefined) return { kind: 'other', algorithm };
  const length = 1 + 2 * COORDINATES[name];
  if (key[0] !== 4 || key.length !== length) reader.fail('a point that is not uncompressed');
  return { kind: 'ec', curve: name, point: key };
}

function readRsa(reader: DerReader, bytes: Uint8Array): PublicKeyValue {
  const key = readDer(bytes, 'RSA key', (document) =>
    document.sequence((inner) => ({ modulus: inner.unsigned(), exponent: inner.unsigned() })),
  );
  if (key.ok) return { kind: 'rsa', ...key.value };
  reader.fail(key.error.reason);
  return { kind: 'other', algorithm: RSA_ENCRYPTION };
}

/** The DER of a key that primitives made. */
export function emitPublicKey(key: Exclude<PublicKeyValue, { kind: 'other' }>): Uint8Array {
  switch (key.kind) {
    case 'rsa': {
      const inner = sequence(integer(key.modulus), integer(key.exponent));
      return sequence(sequence(oid(RSA_ENCRYPTION), nullValue()), bitString(inner));
    }
    case 'ec':
      return sequence(sequence(oid(EC_PUBLIC_KEY), oid(CURVES[key.curve])), bitString(key.point));
    case 'ed25519':
      return sequence(sequence(oid(ED25519)), bitString(key.key));
  }
}

/** `RSA with 2048 bits`, for messages. */
export function describeKey(key: PublicKeyValue): string {
  switch (key.kind) {
    case 'rsa':
      return `RSA with ${bitLength(key.modulus)} bits`;
    case 'ec':
      return key.curve;
    case 'ed25519':
      return 'Ed25519';
    case 'other':
      return `algorithm ${key.algorithm}`;
  }
}

/** The name of the curve with this identifier, when it is one that we know. */
export function curveName(id: string): string | undefined {
  return Object.keys(CURVES).find((name) => CURVES[name] === id);
}

/** Bytes of a coordinate and of a scalar. */
export const COORDINATES: Readonly<Record<string, number>> = {
  secp256r1: 32,
  secp384r1: 48,
  secp521r1: 66,
};
