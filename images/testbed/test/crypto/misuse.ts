import { ecdsa } from '@atoll/primitives/ecdsa';
import type { Half } from './compare.ts';

/** What must throw, by what it is; answers what did not. */
export function misuses({ hashes, aesGcm, aesCcm, chacha20Poly1305, ...rest }: Half): string[] {
  const { x25519, curves, ed25519 } = rest;
  const nothing = new Uint8Array(0);
  const bytes = new Uint8Array(64);
  const attempts: Record<string, () => unknown> = {};
  for (const hash of Object.values(hashes)) {
    for (const [start, end] of RANGES) {
      const range = `${hash.name} [${start}, ${end})`;
      attempts[range] = () => hash.create().update(bytes, start, end);
      attempts[`HMAC ${range}`] = () => hash.hmac(nothing).update(bytes, start, end);
    }
  }
  for (const algorithm of [aesGcm[128], aesGcm[256], aesCcm(16, 8), chacha20Poly1305]) {
    const { name, keyLength, nonceLength, tagLength } = algorithm;
    attempts[`${name}: a short key`] = () => algorithm.withKey(new Uint8Array(keyLength - 1));
    const aead = algorithm.withKey(new Uint8Array(keyLength));
    const nonce = new Uint8Array(nonceLength);
    const both = (what: string, ...range: [number, number, number]) => {
      attempts[`${name}.seal: ${what}`] = () => aead.seal(nonce, nothing, bytes, ...range);
      attempts[`${name}.open: ${what}`] = () => aead.open(nonce, nothing, bytes, ...range);
    };
    for (const [start, end] of RANGES) both(`[${start}, ${end})`, start, end, 0);
    both('a tag beyond the end', 0, 32, 65 - tagLength);
    both('a tag at a negative place', 20, 32, -1);
    both('a tag that is not placed', 20, 32, Number.NaN);
    both('a tag within', 10, 40, 20);
    both('a tag that starts before', 10, 40, 9);
    const long = new Uint8Array(nonceLength + 1);
    const { runs } = aead;
    if (runs !== undefined) {
      const room = new Uint8Array(64 + 22);
      attempts[`${name}: a run with a long IV`] = () => runs.open(long, 0, bytes, 100);
      attempts[`${name}: a run to seal with it`] = () => runs.seal(long, 0, bytes, 64, room);
      attempts[`${name}: a run without room`] = () => runs.seal(nonce, 0, bytes, 63, room);
      attempts[`${name}: a run of nothing`] = () => runs.seal(nonce, 0, bytes, 0, room);
      attempts[`${name}: long records`] = () => runs.seal(nonce, 0, bytes, 2 ** 14 + 1, room);
    }
    attempts[`${name}: a long nonce`] = () => aead.seal(long, nothing, bytes, 0, 8, 8);
  }
  for (const group of [x25519, ...Object.values(curves)]) {
    const short = new Uint8Array(group.privateLength - 1).fill(1);
    const peer = new Uint8Array(group.publicLength);
    attempts[`${group.name}: a short private key`] = () => group.publicKey(short);
    attempts[`${group.name}: an agreement with it`] = () => group.agree(short, peer);
  }
  for (const curve of Object.values(curves)) {
    for (const [what, byte] of [
      ['zero', 0],
      ['beyond the order', 255],
    ] as const) {
      const key = new Uint8Array(curve.scalarLength).fill(byte);
      attempts[`${curve.name}: the private key ${what}`] = () => curve.publicKey(key);
      const hash = Object.values(hashes).find((one) => one.digestLength === curve.digestLength);
      if (hash === undefined) throw new Error('no hash for this curve');
      attempts[`${curve.name}: a signature with ${what}`] = () => curve.sign(key, hash, bytes);
    }
    const key = new Uint8Array(curve.scalarLength).fill(1, 2);
    const scheme = ecdsa(curve, hashes['SHA-1']);
    attempts[`${scheme.name}: a weak hash`] = () => scheme.sign(key, bytes, { fill: () => {} });
  }
  attempts['Ed25519: a short private key'] = () => ed25519.publicKey(new Uint8Array(31));
  return Object.keys(attempts).filter((what) => !throws(attempts[what]));
}

const RANGES = [
  [-1, 4],
  [5, 4],
  [0, 65],
  [0, 2 ** 32 + 4],
  [0.5, 4],
  [Number.NaN, 4],
] as const;

function throws(attempt: () => unknown): boolean {
  try {
    attempt();
    return false;
  } catch {
    return true;
  }
}
