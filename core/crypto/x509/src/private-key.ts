import type { RsaPrivateKey } from '@atoll/primitives/rsa';

/** A private key in the forms that primitives take. Wipe what it holds with `fill(0)` after use. */
export type PrivateKey =
  | ({ readonly kind: 'rsa' } & RsaPrivateKey)
  /** `curve` as TLS calls it; `scalar` as long as the curve's order. */
  | { readonly kind: 'ec'; readonly curve: string; readonly scalar: Uint8Array }
  | { readonly kind: 'ed25519'; readonly seed: Uint8Array };
