import type { DerReader } from '@atoll/asn1/reader';
import { readDer } from '@atoll/asn1/reader';
import { contextConstructed, contextPrimitive, INTEGER, SET } from '@atoll/asn1/tag';
import { equalBytes } from '@atoll/primitives/equal';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import type { Certificate } from './certificate.ts';
import { parseCertificate } from './certificate.ts';
import type { Password } from './password.ts';
import { decrypt, hashOf, MOST_ITERATIONS, readHash } from './password.ts';
import { pkcs12MacKey } from './pkcs12-key.ts';
import type { PrivateKey } from './private-key.ts';
import { decryptPrivateKey, parsePrivateKey } from './private-key.ts';

/** What a PKCS #12 file holds. */
export interface Pkcs12 {
  readonly keys: readonly PrivateKey[];
  readonly certificates: readonly Certificate[];
}

/**
 * Reads a PKCS #12 file (RFC 7292) in password mode: its MAC is checked first, then what is encrypted with PBES2 is
 * decrypted. The legacy ways of encryption (RC2, 3DES) are refused, and so is BER. Whoever gave us the file must act.
 */
export function readPkcs12(bytes: Uint8Array, password: Password): Result<Pkcs12> {
  const file = readDer(bytes, FILE, (reader) => reader.sequence(readFile));
  if (!file.ok) return misconfigured(file.error.reason);
  const { contents, mac } = file.value;
  const hash = hashOf(mac.hash, password.hashes);
  if (hash === undefined) return misconfigured(`${FILE}: MAC with algorithm ${mac.hash}`);
  const key = pkcs12MacKey(hash, password.text, mac.salt, mac.iterations);
  if (!equalBytes(hash.hmac(key).update(contents).tag(), mac.digest)) {
    return misconfigured(`${FILE}: the password is wrong, or the file is damaged`);
  }
  const safes = readDer(contents, FILE, (reader) => reader.sequenceOf(readSafe, undefined, true));
  if (!safes.ok) return misconfigured(safes.error.reason);
  return openSafes(safes.value, password);
}

function openSafes(safes: readonly Safe[], password: Password): Result<Pkcs12> {
  const keys: PrivateKey[] = [];
  const certificates: Certificate[] = [];
  for (const { algorithm, bytes } of safes) {
    const contents = algorithm === undefined ? ok(bytes) : decrypt(algorithm, bytes, password);
    if (!contents.ok) return misconfigured(`${FILE}: ${contents.error.reason}`);
    const bags = readDer(contents.value, FILE, (reader) =>
      reader.sequenceOf(readBag, undefined, true),
    );
    if (!bags.ok) return misconfigured(bags.error.reason);
    for (const bag of bags.value) {
      if (bag.type === OTHER_BAG) continue;
      if (bag.type === CERTIFICATE_BAG) {
        const certificate = parseCertificate(bag.bytes);
        if (!certificate.ok) return misconfigured(`${FILE}: ${certificate.error.reason}`);
        certificates.push(certificate.value);
        continue;
      }
      const isPlain = bag.type === KEY_BAG;
      const key = isPlain ? parsePrivateKey(bag.bytes) : decryptPrivateKey(bag.bytes, password);
      if (!key.ok) return misconfigured(`${FILE}: ${key.error.reason}`);
      keys.push(key.value);
    }
  }
  return ok({ keys, certificates });
}

/** PFX: the contents, as they are authenticated, and the MAC. */
function readFile(reader: DerReader) {
  if (reader.small(3) !== 3) reader.fail('not version 3');
  const contents = reader.sequence((inner) => {
    if (inner.oid() !== DATA) inner.fail('authenticated by a signature, not by a password');
    return inner.within(contextConstructed(0), (data) => data.octetString());
  });
  if (!reader.more) reader.fail('no MAC');
  const mac = reader.sequence((inner) => {
    const { hash, digest } = inner.sequence((info) => ({
      hash: info.sequence(readHash),
      digest: info.octetString(),
    }));
    const salt = inner.octetString();
    const iterations = inner.follows(INTEGER) ? inner.small(MOST_ITERATIONS) : 1;
    return { hash, digest, salt, iterations };
  });
  return { contents, mac };
}

/** Bags, encrypted when there is an algorithm. */
interface Safe {
  readonly algorithm: Uint8Array | undefined;
  readonly bytes: Uint8Array;
}

function readSafe(reader: DerReader): Safe {
  return reader.sequence((inner) => {
    const type = inner.oid();
    return inner.within(contextConstructed(0), (value) => {
      if (type === DATA) return { algorithm: undefined, bytes: value.octetString() };
      if (type !== ENCRYPTED_DATA) value.fail(`contents of type ${type} are not supported`);
      return value.sequence(readEncryptedData);
    });
  });
}

/** RFC 5652, 8 */
function readEncryptedData(reader: DerReader): Safe {
  reader.small(0);
  return reader.sequence((inner) => {
    if (inner.oid() !== DATA) inner.fail('something else than data is encrypted');
    return { algorithm: inner.element(), bytes: inner.octetString(contextPrimitive(0)) };
  });
}

/** What a bag of keys or certificates holds; the DER of others is passed over. */
function readBag(reader: DerReader): { readonly type: string; readonly bytes: Uint8Array } {
  return reader.sequence((inner) => {
    const type = inner.oid();
    const bag = inner.within(contextConstructed(0), (value) => {
      if (type === CERTIFICATE_BAG) return { type, bytes: value.sequence(readCertificate) };
      const isKey = type === KEY_BAG || type === SHROUDED_KEY_BAG;
      return { type: isKey ? type : OTHER_BAG, bytes: value.element() };
    });
    if (inner.more) inner.within(SET, skipAll);
    return bag;
  });
}

function readCertificate(reader: DerReader): Uint8Array {
  if (reader.oid() !== X509_CERTIFICATE) reader.fail('a certificate that is not one of X.509');
  return reader.within(contextConstructed(0), (value) => value.octetString());
}

function skipAll(reader: DerReader): void {
  while (reader.more) reader.skip();
}

const FILE = 'PKCS #12 file';
const DATA = '1.2.840.113549.1.7.1';
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const KEY_BAG = '1.2.840.113549.1.12.10.1.1';
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2';
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3';
const OTHER_BAG = '';
const X509_CERTIFICATE = '1.2.840.113549.1.9.22.1';
