import type { NativeModule } from '@atoll/device/fast';
import type { NistCurve } from '../nist.ts';
import { generateScalar } from '../nist.ts';

/** A curve in C (`native/curve.h`) behind our interface; the order has `orderBits` bits. */
export function wrapCurve(
  module: NativeModule,
  name: string,
  orderBits: number,
  digestLength: number,
): NistCurve {
  const scalarLength = Math.ceil(orderBits / 8);
  const publicLength = 1 + 2 * scalarLength;
  const publicKeyOf = (privateKey: Uint8Array) => {
    const publicKey = new Uint8Array(publicLength);
    module.publicKey(privateKey, publicKey);
    return publicKey;
  };
  return {
    name,
    scalarLength,
    digestLength,
    privateLength: scalarLength,
    publicLength,
    sharedLength: scalarLength,
    generate(entropy) {
      const isScalar = (bytes: Uint8Array) => Boolean(module.isScalar(bytes));
      const privateKey = generateScalar(orderBits, isScalar, entropy);
      return { privateKey, publicKey: publicKeyOf(privateKey) };
    },
    publicKey: publicKeyOf,
    agree(privateKey, peer) {
      if (peer.length !== publicLength) return undefined;
      const shared = new Uint8Array(scalarLength);
      return module.agree(privateKey, peer, shared) ? shared : undefined;
    },
    sign(privateKey, hash, message) {
      const signature = new Uint8Array(2 * scalarLength);
      module.sign(privateKey, hash.digest(message), signature);
      return signature;
    },
    verify(publicKey, hash, message, signature) {
      if (publicKey.length !== publicLength) return false;
      if (signature.length !== 2 * scalarLength) return false;
      return Boolean(module.verify(publicKey, hash.digest(message), signature));
    },
  };
}
