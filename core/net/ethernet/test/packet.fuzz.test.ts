import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { describeEthernet, emitEthernet, parseEthernet } from '../src/packet.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 5000);

describe('parseEthernet', () => {
  it('takes any bytes', () => {
    const random = new Random(0xe);
    const valid = new Uint8Array(20);
    let parsed = 0;
    for (let input = 0; input < INPUTS; input++) {
      emitEthernet(valid, random.below(2 ** 48), random.below(2 ** 48), random.below(2 ** 16));
      const bytes = random.chance(0.2) ? random.bytes(random.below(64)) : mutate(random, valid);
      const result = parseEthernet(bytes);
      if (!result.ok) continue;
      parsed++;
      if (describeEthernet(result.value).length !== 49) throw new Error('not one short line');
    }
    expect(parsed).toBeGreaterThan(INPUTS / 4);
  });
});
