import { emptyIpv4Header } from '@atoll/ipv4/packet';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { Icmp } from '../src/engine.ts';
import { describeIcmp, ECHO_REQUEST, emitIcmp, parseIcmp, UNREACHABLE } from '../src/packet.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 5000);

describe('ICMP', () => {
  it('takes any bytes, and answers with no more than it got', () => {
    const random = new Random(1);
    const icmp = new Icmp({ address: 1, length: 8 });
    const header = { ...emptyIpv4Header(), headerLength: 0, source: 2, destination: 1 };
    // A checksum that is always right lets the damage through to what lies behind it.
    const checksum = { internetChecksum: () => 0, sum: () => 0 };
    let replies = 0;
    let reports = 0;
    for (let input = 0; input < INPUTS; input++) {
      const valid = emitIcmp({
        type: random.pick([ECHO_REQUEST, UNREACHABLE]),
        code: random.below(16),
        rest: random.below(2 ** 32),
        body: new Uint8Array(32).fill(0x45, 0, 1),
      });
      const bytes = random.chance(0.1) ? random.bytes(random.below(64)) : mutate(random, valid);
      const region = { bytes, address: 0 };
      const parsed = parseIcmp(region, 0, bytes.length, checksum);
      if (parsed.ok && describeIcmp(parsed.value).length > 80) throw new Error('a long line');
      header.totalLength = bytes.length;
      const event = icmp.handle(region, 0, header, input, checksum);
      if (!event.ok) continue;
      if (event.value.kind === 'report') reports++;
      if (event.value.kind !== 'reply') continue;
      replies++;
      if (event.value.payload.length > bytes.length) throw new Error('amplified');
    }
    expect(replies).toBeGreaterThan(INPUTS / 20);
    expect(reports).toBeGreaterThan(INPUTS / 20);
  });
});
