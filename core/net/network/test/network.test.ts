import type { System } from '@atoll/appliance/appliance';
import { Misconfiguration } from '@atoll/appliance/appliance';
import { parseArguments } from '@atoll/conf/parse';
import type { Sockets } from '@atoll/device/socket';
import { expect as unwrap } from '@atoll/result/result';
import { Lan } from '@atoll/sim/lan';
import { describe, expect, it } from 'vitest';
import { networkArguments } from '../src/arguments.ts';
import type { NetworkHooks } from '../src/network.ts';
import { startNetwork } from '../src/network.ts';
import { systemOn } from './machine.ts';

const FAR = 0xcb00_7101;
const FAR_6 = 0x2a00n << 112n;

function start(lan: Lan, words: readonly string[], hooks?: NetworkHooks) {
  const host = lan.host('machine');
  const { system, lines } = systemOn(host);
  const options = unwrap(parseArguments(networkArguments('none'), words));
  const network = startNetwork(system, options, 'service', hooks);
  if (network.interface === undefined) throw new Error('it has no interface');
  return { host, network, eth: network.interface, lines };
}

describe('a network from arguments', () => {
  it('has the IPv4 address, its network, and the router', () => {
    const addresses: unknown[] = [];
    const { eth, lines, network } = start(
      new Lan(1),
      ['--ipv4=192.0.2.2/24', '--ipv4-gateway=192.0.2.1', '--ipv6=none'],
      { onAddress: (prefix) => addresses.push(prefix) },
    );
    const prefix = { address: 0xc000_0202, length: 24 };
    expect(eth.ipv4.prefix).toEqual(prefix);
    expect(addresses).toEqual([prefix]);
    expect(eth.ipv4.way(0xc000_0207)?.hop).toBe(0xc000_0207);
    expect(eth.ipv4.way(FAR)).toEqual({
      source: 0xc000_0202,
      destination: FAR,
      hop: 0xc000_0201,
    });
    expect(lines).toEqual(['info    ready: 192.0.2.2/24 on machine, 02:00:00:00:00:01']);
    expect(network.learnsDns).toBe(false);
    expect(network.dns).toEqual({ servers: [], searchDomains: [] });
  });

  it('serves at once, and says when somebody else has the address', () => {
    const lan = new Lan(9, { delay: 1 });
    const first = start(lan, ['--ipv4=192.0.2.2/24', '--ipv6=none']);
    lan.run(10_000);
    const second = start(lan, ['--ipv4=192.0.2.2/24', '--ipv6=none']);
    lan.run(60_000);
    for (const { lines, eth } of [first, second]) {
      expect(lines.filter((line) => line.includes('claims our address 192.0.2.2'))).not.toEqual([]);
      expect(eth.ipv4.prefix).toBeDefined();
    }
  });

  it('has a router beside a network of one address', () => {
    const { eth } = start(new Lan(2), ['--ipv4=192.0.2.2/32', '--ipv4-gateway=198.51.100.1']);
    expect(eth.ipv4.way(FAR)?.hop).toBe(0xc633_6401);
  });

  it('goes nowhere else without a router', () => {
    const { eth } = start(new Lan(3), ['--ipv4=192.0.2.2/24']);
    expect(eth.ipv4.way(FAR)).toBeUndefined();
  });

  it('has the IPv6 address beside one of the link, and the router', () => {
    const lan = new Lan(4);
    const words = ['--ipv6=2001:db8::2/64', '--ipv6-gateway=fe80::1'];
    const { eth, lines } = start(lan, words);
    lan.run(5000);
    const own = (0x2001_0db8n << 96n) | 2n;
    const states = eth.ipv6.addresses.map(({ address, state }) => [address, state]);
    expect(states).toContainEqual([own, 'preferred']);
    expect(eth.ipv6.linkLocal).toBeDefined();
    expect(eth.ipv6.way(own + 5n)).toEqual({ source: own, destination: own + 5n, hop: own + 5n });
    const gateway = (0xfe80n << 112n) | 1n;
    expect(eth.ipv6.way(FAR_6)).toEqual({ source: own, destination: FAR_6, hop: gateway });
    expect(lines).toContain('info    machine: our address is 2001:db8::2/64');
  });

  it('does nothing with neither version of IP', () => {
    const lan = new Lan(5);
    const { host, lines, network } = start(lan, ['--ipv4=none', '--ipv6=none']);
    lan.run(60_000);
    expect(host.device.counters.sentFrames).toBe(0);
    expect(lines).toEqual(['info    ready on machine, 02:00:00:00:00:01']);
    expect(network.learnsDns).toBe(false);
  });

  it.each([['--ipv4=dhcp'], ['--ipv6=auto']])('may learn of name servers with %s', (word) => {
    expect(start(new Lan(6), [word]).network.learnsDns).toBe(true);
  });

  it('lets a responder answer frames first', () => {
    const lan = new Lan(7);
    let seen = 0;
    const responder = () => {
      seen++;
      return 60;
    };
    const watched = start(lan, ['--ipv4=192.0.2.2/24', '--ipv6=none'], { responder });
    const other = start(lan, ['--ipv4=192.0.2.3/24', '--ipv6=none']);
    const socket = other.network.sockets.udp.bind(0, () => {});
    lan.after(0, () => socket?.send(new Uint8Array(1), { address: 0xc000_0202, port: 7 }));
    lan.run(1000);
    expect(seen).toBeGreaterThan(0);
    // It was asked for its hardware address, of which the stack did not hear.
    expect(watched.eth.ipv4.neighbours).toBe(0);
  });

  it.each([
    [
      ['--ipv4=192.0.2.0/24'],
      '--ipv4=192.0.2.0/24: 192.0.2.0/24 is a network, not a host in it',
      'expected the address of a host',
    ],
    [
      ['--ipv4=127.0.0.1/8'],
      '--ipv4=127.0.0.1/8: 127.0.0.1 is a loopback address',
      'expected the address of a host',
    ],
    [
      ['--ipv4=224.0.0.1/24'],
      '--ipv4=224.0.0.1/24: 224.0.0.1 is not the address of a host',
      'expected the address of a host',
    ],
    [
      ['--ipv4=192.0.2.2/24', '--ipv4-gateway=198.51.100.1'],
      '--ipv4-gateway=198.51.100.1: the gateway 198.51.100.1 is not in 192.0.2.2/24',
      'expected a router of our network',
    ],
    [
      ['--ipv4=192.0.2.2/24', '--ipv4-gateway=192.0.2.2'],
      '--ipv4-gateway=192.0.2.2: 192.0.2.2 is our own address',
      'expected a router of our network',
    ],
    [
      ['--ipv4=none', '--ipv4-gateway=192.0.2.1'],
      '--ipv4-gateway: there is no IPv4',
      'expected it without --ipv4=none',
    ],
    [
      ['--ipv6=none', '--ipv6-gateway=fe80::1'],
      '--ipv6-gateway: there is no IPv6',
      'expected it without --ipv6=none',
    ],
    [
      ['--ipv6=ff02::1/64'],
      '--ipv6=ff02::1/64: ff02::1 is not the address of a host',
      'expected the address of a host',
    ],
    [
      ['--ipv6=2001:db8::/64'],
      '--ipv6=2001:db8::/64: 2001:db8::/64 is a network, not a host in it',
      'expected the address of a host',
    ],
    [
      ['--ipv6=auto', '--ipv6-gateway=ff02::2'],
      '--ipv6-gateway=ff02::2: ff02::2 is not the address of a host',
      'expected a router of our network',
    ],
    [
      ['--ipv6=2001:db8::2/64', '--ipv6-gateway=2001:db8::2'],
      '--ipv6-gateway=2001:db8::2: 2001:db8::2 is our own address',
      'expected a router of our network',
    ],
    [
      ['--ipv6=2001:db8::2/64', '--ipv6-gateway=2001:db8:1::1'],
      '--ipv6-gateway=2001:db8:1::1: the gateway 2001:db8:1::1 is not in 2001:db8::2/64',
      'expected a router of our network',
    ],
  ])('does not start with %j', (words, wrong, advice) => {
    const attempt = () => start(new Lan(8), words);
    expect(attempt).toThrow(Misconfiguration);
    expect(attempt).toThrow(`${wrong}\n  ${advice}`);
  });
});

describe("the host's sockets", () => {
  const options = unwrap(parseArguments(networkArguments('dhcp'), []));
  const { system } = systemOn(new Lan(1).host('machine'));
  const withoutDevice: System = { ...system, network: () => undefined };

  it('serve without a device', () => {
    const sockets = {} as Sockets;
    const network = startNetwork({ ...withoutDevice, sockets }, options, 'service');
    expect(network.sockets).toBe(sockets);
    expect(network.stack).toBeUndefined();
    expect(network.learnsDns).toBe(false);
  });

  it('are needed without a device', () => {
    expect(() => startNetwork(withoutDevice, options, 'service')).toThrow(
      new Misconfiguration('there is no network'),
    );
  });
});
