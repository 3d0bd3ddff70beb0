import { injectFrames } from '@atoll/testbed/client/inject';
import { ping } from '@atoll/testbed/client/ping';
import { exchange } from '@atoll/testbed/client/tcp';
import { onEach } from '@atoll/testbed/each';
import { eventually } from '@atoll/testbed/poll';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { automaticAddress, PREFIX, routerAdvertisement } from './advertisement.ts';
import { ALL, EchoBed, SERVER_6 } from './bed.ts';

onEach(ALL, ['nc', 'ping'], (target) => {
  describe.each(['static', 'auto'])('with a %s address', (choice) => {
    let bed: EchoBed;
    let address: string;
    beforeAll(async () => {
      const argument = choice === 'auto' ? '--ipv6=auto' : `--ipv6=${SERVER_6}/64`;
      bed = new EchoBed(target, [argument], { ipv6: true });
      await bed.start();
      address = choice === 'auto' ? automaticAddress(PREFIX, bed.server.mac) : SERVER_6;
      if (choice === 'auto') await injectFrames(bed.lan, [routerAdvertisement()]);
      // Duplicate address detection takes a second.
      expect(await eventually(async () => (await ping(bed.client, address)) === 3)).toBe(true);
    });
    afterAll(() => bed.stop());

    it('answers pings of up to 60,000 bytes', async () => {
      for (const size of [0, 1452, 1453, 8000, 60_000]) {
        // A lost fragment is lost: one answer shows that the size is no problem.
        const answers = await ping(bed.client, address, { size, count: 5 });
        expect([size, answers > 0]).toEqual([size, true]);
      }
    });

    it('sends packets as far as the router says', async () => {
      const answer = async () => {
        const { stdout } = await bed.client.run(['ping', '-n', '-c', '1', '-W', '2', address]);
        return / ttl=\d+ /.exec(stdout)?.[0];
      };
      // One answer may be late on an emulated processor.
      expect(await eventually(answer)).toBe(choice === 'auto' ? ' ttl=77 ' : ' ttl=64 ');
    });

    it.each([1, 2_000_000])('gives %i bytes back over TCP', async (bytes) => {
      const outcome = await exchange(bed.client, address, { bytes });
      expect(outcome).toMatchObject({ intact: 1, damages: [] });
    });

    it('gives datagrams back', async () => {
      const client = bed.client.start(['nc', '-u', address, '7'], { keepInput: true });
      for (const text of ['hello', 'x'.repeat(1452), 'y'.repeat(3000)]) {
        client.feed(`${text}\n`);
        await client.says(new RegExp(`^${text}$`, 'm'));
      }
      await client.stop();
    });

    it('refuses connections and datagrams where nobody listens', async () => {
      const { stderr } = await bed.client.run(['nc', '-v', '-w', '2', address, '81']);
      expect(stderr).toContain('Connection refused');
      const client = bed.client.start(['nc', '-u', '-v', address, '81'], { keepInput: true });
      client.feed('hello\n');
      expect((await client.ended).status).toBe(1);
    });

    it('answers at its link-local address', async () => {
      const local = `${automaticAddress('fe80:', bed.server.mac)}%eth0`;
      expect(await eventually(async () => (await ping(bed.client, local)) === 3)).toBe(true);
      expect(await exchange(bed.client, local, { bytes: 1000 })).toMatchObject({ intact: 1 });
    });
  });
});
