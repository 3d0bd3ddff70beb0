/** IPv4 headers without options: what `src/packet.ts` does for all, and says why. */

const HEADER: u32 = 20;

/**
 * Reads the header of the datagram of at most `available` bytes at `at` into the words at `block`:
 * identification and fragment, time to live and protocol, source, destination. Answers the datagram's
 * length, or -1 when there are options or anything is wrong.
 */
export function parse(at: u32, available: u32, block: u32): i32 {
  if (available < HEADER || load<u8>(at) != 0x45) return -1;
  const total = u32At(at) & 0xffff;
  if (total < HEADER || total > available || fold(sum(at)) != 0xffff) return -1;
  store<u32>(block, u32At(at + 4));
  store<u32>(block, u32At(at + 8) >> 16, 4);
  store<u32>(block, u32At(at + 12), 8);
  store<u32>(block, u32At(at + 16), 12);
  return total as i32;
}

/** Writes a header to `at`; `fragment` and `protocol` are words as in the block of `parse`. */
export function emit(
  at: u32,
  total: u32,
  fragment: u32,
  protocol: u32,
  source: u32,
  destination: u32,
): void {
  putU32(at, 0x4500_0000 | total);
  putU32(at + 4, fragment);
  putU32(at + 8, protocol << 16);
  putU32(at + 12, source);
  putU32(at + 16, destination);
  store<u16>(at, ~fold(sum(at)) as u16, 10);
}

/** The words of a header as they lie there: one's complement sums do not care about byte order. */
function sum(at: u32): u64 {
  let total: u64 = 0;
  for (let offset: u32 = 0; offset < HEADER; offset += 4) total += load<u32>(at + offset) as u64;
  return total;
}

function fold(total: u64): u32 {
  let folded = (total & 0xffff) + ((total >> 16) & 0xffff) + (total >> 32);
  folded = (folded & 0xffff) + (folded >> 16);
  folded = (folded & 0xffff) + (folded >> 16);
  return folded as u32;
}

function u32At(at: u32): u32 {
  return bswap<u32>(load<u32>(at));
}

function putU32(at: u32, value: u32): void {
  store<u32>(at, bswap<u32>(value));
}
