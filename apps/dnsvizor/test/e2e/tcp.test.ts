import { Bed, NETWORK } from '@atoll/testbed/bed';
import { dataOf, dig } from '@atoll/testbed/client/dig';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL, onEach } from './targets.ts';
import { ZONE } from './zone.ts';

onEach(ALL, ['dig'], (target) => {
  let bed: Bed;
  const ask = (...question: string[]) => dig(bed.client, NETWORK.server, '+tcp', ...question);

  beforeAll(() => {
    bed = new Bed(target, { domain: 'lan', words: ['--host-record=router.lan,10.0.0.1'] }, ZONE);
    return bed.start();
  });
  afterAll(() => bed.stop());

  describe('over TCP', () => {
    it('answers local names, those of others, and what does not exist', async () => {
      expect(dataOf((await ask('router.lan')).answer, 'A')).toEqual(['10.0.0.1']);
      expect(dataOf((await ask('www.example')).answer, 'A')).toEqual(['192.0.2.1']);
      expect((await ask('nowhere.example')).status).toBe('NXDOMAIN');
      expect((await ask('+edns=0', 'router.lan')).edns).toBeDefined();
    });

    it('answers in full what a datagram has no room for', async () => {
      const cut = await dig(bed.client, NETWORK.server, '+bufsize=512', 'large.example', 'TXT');
      expect(cut.flags).toContain('tc');
      const whole = await ask('large.example', 'TXT');
      expect(whole.flags).not.toContain('tc');
      expect(dataOf(whole.answer, 'TXT').join('').match(/l/g)).toHaveLength(1400);
      // It is remembered, and still does not fit into a datagram.
      const again = await dig(bed.client, NETWORK.server, '+bufsize=512', 'large.example', 'TXT');
      expect(again.flags).toContain('tc');
    });

    it('answers several questions on one connection, also when one is slow', async () => {
      const names = ['slow.example', 'router.lan', 'twice.example'];
      const questions = names.flatMap((name) => ['+tcp', '+keepopen', name]);
      const { stdout } = await bed.client.run(['dig', '-r', `@${NETWORK.server}`, ...questions]);
      for (const address of ['192.0.2.4', '10.0.0.1', '192.0.2.2'])
        expect(stdout).toContain(address);
    });

    it('serves many clients at once', async () => {
      const answers = await Promise.all(Array.from({ length: 30 }, () => ask('router.lan')));
      for (const { answer } of answers) expect(dataOf(answer, 'A')).toEqual(['10.0.0.1']);
    });
  });
});
