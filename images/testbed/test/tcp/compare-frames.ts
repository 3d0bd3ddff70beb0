import { internetChecksum } from '@atoll/bytes/checksum';
import { writeU16 } from '@atoll/bytes/field';
import type { FastPaths } from '@atoll/device/fast';
import { createFrame } from '@atoll/device/frame';
import type { Frame } from '@atoll/device/network';
import { LARGE_FRAME_CAPACITY } from '@atoll/device/network';
import { mutate } from '@atoll/sim/mutate';
import type { Random } from '@atoll/sim/random';
import { FastCoalescer, FastSegmenter, plainWire } from '@atoll/tcp/fast';
import { PlainCoalescer } from '@atoll/tcp/gro';
import { PlainSegmenter } from '@atoll/tcp/gso';
import { ACK, CWR, ECE, emptyHeader, FIN, PSH } from '@atoll/tcp/packet';
import { same } from './outcome.ts';

/** Cuts random and damaged frames with both segmenters, and throws where they differ. */
export function compareCutting(fast: FastPaths, random: Random, rounds: number): void {
  const plain = new PlainSegmenter();
  const quick = new FastSegmenter(fast);
  const [frame, plainPiece, piece] = frames(fast);
  let pieces = 0;
  for (let round = 0; round < rounds; round++) {
    fillFrame(random, frame, 1 + random.below(600));
    if (random.chance(0.4)) load(frame, mutate(random, frame.bytes.slice(0, frame.length)));
    if (random.chance(0.4)) disturb(random, frame);
    frame.segmentSize = random.pick([0, 50, 90, 1000]);
    const isPartial = random.chance(0.5);
    const begun = plain.begin(frame, isPartial);
    same('begin', begun, () => quick.begin(frame, isPartial));
    for (let more = begun; more; pieces++) {
      more = plain.next(plainPiece);
      same('next', more, () => quick.next(piece));
      if (more) sameFrame(plainPiece, piece);
    }
  }
  if (pieces < rounds) throw new Error(`only ${pieces} pieces`);
}

/** Sends the same pieces, some damaged, lost or in another order, through both coalescers. */
export function compareJoining(fast: FastPaths, random: Random, rounds: number): void {
  const plain = new PlainCoalescer();
  const quick = new FastCoalescer(fast);
  const segmenter = new PlainSegmenter();
  const [whole, piece] = frames(fast);
  whole.segmentSize = 100;
  const seen = { taken: 0, refused: 0, joined: 0 };
  const flush = () => {
    const expected = plain.flush();
    const actual = quick.flush();
    same('flush', expected === undefined, () => actual === undefined);
    if (expected === undefined || actual === undefined) return;
    if (expected.segmentSize !== 0) seen.joined++;
    sameFrame(expected, actual);
  };
  const take = () => {
    const taken = plain.take(piece);
    same('take', taken, () => quick.take(piece));
    seen[taken ? 'taken' : 'refused']++;
    return taken;
  };
  const header = emptyHeader();
  for (let round = 0; round < rounds; round++) {
    fillFrame(random, whole, 1 + random.below(800), header);
    if (random.chance(0.5)) whole.segmentSize = 40 + random.below(300);
    if (!segmenter.begin(whole, random.chance(0.1))) throw new Error('it cannot be cut');
    while (segmenter.next(piece)) {
      piece.isChecked = random.chance(0.2);
      if (random.chance(0.05)) continue;
      if (random.chance(0.1)) load(piece, mutate(random, piece.bytes.slice(0, piece.length)));
      if (random.chance(0.2)) disturb(random, piece);
      if (!take()) {
        flush();
        take();
      }
    }
    if (random.chance(0.3)) flush();
  }
  for (const [what, count] of Object.entries(seen)) {
    if (count < rounds / 5) throw new Error(`only ${count} ${what}`);
  }
}

/** Three, of which the first is for a segment that is to be cut. */
function frames({ allocate }: FastPaths): Frame[] {
  return [LARGE_FRAME_CAPACITY, undefined, undefined].map((capacity) =>
    createFrame(allocate, capacity),
  );
}

/**
 * A frame with a segment with so much payload, over either IP; its TCP checksum has no meaning. With
 * `header` it goes on where the segment before ended, or starts anew.
 */
function fillFrame(
  random: Random,
  frame: Frame,
  payloadLength: number,
  header = emptyHeader(),
): void {
  const { bytes } = frame;
  const goesOn = header.sequence !== 0 && random.chance(0.6);
  const isIpv4 = goesOn ? bytes[12] === 8 : random.chance(0.5);
  const transport = isIpv4 ? 34 : 54;
  if (!goesOn) {
    header.sequence = random.below(2 ** 32);
    header.acknowledgment = random.below(2 ** 32);
    header.hasTimestamp = random.chance(0.7);
    header.timestamp = random.below(2 ** 32);
  }
  header.flags = ACK | random.pick([0, 0, PSH, PSH, ECE, CWR, FIN, PSH | FIN]);
  const length = plainWire.emit(frame, transport, header, 0, true, frame, 2048, payloadLength);
  header.sequence = (header.sequence + payloadLength) >>> 0;
  frame.length = transport + length;
  bytes.fill(2, 0, transport);
  if (isIpv4) {
    bytes.set([0x08, 0x00, 0x45, 0x00], 12);
    writeU16(bytes, 16, 20 + length);
    writeU16(bytes, 18, random.below(0x1_0000));
    bytes.set([0x40, 0x00, 64, 6, 0, 0], 20);
    writeU16(bytes, 24, internetChecksum(bytes, 14, 34));
  } else {
    bytes.set([0x86, 0xdd, 0x60, 0x01, 0x02, 0x03], 12);
    writeU16(bytes, 18, length);
    bytes.set([6, 64], 20);
  }
}

/** Changes a bit of the headers, and has the device vouch for the result. */
function disturb(random: Random, frame: Frame): void {
  const { bytes } = frame;
  frame.isChecked = true;
  // The lengths of headers and the flags decide most.
  const at = random.chance(0.3) ? random.pick([14, 46, 47]) : random.below(90);
  bytes[at] ^= 1 << random.below(8);
  if (at < 34 && bytes[12] === 8) {
    writeU16(bytes, 24, 0);
    writeU16(bytes, 24, internetChecksum(bytes, 14, 34));
  }
}

function load(frame: Frame, bytes: Uint8Array): void {
  frame.bytes.set(bytes);
  frame.length = bytes.length;
}

function sameFrame(expected: Frame, actual: Frame): void {
  const fields = ({ length, segmentSize, checksumStart, checksumOffset, isChecked }: Frame) =>
    [length, segmentSize, checksumStart, checksumStart && checksumOffset, isChecked].join();
  same('frame', fields(expected), () => fields(actual));
  for (let at = 0; at < expected.length; at++) {
    if (actual.bytes[at] !== expected.bytes[at]) throw new Error(`byte ${at} of a frame`);
  }
}
