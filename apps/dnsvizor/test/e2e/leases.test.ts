import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildImage } from '@atoll/builder/image';
import { Bed, NETWORK } from '@atoll/testbed/bed';
import { dataOf, dig } from '@atoll/testbed/client/dig';
import { perfdhcp } from '@atoll/testbed/client/perfdhcp';
import { Udhcpc } from '@atoll/testbed/client/udhcpc';
import { succeed } from '@atoll/testbed/process';
import { lacks } from '@atoll/testbed/requirements';
import { imagesOf } from '@atoll/testbed/target/images';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { microvm, node, onEach, unix } from './targets.ts';
import { ZONE } from './zone.ts';

const ATOLL = fileURLToPath(new URL('../../../../images/builder/bin/atoll.mjs', import.meta.url));
const KILLS = Number(process.env.ATOLL_KILLS ?? 4);
const CLIENTS = 80;

/** Tenders of Solo5 must know beforehand that there is a disk. */
const folder = mkdtempSync(join(tmpdir(), 'atoll-leases-'));
if (!lacks('root', 'netns', 'tap', 'cc')) {
  const app = { name: 'dnsvizor', folder: fileURLToPath(new URL('../..', import.meta.url)) };
  for (const target of ['hvt', 'spt'] as const) {
    const output = join(folder, `dnsvizor.${target}`);
    await buildImage({ app, target, output, optional: ['storage'] });
  }
}
const { hvt, spt } = imagesOf('dnsvizor', folder);
afterAll(() => rm(folder, { recursive: true }));

onEach([node, unix, hvt, spt, microvm], ['dig', 'udhcpc', 'perfdhcp'], (target) => {
  const disks = new Map<string, string>();
  let bed: Bed;
  const atoll = (...words: string[]) => succeed([process.execPath, ATOLL, 'disk', ...words]);

  beforeAll(async () => {
    const words = ['--dhcp-range=10.0.0.100,10.0.0.199,1h'];
    bed = new Bed(target, { domain: 'lan', words, disks }, ZONE);
    const disk = join(bed.lan.folder, 'disk');
    await atoll('create', disk, '--owner=dnsvizor', '--size=4M');
    disks.set('storage', disk);
    await bed.start();
  });
  afterAll(() => bed.stop());

  it('knows its clients and their names after it was killed', async () => {
    const host = bed.lan.host('laptop');
    const client = new Udhcpc(bed.lan, host);
    const { values } = await client.start('-x', 'hostname:laptop');
    await client.stop();
    await bed.server.kill();
    await bed.server.start(bed.client);
    const { answer } = await dig(bed.client, NETWORK.server, 'laptop.lan');
    expect(dataOf(answer, 'A')).toEqual([values.ip]);
    host.configure('address flush dev eth0');
    const again = await client.start('-x', 'hostname:laptop');
    await client.stop();
    expect(again.values.ip).toBe(values.ip);
  });

  it(`loses no lease, and gives no address twice, though it is killed again and again (${KILLS} times)`, async () => {
    const known = new Map<string, string>();
    const lease = async (exchanges: number, rate: number) => {
      const plan = { clients: CLIENTS, exchanges, rate };
      const report = await perfdhcp(bed.lan, bed.client, NETWORK.server, plan);
      for (const [client, address] of report.leases) {
        expect(known.get(client) ?? address, client).toBe(address);
        known.set(client, address);
      }
      expect(new Set(known.values()).size).toBe(known.size);
      return report;
    };
    for (let kill = 0; kill < KILLS; kill++) {
      const leasing = lease(100, 100);
      await sleep(150 + 120 * kill);
      await bed.server.kill();
      await leasing;
      await bed.server.start(bed.client);
    }
    await lease(400, 100);
    expect(known.size).toBeGreaterThan(CLIENTS * 0.9);

    await bed.server.stop();
    const disk = disks.get('storage') ?? '';
    const lines = (await atoll('export', disk)).trim().split('\n').slice(1);
    const stored = lines.map((line) => Buffer.from(JSON.parse(line).value, 'base64').toString());
    for (const [client, address] of known) {
      const id = client.replace(/(..)(?=.)/g, '$1:');
      expect(
        stored.some((text) => text.endsWith(` ${address} * ${id}`)),
        address,
      ).toBe(true);
    }
    expect(await atoll('info', disk)).toContain('damage       none');
    await bed.server.start(bed.client);
  });

  it('refuses a disk that is not its own', async () => {
    await bed.server.stop();
    const disk = join(bed.lan.folder, 'foreign');
    await atoll('create', disk, '--owner=echo', '--size=2M');
    disks.set('storage', disk);
    const { status, console } = await bed.server.runToEnd({});
    expect(console).toContain('it belongs to echo, not to dnsvizor');
    expect(status).toBe(64);
  });
});
