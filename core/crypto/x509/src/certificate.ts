import type { DerReader } from '@atoll/asn1/reader';
import { compareBytes, readDer } from '@atoll/asn1/reader';
import { contextPrimitive } from '@atoll/asn1/tag';
import { toHex } from '@atoll/bytes/hex';
import type { Result } from '@atoll/result/result';
import type { Extensions } from './extension.ts';
import { readExtensions } from './extension.ts';
import type { Name } from './name.ts';
import { describeName, readName } from './name.ts';
import type { PublicKey } from './public-key.ts';
import { readPublicKey } from './public-key.ts';

/** A certificate (RFC 5280, 4.1). All bytes are views of {@link Certificate.bytes}. */
export interface Certificate {
  readonly bytes: Uint8Array;
  /** What the signature is over. */
  readonly signed: Uint8Array;
  /** The AlgorithmIdentifier, in DER. */
  readonly signatureAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
  readonly version: 1 | 2 | 3;
  /** Two's complement, as few octets as can be. */
  readonly serial: Uint8Array;
  readonly issuer: Name;
  readonly subject: Name;
  /** Milliseconds since 1970, whole seconds; both moments belong to the time of validity. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: PublicKey;
  readonly extensions: Extensions;
}

/**
 * The certificate that `bytes` are, nothing more. Extensions that this package interprets must be
 * well-formed, critical or not; rules about what they say are those of a profile, see `profile.ts`.
 */
export function parseCertificate(bytes: Uint8Array): Result<Certificate> {
  return readDer(bytes, 'certificate', (reader) => {
    if (bytes.length > LONGEST) reader.fail(`more than ${LONGEST} bytes`);
    const { signed, signedBytes, algorithm, signature } = reader.sequence(readSigned);
    return { bytes, signed: signedBytes, signatureAlgorithm: algorithm, signature, ...signed };
  });
}

function readSigned(reader: DerReader) {
  const start = reader.offset;
  const { algorithm: inner, ...signed } = reader.sequence(readContents);
  const signedBytes = reader.since(start);
  const algorithm = reader.element();
  // RFC 5280, 4.1.1.2. What is not signed must not say anything of its own.
  if (compareBytes(algorithm, inner) !== 0) reader.fail('two different signature algorithms');
  return { signed, signedBytes, algorithm, signature: reader.bitOctets() };
}

function readContents(reader: DerReader) {
  const version: Certificate['version'] = reader.optional(0, readVersion) ?? 1;
  const serial = reader.integer();
  const algorithm = reader.element();
  const issuer = readName(reader);
  const { notBefore, notAfter } = reader.sequence((validity) => ({
    notBefore: validity.time(),
    notAfter: validity.time(),
  }));
  const subject = readName(reader);
  const publicKey = readPublicKey(reader);
  readUniqueIdentifiers(reader, version);
  const extensions = reader.optional(3, readExtensions);
  if (extensions !== undefined && version !== 3) reader.fail(`extensions in version ${version}`);
  return {
    version,
    serial,
    algorithm,
    issuer,
    notBefore,
    notAfter,
    subject,
    publicKey,
    extensions: extensions ?? NONE,
  };
}

/** Version 1 is the default, and therefore never spelled out. */
function readVersion(reader: DerReader): 2 | 3 {
  const number = reader.small(2);
  if (number === 0) reader.fail('a default value that is spelled out');
  return number === 1 ? 2 : 3;
}

/** RFC 5280, 4.1.2.8: they mean nothing any more. */
function readUniqueIdentifiers(reader: DerReader, version: number): void {
  for (const tag of [contextPrimitive(1), contextPrimitive(2)]) {
    if (!reader.follows(tag)) continue;
    reader.bitString(tag);
    if (version === 1) reader.fail('a unique identifier in version 1');
  }
}

/** Whether issuer and subject have the same name: so it is with roots, and where a key was replaced. */
export function isSelfIssued(certificate: Certificate): boolean {
  return certificate.issuer.key === certificate.subject.key;
}

/** `CN=gateway, O=Example (serial 01a2)`, for messages. */
export function describeCertificate({ subject, serial }: Certificate): string {
  return `${describeName(subject)} (serial ${toHex(serial.subarray(0, 20))})`;
}

const NONE: Extensions = { list: [] };
/** Those in use have a few thousand bytes. */
const LONGEST = 0x4_0000;
