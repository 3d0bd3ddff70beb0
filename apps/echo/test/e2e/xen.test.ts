import { ping } from '@atoll/testbed/client/ping';
import { exchange } from '@atoll/testbed/client/tcp';
import { onEach } from '@atoll/testbed/each';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EchoBed, SERVER, xen } from './bed.ts';

onEach([xen], ['ping'], (target) => {
  let bed: EchoBed;
  beforeAll(() => {
    bed = new EchoBed(target);
    return bed.start();
  });
  afterAll(() => bed.stop());

  it('answers pings of up to 60,000 bytes', async () => {
    for (const size of [56, 1472, 1473, 8000, 60_000]) {
      expect([size, (await ping(bed.client, SERVER, { size, count: 5 })) > 0]).toEqual([
        size,
        true,
      ]);
    }
  });

  it.each([0, 1, 1000, 100_000, 2_000_000])('gives %i bytes back as they were', async (bytes) => {
    const outcome = await exchange(bed.client, SERVER, { bytes, timeoutMs: 60_000 });
    expect(outcome).toMatchObject({ intact: 1, damages: [] });
  });

  it('serves a hundred connections at once', async () => {
    const options = { connections: 100, bytes: 4000, timeoutMs: 60_000 };
    expect(await exchange(bed.client, SERVER, options)).toMatchObject({ intact: 100, damages: [] });
  });
});
