import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { Arp } from '../src/engine.ts';
import { ARP_LENGTH, describeArp, emitArp, parseArp, REPLY, REQUEST } from '../src/packet.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 5000);

describe('ARP', () => {
  it('takes any bytes, and remembers no more than it may', () => {
    const random = new Random(0xa);
    const arp = new Arp<string>({
      mac: 0x0200_0000_0001,
      prefix: { address: 0x0a00_0001, length: 8 },
      capacity: 16,
    });
    const valid = new Uint8Array(ARP_LENGTH);
    let parsed = 0;
    for (let input = 0; input < INPUTS; input++) {
      emitArp(valid, 0, {
        operation: random.pick([REQUEST, REPLY]),
        senderMac: random.below(2 ** 48),
        senderAddress: 0x0a00_0000 + random.below(64),
        targetMac: random.below(2 ** 48),
        targetAddress: 0x0a00_0000 + random.below(4),
      });
      const bytes = random.chance(0.1) ? random.bytes(random.below(64)) : mutate(random, valid);
      const result = parseArp(bytes);
      if (random.chance(0.1)) arp.wait(0x0a00_0000 + random.below(64), 'datagram');
      if (result.ok) {
        parsed++;
        expect(describeArp(result.value).length).toBeLessThan(100);
        expect(arp.handle(result.value, input).length).toBeLessThanOrEqual(2);
      }
      if (arp.nextTimeout <= input) arp.poll(input);
      if (arp.size > 16) throw new Error(`${arp.size} neighbours`);
    }
    expect(parsed).toBeGreaterThan(INPUTS / 100);
  });
});
