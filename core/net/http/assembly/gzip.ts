/**
 * gzip (RFC 1952): one block of DEFLATE (RFC 1951) with the fixed codes, which need no tables to be made and
 * sent. A match is looked for at the last place where the same four octets stood.
 */

/** Bits that are not written yet, the next one the lowest. */
let pending: u64 = 0;
let pendingCount: u32 = 0;
/** Where the next octet goes. */
let cursor: u32 = 0;

/** Octets of scratch memory that {@link gzip} needs at `tables`. */
export function tableSize(): u32 {
  return PLACES_SIZE + CRC_SIZE;
}

/** The most octets that come of `length`. */
export function bound(length: u32): u32 {
  return length + (length >> 3) + 32;
}

/**
 * Compresses the `length` octets at `source`, up to 65,535, to `target`, and answers how many it wrote there.
 */
export function gzip(source: u32, length: u32, target: u32, tables: u32): u32 {
  // Deflate, no flags, no time, no hint, unknown system.
  store<u64>(target, 0x00000000_00088b1f);
  store<u16>(target, 0xff00, 8);
  cursor = target + 10;
  pending = 0;
  pendingCount = 0;
  put(LAST_FIXED_BLOCK, 3);
  compress(source, source + length, tables);
  put(0, END_OF_BLOCK_WIDTH);
  if (pendingCount > 0) put(0, 8 - pendingCount);
  store<u32>(cursor, crc32(source, length, tables + PLACES_SIZE));
  store<u32>(cursor, length, 4);
  return cursor + 8 - target;
}

function compress(source: u32, end: u32, places: u32): void {
  memory.fill(places, 0, PLACES_SIZE);
  let at = source;
  while (at + 4 <= end) {
    const word = load<u32>(at);
    const place = placeOf(places, word);
    const known = load<u16>(place) as u32;
    const candidate = source + known - 1;
    store<u16>(place, (at - source + 1) as u16);
    const isMatch = known !== 0 && at - candidate <= WINDOW && load<u32>(candidate) === word;
    if (!isMatch) {
      putLiteral(load<u8>(at) as u32);
      at++;
      continue;
    }
    const most = min(end - at, LONGEST_MATCH);
    let length: u32 = 4;
    while (length < most && load<u8>(candidate + length) === load<u8>(at + length)) length++;
    putLength(length);
    putDistance(at - candidate);
    const after = at + length;
    for (at++; at < after; at++) {
      if (at + 4 <= end) {
        store<u16>(placeOf(places, load<u32>(at)), (at - source + 1) as u16);
      }
    }
  }
  for (; at < end; at++) putLiteral(load<u8>(at) as u32);
}

/** Where the last place of `word` is remembered: its offset and 1, in 16 bits. */
function placeOf(places: u32, word: u32): u32 {
  return places + (((word * 0x9e3779b1) >> 19) << 1);
}

function putLiteral(octet: u32): void {
  if (octet < 144) put(reversed(0x30 + octet, 8), 8);
  else put(reversed(0x190 + octet - 144, 9), 9);
}

function putLength(length: u32): void {
  const value = length - 3;
  if (length === LONGEST_MATCH) {
    put(reversed(0xc5, 8), 8);
    return;
  }
  const extra: u32 = value < 8 ? 0 : 29 - clz<u32>(value);
  const symbol: u32 = value < 8 ? value : ((extra + 1) << 2) + ((value >> extra) & 3);
  // Symbols from 257 have seven bits, those from 280 eight.
  if (symbol < 23) put(reversed(symbol + 1, 7), 7);
  else put(reversed(0xc0 + symbol - 23, 8), 8);
  put(value & ((1 << extra) - 1), extra);
}

function putDistance(distance: u32): void {
  const value = distance - 1;
  const extra: u32 = value < 4 ? 0 : 30 - clz<u32>(value);
  const symbol: u32 = value < 4 ? value : ((extra + 1) << 1) + ((value >> extra) & 1);
  put(reversed(symbol, 5), 5);
  put(value & ((1 << extra) - 1), extra);
}

/** The lowest `width` bits of `code` in the other order: codes start with their highest bit. */
function reversed(code: u32, width: u32): u32 {
  let bits = ((code & 0x5555) << 1) | ((code >> 1) & 0x5555);
  bits = ((bits & 0x3333) << 2) | ((bits >> 2) & 0x3333);
  bits = ((bits & 0x0f0f) << 4) | ((bits >> 4) & 0x0f0f);
  bits = ((bits & 0x00ff) << 8) | ((bits >> 8) & 0x00ff);
  return bits >> (16 - width);
}

function put(bits: u32, width: u32): void {
  pending |= (bits as u64) << (pendingCount as u64);
  pendingCount += width;
  while (pendingCount >= 8) {
    store<u8>(cursor, pending as u8);
    cursor++;
    pending >>= 8;
    pendingCount -= 8;
  }
}

function crc32(source: u32, length: u32, table: u32): u32 {
  for (let octet: u32 = 0; octet < 256; octet++) {
    let value = octet;
    for (let bit = 0; bit < 8; bit++) value = (value >> 1) ^ (value & 1 ? CRC_POLYNOMIAL : 0);
    store<u32>(table + (octet << 2), value);
  }
  let crc: u32 = 0xffffffff;
  for (let at = source; at < source + length; at++) {
    const octet = (crc ^ (load<u8>(at) as u32)) & 0xff;
    crc = (crc >> 8) ^ load<u32>(table + (octet << 2));
  }
  return ~crc;
}

const PLACES_SIZE: u32 = 16384;
const CRC_SIZE: u32 = 1024;
const CRC_POLYNOMIAL: u32 = 0xedb88320;
const WINDOW: u32 = 32768;
const LONGEST_MATCH: u32 = 258;
/** BFINAL, and BTYPE 01. */
const LAST_FIXED_BLOCK: u32 = 3;
const END_OF_BLOCK_WIDTH: u32 = 7;
