import { parseArguments } from '@atoll/conf/parse';
import { MESSAGE_TYPE } from '@atoll/dhcpv6/packet';
import { ALL_NODES } from '@atoll/ipv6/address';
import { eui64InterfaceId } from '@atoll/ipv6/interface-id';
import { expect as unwrap } from '@atoll/result/result';
import { Lan } from '@atoll/sim/lan';
import { describe, expect, it } from 'vitest';
import { networkArguments } from '../src/arguments.ts';
import { startNetwork } from '../src/network.ts';
import { systemOn } from './machine.ts';
import { LEASED, LIFETIME, NAME_SERVER, PREFIX, prefix, Router } from './router.ts';

const SECOND = 1000;
const OTHER_PREFIX = PREFIX + (1n << 64n);
const FAR = 0x2a00n << 112n;
const T = MESSAGE_TYPE;

/** A machine with `--ipv6=auto`, and how often what it knows of DNS changed. */
function startClient(lan: Lan, ...words: string[]) {
  const host = lan.host('client');
  const { system, lines } = systemOn(host);
  const options = unwrap(parseArguments(networkArguments('none'), words));
  const network = startNetwork(system, options, 'service');
  const { interface: eth } = network;
  if (eth === undefined) throw new Error('it has no interface');
  const servers: bigint[][] = [];
  network.onDnsChange(() => servers.push([...network.dns.servers].map(BigInt)));
  const own = PREFIX | BigInt.asUintN(64, eui64InterfaceId(host.device.mac));
  return { host, network, ipv6: eth.ipv6, lines, servers, own };
}

type Client = ReturnType<typeof startClient>;

const stateOf = ({ ipv6 }: Client, address: bigint) =>
  ipv6.addresses.find((one) => one.address === address)?.state;

/** Whether the client's port 7 answers the router at `address`. */
function isAnswered(lan: Lan, client: Client, router: Router, address: bigint): boolean {
  let answers = 0;
  const server = client.network.sockets.udp.bind(7, (payload, from, to) =>
    server?.send(payload, from, to.address),
  );
  const socket = router.stack.udp.bind(0, (_, from) => {
    if (from.address === address) answers++;
  });
  lan.after(0, () => socket?.send(new Uint8Array(3), { address, port: 7 }));
  lan.run(lan.now + SECOND);
  server?.close();
  return answers === 1;
}

describe('routers without DHCPv6', () => {
  it('give an address, a way out, name servers and domains', () => {
    const lan = new Lan(1, { delay: 1 });
    const router = new Router(lan, {
      dnsServers: [{ addresses: [NAME_SERVER], lifetime: LIFETIME }],
      searchDomains: [{ domains: ['lan'], lifetime: LIFETIME }],
    });
    const client = startClient(lan);
    lan.run(20 * SECOND);
    expect(stateOf(client, client.own)).toBe('preferred');
    expect(client.ipv6.way(FAR)).toEqual({
      source: client.own,
      destination: FAR,
      hop: router.eth.ipv6.linkLocal,
    });
    expect(client.network.dns).toEqual({ servers: [NAME_SERVER], searchDomains: ['lan'] });
    expect(client.servers).toEqual([[NAME_SERVER]]);
    expect(isAnswered(lan, client, router, client.own)).toBe(true);
    expect(router.asked).toEqual([]);
  });

  it('say how large packets may be', () => {
    const lan = new Lan(2, { delay: 1 });
    new Router(lan, { mtu: 1400 });
    const client = startClient(lan);
    lan.run(20 * SECOND);
    expect(client.ipv6.mtuTo(FAR)).toBe(1400);
  });

  it('say how far packets go, which groups beyond the link never are', () => {
    const hopLimits = new Map<number, Set<number>>();
    const lan = new Lan(12, {
      delay: 1,
      observe(_, from, frame) {
        if (from !== 'client' || frame[12] !== 0x86) return;
        const protocol = frame[20] + (frame[38] === 0xff ? 0x100 : 0);
        hopLimits.set(protocol, (hopLimits.get(protocol) ?? new Set()).add(frame[21]));
      },
    });
    const router = new Router(lan, { hopLimit: 77 });
    const client = startClient(lan);
    lan.run(20 * SECOND);
    hopLimits.clear();
    const { udp, tcp } = client.network.sockets;
    const socket = udp.bind(0, () => {});
    lan.after(0, () => {
      tcp.connect({ address: NAME_SERVER, port: 9 }, () => ({ onReadable() {} }));
      for (const address of [NAME_SERVER, ALL_NODES]) {
        for (const length of [1, 3000]) socket?.send(new Uint8Array(length), { address, port: 9 });
      }
    });
    lan.run(lan.now + SECOND);
    const [one, far] = [new Set([1]), new Set([77])];
    expect([6, 17, 44, 0x111, 0x12c].map((each) => hopLimits.get(each))).toEqual([
      ...[far, far, far],
      ...[one, one],
    ]);
    router.advertise({ hopLimit: 1 });
    lan.run(lan.now + 10 * SECOND);
    expect(client.ipv6.output.hopLimit).toBe(77);
  });

  it('renumber the network: what is new is used, what is old answers until it ends', () => {
    const lan = new Lan(3, { delay: 1 });
    const router = new Router(lan);
    const client = startClient(lan);
    lan.run(20 * SECOND);
    const old = prefix({ preferredLifetime: 0 });
    router.advertise({ prefixes: [old, prefix({ prefix: OTHER_PREFIX })] });
    lan.run(40 * SECOND);
    const renewed = client.own - PREFIX + OTHER_PREFIX;
    expect(stateOf(client, client.own)).toBe('deprecated');
    expect(client.ipv6.sourceFor(FAR)?.address).toBe(renewed);
    expect(isAnswered(lan, client, router, client.own)).toBe(true);
    router.advertise({ prefixes: [prefix({ prefix: OTHER_PREFIX })] });
    lan.run(lan.now + 2 * LIFETIME * SECOND);
    expect(stateOf(client, client.own)).toBeUndefined();
    expect(stateOf(client, renewed)).toBe('preferred');
  });

  it('are forgotten with all that they said when they are gone, and heard again', () => {
    const lan = new Lan(4, { delay: 1 });
    const router = new Router(lan, {
      dnsServers: [{ addresses: [NAME_SERVER], lifetime: LIFETIME }],
    });
    const client = startClient(lan);
    lan.run(20 * SECOND);
    router.isSilent = true;
    lan.run(2 * LIFETIME * SECOND);
    expect(client.ipv6.way(FAR)).toBeUndefined();
    expect(stateOf(client, client.own)).toBeUndefined();
    expect(client.servers).toEqual([[NAME_SERVER], []]);
    router.isSilent = false;
    lan.run(lan.now + 20 * SECOND);
    expect(client.ipv6.way(FAR)?.source).toBe(client.own);
    expect(client.servers.at(-1)).toEqual([NAME_SERVER]);
  });

  it('that name us as the name server name nobody', () => {
    const lan = new Lan(5, { delay: 1 });
    const router = new Router(lan);
    const client = startClient(lan);
    router.advertise({ dnsServers: [{ addresses: [client.own], lifetime: LIFETIME }] });
    lan.run(20 * SECOND);
    expect(client.network.dns.servers).toEqual([]);
  });
});

describe('DHCPv6', () => {
  it('gives an address when routers say so, which is renewed and used', () => {
    const lan = new Lan(6, { delay: 1 });
    const router = new Router(lan, {
      isManaged: true,
      prefixes: [prefix({ isAutonomous: false })],
    });
    const client = startClient(lan);
    lan.run(20 * SECOND);
    expect(stateOf(client, LEASED)).toBe('preferred');
    expect(client.ipv6.sourceFor(FAR)?.address).toBe(LEASED);
    expect(client.network.dns.servers).toEqual([NAME_SERVER + 1n]);
    expect(isAnswered(lan, client, router, LEASED)).toBe(true);
    lan.run(3 * LIFETIME * SECOND);
    expect(stateOf(client, LEASED)).toBe('preferred');
    expect(router.asked.filter((type) => type === T.RENEW).length).toBeGreaterThan(5);
    expect(client.servers.length).toBe(1);
  });

  it('gives only name servers when routers say no more, after those of DHCPv6 those of routers', () => {
    const lan = new Lan(7, { delay: 1 });
    const router = new Router(lan, {
      hasOtherConfiguration: true,
      dnsServers: [{ addresses: [NAME_SERVER], lifetime: LIFETIME }],
    });
    const client = startClient(lan);
    lan.run(20 * SECOND);
    expect(router.asked).toEqual([T.INFORMATION_REQUEST]);
    expect(stateOf(client, client.own)).toBe('preferred');
    expect(client.network.dns.servers).toEqual([NAME_SERVER + 1n, NAME_SERVER]);
  });

  it('gives addresses as well from when routers say so', () => {
    const lan = new Lan(8, { delay: 1 });
    const router = new Router(lan, { hasOtherConfiguration: true });
    const client = startClient(lan);
    lan.run(20 * SECOND);
    router.advertise({ isManaged: true });
    lan.run(40 * SECOND);
    expect(stateOf(client, LEASED)).toBe('preferred');
    expect(stateOf(client, client.own)).toBe('preferred');
  });

  it('takes an address that somebody has back, and gives another', () => {
    const lan = new Lan(9, { delay: 1 });
    const router = new Router(lan, { isManaged: true });
    router.eth.ipv6.add(LEASED, 64, 0);
    lan.run(5 * SECOND);
    const client = startClient(lan);
    lan.run(60 * SECOND);
    expect(router.declined).toEqual([LEASED]);
    expect(stateOf(client, LEASED)).toBeUndefined();
    expect(stateOf(client, LEASED + 1n)).toBe('preferred');
  });

  it('has its address removed when nobody renews it', () => {
    const lan = new Lan(10, { delay: 1 });
    const router = new Router(lan, { isManaged: true });
    const client = startClient(lan);
    lan.run(20 * SECOND);
    router.isSilent = true;
    lan.run((20 + LIFETIME) * SECOND);
    expect(stateOf(client, LEASED)).toBeUndefined();
    expect(client.network.dns.servers).toEqual([]);
    expect(client.lines.some((line) => line.includes('lost 2001:db8:1::1000: expired'))).toBe(true);
  });

  it('is not asked with an address from the arguments, and none without IPv6', () => {
    const lan = new Lan(11, { delay: 1 });
    const router = new Router(lan, { isManaged: true });
    const fixed = startClient(lan, '--ipv6=2001:db8:1::7/64');
    const without = startClient(lan, '--ipv6=none');
    lan.run(20 * SECOND);
    expect(router.asked).toEqual([]);
    expect(isAnswered(lan, fixed, router, PREFIX | 7n)).toBe(true);
    expect(without.host.device.counters.sentFrames).toBe(0);
  });
});
