import { LIMITED_BROADCAST, parseIpv4, parsePrefix } from '@atoll/ipv4/address';
import { expect as unwrap } from '@atoll/result/result';
import { describe, expect, it } from 'vitest';
import { createRoutes } from '../src/route.ts';

const ip = (text: string) => unwrap(parseIpv4(text));

function routes(prefix: string, gateway?: string) {
  const router = gateway === undefined ? undefined : ip(gateway);
  return createRoutes(unwrap(parsePrefix(prefix)), router);
}

describe('createRoutes', () => {
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
    const result = routes(prefix, gateway);
    expect(result).toMatchObject({ ok: false, error: { blame: 'config' } });
    expect(!result.ok && result.error.reason).toContain(reason);
  });

  it.each([
    ['10.0.0.1/24', '10.0.0.2', '10.0.0.2'],
    ['10.0.0.1/24', '10.0.1.2', '10.0.0.254'],
    ['10.0.0.1/24', '10.0.0.255', '255.255.255.255'],
    ['10.0.0.1/24', '255.255.255.255', '255.255.255.255'],
    ['10.0.0.1/24', '10.0.0.1', undefined],
    ['10.0.0.1/24', '0.0.0.0', undefined],
    ['10.0.0.1/24', '224.0.0.251', undefined],
    ['10.0.0.1/24', '127.0.0.1', undefined],
    ['10.0.0.252/31', '10.0.0.253', '10.0.0.253'],
    ['10.0.0.1/32', '10.0.0.2', '10.0.0.254'],
  ])('from %s to %s by %s', (prefix, destination, hop) => {
    const gateway = prefix.endsWith('/31') ? undefined : '10.0.0.254';
    const table = unwrap(routes(prefix, gateway));
    expect(table.nextHop(ip(destination))).toBe(hop === undefined ? undefined : ip(hop));
  });

  it('has no broadcast address of the network where there is no room for one', () => {
    const table = unwrap(routes('10.0.0.253/31'));
    expect([ip('10.0.0.252'), ip('10.0.0.253'), LIMITED_BROADCAST].map(table.isBroadcast)).toEqual([
      false,
      false,
      true,
    ]);
    expect(table.isSource(ip('10.0.0.252'))).toBe(true);
  });
});
