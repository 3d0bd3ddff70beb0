import { bswapSum, checksum, fold, putChecksum } from './checksum';
import { putU16, putU32, u16At, u32At } from './field';

export const HEADER: u32 = 20;
const LONGEST: u32 = 60;
export const PROTOCOL: u32 = 6;
export const VOUCHED: u32 = 0xffffffff;

/** Offsets of fields in a header. */
export const SEQUENCE: u32 = 4;
export const ACKNOWLEDGMENT: u32 = 8;
export const DATA_OFFSET: u32 = 12;
export const FLAGS: u32 = 13;
export const WINDOW: u32 = 14;
export const CHECKSUM: u32 = 16;

const SYN: u32 = 0x02;

/**
 * Words for `src/fast.ts`, at the address that both functions get as `block`: ports, sequence number,
 * acknowledgment, TSval, TSecr; the rare options: MSS 16 bits, window scale 4 bits and a bit that it is
 * there, a bit for SACK permitted, number of SACKs from bit 24; then the edges of the SACKs.
 */
const TSVAL: u32 = 12;
const TSECR: u32 = 16;
const RARE: u32 = 20;
const HAS_SCALE: u32 = 0x0010_0000;
const SACK_PERMITTED: u32 = 0x0020_0000;
const SACKS: u32 = 24;

/** Bits of the answer beside flags (8), words of header (4) and, above these, the window. */
const HAS_TIMESTAMP: i32 = 0x1000;
const HAS_RARE: i32 = 0x2000;

const TOO_SHORT: i32 = -1;
const WRONG_OFFSET: i32 = -2;
const WRONG_CHECKSUM: i32 = -3;

/** Parses the segment of `length` bytes. Answers its flags and the like, or what is wrong with it. */
export function parse(segment: u32, length: u32, addresses: u32, block: u32): i32 {
  if (length < HEADER) return TOO_SHORT;
  const words = (load<u8>(segment, DATA_OFFSET) as u32) >> 4;
  if (words * 4 < HEADER || words * 4 > length) return WRONG_OFFSET;
  if (addresses != VOUCHED && checksum(segment, length, addresses + PROTOCOL + length) != 0) {
    return WRONG_CHECKSUM;
  }
  store<u32>(block, u32At(segment));
  store<u32>(block, u32At(segment + SEQUENCE), 4);
  store<u32>(block, u32At(segment + ACKNOWLEDGMENT), 8);
  const flags = load<u8>(segment, FLAGS) as u32;
  const fixed = (u16At(segment + WINDOW) << 14) | (words << 8) | flags;
  const at = segment + HEADER;
  const end = segment + words * 4;
  if (at == end) return fixed as i32;
  if (hasTimestampOnly(segment)) {
    store<u32>(block, u32At(at + 4), TSVAL);
    store<u32>(block, u32At(at + 8), TSECR);
    return (fixed as i32) | HAS_TIMESTAMP;
  }
  return (fixed as i32) | parseOptions(at, end, (flags & SYN) != 0, block);
}

/** Whether there is one option: timestamps, aligned as RFC 7323 appendix A has it. */
export function hasTimestampOnly(segment: u32): bool {
  return (load<u8>(segment, DATA_OFFSET) as u32) >> 4 == 8 && u32At(segment + HEADER) == 0x0101080a;
}

function parseOptions(start: u32, end: u32, isSyn: bool, block: u32): i32 {
  let found: i32 = 0;
  let rare: u32 = 0;
  let at = start;
  while (at < end) {
    const kind = load<u8>(at) as u32;
    if (kind == 0) break;
    if (kind == 1) {
      at++;
      continue;
    }
    const length: u32 = at + 1 < end ? (load<u8>(at, 1) as u32) : 0;
    if (length < 2 || length > end - at) break;
    if (kind == 8) {
      if (length == 10) {
        found |= HAS_TIMESTAMP;
        store<u32>(block, u32At(at + 2), TSVAL);
        store<u32>(block, u32At(at + 6), TSECR);
      }
    } else if (isSyn) {
      rare = parseSynOption(at, kind, length, rare);
    } else if (kind == 5 && length >= 10 && (length & 7) == 2) {
      const bytes = length - 2;
      for (let edge: u32 = 0; edge < bytes; edge += 4) {
        store<u32>(block + SACKS + edge, u32At(at + 2 + edge));
      }
      rare = (bytes >> 3) << 24;
    }
    at += length;
  }
  if (rare == 0) return found;
  store<u32>(block, rare, RARE);
  return found | HAS_RARE;
}

function parseSynOption(at: u32, kind: u32, length: u32, rare: u32): u32 {
  if (kind == 2 && length == 4) return (rare & 0xffff0000) | u16At(at + 2);
  if (kind == 3 && length == 3) {
    const scale = min<u32>(load<u8>(at, 2) as u32, 14);
    return (rare & 0xfff0ffff) | HAS_SCALE | (scale << 16);
  }
  return kind == 4 && length == 2 ? rare | SACK_PERMITTED : rare;
}

/**
 * Writes a segment to `at`, behind its header the `length` bytes at `payload`. `rare` is as in the block,
 * which holds the edges of the SACKs; `fixed` has flags, HAS_TIMESTAMP and the window where `parse` answers
 * them. `room` is how many bytes there are at `at`. Answers how long the segment is, or what is wrong.
 */
export function emit(
  at: u32,
  room: u32,
  ports: u32,
  sequence: u32,
  acknowledgment: u32,
  fixed: u32,
  timestamp: u32,
  echo: u32,
  rare: u32,
  block: u32,
  addresses: u32,
  isPartial: u32,
  payload: u32,
  length: u32,
): i32 {
  const hasTimestamp = (fixed & (HAS_TIMESTAMP as u32)) != 0;
  const size = HEADER + (hasTimestamp ? 12 : 0) + rareLength(rare);
  if (size > LONGEST) return WRONG_OFFSET;
  if (room < size || length > room - size) return TOO_SHORT;
  if (length != 0 && payload != at + size) memory.copy(at + size, payload, length);
  putU32(at, ports);
  putU32(at + SEQUENCE, sequence);
  putU32(at + ACKNOWLEDGMENT, acknowledgment);
  putU32(at + DATA_OFFSET, ((size >> 2) << 28) | ((fixed & 0xff) << 16) | (fixed >> 14));
  store<u32>(at, 0, CHECKSUM);
  let option = at + HEADER;
  if (rare != 0) option = emitSynOptions(option, rare);
  if (hasTimestamp) {
    putU32(option, 0x0101080a);
    putU32(option + 4, timestamp);
    putU32(option + 8, echo);
    option += 12;
  }
  if (rare >= 0x0100_0000) emitSacks(option, rare >> 24, block + SACKS);
  const total = size + length;
  const initial = addresses + PROTOCOL + total;
  if (isPartial != 0) putChecksum(at + CHECKSUM, fold(bswapSum(initial)));
  else putChecksum(at + CHECKSUM, checksum(at, total, initial));
  return total as i32;
}

function rareLength(rare: u32): u32 {
  if (rare == 0) return 0;
  const sacks = rare >> 24;
  let length: u32 = sacks == 0 ? 0 : 4 + 8 * sacks;
  if ((rare & 0xffff) != 0) length += 4;
  if ((rare & HAS_SCALE) != 0) length += 4;
  if ((rare & SACK_PERMITTED) != 0) length += 4;
  return length;
}

function emitSynOptions(start: u32, rare: u32): u32 {
  let at = start;
  if ((rare & 0xffff) != 0) {
    putU32(at, 0x02040000 | (rare & 0xffff));
    at += 4;
  }
  if ((rare & HAS_SCALE) != 0) {
    putU32(at, 0x01030300 | ((rare >> 16) & 0x0f));
    at += 4;
  }
  if ((rare & SACK_PERMITTED) != 0) {
    putU32(at, 0x01010402);
    at += 4;
  }
  return at;
}

function emitSacks(at: u32, count: u32, edges: u32): void {
  putU32(at, 0x01010502 + 8 * count);
  for (let edge: u32 = 0; edge < 8 * count; edge += 4) putU32(at + 4 + edge, load<u32>(edges + edge));
}
