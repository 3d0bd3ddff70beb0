/** How both sides prove who they are, and that they saw the same handshake (RFC 8446, 4.4). */
import type { Entropy } from '@atoll/device/system';
import { equalBytes } from '@atoll/primitives/equal';
import type { HashAlgorithm } from '@atoll/primitives/hash';
import { ok, type Result } from '@atoll/result/result';
import { ALERT, abort, type TlsFailure } from './alert.ts';
import type { CertificateVerify, Finished } from './common.ts';
import {
  type CertificateVerifier,
  type PeerKey,
  type Purpose,
  type Signer,
  signedContent,
  signsHandshakes,
} from './credentials.ts';
import { EXTENSION, extension } from './extension.ts';
import { HANDSHAKE } from './frame.ts';
import { finishedMac } from './key-schedule.ts';
import { type Certificate, type CertificateEntry, emitMessage } from './message.ts';
import { OCSP } from './offer.ts';
import type { Transcript } from './transcript.ts';
import { writeVector24 } from './vector.ts';

/** What is in a Certificate of ours; an OCSP response is about the first one (RFC 8446, 4.4.2.1). */
export function entriesOf(
  chain: readonly Uint8Array[],
  ocspResponse?: Uint8Array,
): CertificateEntry[] {
  return chain.map((certificate, index) => {
    if (index > 0 || ocspResponse === undefined) return { certificate, extensions: [] };
    const status = extension(EXTENSION.STATUS_REQUEST, ocspResponse, (out, response) => {
      out.u8(OCSP);
      writeVector24(out, response);
    });
    return { certificate, extensions: status };
  });
}

/**
 * Our Certificate of `entries` and CertificateVerify, added to the transcript. Without a signer that suits the
 * peer, the Certificate is empty and alone.
 */
export function authenticate(
  entries: readonly CertificateEntry[],
  signer: Signer | undefined,
  purpose: Purpose,
  transcript: Transcript,
  entropy: Entropy,
): Uint8Array[] {
  const type = HANDSHAKE.CERTIFICATE;
  const certificate = emitMessage({ type, context: NOTHING, entries: signer ? entries : [] });
  transcript.add(certificate);
  if (signer === undefined) return [certificate];
  const { scheme } = signer;
  const signature = signer.sign(signedContent(purpose, transcript.digest()), entropy);
  const verify = emitMessage({ type: HANDSHAKE.CERTIFICATE_VERIFY, scheme, signature });
  transcript.add(verify);
  return [certificate, verify];
}

/** The chain of a Certificate message that is not empty, and its key when it is good for `purpose`. */
export function verifyCertificate(
  verifier: CertificateVerifier,
  { entries }: Certificate,
  name: string | undefined,
  purpose: Purpose,
  now: number,
): Result<{ peerChain: Uint8Array[]; peerKey: PeerKey }, TlsFailure> {
  if (entries.some(({ extensions }) => extensions.length > 0)) {
    return abort(ALERT.UNSUPPORTED_EXTENSION, 'an extension of a certificate answers nothing');
  }
  const peerChain = entries.map(({ certificate }) => certificate);
  const verified = verifier.verify(peerChain, name, purpose, now);
  return verified.ok ? ok({ peerChain, peerKey: verified.value }) : verified;
}

/** Whether the peer, whose role is `purpose`, has the private key of its certificate. */
export function verifySignature(
  verifier: CertificateVerifier,
  peerKey: PeerKey,
  { scheme, signature }: CertificateVerify,
  purpose: Purpose,
  transcript: Transcript,
): Result<undefined, TlsFailure> {
  if (!verifier.schemes.includes(scheme) || !signsHandshakes(scheme)) {
    return abort(ALERT.ILLEGAL_PARAMETER, 'a signature scheme that was not offered');
  }
  if (!peerKey.verify(scheme, signedContent(purpose, transcript.digest()), signature)) {
    return abort(ALERT.DECRYPT_ERROR, `the signature of the ${purpose} is wrong`);
  }
  return ok(undefined);
}

/** Whether the peer, whose handshake secret is `secret`, has the same transcript. */
export function verifyFinished(
  hash: HashAlgorithm,
  secret: Uint8Array,
  transcript: Transcript,
  { verifyData }: Finished,
): Result<undefined, TlsFailure> {
  if (equalBytes(finishedMac(hash, secret, transcript.digest()), verifyData)) return ok(undefined);
  return abort(ALERT.DECRYPT_ERROR, 'Finished does not fit the handshake');
}

const NOTHING = new Uint8Array(0);
