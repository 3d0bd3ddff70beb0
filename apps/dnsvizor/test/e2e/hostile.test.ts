import { Bed, NETWORK } from '@atoll/testbed/bed';
import { dataOf, dig } from '@atoll/testbed/client/dig';
import { DatagramInjector, injectFrames } from '@atoll/testbed/client/inject';
import { ping } from '@atoll/testbed/client/ping';
import { Udhcpc } from '@atoll/testbed/client/udhcpc';
import { eventually } from '@atoll/testbed/poll';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { BAD_DHCP, BAD_DNS, badFrames, damaged, GOOD_DHCP, GOOD_DNS } from './garbage.ts';
import { ALL, onEach } from './targets.ts';
import { ZONE } from './zone.ts';

const SERVICE = {
  domain: 'lan',
  words: ['--host-record=router.lan,10.0.0.1', '--dhcp-range=10.0.0.100,10.0.0.199,1h'],
};

/** How many damaged copies of a good message each service gets. */
const COUNT = 3000;

onEach(ALL, ['dig', 'udhcpc', 'ping'], (target) => {
  let bed: Bed;
  let injector: DatagramInjector;

  beforeAll(() => {
    bed = new Bed(target, SERVICE, ZONE);
    injector = new DatagramInjector(bed.client, NETWORK.server);
    return bed.start();
  });
  afterAll(async () => {
    await injector.stop();
    await bed.stop();
  });

  // Whatever came: everything is served as before.
  afterEach(async () => {
    const { answer } = await dig(bed.client, NETWORK.server, 'router.lan');
    expect(dataOf(answer, 'A')).toEqual(['10.0.0.1']);
    const forwarded = await dig(bed.client, NETWORK.server, 'twice.example');
    expect(dataOf(forwarded.answer, 'A')).toHaveLength(2);
    expect(await ping(bed.client, NETWORK.server)).toBe(3);
    expect(bed.server.alive).toBe(true);
  });

  it.each(BAD_DNS)('bears a DNS message that is %s', async (_, message) => {
    await injector.send(53, [message]);
  });

  it.each(BAD_DHCP)('bears a DHCP message with %s', async (_, message) => {
    await injector.send(67, [message]);
  });

  it('bears damaged DNS messages', async () => {
    await injector.send(53, damaged([GOOD_DNS], COUNT, 1));
  });

  it('bears damaged DHCP messages, and leases afterwards', async () => {
    await injector.send(67, damaged([GOOD_DHCP], COUNT, 2));
    const host = bed.lan.host('survivor');
    const client = new Udhcpc(bed.lan, host);
    expect((await client.start()).values.ip).toMatch(/^10\.0\.0\.1\d\d$/);
    await client.stop();
  });

  it('bears datagrams for ports where nobody is', async () => {
    await injector.send(9, damaged([GOOD_DNS], 100, 3));
  });

  it('bears frames that are wrong below UDP', async () => {
    const frames = badFrames(bed.server.mac).map(([, frame]) => frame);
    const carried = await bed.lan.carried();
    await injectFrames(bed.lan, frames);
    const wanted = carried + frames.length;
    expect(await eventually(async () => (await bed.lan.carried()) >= wanted)).toBe(true);
  });

  it('bears damaged copies of such frames', async () => {
    const frames = badFrames(bed.server.mac).map(([, frame]) => frame);
    await injectFrames(bed.lan, damaged(frames, COUNT, 4));
  });
});
