import type { HashAlgorithm } from './hash.ts';

/** HKDF-Extract (RFC 5869, 2.2); without a salt, it is as many zeros as the hash has bytes. */
export function hkdfExtract(
  hash: HashAlgorithm,
  salt: Uint8Array,
  inputKeyingMaterial: Uint8Array,
): Uint8Array {
  const mac = hash.hmac(salt);
  const pseudorandomKey = mac.update(inputKeyingMaterial).tag();
  mac.wipe();
  return pseudorandomKey;
}

/** HKDF-Expand (RFC 5869, 2.3). A `length` beyond 255 digests throws. */
export function hkdfExpand(
  hash: HashAlgorithm,
  pseudorandomKey: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array {
  if (!(length >= 0 && length <= 255 * hash.digestLength)) {
    throw new RangeError(`HKDF cannot make ${length} bytes with ${hash.name}`);
  }
  const mac = hash.hmac(pseudorandomKey);
  if (length <= hash.digestLength) {
    const only = mac.update(info).update(FIRST).tag();
    mac.wipe();
    if (length === hash.digestLength) return only;
    const part = only.slice(0, length);
    only.fill(0);
    return part;
  }
  const output = new Uint8Array(length);
  const counter = new Uint8Array(1);
  let block: Uint8Array = NOTHING;
  for (let made = 0; made < length; made += block.length) {
    counter[0]++;
    const next = mac.update(block).update(info).update(counter).tag();
    block.fill(0);
    block = next;
    output.set(made + block.length > length ? block.subarray(0, length - made) : block, made);
  }
  block.fill(0);
  mac.wipe();
  return output;
}

const NOTHING = new Uint8Array(0);
const FIRST = Uint8Array.of(1);
