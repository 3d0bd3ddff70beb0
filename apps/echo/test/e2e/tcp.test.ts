import { iperf3 } from '@atoll/testbed/client/iperf3';
import { ping } from '@atoll/testbed/client/ping';
import { exchange } from '@atoll/testbed/client/tcp';
import { onEach } from '@atoll/testbed/each';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL, EchoBed, ring, SERVER, spt } from './bed.ts';

onEach([...ALL, ring, spt], ['iperf3', 'nc', 'ping', 'ss'], (target) => {
  let bed: EchoBed;
  beforeAll(() => {
    bed = new EchoBed(target);
    return bed.start();
  });
  afterAll(() => bed.stop());

  describe('echo', () => {
    it.each([0, 1, 1000, 100_000, 5_000_000])('gives %i bytes back as they were', async (bytes) => {
      const outcome = await exchange(bed.client, SERVER, { bytes });
      expect(outcome).toMatchObject({ intact: 1, damages: [] });
    });

    it('serves a thousand connections at once', async () => {
      // An emulated processor takes its time, and the client sends again what it has no answer to.
      const options = { connections: 1000, bytes: 4000, timeoutMs: 110_000 };
      const outcome = await exchange(bed.client, SERVER, options);
      expect(outcome).toMatchObject({ intact: 1000, damages: [] });
    });
  });

  it('generates characters until the client has enough', async () => {
    const { stdout } = await bed.client.run(['sh', '-c', `nc ${SERVER} 19 | head -c 200000`]);
    expect(stdout.length).toBe(200_000);
    expect(stdout.split('\r\n')[1]).toBe(
      '!"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefgh',
    );
  });

  it('refuses connections where nobody listens', async () => {
    const { status, stderr } = await bed.client.run(['nc', '-v', '-w', '2', SERVER, '81']);
    expect(status).toBe(1);
    expect(stderr).toContain('Connection refused');
  });

  it.each([false, true])('carries bulk data (to the client: %s)', async (reverse) => {
    const { bytes } = await iperf3(bed.client, SERVER, { reverse, streams: 2 });
    expect(bytes).toBeGreaterThan(100_000);
  });

  it('uses timestamps, SACK and window scaling with Linux', async () => {
    const idle = bed.client.start(['nc', SERVER, '7'], { keepInput: true });
    idle.feed('hello\n');
    await idle.says(/hello/);
    const { stdout } = await bed.client.run(['ss', '-tino', 'dst', SERVER]);
    await idle.stop();
    expect(stdout).toMatch(/\bts\b/);
    expect(stdout).toMatch(/\bsack\b/);
    expect(stdout).toMatch(/\bwscale:\d+,\d+/);
  });

  it('answers pings of up to 60,000 bytes', async () => {
    for (const size of [0, 1472, 1473, 8000, 60_000]) {
      // A lost fragment is lost: one answer shows that the size is no problem.
      expect([size, (await ping(bed.client, SERVER, { size, count: 5 })) > 0]).toEqual([
        size,
        true,
      ]);
    }
  });
});
