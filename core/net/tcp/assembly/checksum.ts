/**
 * The Internet checksum, as in `@atoll/bytes`: fast paths of two packages cannot call each other.
 *
 * Sums are those of little-endian words until they are folded: one's complement sums do not care about
 * byte order (RFC 1071 section 2 (B)).
 */

/** The checksum of `length` bytes, where `initial` is a sum in big-endian order that goes before. */
export function checksum(at: u32, length: u32, initial: u32): u32 {
  return ~fold(sum(at, length, bswapSum(initial))) & 0xffff;
}

/** Writes what `checksum` answers, or `fold`. */
export function putChecksum(at: u32, value: u32): void {
  store<u16>(at, value as u16);
}

/** A big-endian sum of at most 2^32 - 1 as a little-endian one. */
export function bswapSum(total: u32): u64 {
  return (bswap<u16>((total & 0xffff) as u16) as u64) + (bswap<u16>((total >> 16) as u16) as u64);
}

export function sum(address: u32, length: u32, initial: u64): u64 {
  let total = initial;
  let other: u64 = 0;
  let at = address;
  let left = length;
  // Two sums at a time, so that neither waits for the carry of the other.
  for (; left >= 32; left -= 32, at += 32) {
    total = add(total, load<u64>(at));
    other = add(other, load<u64>(at, 8));
    total = add(total, load<u64>(at, 16));
    other = add(other, load<u64>(at, 24));
  }
  total = add(total, other);
  for (; left >= 8; left -= 8, at += 8) total = add(total, load<u64>(at));
  if (left & 4) {
    total = add(total, load<u32>(at) as u64);
    at += 4;
  }
  if (left & 2) {
    total = add(total, load<u16>(at) as u64);
    at += 2;
  }
  if (left & 1) total = add(total, load<u8>(at) as u64);
  return total;
}

/** Adds with the carry that leaves at the top coming back in at the bottom. */
export function add(total: u64, word: u64): u64 {
  const result = total + word;
  return result + u64(result < word);
}

/** The same sum in 16 bits; 0 only when all that was added was 0. */
export function fold(total: u64): u32 {
  let folded = (total & 0xffffffff) + (total >> 32);
  folded = (folded & 0xffff) + ((folded >> 16) & 0xffff) + (folded >> 32);
  folded = (folded & 0xffff) + (folded >> 16);
  folded = (folded & 0xffff) + (folded >> 16);
  return folded as u32;
}
