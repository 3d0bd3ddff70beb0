import type { DerReader } from '@atoll/asn1/reader';
import { readDer } from '@atoll/asn1/reader';
import { contextConstructed, SET } from '@atoll/asn1/tag';
import { integer, oid, sequence, setOf, tagged } from '@atoll/asn1/writer';
import type { Entropy } from '@atoll/device/system';
import type { Result } from '@atoll/result/result';
import { Effort } from './effort.ts';
import { namesExtension } from './emit-extension.ts';
import type { Extensions } from './extension.ts';
import { readExtensions } from './extension.ts';
import type { GeneralName } from './general-name.ts';
import type { Signer } from './issue.ts';
import { emitSigned } from './issue.ts';
import type { Name } from './name.ts';
import { readName } from './name.ts';
import type { PublicKey } from './public-key.ts';
import { readPublicKey } from './public-key.ts';
import type { CertificateSignature } from './signature.ts';

/** A request for a certificate: PKCS #10 (RFC 2986). What it asks for is a wish. */
export interface CertificateRequest {
  readonly bytes: Uint8Array;
  /** What the signature is over. */
  readonly signed: Uint8Array;
  /** The AlgorithmIdentifier, in DER. */
  readonly signatureAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
  readonly subject: Name;
  readonly publicKey: PublicKey;
  /** Those that are asked for (RFC 2985, 5.4.2). */
  readonly extensions: Extensions;
}

export function parseRequest(bytes: Uint8Array): Result<CertificateRequest> {
  return readDer(bytes, 'request', (reader) => ({
    bytes,
    ...reader.sequence((inner) => {
      const start = inner.offset;
      const contents = inner.sequence(readContents);
      const signed = inner.since(start);
      const signatureAlgorithm = inner.element();
      return { ...contents, signed, signatureAlgorithm, signature: inner.bitOctets() };
    }),
  }));
}

/** Whether who asks has the private key that belongs to the public one. */
export function isRequestSigned(
  request: CertificateRequest,
  signatures: readonly CertificateSignature[],
): boolean {
  return new Effort(signatures).isSigned(request, request.publicKey) === true;
}

/** A request in DER; `subject` is a name in DER, `publicKey` a SubjectPublicKeyInfo. */
export function emitRequest(
  contents: {
    readonly subject: Uint8Array;
    readonly publicKey: Uint8Array;
    readonly names: readonly GeneralName[];
  },
  signer: Signer,
  entropy: Entropy,
): Uint8Array {
  const { subject, publicKey, names } = contents;
  const extensions = names.length === 0 ? [] : [sequence(namesExtension({ names }))];
  const attributes = extensions.map((value) => sequence(oid(EXTENSION_REQUEST), setOf(value)));
  const signed = sequence(integer(0), subject, publicKey, tagged(0, ...attributes));
  return emitSigned(signed, signer, entropy);
}

function readContents(reader: DerReader) {
  reader.small(0);
  const subject = readName(reader);
  const publicKey = readPublicKey(reader);
  const requested = reader
    .sequenceOf((item) => item.sequence(readAttribute), contextConstructed(0), true)
    .filter((extensions) => extensions !== undefined);
  if (requested.length > 1) reader.fail('extensions are asked for twice');
  return { subject, publicKey, extensions: requested[0] ?? { list: [] } };
}

function readAttribute(reader: DerReader): Extensions | undefined {
  if (reader.oid() === EXTENSION_REQUEST) return reader.within(SET, readExtensions);
  reader.within(SET, (values) => {
    while (values.more) values.skip();
  });
  return undefined;
}

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
