import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { describeIpv4, emitIpv4, emptyIpv4Header, parseIpv4 } from '../src/packet.ts';
import { Reassembly } from '../src/reassembly.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 5000);

describe('IPv4', () => {
  it('takes any bytes, and keeps no more of them than it may', () => {
    const random = new Random(4);
    const reassembly = new Reassembly({ datagrams: 16, bytes: 10_000 });
    const valid = new Uint8Array(60);
    const header = emptyIpv4Header();
    // A checksum that is always right lets the damage through to what lies behind it.
    const checksum = { internetChecksum: () => 0, sum: () => 0 };
    let parsed = 0;
    for (let input = 0; input < INPUTS; input++) {
      emitIpv4({ bytes: valid, address: 0 }, 0, {
        ...header,
        totalLength: 20 + random.below(41),
        timeToLive: 64,
        identification: random.below(4),
        moreFragments: random.chance(0.5),
        fragmentOffset: 8 * random.below(4),
        source: 1,
        destination: 2,
      });
      const bytes = random.chance(0.1) ? random.bytes(random.below(80)) : mutate(random, valid);
      if (!parseIpv4({ bytes, address: 0 }, 0, bytes.length, header, checksum).ok) continue;
      parsed++;
      if (header.totalLength > bytes.length) throw new Error(describeIpv4(header));
      const whole = reassembly.handle(header, bytes, 0, input);
      if (whole !== undefined && whole.length > 0xffff) throw new Error('too long a datagram');
      if (reassembly.bytes > 10_000) throw new Error(`${reassembly.bytes} bytes`);
      if (reassembly.nextTimeout <= input) reassembly.poll(input);
    }
    expect(parsed).toBeGreaterThan(INPUTS / 20);
  });
});
