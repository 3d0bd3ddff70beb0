import { Bed, NETWORK } from '@atoll/testbed/bed';
import type { DigAnswer } from '@atoll/testbed/client/dig';
import { dataOf, dig } from '@atoll/testbed/client/dig';
import { eventually } from '@atoll/testbed/poll';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL, onEach } from './targets.ts';
import { ZONE } from './zone.ts';

const WORDS = [
  '--host-record=router.lan,10.0.0.1',
  '--host-record=many.lan,alias.lan,10.0.0.7',
  '--address=/wild.example/10.9.9.9',
  '--address=/ads.example/',
  '--address=/null.example/#',
];

onEach(ALL, ['dig'], (target) => {
  let bed: Bed;
  const ask = (...question: string[]): Promise<DigAnswer> =>
    dig(bed.client, NETWORK.server, ...question);

  beforeAll(() => {
    bed = new Bed(target, { domain: 'lan', words: WORDS }, ZONE);
    return bed.start();
  });
  afterAll(() => bed.stop());

  describe('local names', () => {
    it('answers a host record', async () => {
      const answer = await ask('router.lan', 'A');
      expect(answer.status).toBe('NOERROR');
      expect(dataOf(answer.answer, 'A')).toEqual(['10.0.0.1']);
      expect([...answer.flags]).toEqual(expect.arrayContaining(['qr', 'rd', 'ra']));
    });

    it('finds the way back from the address of a host record', async () => {
      const answer = await ask('-x', '10.0.0.1');
      expect(dataOf(answer.answer, 'PTR')).toEqual(['router.lan.']);
    });

    it('answers every name of a host record', async () => {
      expect(dataOf((await ask('alias.lan')).answer, 'A')).toEqual(['10.0.0.7']);
      expect(dataOf((await ask('-x', '10.0.0.7')).answer, 'PTR')).toEqual(['many.lan.']);
    });

    it('has no other type for a host record', async () => {
      const answer = await ask('router.lan', 'AAAA');
      expect(answer).toMatchObject({ status: 'NOERROR', answer: [] });
    });

    it('answers a domain of --address and all below it', async () => {
      for (const name of ['wild.example', 'a.wild.example', 'a.b.c.wild.example']) {
        expect(dataOf((await ask(name)).answer, 'A')).toEqual(['10.9.9.9']);
      }
    });

    it('denies a domain of --address without an address, and all below it', async () => {
      for (const name of ['ads.example', 'tracker.ads.example']) {
        expect(await ask(name)).toMatchObject({ status: 'NXDOMAIN', answer: [] });
      }
    });

    it('answers the null address for a domain of --address with #', async () => {
      expect(dataOf((await ask('x.null.example', 'A')).answer, 'A')).toEqual(['0.0.0.0']);
      expect(dataOf((await ask('x.null.example', 'AAAA')).answer, 'AAAA')).toEqual(['::']);
    });

    it('asks nobody about the local domain', async () => {
      expect(await ask('nobody.lan')).toMatchObject({ status: 'NXDOMAIN', answer: [] });
      expect(await bed.upstream.asked('nobody.lan')).toBe(0);
    });

    it('does not care about case and sends the question back as it came', async () => {
      const answer = await ask('RouTer.LAN');
      expect(dataOf(answer.answer, 'A')).toEqual(['10.0.0.1']);
      expect(answer.question).toBe('RouTer.LAN. IN A');
    });
  });

  describe('names of others', () => {
    it('forwards A, AAAA and MX', async () => {
      expect(dataOf((await ask('www.example', 'A')).answer, 'A')).toEqual(['192.0.2.1']);
      expect(dataOf((await ask('www.example', 'AAAA')).answer, 'AAAA')).toEqual(['2001:db8::1']);
      expect(dataOf((await ask('mail.example', 'MX')).answer, 'MX')).toEqual(['10 www.example.']);
    });

    it('hands on all records of a set', async () => {
      const addresses = dataOf((await ask('twice.example')).answer, 'A');
      expect(addresses.toSorted()).toEqual(['192.0.2.2', '192.0.2.3']);
    });

    it('hands on NXDOMAIN with its SOA', async () => {
      const answer = await ask('missing.example');
      expect(answer).toMatchObject({ status: 'NXDOMAIN', answer: [] });
      expect(dataOf(answer.authority, 'SOA')).toHaveLength(1);
    });

    it('hands on an empty answer with its SOA', async () => {
      const answer = await ask('third.example', 'AAAA');
      expect(answer).toMatchObject({ status: 'NOERROR', answer: [] });
      expect(dataOf(answer.authority, 'SOA')).toHaveLength(1);
    });

    it('hands on a chain of CNAME records in order', async () => {
      const { answer } = await ask('first.example');
      expect(answer.map(({ type, data }) => `${type} ${data}`)).toEqual([
        'CNAME second.example.',
        'CNAME third.example.',
        'A 192.0.2.33',
      ]);
    });

    it('hands on NXDOMAIN at the end of a chain', async () => {
      const answer = await ask('dangling.example');
      expect(answer.status).toBe('NXDOMAIN');
      expect(dataOf(answer.answer, 'CNAME')).toEqual(['nowhere.example.']);
    });

    it('answers other questions while one waits', async () => {
      const slow = ask('slow.example', '+timeout=5');
      expect(await eventually(() => bed.upstream.asked('slow.example'))).toBeGreaterThan(0);
      const before = performance.now();
      expect(dataOf((await ask('router.lan')).answer, 'A')).toEqual(['10.0.0.1']);
      expect(performance.now() - before).toBeLessThan(1000);
      expect(dataOf((await slow).answer, 'A')).toEqual(['192.0.2.4']);
    });

    it('answers other questions after one that nobody answers', async () => {
      await bed.client.run([
        'dig',
        `@${NETWORK.server}`,
        'silent.example',
        '+tries=1',
        '+timeout=1',
      ]);
      expect(await bed.upstream.asked('silent.example')).toBeGreaterThan(0);
      expect(dataOf((await ask('twice.example')).answer, 'A')).toHaveLength(2);
    });
  });

  describe('the cache', () => {
    it('answers again without asking, and the TTL runs down', async () => {
      const first = await ask('third.example');
      const asked = await bed.upstream.asked('third.example');
      const later = await eventually(async () => {
        const again = await ask('third.example');
        return again.answer[0].ttl < first.answer[0].ttl ? again : undefined;
      });
      expect(dataOf(later?.answer ?? [], 'A')).toEqual(['192.0.2.33']);
      expect(await bed.upstream.asked('third.example')).toBe(asked);
    });

    it('remembers what does not exist', async () => {
      await ask('absent.example');
      const asked = await bed.upstream.asked('absent.example');
      expect((await ask('absent.example')).status).toBe('NXDOMAIN');
      expect(await bed.upstream.asked('absent.example')).toBe(asked);
    });

    it('does not care about case', async () => {
      await ask('www.example');
      const asked = await bed.upstream.asked('www.example');
      const answer = await ask('WWW.eXample');
      expect(dataOf(answer.answer, 'A')).toEqual(['192.0.2.1']);
      expect(answer.question).toBe('WWW.eXample. IN A');
      expect(await bed.upstream.asked('www.example')).toBe(asked);
    });
  });

  describe('long answers', () => {
    it('sends only what fits into 512 octets without EDNS', async () => {
      const answer = await ask('medium.example', 'TXT');
      expect(answer.flags).toContain('tc');
      expect(answer.size).toBeLessThanOrEqual(512);
    });

    it('sends more to who takes more', async () => {
      const answer = await ask('medium.example', 'TXT', '+bufsize=1232');
      expect(answer.flags).not.toContain('tc');
      expect(answer.size).toBeGreaterThan(700);
    });

    it('keeps to the limit of the asker', async () => {
      const answer = await ask('large.example', 'TXT', '+bufsize=1232');
      expect(answer.flags).toContain('tc');
      expect(answer.size).toBeLessThanOrEqual(1232);
    });
  });
});
