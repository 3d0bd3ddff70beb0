import type { DerReader } from '@atoll/asn1/reader';
import { readDer } from '@atoll/asn1/reader';
import { INTEGER, SEQUENCE } from '@atoll/asn1/tag';
import { encodeUtf8 } from '@atoll/bytes/utf8';
import type { CbcDecryption } from '@atoll/primitives/cbc';
import type { HashAlgorithm } from '@atoll/primitives/hash';
import { pbkdf2 } from '@atoll/primitives/pbkdf2';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import { HASHES } from './oid.ts';

/** A password, and the algorithms that what it encrypts may use. */
export interface Password {
  readonly text: string;
  readonly hashes: readonly HashAlgorithm[];
  readonly ciphers: readonly CbcDecryption[];
}

/**
 * What PBES2 (RFC 8018, 6.2) encrypted with PBKDF2 and AES in CBC mode. `algorithm` is the AlgorithmIdentifier
 * in DER. Everything that is wrong is for whoever gave us the file and its password.
 */
export function decrypt(
  algorithm: Uint8Array,
  ciphertext: Uint8Array,
  password: Password | undefined,
): Result<Uint8Array> {
  const parsed = readDer(algorithm, 'encryption', readEncryption);
  if (!parsed.ok) return misconfigured(parsed.error.reason);
  const { scheme, parameters } = parsed.value;
  if (scheme !== PBES2 || parameters === undefined) {
    const name = scheme.startsWith(PKCS12_ENCRYPTION) ? 'RC2, RC4 or 3DES' : `algorithm ${scheme}`;
    return misconfigured(`encrypted with ${name}; encrypt it again with PBES2 and AES`);
  }
  if (password === undefined) return misconfigured('it is encrypted, and there is no password');
  const hash = password.hashes.find(({ name }) => PRFS[name] === parameters.prf);
  const cipher = password.ciphers.find(({ name }) => CIPHERS[name] === parameters.cipher);
  if (hash === undefined || cipher === undefined) {
    const missing = hash === undefined ? parameters.prf : parameters.cipher;
    return misconfigured(`encrypted with algorithm ${missing}, which is not supported`);
  }
  const { salt, iterations, iv, keyLength = cipher.keyLength } = parameters;
  if (keyLength !== cipher.keyLength || iv.length !== 16) {
    return misconfigured('encrypted with a key or vector that does not fit its cipher');
  }
  const key = pbkdf2(hash, encodeUtf8(password.text), salt, iterations, keyLength);
  const plaintext = cipher.decrypt(key, iv, ciphertext);
  key.fill(0);
  return plaintext === undefined ? misconfigured('the password is wrong') : ok(plaintext);
}

function readEncryption(reader: DerReader) {
  return reader.sequence((inner) => {
    const scheme = inner.oid();
    if (scheme === PBES2) return { scheme, parameters: inner.sequence(readParameters) };
    if (inner.more) inner.skip();
    return { scheme, parameters: undefined };
  });
}

function readParameters(reader: DerReader) {
  const derivation = reader.sequence((inner) => {
    const id = inner.oid();
    if (id === PBKDF2) return inner.sequence(readDerivation);
    inner.fail(`key derivation ${id} is not supported`);
    return { salt: inner.element(), iterations: 1, keyLength: undefined, prf: '' };
  });
  return reader.sequence((inner) => ({
    ...derivation,
    cipher: inner.oid(),
    iv: inner.octetString(),
  }));
}

function readDerivation(reader: DerReader) {
  const salt = reader.octetString();
  const iterations = reader.small(MOST_ITERATIONS);
  if (iterations === 0) reader.fail('no iterations');
  const keyLength = reader.follows(INTEGER) ? reader.small(64) : undefined;
  const prf = reader.follows(SEQUENCE) ? reader.sequence(readHash) : PRFS['SHA-1'];
  return { salt, iterations, keyLength, prf };
}

/** An algorithm identifier with NULL, or nothing, behind it. */
export function readHash(reader: DerReader): string {
  const id = reader.oid();
  if (reader.more) reader.null();
  return id;
}

/** The hash with this identifier, when it is one of `hashes`. */
export function hashOf(id: string, hashes: readonly HashAlgorithm[]): HashAlgorithm | undefined {
  return hashes.find(({ name }) => (name === 'SHA-1' ? SHA1 : HASHES[name].hash) === id);
}

const PBES2 = '1.2.840.113549.1.5.13';
const PBKDF2 = '1.2.840.113549.1.5.12';
const PKCS12_ENCRYPTION = '1.2.840.113549.1.12.1.';
const SHA1 = '1.3.14.3.2.26';
/** HMAC with a hash, by the names of `HashAlgorithm`. */
const PRFS: Readonly<Record<string, string>> = {
  'SHA-1': '1.2.840.113549.2.7',
  'SHA-256': '1.2.840.113549.2.9',
  'SHA-384': '1.2.840.113549.2.10',
  'SHA-512': '1.2.840.113549.2.11',
};
/** By the names of `CbcDecryption`. */
const CIPHERS: Readonly<Record<string, string>> = {
  'AES-128-CBC': '2.16.840.1.101.3.4.1.2',
  'AES-256-CBC': '2.16.840.1.101.3.4.1.42',
};
/** Some minutes in an interpreter: whoever wants more waits in vain, but not for ever. */
export const MOST_ITERATIONS = 1_000_000;
