import { decodeLatin1 } from '@atoll/bytes/latin1';

/**
 * The code of RFC 7541 appendix B. It is canonical: with the length of each symbol's code, the codes follow, since
 * they count upwards from the shortest, and among equals in the order of the symbols.
 */
interface Code {
  /** By the next eight bits: symbol and length (of at most eight bits), `symbol << 4 | length`, or 0. */
  readonly short: Uint16Array;
  /** By length: the first code, how many there are, and where their symbols start in `symbols`. */
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly start: Int32Array;
  readonly symbols: Uint16Array;
}

/** Latin1 of the octets that `bytes` from `start` to `end` stand for; `undefined` when they are no such string. */
export function huffmanDecode(bytes: Uint8Array, start: number, end: number): string | undefined {
  code ??= makeCode();
  const { short } = code;
  const text = new Uint8Array(Math.floor(((end - start) * 8) / SHORTEST));
  const last = end * 8;
  let length = 0;
  let bit = start * 8;
  while (bit < last) {
    const at = bit >>> 3;
    // What lies behind the end counts as padding.
    const two = (bytes[at] << 8) | (at + 1 < end ? bytes[at + 1] : 0xff);
    const entry = short[(two >>> (8 - (bit & 7))) & 0xff];
    if (entry !== 0) {
      bit += entry & 0xf;
      text[length++] = entry >>> 4;
      continue;
    }
    const long = longSymbol(code, bytes, bit, last);
    if (long < 0) return isPadding(bytes, bit, last) ? latin1(text, length) : undefined;
    bit += long & 0x1f;
    text[length++] = long >>> 5;
  }
  return bit === last ? latin1(text, length) : undefined;
}

/** The symbol of more than eight bits at `bit`, `symbol << 5 | length`; -1 when there is none, or it is EOS. */
function longSymbol(code: Code, bytes: Uint8Array, from: number, last: number): number {
  const { first, count, start, symbols } = code;
  let value = 0;
  for (let bit = from; bit < last && bit - from < LONGEST; bit++) {
    value = (value << 1) | ((bytes[bit >>> 3] >>> (7 - (bit & 7))) & 1);
    const length = bit - from + 1;
    const index = value - first[length];
    if (length <= 8 || index >= count[length]) continue;
    const symbol = symbols[start[length] + index];
    return symbol === EOS ? -1 : (symbol << 5) | length;
  }
  return -1;
}

/** Whether the rest is the start of EOS, and shorter than an octet (RFC 7541 section 5.2). */
function isPadding(bytes: Uint8Array, bit: number, last: number): boolean {
  const count = last - bit;
  const mask = (1 << count) - 1;
  return count < 8 && (bytes[(last >>> 3) - 1] & mask) === mask;
}

function makeCode(): Code {
  const lengths = Array.from(LENGTHS, (digit) => Number.parseInt(digit, 36));
  const short = new Uint16Array(256);
  const first = new Int32Array(LONGEST + 1);
  const count = new Int32Array(LONGEST + 1);
  const start = new Int32Array(LONGEST + 1);
  const symbols = new Uint16Array(lengths.length);
  for (const length of lengths) count[length]++;
  for (let length = SHORTEST; length <= LONGEST; length++) {
    first[length] = (first[length - 1] + count[length - 1]) << 1;
    start[length] = start[length - 1] + count[length - 1];
  }
  const next = start.slice();
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol];
    const place = next[length]++;
    symbols[place] = symbol;
    if (length > 8) continue;
    const from = (first[length] + place - start[length]) << (8 - length);
    short.fill((symbol << 4) | length, from, from + (1 << (8 - length)));
  }
  return { short, first, count, start, symbols };
}

function latin1(text: Uint8Array, length: number): string {
  return decodeLatin1(text.subarray(0, length));
}

let code: Code | undefined;

/** The length of each symbol's code, in base 36; the last one is EOS. */
const LENGTHS =
  'dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6cad677777777777777777777' +
  '77878djde6f56565666577666567655677777fbedskmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmo' +
  'lmnnllmlnmnnkmmmnmmnqqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrqu';
const EOS = 256;
const SHORTEST = 5;
const LONGEST = 30;
