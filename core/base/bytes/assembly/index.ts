export { sipHash, sipHashHigh, sipSeal, sipSealed, sipSealHeader } from './siphash';

/**
 * The Internet checksum over linear memory: what `src/checksum.ts` does, eight bytes at a time; and
 * copying there.
 *
 * The words are loaded little-endian and the sum is turned round at the end: one's complement sums do
 * not care about byte order (RFC 1071 section 2 (B)). Loads need no alignment.
 */

/**
 * The one's complement sum, folded to 16 bits, of `initial` and the big-endian 16-bit words of the
 * `length` bytes at `address`; an odd last byte is padded with a zero behind it.
 */
export function sum(address: u32, length: u32, initial: u32): u32 {
  let total: u64 = 0;
  let at = address;
  let left = length;
  for (; left >= 32; left -= 32, at += 32) {
    total = add(total, load<u64>(at));
    total = add(total, load<u64>(at, 8));
    total = add(total, load<u64>(at, 16));
    total = add(total, load<u64>(at, 24));
  }
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
  return fold((bswap<u16>(fold(total) as u16) as u64) + (initial as u64));
}

/** Copies `length` bytes; the two places may overlap. */
export function copy(from: u32, to: u32, length: u32): void {
  memory.copy(to, from, length);
}

/** Adds with the carry that leaves at the top coming back in at the bottom. */
function add(total: u64, word: u64): u64 {
  const result = total + word;
  return result + u64(result < word);
}

/** The same sum in 16 bits; 0 only when all that was added was 0. */
function fold(total: u64): u32 {
  let folded = (total & 0xffffffff) + (total >> 32);
  folded = (folded & 0xffff) + ((folded >> 16) & 0xffff) + (folded >> 32);
  folded = (folded & 0xffff) + (folded >> 16);
  folded = (folded & 0xffff) + (folded >> 16);
  return folded as u32;
}
