import type { Entropy } from '@atoll/device/system';
import { ecdsa } from '@atoll/primitives/ecdsa';
import type { RsaPrivateKey } from '@atoll/primitives/rsa';
import { rsaPkcs1 } from '@atoll/primitives/rsa-pkcs1';
import type { SignatureScheme } from '@atoll/primitives/signature';
import type { Provider } from '../../test/crypto/provider.ts';

export interface Operation {
  /** The same in every provider, and in the table. */
  readonly name: string;
  /** Bytes that one run works on; `undefined` when runs themselves are counted. */
  readonly bytes?: number;
  run(): void;
}

const RECORD = 16_384;
const PACKET = 1_400;

/** What is measured of each provider. `entropy` need not be good. */
export function operationsOf(
  provider: Provider,
  rsaKey: RsaPrivateKey,
  entropy: Entropy,
): Operation[] {
  const { hashes, curves, aesGcm, aesCcm, chacha20Poly1305, x25519, ed25519, rsa } = provider;
  const bytes = new Uint8Array(RECORD + 16);
  const nonce = new Uint8Array(12);
  const header = new Uint8Array(5);
  const operations: Operation[] = [];

  const aeads = [aesGcm[128], aesGcm[256], aesCcm(16, 16), chacha20Poly1305];
  for (const algorithm of aeads) {
    const aead = algorithm.withKey(new Uint8Array(algorithm.keyLength));
    for (const size of [RECORD, PACKET]) {
      const name = `${algorithm.name.replace('AEAD_', '')} ${size}`;
      operations.push({
        name,
        bytes: size,
        run: () => aead.seal(nonce, header, bytes, 0, size, size),
      });
    }
  }
  const message = bytes.subarray(0, RECORD);
  for (const hash of Object.values(hashes)) {
    const name = `${hash.name} ${RECORD}`;
    operations.push({ name, bytes: RECORD, run: () => void hash.digest(message) });
  }
  const mac = hashes['SHA-256'].hmac(new Uint8Array(32));
  const hmac = () => void mac.update(bytes, 0, PACKET).tag();
  operations.push({ name: `HMAC-SHA-256 ${PACKET}`, bytes: PACKET, run: hmac });

  for (const group of [x25519, ...Object.values(curves)]) {
    const ours = group.generate(entropy);
    const theirs = group.generate(entropy);
    operations.push({ name: `${group.name} generate`, run: () => void group.generate(entropy) });
    const agree = () => void group.agree(ours.privateKey, theirs.publicKey);
    operations.push({ name: `${group.name} agree`, run: agree });
  }
  const signing = <Public, Private>(
    scheme: SignatureScheme<Public, Private>,
    publicKey: Public,
    privateKey: Private,
  ) => {
    const text = bytes.subarray(0, 100);
    const signature = scheme.sign(privateKey, text, entropy);
    const { name } = scheme;
    operations.push(
      { name: `${name} sign`, run: () => void scheme.sign(privateKey, text, entropy) },
      { name: `${name} verify`, run: () => void scheme.verify(publicKey, text, signature) },
    );
  };
  const seed = new Uint8Array(32).fill(1);
  signing(ed25519, ed25519.publicKey(seed), seed);
  for (const [curve, hash] of [
    [curves.secp256r1, hashes['SHA-256']],
    [curves.secp384r1, hashes['SHA-384']],
    [curves.secp521r1, hashes['SHA-512']],
  ] as const) {
    const { privateKey, publicKey } = curve.generate(entropy);
    signing(ecdsa(curve, hash), publicKey, privateKey);
  }
  signing(rsaPkcs1(rsa, hashes['SHA-256']), rsaKey, rsaKey);
  return operations;
}

/** ML-KEM, which is in no library. */
export function kemOperations({ mlKem768 }: Provider, entropy: Entropy): Operation[] {
  const { privateKey, publicKey } = mlKem768.generate(entropy);
  const sent = mlKem768.encapsulate(publicKey, entropy)?.ciphertext ?? new Uint8Array();
  return [
    { name: 'MLKEM768 generate', run: () => void mlKem768.generate(entropy) },
    {
      name: 'MLKEM768 encapsulate',
      run: () => void mlKem768.encapsulate(publicKey, entropy),
    },
    { name: 'MLKEM768 decapsulate', run: () => void mlKem768.decapsulate(privateKey, sent) },
  ];
}

/**
 * How often `operation` runs in a second: the best of some tries of about `milliseconds` each, since what
 * disturbs makes it only slower.
 */
export function rateOf(operation: Operation, now: () => number, milliseconds: number): number {
  let runs = 1;
  let best = 0;
  for (let tries = 0; tries < TRIES; ) {
    const start = now();
    for (let i = 0; i < runs; i++) operation.run();
    const took = now() - start;
    best = Math.max(best, (runs / Math.max(took, 1e-3)) * 1000);
    if (took >= milliseconds / 2) tries++;
    else runs *= 2;
  }
  return best;
}

const TRIES = 12;
