import { createECDH, diffieHellman, sign, verify } from 'node:crypto';
import type { Agreement } from '@atoll/primitives/agreement';
import { checkLength } from '@atoll/primitives/check';
import type { HashAlgorithm } from '@atoll/primitives/hash';
import type { NistCurve } from '@atoll/primitives/nist';
import { generateScalar } from '@atoll/primitives/nist';
import { ecPrivateKey, ecPublicKey, okpPrivateKey, okpPublicKey, okpRawPublicKey } from './key.ts';

export const x25519: Agreement = {
  name: 'x25519',
  privateLength: 32,
  publicLength: 32,
  sharedLength: 32,
  generate(entropy) {
    const privateKey = new Uint8Array(32);
    entropy.fill(privateKey);
    return { privateKey, publicKey: this.publicKey(privateKey) };
  },
  publicKey(privateKey) {
    checkLength(privateKey, 32, 'the private key');
    return okpRawPublicKey(okpPrivateKey('X25519', privateKey));
  },
  agree(privateKey, peer) {
    checkLength(privateKey, 32, 'the private key');
    if (peer.length !== 32) return undefined;
    const keys = {
      privateKey: okpPrivateKey('X25519', privateKey),
      publicKey: okpPublicKey('X25519', peer),
    };
    // OpenSSL refuses a secret of zeros.
    return attempt(() => Uint8Array.from(diffieHellman(keys)));
  },
};

/** `openssl` is what OpenSSL calls the curve; `orderBits` is the length of its order. */
export function curve(
  name: string,
  openssl: string,
  orderBits: number,
  digestLength: number,
): NistCurve {
  const scalarLength = Math.ceil(orderBits / 8);
  const publicLength = 1 + 2 * scalarLength;
  const crv = `P-${orderBits}`;
  const withPrivate = (privateKey: Uint8Array) => {
    checkLength(privateKey, scalarLength, 'the private key');
    const pair = createECDH(openssl);
    pair.setPrivateKey(privateKey);
    return pair;
  };
  const isScalar = (bytes: Uint8Array) => attempt(() => withPrivate(bytes)) !== undefined;
  const publicKey = (privateKey: Uint8Array) =>
    Uint8Array.from(withPrivate(privateKey).getPublicKey());
  return {
    name,
    scalarLength,
    digestLength,
    privateLength: scalarLength,
    publicLength,
    sharedLength: scalarLength,
    generate(entropy) {
      const privateKey = generateScalar(orderBits, isScalar, entropy);
      return { privateKey, publicKey: publicKey(privateKey) };
    },
    publicKey,
    agree(privateKey, peer) {
      const pair = withPrivate(privateKey);
      if (peer.length !== publicLength || peer[0] !== 4) return undefined;
      return attempt(() => Uint8Array.from(pair.computeSecret(peer)));
    },
    sign(privateKey, hash, message) {
      if (hash.digestLength !== digestLength) throw new RangeError('a hash of another strength');
      const key = ecPrivateKey(crv, privateKey, publicKey(privateKey));
      return Uint8Array.from(sign(nameOf(hash), message, { key, dsaEncoding: 'ieee-p1363' }));
    },
    verify(publicKey, hash, message, signature) {
      if (publicKey.length !== publicLength || publicKey[0] !== 4) return false;
      if (signature.length !== 2 * scalarLength) return false;
      const key = attempt(() => ecPublicKey(crv, publicKey));
      if (key === undefined) return false;
      return verify(nameOf(hash), message, { key, dsaEncoding: 'ieee-p1363' }, signature);
    },
  };
}

/** What OpenSSL calls a hash. */
function nameOf({ name }: HashAlgorithm): string {
  return name.replace('-', '').toLowerCase();
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
