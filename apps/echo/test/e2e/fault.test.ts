import { ping } from '@atoll/testbed/client/ping';
import { exchange } from '@atoll/testbed/client/tcp';
import { onEach } from '@atoll/testbed/each';
import { FaultBridge } from '@atoll/testbed/fault-bridge';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ALL, EchoBed, SERVER } from './bed.ts';

onEach(ALL, ['ping'], (target) => {
  let bed: EchoBed;
  let bridge: FaultBridge;
  beforeAll(async () => {
    bed = new EchoBed(target);
    await bed.start();
    // A damaged ARP reply would be believed.
    bed.client.introduce(SERVER, bed.server.mac);
    bridge = await FaultBridge.start(bed.lan, bed.client, {});
  });
  afterAll(async () => {
    await bridge.stop();
    await bed.stop();
  });

  it('echoes 2 MB over a cable that delays, loses, swaps and doubles', async () => {
    await bridge.change({ loss: 0.02, reorder: 0.02, duplicate: 0.02, delay: 20, jitter: 2 });
    const outcome = await exchange(bed.client, SERVER, { bytes: 2_000_000 });
    expect(outcome).toMatchObject({ intact: 1, damages: [] });
    const { sent, received } = await bridge.report();
    expect(sent.lost).toBeGreaterThan(0);
    expect(received.lost).toBeGreaterThan(0);
  });

  it('echoes what is short where every tenth frame is lost', async () => {
    await bridge.change({ loss: 0.1 });
    const outcome = await exchange(bed.client, SERVER, { connections: 20, bytes: 3000 });
    expect(outcome).toMatchObject({ intact: 20, damages: [] });
  });

  it('takes no damaged byte for a good one', async () => {
    await bridge.change({ corrupt: 0.05 });
    const outcome = await exchange(bed.client, SERVER, { connections: 5, bytes: 100_000 });
    expect(outcome).toMatchObject({ intact: 5, damages: [] });
  });

  it('answers again once the cable is good', async () => {
    await bridge.change({});
    expect(await ping(bed.client, SERVER)).toBe(3);
  });
});
