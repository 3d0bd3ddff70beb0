import { injectFrames } from '@atoll/testbed/client/inject';
import { ping } from '@atoll/testbed/client/ping';
import { onEach } from '@atoll/testbed/each';
import { eventually } from '@atoll/testbed/poll';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { automaticAddress, PREFIX, routerAdvertisement } from './advertisement.ts';
import { ALL, EchoBed } from './bed.ts';

onEach(ALL, ['ping'], (target) => {
  let bed: EchoBed;
  let address: string;
  beforeEach(async () => {
    bed = new EchoBed(target, [], { ipv6: true });
    address = automaticAddress(PREFIX, bed.server.mac);
    await bed.start();
    await injectFrames(bed.lan, [routerAdvertisement()]);
    expect(await eventually(async () => (await ping(bed.client, address)) === 3)).toBe(true);
  });
  afterEach(() => bed.stop());

  it('notices that a neighbour has another hardware address', async () => {
    bed.client.configure(
      'link set eth0 address 02:a7:01:00:00:77',
      // So the client does not ask, and thereby tell, but uses what it knows.
      `neighbour replace ${address} lladdr ${bed.server.mac} nud permanent dev eth0`,
    );
    const before = await questions();
    // The old address counts as reachable for 1.5 seconds, then for five more, then it is asked thrice.
    expect(await eventually(async () => (await ping(bed.client, address)) === 3, 40_000)).toBe(
      true,
    );
    expect(await questions()).toBeGreaterThan(before);
  });

  /** How often somebody has asked the client for its hardware address. */
  async function questions(): Promise<number> {
    const text = await bed.client.succeed(['cat', '/proc/net/snmp6']);
    return Number(/^Icmp6InNeighborSolicits\s+(\d+)$/m.exec(text)?.[1]);
  }
});
