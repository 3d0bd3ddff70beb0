import { createFrame } from '@atoll/device/frame';
import { LARGE_FRAME_CAPACITY } from '@atoll/device/network';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { PlainCoalescer } from '../src/gro.ts';
import { PlainSegmenter } from '../src/gso.ts';
import { ACK, PSH } from '../src/packet.ts';
import { counting, piecesOf, tcpFrame } from './gso-frames.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 5000);

describe('cutting and joining', () => {
  it('take any frames', () => {
    const random = new Random(0x650);
    const segmenter = new PlainSegmenter();
    const coalescer = new PlainCoalescer();
    const frame = createFrame(undefined, 4096);
    const piece = createFrame();
    const originals = ([4, 6] as const).map((family) => {
      const header = { flags: ACK, hasTimestamp: true };
      const { bytes, length } = tcpFrame({
        family,
        header,
        payload: counting(400),
        segmentSize: 90,
      });
      return bytes.slice(0, length);
    });
    const seen = { cut: 0, pieces: 0, taken: 0 };
    for (let input = 0; input < INPUTS; input++) {
      const bytes = mutate(random, random.pick(originals));
      frame.bytes.set(bytes);
      frame.length = bytes.length;
      frame.segmentSize = random.pick([0, 7, 90, 400]);
      frame.isChecked = random.chance(0.9);
      if (segmenter.begin(frame, random.chance(0.5))) {
        seen.cut++;
        let count = 0;
        while (segmenter.next(piece)) {
          count++;
          if (piece.length > frame.length) throw new Error('a piece longer than the whole');
        }
        if (count === 0 || count > frame.length) throw new Error(`${count} pieces`);
        seen.pieces += count;
      }
      frame.segmentSize = 0;
      if (coalescer.take(frame)) seen.taken++;
      if (random.chance(0.3)) {
        const held = coalescer.flush();
        if (held !== undefined && held.length > LARGE_FRAME_CAPACITY) throw new Error('too long');
      }
    }
    expect(seen.cut).toBeGreaterThan(INPUTS / 10);
    expect(seen.pieces).toBeGreaterThan(INPUTS);
    expect(seen.taken).toBeGreaterThan(INPUTS / 50);
  });

  it('are inverses, whatever the size of the pieces', () => {
    const random = new Random(0x960);
    const segmenter = new PlainSegmenter();
    const coalescer = new PlainCoalescer();
    for (let round = 0; round < INPUTS / 50; round++) {
      const payload = random.bytes(2 + random.below(random.pick([100, 3000, 20_000])));
      const segmentSize = 1 + random.below(Math.min(payload.length - 1, 2000));
      const header = {
        sequence: random.below(2 ** 32),
        acknowledgment: random.below(2 ** 32),
        flags: random.pick([ACK, ACK | PSH]),
        hasTimestamp: random.chance(0.5),
        timestamp: random.below(2 ** 32),
      };
      const identification = random.below(0x1_0000);
      const family = random.pick([4, 6] as const);
      const whole = tcpFrame({ family, header, payload, segmentSize, identification });
      for (const piece of piecesOf(segmenter, whole)) expect(coalescer.take(piece)).toBe(true);
      const held = coalescer.flush();
      if (held === undefined) throw new Error('nothing is held');
      expect(held.segmentSize).toBe(segmentSize);
      expect(held.checksumStart).toBe(whole.checksumStart);
      const joined = held.bytes.subarray(0, held.length);
      if (Buffer.compare(joined, whole.bytes.subarray(0, whole.length)) !== 0) {
        throw new Error(`round ${round} gives another frame`);
      }
    }
  });
});
