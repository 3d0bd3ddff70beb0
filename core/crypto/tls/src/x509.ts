/** Certificates of X.509 for TLS: what stands between the engine and `@atoll/x509`. */
import { ok } from '@atoll/result/result';
import type { Certificate } from '@atoll/x509/certificate';
import { parseCertificate } from '@atoll/x509/certificate';
import { type Verification, verifyChain } from '@atoll/x509/chain';
import type { Rule } from '@atoll/x509/failure';
import { hostPeer } from '@atoll/x509/peer-name';
import type { PrivateKey } from '@atoll/x509/private-key';
import type { PublicKey } from '@atoll/x509/public-key';
import type { CertificateSignature } from '@atoll/x509/signature';
import { ALERT, abort } from './alert.ts';
import type { CertificateVerifier, PeerKey, Signer } from './credentials.ts';
import { nameOf, SCHEMES } from './names.ts';

/** As for `verifyChain`; role, time and names come with each connection. */
export type X509Options = Omit<Verification, 'role' | 'now' | 'names'>;

/**
 * Verifies chains up to the roots of `options`, whose `signatures` are offered in their order. A server must
 * have been asked for by a host name or an IP address; without one, none is good.
 */
export function x509Verifier(options: X509Options): CertificateVerifier {
  const codes = options.signatures.filter(isKnown).map(codeOf);
  return {
    schemes: codes,
    certificateSchemes: codes,
    authorities: options.roots.map(({ subject }) => subject.bytes),
    verify(chain, name, purpose, now) {
      if (purpose === 'server' && name === undefined) {
        const reason = 'a server that nobody named cannot be verified';
        return { ok: false, error: { blame: 'config', alert: ALERT.BAD_CERTIFICATE, reason } };
      }
      const peer = parseCertificate(chain[0]);
      if (!peer.ok) return abort(ALERT.BAD_CERTIFICATE, peer.error.reason);
      const names = purpose === 'server' && name !== undefined ? { names: [hostPeer(name)] } : {};
      const verification = { ...options, ...names, role: purpose, now };
      const verified = verifyChain(peer.value, wellFormed(chain.slice(1)), verification);
      if (verified.ok) {
        const expires = Math.min(...verified.value.map(({ notAfter }) => notAfter));
        return ok({ ...x509PeerKey(peer.value.publicKey, options.signatures), expires });
      }
      const { blame, rule, reason } = verified.error;
      return { ok: false, error: { blame, alert: ALERTS[rule], reason } };
    },
  };
}

/** What signs handshakes with `key`, of those of `signatures` that can, in their order. */
export function x509Signers(
  key: PrivateKey,
  signatures: readonly CertificateSignature[],
): Signer[] {
  return signatures
    .filter((signature) => isKnown(signature) && signature.fits(key))
    .map((signature) => ({
      scheme: codeOf(signature),
      sign: (message, entropy) => signature.sign(key, message, entropy),
    }));
}

/** What verifies the handshake of the peer with this key, whatever its certificate is good for. */
export function x509PeerKey(key: PublicKey, signatures: readonly CertificateSignature[]): PeerKey {
  return {
    verify(scheme, message, signature, anyCurve = false) {
      const name = nameOf(SCHEMES, scheme);
      const isMeant = (one: string) => one === name || (anyCurve && isSameHash(one, name));
      const way = signatures.find((one) => isMeant(one.name) && one.fits(key));
      return way?.verify(key, message, signature) ?? false;
    },
  };
}

/** Whether two names of ECDSA differ in their curves only. */
function isSameHash(one: string, other: string): boolean {
  const hash = /^ecdsa_.*(_sha\d+)$/.exec(one)?.[1];
  return hash !== undefined && other.startsWith('ecdsa_') && other.endsWith(hash);
}

function isKnown({ name }: CertificateSignature): boolean {
  return SCHEMES.has(name);
}

/** The code point of what {@link isKnown}. */
function codeOf({ name }: CertificateSignature): number {
  return SCHEMES.get(name) ?? 0;
}

/** Those that are certificates at all: what stands between need not be needed. */
function wellFormed(chain: readonly Uint8Array[]): Certificate[] {
  return chain.flatMap((bytes) => {
    const parsed = parseCertificate(bytes);
    return parsed.ok ? [parsed.value] : [];
  });
}

/** What RFC 8446, 6.2 has for each. */
const ALERTS: Readonly<Record<Rule, number>> = {
  issuer: ALERT.UNKNOWN_CA,
  signature: ALERT.BAD_CERTIFICATE,
  validity: ALERT.CERTIFICATE_EXPIRED,
  profile: ALERT.BAD_CERTIFICATE,
  length: ALERT.BAD_CERTIFICATE,
  purpose: ALERT.UNSUPPORTED_CERTIFICATE,
  name: ALERT.BAD_CERTIFICATE,
  'name constraints': ALERT.BAD_CERTIFICATE,
  policy: ALERT.BAD_CERTIFICATE,
  revoked: ALERT.CERTIFICATE_REVOKED,
  'revocation list': ALERT.CERTIFICATE_UNKNOWN,
  effort: ALERT.CERTIFICATE_UNKNOWN,
};
