import { aead, aesCcm } from './aead.ts';
import { curve, x25519 } from './agreement.ts';
import { ed25519 } from './ed25519.ts';
import { hash } from './hash.ts';
import { rsa } from './rsa.ts';

/**
 * What `FastPaths.native` answers on Node.js: for each binding in `src/native` of @atoll/primitives the
 * same, on node:crypto. Functions, so that what nobody asks for is not made.
 */
export const nativeModules: Readonly<Record<string, () => unknown>> = {
  sha1: () => hash('SHA-1', 20, 64),
  sha256: () => hash('SHA-256', 32, 64),
  sha384: () => hash('SHA-384', 48, 128),
  sha512: () => hash('SHA-512', 64, 128),
  'aes-gcm': () => ({
    128: aead('AEAD_AES_128_GCM', 'aes-128-gcm', 16, 16),
    256: aead('AEAD_AES_256_GCM', 'aes-256-gcm', 32, 16),
  }),
  'aes-ccm': () => aesCcm,
  'chacha20-poly1305': () => aead('AEAD_CHACHA20_POLY1305', 'chacha20-poly1305', 32, 16),
  x25519: () => x25519,
  p256: () => curve('secp256r1', 'prime256v1', 256, 32),
  p384: () => curve('secp384r1', 'secp384r1', 384, 48),
  p521: () => curve('secp521r1', 'secp521r1', 521, 64),
  ed25519: () => ed25519,
  rsa: () => rsa,
};
