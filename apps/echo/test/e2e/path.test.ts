import { iperf3 } from '@atoll/testbed/client/iperf3';
import { ping } from '@atoll/testbed/client/ping';
import { onEach } from '@atoll/testbed/each';
import { FaultBridge } from '@atoll/testbed/fault-bridge';
import type { Host } from '@atoll/testbed/lan';
import { Lan } from '@atoll/testbed/lan';
import { Server } from '@atoll/testbed/server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALL, EchoBed, SERVER, SERVER_6 } from './bed.ts';

const ROUTER = '10.0.0.1';
const ROUTER_6 = '2001:db8:1::1';

/** Where the client is: behind a router that has a cable for packets of up to 1280 octets to it. */
const FAR = [
  { address: '10.1.0.9/24', gateway: '10.1.0.1' },
  { address: '2001:db8:2::9/64', gateway: '2001:db8:2::1' },
];

onEach(ALL, ['iperf3', 'nc', 'ping', 'traceroute'], (target) => {
  describe('behind a router', () => {
    let lan: Lan;
    let router: Host;
    let client: Host;
    let server: Server;
    beforeAll(async () => {
      lan = new Lan();
      router = lan.host('router', `${ROUTER}/24`, { ipv6: true });
      router.configure(`address add ${ROUTER_6}/64 dev eth0`);
      client = lan.behind(router, 'client', FAR, 1280);
      server = new Server(lan, target, {
        address: `${SERVER}/24`,
        port: 7,
        gateway: ROUTER,
        words: [`--ipv6=${SERVER_6}/64`, `--ipv6-gateway=${ROUTER_6}`],
      });
      await server.start(client);
    });
    afterAll(async () => {
      await server.stop();
      lan.remove();
    });

    it.each([SERVER, SERVER_6])('ends traces of the route to %s', async (address) => {
      for (const method of ['-U', '-T', '-I']) {
        const command = ['traceroute', '-n', '-q', '2', '-w', '2', '-m', '4', method];
        const port = method === '-T' ? ['-p', '7'] : [];
        const { stdout } = await client.run([...command, ...port, address]);
        const hops = stdout.split('\n').slice(1, -1);
        expect(hops, method).toHaveLength(2);
        expect(hops[1], method).toContain(`2  ${address} `);
      }
    });

    it.each([SERVER, SERVER_6])('learns from %s what fits through the path', async (address) => {
      const before = await reports();
      const { bytes } = await iperf3(client, address, { reverse: true });
      expect(bytes).toBeGreaterThan(100_000);
      expect(await reports()).toBeGreaterThan(before);
      // What is learned counts for all, and for long.
      const learned = await reports();
      await iperf3(client, address, { reverse: true });
      expect(await reports()).toBe(learned);
      expect(await ping(client, address, { size: 4000 })).toBe(3);
    });

    /** How many packets were too big for the router. */
    async function reports(): Promise<number> {
      const files = ['/proc/net/snmp', '/proc/net/snmp6'];
      const text = await router.succeed(['cat', ...files]);
      const [names, values] = text
        .split('\n')
        .filter((line) => line.startsWith('Icmp: '))
        .map((line) => line.split(' '));
      const six = /^Icmp6OutPktTooBigs\s+(\d+)$/m.exec(text)?.[1];
      return Number(values[names.indexOf('OutDestUnreachs')]) + Number(six);
    }
  });

  describe('behind a black hole', () => {
    let bed: EchoBed;
    let bridge: FaultBridge;
    beforeEach(async () => {
      bed = new EchoBed(target, [`--ipv6=${SERVER_6}/64`], { ipv6: true });
      await bed.start();
      bridge = await FaultBridge.start(bed.lan, bed.client, { mtu: 1280 });
    });
    afterEach(async () => {
      await bridge.stop();
      await bed.stop();
    });

    it.each([SERVER, SERVER_6])('gets data through from %s', async (address) => {
      const { stdout } = await bed.client.run(['sh', '-c', `nc ${address} 19 | head -c 100000`]);
      expect(stdout.length).toBe(100_000);
      expect((await bridge.report()).received.tooBig).toBeGreaterThan(0);
    });
  });
});
