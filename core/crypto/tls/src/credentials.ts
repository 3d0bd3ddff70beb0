/** Who we are, and how we find out who the peer is. */
import { encodeUtf8 } from '@atoll/bytes/utf8';
import type { Entropy } from '@atoll/device/system';
import type { SignatureScheme } from '@atoll/primitives/signature';
import type { Result } from '@atoll/result/result';
import type { TlsFailure } from './alert.ts';
import { SCHEMES } from './names.ts';

/** A chain of certificates, and what can sign with the key of the first of them. */
export interface Credentials {
  /** DER, the end entity's certificate first. */
  readonly chain: readonly Uint8Array[];
  /** In the order in which to prefer them. */
  readonly signers: readonly Signer[];
  /**
   * What the authority says about the first certificate, for clients that ask: an OCSP response (RFC 6960) in DER. It is sent as
   * it is, by servers and in TLS 1.3; whoever gives it keeps it fresh.
   */
  readonly ocspResponse?: Uint8Array;
}

export interface Signer {
  /** The code point of the scheme. */
  readonly scheme: number;
  sign(message: Uint8Array, entropy: Entropy): Uint8Array;
}

/** Signs with `key`; throws when the scheme is none of TLS. */
export function signer<PrivateKey>(
  scheme: SignatureScheme<unknown, PrivateKey>,
  key: PrivateKey,
): Signer {
  return {
    scheme: schemeCode(scheme.name),
    sign: (message, entropy) => scheme.sign(key, message, entropy),
  };
}

/** The code point of a scheme; throws when `name` is none. */
export function schemeCode(name: string): number {
  const code = SCHEMES.get(name);
  if (code === undefined) throw new Error(`TLS does not use ${name}`);
  return code;
}

/** Whether `scheme` may sign a handshake of TLS 1.3. PKCS#1 v1.5 may not: it is for certificates, and TLS 1.2. */
export function signsHandshakes(scheme: number): boolean {
  return (scheme & 0xff) !== PKCS1;
}

/** What a certificate has to be good for: a key for one role is not one for the other. */
export type Purpose = 'server' | 'client';

/** Decides about chains of certificates. */
export interface CertificateVerifier {
  /**
   * Code points of what may sign the peer's handshakes, in the order in which to prefer them. PKCS#1 v1.5, which is
   * among them for TLS 1.2, signs none of TLS 1.3 (RFC 8446, 4.2.3).
   */
  readonly schemes: readonly number[];
  /** Code points of what may sign certificates, when these are others. */
  readonly certificateSchemes?: readonly number[];
  /** Distinguished names in DER of the authorities that a client may have its certificate from. */
  readonly authorities?: readonly Uint8Array[];
  /**
   * The key of the first certificate in `chain` (DER, from outside, at least one) when the chain is good
   * for `purpose` and, unless it is a client's, for the host `name` at `now`, milliseconds since 1970 UTC.
   */
  verify(
    chain: readonly Uint8Array[],
    name: string | undefined,
    purpose: Purpose,
    now: number,
  ): Result<PeerKey, TlsFailure>;
}

/** The public key of the peer. */
export interface PeerKey {
  /** When its certificates stop being good, in milliseconds since 1970 UTC, if they do. */
  readonly expires?: number;
  /**
   * Whether `signature` is one of `message`; false when the key cannot be used with `scheme`. With `anyCurve`, the
   * schemes of ECDSA stand for their hash alone, as TLS 1.2 has it (RFC 8446, 4.2.3).
   */
  verify(scheme: number, message: Uint8Array, signature: Uint8Array, anyCurve?: boolean): boolean;
}

/** What a CertificateVerify signs (RFC 8446, 4.4.3). */
export function signedContent(purpose: Purpose, transcriptHash: Uint8Array): Uint8Array {
  const context = encodeUtf8(`TLS 1.3, ${purpose} CertificateVerify\0`);
  const content = new Uint8Array(SPACES + context.length + transcriptHash.length).fill(0x20);
  content.set(context, SPACES);
  content.set(transcriptHash, SPACES + context.length);
  return content;
}

const SPACES = 64;
const PKCS1 = 0x01;
