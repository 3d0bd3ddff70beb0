import { Bed, NETWORK } from '@atoll/testbed/bed';
import { Dhclient } from '@atoll/testbed/client/dhclient';
import { dataOf, dig } from '@atoll/testbed/client/dig';
import { ping } from '@atoll/testbed/client/ping';
import { Udhcpc } from '@atoll/testbed/client/udhcpc';
import type { Host } from '@atoll/testbed/lan';
import { eventually } from '@atoll/testbed/poll';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL, onEach } from './targets.ts';
import { ZONE } from './zone.ts';

/** Gets an address of its own outside of the range. */
const PRINTER = '02:00:5e:10:00:01';

const SERVICE = {
  domain: 'lan',
  words: [
    '--dhcp-range=10.0.0.100,10.0.0.199,1h',
    `--dhcp-host=${PRINTER},10.0.0.50,printer`,
    '--dhcp-host=02:00:5e:10:00:02,ignore',
    '--dhcp-option=option:ntp-server,10.0.0.7',
  ],
};

const LEASE = /^10\.0\.0\.1\d\d$/;

onEach(ALL, ['dig', 'udhcpc', 'dhclient', 'ping'], (target) => {
  let bed: Bed;
  const ask = (...question: string[]) => dig(bed.client, NETWORK.server, ...question);

  beforeAll(() => {
    bed = new Bed(target, SERVICE, ZONE);
    return bed.start();
  });
  afterAll(() => bed.stop());

  describe('udhcpc', () => {
    let host: Host;
    let client: Udhcpc;
    let address: string;

    beforeAll(() => {
      host = bed.lan.host('udhcpc');
      client = new Udhcpc(bed.lan, host);
    });
    afterAll(() => client.stop());

    it('gets a lease with everything that the network needs', async () => {
      const { values } = await client.start('-x', 'hostname:laptop', '-O', 'ntpsrv');
      address = values.ip;
      expect(address).toMatch(LEASE);
      expect(values).toMatchObject({
        mask: '24',
        broadcast: '10.0.0.255',
        router: NETWORK.gateway,
        dns: NETWORK.server,
        domain: 'lan',
        lease: '3600',
        serverid: NETWORK.server,
        ntpsrv: '10.0.0.7',
      });
    });

    it('can be found by its name, with and without the domain', async () => {
      expect(dataOf((await ask('laptop.lan')).answer, 'A')).toEqual([address]);
      expect(dataOf((await ask('laptop')).answer, 'A')).toEqual([address]);
      expect(dataOf((await ask('-x', address)).answer, 'PTR')).toEqual(['laptop.lan.']);
    });

    it('reaches the server from its new address', async () => {
      expect(await ping(host, NETWORK.server)).toBe(3);
      expect(dataOf((await dig(host, NETWORK.server, 'laptop.lan')).answer, 'A')).toEqual([
        address,
      ]);
    });

    it('renews its lease', async () => {
      const { event, values } = await client.renew();
      expect(event).toBe('renew');
      expect(values).toMatchObject({ ip: address, lease: '3600' });
    });

    it('gets the same address when it starts again', async () => {
      await client.stop();
      host.configure('address flush dev eth0');
      expect((await client.start('-x', 'hostname:laptop')).values.ip).toBe(address);
    });

    it('takes its name away with its lease', async () => {
      await client.release(NETWORK.server);
      const gone = await eventually(async () => (await ask('laptop.lan')).status === 'NXDOMAIN');
      expect(gone).toBe(true);
      expect(dataOf((await ask('-x', address)).answer, 'PTR')).toEqual([]);
    });
  });

  describe('dhclient', () => {
    let host: Host;
    let client: Dhclient;
    let address: string;

    beforeAll(() => {
      host = bed.lan.host('dhclient');
      client = new Dhclient(bed.lan, host);
    });
    afterAll(() => client.stop());

    it('gets a lease with everything that the network needs', async () => {
      const { event, values } = await client.start(
        'send host-name "desk";',
        'request subnet-mask, broadcast-address, routers, domain-name, domain-name-servers;',
        'also request ntp-servers;',
      );
      address = values.new_ip_address;
      expect(event).toBe('BOUND');
      expect(address).toMatch(LEASE);
      expect(values).toMatchObject({
        new_subnet_mask: '255.255.255.0',
        new_broadcast_address: '10.0.0.255',
        new_routers: NETWORK.gateway,
        new_domain_name_servers: NETWORK.server,
        new_domain_name: 'lan',
        new_dhcp_lease_time: '3600',
        new_dhcp_server_identifier: NETWORK.server,
        new_ntp_servers: '10.0.0.7',
      });
    });

    it('comes back to its address by asking for it (INIT-REBOOT)', async () => {
      await client.stop();
      host.configure('address flush dev eth0');
      const { event, values } = await client.start('send host-name "desk";');
      expect(event).toBe('REBOOT');
      expect(values.new_ip_address).toBe(address);
      expect(dataOf((await ask('desk.lan')).answer, 'A')).toEqual([address]);
    });

    it('renews its lease when its time has come', async () => {
      await client.stop();
      await client.start('supersede dhcp-renewal-time 2;');
      expect((await client.next('RENEW')).values.new_ip_address).toBe(address);
    });

    it('takes its name away with its lease', async () => {
      await client.release(NETWORK.server);
      const gone = await eventually(async () => (await ask('desk.lan')).status === 'NXDOMAIN');
      expect(gone).toBe(true);
    });
  });

  describe('known hosts', () => {
    it('get the address and the name that --dhcp-host says', async () => {
      const host = bed.lan.host('printer');
      host.configure(`link set eth0 address ${PRINTER}`);
      const client = new Udhcpc(bed.lan, host);
      const { values } = await client.start('-x', 'hostname:impostor', '-O', 'hostname');
      await client.stop();
      expect(values).toMatchObject({ ip: '10.0.0.50', hostname: 'printer' });
      expect(dataOf((await ask('printer.lan')).answer, 'A')).toEqual(['10.0.0.50']);
    });

    it('get nothing where --dhcp-host says ignore', async () => {
      const host = bed.lan.host('ignored');
      host.configure('link set eth0 address 02:00:5e:10:00:02');
      const tries = ['-t', '2', '-T', '1', '-n', '-q', '-f'];
      const { status } = await host.run(['udhcpc', '-i', 'eth0', '-s', '/bin/true', ...tries]);
      expect(status).toBe(1);
    });
  });

  it('refuses an address of another network', async () => {
    const host = bed.lan.host('stranger');
    const client = new Dhclient(bed.lan, host);
    client.remember('192.168.77.5');
    const { event, values } = await client.start();
    await client.stop();
    expect(client.console).toMatch(
      /DHCPREQUEST for 192\.168\.77\.5 .*\n.*DHCPNAK from 10\.0\.0\.2/,
    );
    expect(event).toBe('BOUND');
    expect(values.new_ip_address).toMatch(LEASE);
  });
});
