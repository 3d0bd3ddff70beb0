/** What outlives a restart, as one value of a journal: all of it changes at once, or nothing does. */

import { compareBytes } from '@atoll/asn1/reader';
import { decodeUtf8, encodeUtf8 } from '@atoll/bytes/utf8';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import type { PrivateKey } from '@atoll/x509/private-key';
import { emitPrivateKey, parsePrivateKey } from '@atoll/x509/private-key';
import { decodeBase64Url, encodeBase64Url } from './base64url.ts';
import { parseCertificates } from './chain.ts';
import type { Publication } from './challenge.ts';
import type { AcmeAlgorithms } from './config.ts';
import { isObject, type JsonObject } from './json.ts';
import type { KeyAlgorithm } from './key.ts';

export interface AcmeRecord {
  /** The directory that account and order belong to. */
  readonly directory: string;
  readonly account: { readonly key: PrivateKey; readonly url: string | undefined };
  /** The order in progress. */
  readonly order: OrderRecord | undefined;
  readonly certificate: CertificateRecord | undefined;
  /** What is shown to all, or was when the power went away. */
  readonly publication: Publication | undefined;
  /** Failures since the last certificate. */
  readonly failures: number;
  /** Wall-clock time before which the authority is left alone. */
  readonly retryAt: number;
}

export interface OrderRecord {
  readonly url: string;
  readonly names: readonly string[];
  /** Of the certificate to be. */
  readonly key: PrivateKey;
}

export interface CertificateRecord {
  /** The directory it is from. */
  readonly directory: string;
  readonly names: readonly string[];
  readonly key: PrivateKey;
  /** DER, ours first. */
  readonly chain: readonly Uint8Array[];
  /** Milliseconds since 1970. */
  readonly obtainedAt: number;
  readonly notAfter: number;
  readonly renewAt: number;
}

export function emitRecord(record: AcmeRecord): Uint8Array {
  const { account, order, certificate } = record;
  const keyText = (key: PrivateKey) => encodeBase64Url(emitPrivateKey(key));
  const document = {
    ...record,
    format: FORMAT,
    account: { ...account, key: keyText(account.key) },
    order: order && { ...order, key: keyText(order.key) },
    certificate: certificate && {
      ...certificate,
      key: keyText(certificate.key),
      chain: certificate.chain.map(encodeBase64Url),
    },
  };
  return encodeUtf8(JSON.stringify(document));
}

/** The record that `bytes` of a journal are. What cannot be used is for the operator to decide about. */
export function parseRecord(bytes: Uint8Array, algorithms: AcmeAlgorithms): Result<AcmeRecord> {
  try {
    const document: unknown = JSON.parse(decodeUtf8(bytes));
    if (!isObject(document)) throw new Unusable('it is no object');
    if (document.format !== FORMAT) throw new Unusable('it has a format of another version');
    return ok(readRecord(document, algorithms));
  } catch (error) {
    if (error instanceof Unusable) return misconfigured(error.message);
    if (error instanceof SyntaxError) return misconfigured('it is damaged');
    throw error;
  }
}

/** Stays inside of this file. */
class Unusable extends Error {}

function readRecord(document: JsonObject, algorithms: AcmeAlgorithms): AcmeRecord {
  const account = needed(document.account, 'account');
  return {
    directory: text(document.directory, 'directory'),
    account: {
      key: readKey(account.key, algorithms.account),
      url: account.url === undefined ? undefined : text(account.url, 'account'),
    },
    order: maybe(document.order, 'order', (order) => ({
      url: text(order.url, 'order'),
      names: readNames(order.names),
      key: readKey(order.key, algorithms.certificate),
    })),
    certificate: maybe(document.certificate, 'certificate', (certificate) =>
      readCertificate(certificate, algorithms.certificate),
    ),
    publication: maybe(document.publication, 'publication', readPublication),
    failures: number(document.failures),
    retryAt: number(document.retryAt),
  };
}

function readCertificate(document: JsonObject, algorithm: KeyAlgorithm): CertificateRecord {
  const key = readKey(document.key, algorithm);
  const { chain: texts } = document;
  if (!Array.isArray(texts)) throw new Unusable('it has no chain');
  const chain = texts.map((one) => bytesOf(one));
  const parsed = parseCertificates(chain);
  if (!parsed.ok) throw new Unusable(parsed.error.reason);
  if (compareBytes(parsed.value[0].publicKey.bytes, algorithm.publicKey(key)) !== 0) {
    throw new Unusable('its certificate and its key do not belong together');
  }
  return {
    directory: text(document.directory, 'directory'),
    names: readNames(document.names),
    key,
    chain,
    obtainedAt: number(document.obtainedAt),
    notAfter: number(document.notAfter),
    renewAt: number(document.renewAt),
  };
}

function readPublication(document: JsonObject): Publication {
  const type = TYPES.find((one) => one === document.type);
  if (type === undefined) throw new Unusable('it has no type of challenge');
  return {
    authorization: text(document.authorization, 'authorization'),
    type,
    name: text(document.name, 'name'),
    token: text(document.token, 'token'),
    keyAuthorization: text(document.keyAuthorization, 'key authorization'),
  };
}

function readKey(value: unknown, algorithm: KeyAlgorithm): PrivateKey {
  const key = parsePrivateKey(bytesOf(value));
  if (!key.ok) throw new Unusable(key.error.reason);
  if (!algorithm.signature.fits(key.value))
    throw new Unusable(`it has no key for ${algorithm.alg}`);
  return key.value;
}

function readNames(value: unknown): string[] {
  if (!Array.isArray(value)) throw new Unusable('it has no names');
  return value.map((name) => text(name, 'name'));
}

function bytesOf(value: unknown): Uint8Array {
  const bytes = decodeBase64Url(text(value, 'key or certificate'));
  if (bytes === undefined) throw new Unusable('something is not Base64');
  return bytes;
}

function text(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Unusable(`it has no ${what}`);
  return value;
}

function number(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new Unusable('a number is missing');
  return value;
}

function needed(value: unknown, what: string): JsonObject {
  if (!isObject(value)) throw new Unusable(`it has no ${what}`);
  return value;
}

function maybe<T>(value: unknown, what: string, read: (document: JsonObject) => T): T | undefined {
  return value === undefined ? undefined : read(needed(value, what));
}

const FORMAT = 1;
const TYPES = ['http-01', 'tls-alpn-01', 'dns-01'] as const;
