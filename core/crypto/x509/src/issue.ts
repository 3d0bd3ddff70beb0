import { SEQUENCE } from '@atoll/asn1/tag';
import { bitString, element, integer, sequence, tagged, time } from '@atoll/asn1/writer';
import type { Entropy } from '@atoll/device/system';
import type { HashAlgorithm } from '@atoll/primitives/hash';
import { emitExtension, issuerIdentifierExtension } from './emit-extension.ts';
import { CRL_NUMBER } from './oid.ts';
import type { PrivateKey } from './private-key.ts';
import type { CertificateSignature } from './signature.ts';

/** A private key, and the way in which it signs. */
export interface Signer {
  readonly key: PrivateKey;
  readonly signature: CertificateSignature;
}

/** What a certificate is to say. For one that signs itself, issuer and subject are the same. */
export interface CertificateContents {
  /** Not negative, at most 20 octets; see {@link newSerial}. */
  readonly serial: Uint8Array;
  /** Names in DER, as of `emitName` or `Name.bytes`. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** Milliseconds since 1970, cut to seconds; both belong to the time of validity. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** The SubjectPublicKeyInfo of the subject, in DER. */
  readonly publicKey: Uint8Array;
  /** Each in DER; see `emit-extension.ts`. */
  readonly extensions: readonly Uint8Array[];
}

/** A certificate of version 3 in DER (RFC 5280, 4.1). */
export function emitCertificate(
  contents: CertificateContents,
  signer: Signer,
  entropy: Entropy,
): Uint8Array {
  const signed = sequence(
    tagged(0, integer(2)),
    integer(contents.serial),
    signer.signature.identifier,
    contents.issuer,
    sequence(time(contents.notBefore), time(contents.notAfter)),
    contents.subject,
    contents.publicKey,
    tagged(3, element(SEQUENCE, ...contents.extensions)),
  );
  return emitSigned(signed, signer, entropy);
}

export interface RevocationListContents {
  readonly issuer: Uint8Array;
  readonly issuerKeyIdentifier: Uint8Array;
  /** Each list of an authority has a greater one than the last. */
  readonly number: number;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  readonly revoked: readonly { readonly serial: Uint8Array; readonly time: number }[];
}

/** A revocation list of version 2 in DER (RFC 5280, 5.1). */
export function emitRevocationList(
  contents: RevocationListContents,
  signer: Signer,
  entropy: Entropy,
): Uint8Array {
  const entries = contents.revoked.map((entry) =>
    sequence(integer(entry.serial), time(entry.time)),
  );
  const extensions = sequence(
    issuerIdentifierExtension(contents.issuerKeyIdentifier),
    emitExtension(CRL_NUMBER, false, integer(contents.number)),
  );
  const signed = sequence(
    integer(1),
    signer.signature.identifier,
    contents.issuer,
    time(contents.thisUpdate),
    time(contents.nextUpdate),
    ...(entries.length > 0 ? [sequence(...entries)] : []),
    tagged(0, extensions),
  );
  return emitSigned(signed, signer, entropy);
}

/** What is signed, the algorithm, the signature: so is everything that X.509 signs. */
export function emitSigned(signed: Uint8Array, signer: Signer, entropy: Entropy): Uint8Array {
  const { key, signature } = signer;
  const value = signature.sign(key, signed, entropy);
  return sequence(signed, signature.identifier, bitString(value));
}

/** A serial number of 127 unpredictable bits, of which the first is set so that all have one length. */
export function newSerial(entropy: Entropy): Uint8Array {
  const serial = new Uint8Array(16);
  entropy.fill(serial);
  serial[0] = (serial[0] & 0x7f) | 0x40;
  return serial;
}

/** What tells a key from others: 20 octets of a hash of its SubjectPublicKeyInfo (RFC 7093, 2). */
export function keyIdentifier(publicKey: Uint8Array, hash: HashAlgorithm): Uint8Array {
  return hash.digest(publicKey).slice(0, 20);
}
