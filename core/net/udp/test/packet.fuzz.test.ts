import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { describeUdp, emitUdp, emptyUdpHeader, parseUdp } from '../src/packet.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 5000);

describe('parseUdp', () => {
  it('takes any bytes', () => {
    const random = new Random(0x11);
    const valid = new Uint8Array(24);
    const header = emptyUdpHeader();
    let parsed = 0;
    for (let input = 0; input < INPUTS; input++) {
      const ports = { sourcePort: random.below(2 ** 16), destinationPort: random.below(2 ** 16) };
      emitUdp({ bytes: valid, address: 0 }, 0, 3, { ...ports, length: 24 });
      // Without a checksum the damage is let through.
      valid.fill(0, 6, 8);
      const bytes = random.chance(0.1) ? random.bytes(random.below(64)) : mutate(random, valid);
      if (!parseUdp({ bytes, address: 0 }, 0, bytes.length, 3, header).ok) continue;
      parsed++;
      if (header.length > bytes.length) throw new Error(describeUdp(header));
    }
    expect(parsed).toBeGreaterThan(INPUTS / 10);
  });
});
