import { ecdsa } from '@atoll/primitives/ecdsa';
import type { RsaPrivateKey } from '@atoll/primitives/rsa';
import { rsaPkcs1 } from '@atoll/primitives/rsa-pkcs1';
import type { SignatureScheme } from '@atoll/primitives/signature';
import { Random } from '@atoll/sim/random';
import type { Half } from './compare.ts';

/**
 * What a provider makes of pseudo-random input from `seed`, where all providers must make the same:
 * lines of a name and a checksum. Throws when it refuses its own work.
 */
export function answersOf(provider: Half, keys: readonly RsaPrivateKey[], seed: number): string[] {
  const { hashes, aesGcm, aesCcm, chacha20Poly1305, x25519, curves, ed25519, rsa } = provider;
  const random = new Random(seed);
  const answers: string[] = [];
  const note = (name: string, bytes: Uint8Array | undefined) => {
    if (bytes === undefined) throw new Error(`${name}: refused`);
    // FNV-1a: consoles are slow.
    let sum = 0x811c_9dc5;
    for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x0100_0193);
    answers.push(`${name} ${sum >>> 0}`);
  };

  for (const hash of Object.values(hashes)) {
    for (const length of [0, 55, 111, 119, 1000])
      note(hash.name, hash.digest(random.bytes(length)));
    note(`HMAC ${hash.name}`, hash.hmac(random.bytes(150)).update(random.bytes(80)).tag());
  }
  for (const algorithm of [aesGcm[128], aesGcm[256], aesCcm(16, 8), chacha20Poly1305]) {
    for (const length of [0, 40, 600, 1400]) {
      const bytes = random.bytes(length + algorithm.tagLength);
      const aead = algorithm.withKey(random.bytes(algorithm.keyLength));
      aead.seal(random.bytes(12), random.bytes(5), bytes, 0, length, length);
      note(algorithm.name, bytes);
    }
  }
  for (const group of [x25519, ...Object.values(curves)]) {
    const [ours, theirs] = [group.generate(random), group.generate(random)];
    note(group.name, theirs.publicKey);
    note(group.name, group.agree(ours.privateKey, theirs.publicKey));
  }
  const sign = <Public, Private>(
    scheme: SignatureScheme<Public, Private>,
    publicKey: Public,
    privateKey: Private,
  ) => {
    const message = random.bytes(100);
    const signature = scheme.sign(privateKey, message, new Random(seed));
    if (!scheme.verify(publicKey, message, signature)) throw new Error(`${scheme.name}: refused`);
    note(scheme.name, signature);
  };
  const seedOfKey = random.bytes(32);
  sign(ed25519, ed25519.publicKey(seedOfKey), seedOfKey);
  for (const [curve, hash] of [
    ['secp256r1', 'SHA-256'],
    ['secp384r1', 'SHA-384'],
    ['secp521r1', 'SHA-512'],
  ]) {
    const { privateKey, publicKey } = curves[curve].generate(random);
    sign(ecdsa(curves[curve], hashes[hash]), publicKey, privateKey);
  }
  for (const key of keys) sign(rsaPkcs1(rsa, hashes['SHA-256']), key, key);
  return answers;
}
