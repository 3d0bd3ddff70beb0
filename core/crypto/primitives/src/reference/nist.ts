import type { ECDSA } from '@noble/curves/abstract/weierstrass.js';
import { p256 as noble256, p384 as noble384, p521 as noble521 } from '@noble/curves/nist.js';
import { checkLength } from '../check.ts';
import type { NistCurve } from '../nist.ts';
import { generateScalar } from '../nist.ts';

export const p256: NistCurve = /* @__PURE__ */ nistCurve('secp256r1', noble256, 256, 32);
export const p384: NistCurve = /* @__PURE__ */ nistCurve('secp384r1', noble384, 384, 48);
export const p521: NistCurve = /* @__PURE__ */ nistCurve('secp521r1', noble521, 521, 64);

function nistCurve(name: string, noble: ECDSA, orderBits: number, digestLength: number): NistCurve {
  const scalarLength = Math.ceil(orderBits / 8);
  const publicLength = 1 + 2 * scalarLength;
  return {
    name,
    scalarLength,
    digestLength,
    privateLength: scalarLength,
    publicLength,
    sharedLength: scalarLength,
    generate(entropy) {
      const privateKey = generateScalar(orderBits, noble.utils.isValidSecretKey, entropy);
      return { privateKey, publicKey: noble.getPublicKey(privateKey, false) };
    },
    publicKey(privateKey) {
      checkLength(privateKey, scalarLength, 'the private key');
      return noble.getPublicKey(privateKey, false);
    },
    agree(privateKey, peer) {
      checkLength(privateKey, scalarLength, 'the private key');
      if (!noble.utils.isValidSecretKey(privateKey)) throw new RangeError('a bad private key');
      if (peer.length !== publicLength || peer[0] !== 4) return undefined;
      try {
        return noble.getSharedSecret(privateKey, peer, false).slice(1, 1 + scalarLength);
      } catch {
        return undefined;
      }
    },
    sign(privateKey, hash, message) {
      checkLength(privateKey, scalarLength, 'the private key');
      const digest = hash.digest(message);
      checkLength(digest, digestLength, 'the digest');
      return noble.sign(digest, privateKey, { prehash: false, lowS: false });
    },
    verify(publicKey, hash, message, signature) {
      if (publicKey.length !== publicLength || publicKey[0] !== 4) return false;
      if (signature.length !== 2 * scalarLength) return false;
      try {
        const digest = hash.digest(message);
        return noble.verify(signature, digest, publicKey, { prehash: false, lowS: false });
      } catch {
        return false;
      }
    },
  };
}
