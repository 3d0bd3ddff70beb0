import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { describeSegment } from '../src/describe.ts';
import { emitTcp, emptyHeader, emptySegment, parseTcp, VOUCHED } from '../src/packet.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 5000);

describe('TCP segments', () => {
  it('may be any bytes', () => {
    const random = new Random(9293);
    const valid = { bytes: new Uint8Array(100), address: 0 };
    const segment = emptySegment();
    let parsed = 0;
    let withOptions = 0;
    for (let input = 0; input < INPUTS; input++) {
      const header = {
        ...emptyHeader(),
        sequence: random.below(2 ** 32),
        flags: random.below(256),
      };
      header.mss = random.below(0x1_0000);
      header.windowScale = random.below(16) - 1;
      header.sackPermitted = random.chance(0.5);
      header.hasTimestamp = random.chance(0.5);
      header.sackCount = random.below(4);
      const length = emitTcp(valid, 0, header, 0, false, valid, 40, random.below(32));
      const original = valid.bytes.slice(0, length);
      const bytes = random.chance(0.1) ? random.bytes(random.below(80)) : mutate(random, original);
      const region = { bytes, address: 0 };
      if (!parseTcp(region, 0, bytes.length, VOUCHED, segment).ok) continue;
      parsed++;
      if (segment.payloadStart > 20) withOptions++;
      expect(segment.payloadStart).toBeGreaterThanOrEqual(20);
      expect(segment.payloadStart).toBeLessThanOrEqual(segment.payloadEnd);
      expect(segment.payloadEnd).toBe(bytes.length);
      expect(segment.windowScale).toBeLessThanOrEqual(14);
      expect(segment.sackCount).toBeLessThanOrEqual(4);
      expect(describeSegment(segment).length).toBeLessThan(250);
      for (const value of Object.values(segment)) expect(value).not.toBeNaN();
      // What was read is legal, so it can be written, except for options that only fit unaligned.
      if (segment.hasTimestamp && segment.sackCount === 4) continue;
      emitTcp({ bytes: new Uint8Array(60), address: 0 }, 0, segment, 0, false, region, 0, 0);
    }
    expect(parsed).toBeGreaterThan(INPUTS / 4);
    expect(withOptions).toBeGreaterThan(INPUTS / 10);
  });
});
