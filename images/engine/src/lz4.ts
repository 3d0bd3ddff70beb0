/**
 * Compresses `bytes` to a block of LZ4 (`lz4_Block_format.md`) with one thing added: an offset of 0, which LZ4
 * forbids, stands for zeros. Whoever unpacks into zeroed memory need not touch it for long ones. As in LZ4 the
 * block ends with literals, here at least {@link TAIL} of them where there are so many bytes, so that copies by
 * words may overshoot everywhere else.
 */
export function compress(bytes: Uint8Array): Uint8Array {
  const { lengths, offsets } = findMatches(bytes);
  chooseMatches(lengths);
  const block: number[] = [];
  let literals = 0;
  for (let at = 0; at < bytes.length; at += Math.max(lengths[at], 1)) {
    if (lengths[at] === 0) continue;
    writeSequence(block, bytes.subarray(literals, at), {
      offset: offsets[at],
      length: lengths[at],
    });
    literals = at + lengths[at];
  }
  writeSequence(block, bytes.subarray(literals), undefined);
  return Uint8Array.from(block);
}

interface Match {
  readonly offset: number;
  readonly length: number;
}

const SHORTEST = 4;

/** Nearer ones would overlap with themselves when they are copied by words of 8 bytes. */
const NEAREST = 8;
const FARTHEST = 0xffff;

const TAIL = 32;

/** How many earlier places with the same four bytes are looked at. */
const TRIES = 128;

/** A match of this length is not looked at further; zeros may be more. */
const LONG = 256;

const HASH_BITS = 16;

/** For each position the longest match that starts there, of length 0 where there is none. */
function findMatches(bytes: Uint8Array): { lengths: Uint32Array; offsets: Uint16Array } {
  const end = bytes.length - TAIL;
  const lengths = findZeros(bytes, end);
  const offsets = new Uint16Array(bytes.length);
  const newest = new Int32Array(1 << HASH_BITS).fill(-1);
  const older = new Int32Array(bytes.length);
  for (let at = 0; at + SHORTEST <= end; at++) {
    if (lengths[at] >= LONG) continue;
    const hash = hashOf(bytes, at);
    let from = newest[hash];
    for (let tries = 0; tries < TRIES && from >= 0 && at - from <= FARTHEST; tries++) {
      const length =
        at - from < NEAREST ? 0 : lengthOf(bytes, { from, at, end, best: lengths[at] });
      if (length >= SHORTEST && length > lengths[at]) {
        lengths[at] = length;
        offsets[at] = at - from;
        if (length >= LONG) break;
      }
      from = older[from];
    }
    older[at] = newest[hash];
    newest[hash] = at;
  }
  return { lengths, offsets };
}

/** For each position how many zeros follow, or 0 where they are too few to matter. */
function findZeros(bytes: Uint8Array, end: number): Uint32Array {
  const lengths = new Uint32Array(bytes.length);
  let zeros = 0;
  for (let at = end - 1; at >= 0; at--) {
    zeros = bytes[at] === 0 ? zeros + 1 : 0;
    if (zeros >= SHORTEST) lengths[at] = zeros;
  }
  return lengths;
}

function hashOf(bytes: Uint8Array, at: number): number {
  const word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
  return Math.imul(word, 0x9e37_79b1) >>> (32 - HASH_BITS);
}

interface Candidate {
  readonly from: number;
  readonly at: number;
  readonly end: number;
  /** The length that is to be exceeded. */
  readonly best: number;
}

function lengthOf(bytes: Uint8Array, { from, at, end, best }: Candidate): number {
  // Most candidates fail at the byte that would make them longer.
  if (bytes[from + best] !== bytes[at + best]) return 0;
  const most = Math.min(end - at, LONG);
  let length = 0;
  while (length < most && bytes[from + length] === bytes[at + length]) length++;
  return length;
}

/** Shortens the matches to those that make the block smallest, counted from its end. */
function chooseMatches(lengths: Uint32Array): void {
  const costs = new Float64Array(lengths.length + 1);
  for (let at = lengths.length - 1; at >= 0; at--) {
    const longest = lengths[at];
    costs[at] = costs[at + 1] + 1;
    lengths[at] = 0;
    const shortest = longest < LONG ? SHORTEST : longest;
    for (let length = longest; length >= shortest; length--) {
      const cost = costs[at + length] + 3 + extensionSize(length - SHORTEST);
      if (cost >= costs[at]) continue;
      costs[at] = cost;
      lengths[at] = length;
    }
  }
}

/** A count of 15 or more goes on behind its four bits in the token. */
const MOST_IN_TOKEN = 15;

function extensionSize(count: number): number {
  return count < MOST_IN_TOKEN ? 0 : Math.floor((count - MOST_IN_TOKEN) / 255) + 1;
}

function writeSequence(block: number[], literals: Uint8Array, match: Match | undefined): void {
  const more = match === undefined ? 0 : match.length - SHORTEST;
  block.push((Math.min(literals.length, MOST_IN_TOKEN) << 4) | Math.min(more, MOST_IN_TOKEN));
  writeExtension(block, literals.length);
  for (const literal of literals) block.push(literal);
  if (match === undefined) return;
  block.push(match.offset & 255, match.offset >> 8);
  writeExtension(block, more);
}

function writeExtension(block: number[], count: number): void {
  if (count < MOST_IN_TOKEN) return;
  let left = count - MOST_IN_TOKEN;
  for (; left >= 255; left -= 255) block.push(255);
  block.push(left);
}
