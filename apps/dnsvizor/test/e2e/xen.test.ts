import { Bed, NETWORK } from '@atoll/testbed/bed';
import { dataOf, dig } from '@atoll/testbed/client/dig';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEach, xen } from './targets.ts';
import { ZONE } from './zone.ts';

onEach([xen], ['dig'], (target) => {
  let bed: Bed;
  beforeAll(() => {
    bed = new Bed(target, { domain: 'lan', words: ['--host-record=router.lan,10.0.0.1'] }, ZONE);
    return bed.start({ memory: 16 });
  });
  afterAll(() => bed.stop());

  it('answers over UDP and TCP, by itself and by asking others', async () => {
    for (const options of [[], ['+tcp']]) {
      const local = await dig(bed.client, NETWORK.server, 'router.lan', ...options);
      expect(dataOf(local.answer, 'A')).toEqual(['10.0.0.1']);
      const forwarded = await dig(bed.client, NETWORK.server, 'www.example', ...options);
      expect(dataOf(forwarded.answer, 'A')).toEqual(['192.0.2.1']);
    }
  });
});
