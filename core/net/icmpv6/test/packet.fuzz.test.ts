import { emitIpv6, emptyIpv6Header } from '@atoll/ipv6/packet';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { Icmpv6 } from '../src/engine.ts';
import { describeIcmpv6, emitIcmpv6, parseIcmpv6 } from '../src/packet.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 5000);

describe('ICMPv6', () => {
  it('takes any bytes, and answers with no more than it got', () => {
    const random = new Random(1);
    const icmp = new Icmpv6();
    const header = { ...emptyIpv6Header(), source: 2n, destination: 1n, hopLimit: 64 };
    // A checksum that is always right lets the damage through to what lies behind it.
    const checksum = { internetChecksum: () => 0, sum: () => 0 };
    const kinds = new Map<string, number>();
    let complaints = 0;
    for (let input = 0; input < INPUTS; input++) {
      const quote = random.bytes(80);
      header.nextHeader = random.pick([0, 6, 17, 43, 44, 58, 60]);
      header.payloadLength = 40;
      emitIpv6({ bytes: quote, address: 0 }, 0, header);
      const valid = emitIcmpv6(
        {
          type: random.pick([1, 2, 3, 4, 128, 129, 134, 135]),
          code: random.below(8),
          rest: random.below(2 ** 32),
          body: quote,
        },
        0,
      );
      const bytes = random.chance(0.1) ? random.bytes(random.below(64)) : mutate(random, valid);
      const region = { bytes, address: 0 };
      const now = input * 100;
      const parsed = parseIcmpv6(region, 0, bytes.length, 0, checksum);
      if (parsed.ok && describeIcmpv6(parsed.value).length > 80) throw new Error('a long line');
      const event = icmp.handle(region, 0, bytes.length, header, now, checksum);
      const kind = event.ok ? event.value.kind : 'malformed';
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (event.ok && event.value.kind === 'reply') {
        if (emitIcmpv6(event.value.message, 0).length > bytes.length) throw new Error('amplified');
      }
      // Whatever made us complain, the header of the packet in question was good.
      const damaged = mutate(random, quote);
      const packet = new Uint8Array(Math.max(damaged.length, 40));
      packet.set(damaged);
      header.nextHeader = packet[6];
      header.payloadLength = packet.length - 40;
      const made = icmp.report({ type: 4, code: 1, rest: 6 }, packet, 0, header, now);
      if (made === undefined) continue;
      complaints++;
      if (made.body.length > packet.length) throw new Error('a quote of more than there was');
    }
    for (const kind of ['reply', 'report', 'message', 'ignored', 'malformed']) {
      expect([kind, (kinds.get(kind) ?? 0) > INPUTS / 50]).toEqual([kind, true]);
    }
    expect(complaints).toBeGreaterThan(INPUTS / 20);
  });
});
