import {
  type CertificateSignature,
  ecdsaSignature,
  ed25519Signature,
  rsaPssSignature,
  rsaSignature,
} from '@atoll/x509/signature';
import type { Provider } from '../crypto/provider.ts';

/** Every way to sign certificates that there is. */
export function signaturesOf(
  provider: Pick<Provider, 'hashes' | 'curves' | 'rsa' | 'ed25519'>,
): CertificateSignature[] {
  const hashes = Object.values(provider.hashes).filter(({ name }) => name !== 'SHA-1');
  const curves = Object.values(provider.curves);
  return [
    ...hashes.flatMap((hash) => curves.map((curve) => ecdsaSignature(curve, hash))),
    ...hashes.map((hash) => rsaSignature(provider.rsa, hash)),
    ...hashes.map((hash) => rsaPssSignature(provider.rsa, hash)),
    ed25519Signature(provider.ed25519),
  ];
}
