import type { FastPaths } from '@atoll/device/fast';
import { heapMemory } from '@atoll/device/frame';
import { mutate } from '@atoll/sim/mutate';
import type { Random } from '@atoll/sim/random';
import { fastWire, plainWire } from '@atoll/tcp/fast';
import type { SegmentHeader } from '@atoll/tcp/packet';
import { emptyHeader, emptySegment, SYN, VOUCHED } from '@atoll/tcp/packet';
import { outcome, same } from './outcome.ts';

const CAPACITY = 512;
const ADDRESSES = 0x2_1234;

/** Writes and reads random and damaged segments with both wires, and throws where they differ. */
export function compareWires(fast: FastPaths, random: Random, rounds: number): void {
  const wire = fastWire(fast);
  const expected = heapMemory(CAPACITY);
  const actual = fast.allocate(CAPACITY);
  const payload = fast.allocate(64);
  const [plainSegment, firstSegment, secondSegment] = [0, 1, 2].map(emptySegment);
  const seen = { written: 0, thrown: 0, read: 0, refused: 0, withOptions: 0 };

  for (let round = 0; round < rounds; round++) {
    const header = randomHeader(random);
    const start = random.below(random.chance(0.1) ? CAPACITY : 32);
    const length = random.below(64);
    const from = random.below(64 - length + 1);
    payload.bytes.set(random.bytes(16), random.below(48));
    const isPartial = random.chance(0.3);
    const written = outcome(() =>
      plainWire.emit(expected, start, header, ADDRESSES, isPartial, payload, from, length),
    );
    same('emit', written, () =>
      wire.emit(actual, start, header, ADDRESSES, isPartial, payload, from, length),
    );
    if (typeof written !== 'number') {
      seen.thrown++;
      continue;
    }
    seen.written++;
    const end = start + written;
    for (let at = start; at < end; at++) {
      if (actual.bytes[at] !== expected.bytes[at]) throw new Error(`emit: byte ${at} of ${end}`);
    }

    const original = expected.bytes.slice(start, end);
    if (random.chance(0.3)) fillOptions(random, original);
    const damaged = random.chance(0.5) ? original : mutate(random, original);
    expected.bytes.set(damaged, 0);
    actual.bytes.set(damaged, 0);
    const addresses = random.chance(0.2) ? ADDRESSES : VOUCHED;
    // Two that take turns: what one knows of the other's options must not matter.
    const segment = random.chance(0.5) ? firstSegment : secondSegment;
    const result = plainWire.parse(expected, 0, damaged.length, addresses, plainSegment);
    const reason = result.ok ? 'parsed' : result.error.reason;
    same('parse', reason, () => {
      const fastResult = wire.parse(actual, 0, damaged.length, addresses, segment);
      return fastResult.ok ? 'parsed' : fastResult.error.reason;
    });
    if (!result.ok) {
      seen.refused++;
      continue;
    }
    seen.read++;
    if (plainSegment.payloadStart > 32) seen.withOptions++;
    // Words behind the last SACK have no meaning.
    for (const { sacks, sackCount } of [plainSegment, segment]) sacks.fill(0, 2 * sackCount);
    const text = JSON.stringify(plainSegment);
    same('segment', text, () => JSON.stringify(segment));
  }
  for (const [what, count] of Object.entries(seen)) {
    if (count < rounds / 50) throw new Error(`only ${count} ${what}`);
  }
}

/** The same as {@link compareWires} for copying, within a region and to another. */
export function compareCopies(fast: FastPaths, random: Random, rounds: number): void {
  const wire = fastWire(fast);
  const plain = [heapMemory(64), heapMemory(64)];
  const quick = [fast.allocate(64), fast.allocate(64)];
  for (let round = 0; round < rounds; round++) {
    const change = random.bytes(8);
    for (const [first] of [plain, quick]) first.bytes.set(change, round % 56);
    const [from, to, length] = [70, 70, 32].map((bound) => random.below(bound) - 3);
    const target = random.below(2);
    const done = outcome(() => plainWire.copy(plain[0], from, plain[target], to, length));
    same('copy', done, () => wire.copy(quick[0], from, quick[target], to, length));
    for (const at of [0, 1]) same('copied', String(plain[at].bytes), () => String(quick[at].bytes));
  }
}

/** Puts any options into the header: known and unknown ones, most of a length that they may have. */
function fillOptions(random: Random, segment: Uint8Array): void {
  const end = Math.min(segment.length, (segment[12] >>> 4) * 4);
  for (let at = 20; at < end; ) {
    const kind = random.pick([0, 1, 2, 2, 3, 4, 5, 5, 5, 8, 8, 19]);
    const usual = [1, 1, 4, 3, 2, 2 + 8 * random.below(4), 2, 2, 10][kind] ?? 6;
    const length = random.chance(0.7) ? usual : random.below(20);
    segment[at] = kind;
    if (kind > 1) segment[at + 1] = length;
    at += kind > 1 ? Math.max(length, 2) : 1;
  }
}

function randomHeader(random: Random): SegmentHeader {
  const header = emptyHeader();
  header.sourcePort = random.below(0x1_0000);
  header.destinationPort = random.below(0x1_0000);
  header.sequence = random.below(2 ** 32);
  header.acknowledgment = random.below(2 ** 32);
  header.flags = random.below(256);
  if (random.chance(0.3)) header.flags &= ~SYN;
  header.window = random.below(0x1_0000);
  header.mss = random.chance(0.5) ? random.below(0x1_0000) : 0;
  header.windowScale = random.below(16) - 1;
  header.sackPermitted = random.chance(0.5);
  header.hasTimestamp = random.chance(0.7);
  header.timestamp = random.below(2 ** 32);
  header.timestampEcho = random.below(2 ** 32);
  header.sackCount = random.chance(0.5) ? random.below(5) : 0;
  for (let at = 0; at < 8; at++) header.sacks[at] = random.below(2 ** 32);
  return header;
}
