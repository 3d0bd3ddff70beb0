import { LIMITED_BROADCAST, parseIpv4, parsePrefix } from '@atoll/ipv4/address';
import { expect as unwrap } from '@atoll/result/result';
import { Lan } from '@atoll/sim/lan';
import { describe, expect, it } from 'vitest';
import { checkIpv4, Ipv4Network } from '../src/ipv4/network.ts';
import { machine } from './kit.ts';

const ip = (text: string) => unwrap(parseIpv4(text));

describe('checkIpv4', () => {
  it.each([
    ['0.0.0.0/8', undefined, 'not the address of a host'],
    ['224.0.0.1/24', undefined, 'not the address of a host'],
    ['255.255.255.255/32', undefined, 'not the address of a host'],
    ['127.0.0.1/8', undefined, 'a loopback address'],
    ['10.0.0.0/24', undefined, 'is a network'],
    ['10.0.0.255/24', undefined, 'is a network'],
    ['10.0.0.1/24', '10.0.1.1', 'is not in 10.0.0.1/24'],
    ['10.0.0.1/24', '10.0.0.1', 'our own address'],
  ])('refuses %s with the gateway %s', (prefix, gateway, reason) => {
    const result = checkIpv4(
      unwrap(parsePrefix(prefix)),
      gateway === undefined ? gateway : ip(gateway),
    );
    expect(result).toMatchObject({ ok: false, error: { blame: 'config' } });
    expect(!result.ok && result.error.reason).toContain(reason);
  });
});

describe('way', () => {
  it.each([
    ['10.0.0.1/24', '10.0.0.2', '10.0.0.2'],
    ['10.0.0.1/24', '10.0.1.2', '10.0.0.254'],
    ['10.0.0.1/24', '10.0.0.255', '255.255.255.255'],
    ['10.0.0.1/24', '255.255.255.255', '255.255.255.255'],
    ['10.0.0.1/24', '10.0.0.1', undefined],
    ['10.0.0.1/24', '0.0.0.0', undefined],
    ['10.0.0.1/24', '224.0.0.251', '224.0.0.251'],
    ['10.0.0.1/24', '127.0.0.1', undefined],
    ['10.0.0.252/31', '10.0.0.253', '10.0.0.253'],
    ['10.0.0.252/31', '10.0.0.254', undefined],
    ['10.0.0.1/32', '10.0.0.2', '10.0.0.254'],
  ])('from %s to %s is by %s', (prefix, destination, hop) => {
    const gateway = prefix.endsWith('/31') ? undefined : ip('10.0.0.254');
    const ipv4 = unwrap(parsePrefix(prefix));
    const { eth } = machine(new Lan(1), 'a', 0, { ipv4, gateway });
    const way = eth.ipv4.way(ip(destination));
    expect(way?.hop).toBe(hop === undefined ? undefined : ip(hop));
    if (way !== undefined) expect(way.source).toBe(ipv4.address);
  });
});

describe('Ipv4Network', () => {
  it('has no broadcast address where there is no room for one', () => {
    const network = new Ipv4Network(unwrap(parsePrefix('10.0.0.253/31')));
    const addresses = [ip('10.0.0.252'), ip('10.0.0.253'), LIMITED_BROADCAST];
    expect(addresses.map((address) => network.isBroadcast(address))).toEqual([false, false, true]);
    expect(network.isSource(ip('10.0.0.252'))).toBe(true);
  });
});
