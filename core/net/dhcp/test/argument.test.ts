import { expect as unwrap } from '@atoll/result/result';
import { describe, expect, it } from 'vitest';
import { INFINITE, parseLeaseTime } from '../src/argument/duration.ts';
import { parseDhcpHost } from '../src/argument/host.ts';
import { parseDhcpOption } from '../src/argument/option.ts';
import { parseDhcpRange } from '../src/argument/range.ts';
import { ip } from './support.ts';

function reason(
  result: { ok: true } | { ok: false; error: { blame: string; reason: string } },
): string {
  if (result.ok) return 'ok';
  expect(result.error.blame).toBe('config');
  return result.error.reason;
}

describe('a lease time', () => {
  it.each([
    ['3600', 3600],
    ['300s', 300],
    ['45m', 2700],
    ['12h', 43_200],
    ['2d', 172_800],
    ['1w', 604_800],
    ['45s', 120],
    ['0', 120],
    ['infinite', INFINITE],
    ['9999999999', INFINITE],
    ['1y', undefined],
    ['-5', undefined],
    ['', undefined],
  ])('%s', (text, seconds) => {
    expect(parseLeaseTime(text)).toBe(seconds);
  });
});

describe('--dhcp-range', () => {
  const plain = {
    conditions: [],
    tags: [],
    start: ip('192.0.2.10'),
    end: ip('192.0.2.20'),
    fixedOnly: false,
    netmask: undefined,
    broadcast: undefined,
    leaseSeconds: 3600,
  };

  it.each([
    ['192.0.2.10,192.0.2.20', {}],
    ['192.0.2.10', { end: plain.start }],
    ['192.0.2.10,192.0.2.20,12h', { leaseSeconds: 43_200 }],
    ['192.0.2.10,12h', { end: plain.start, leaseSeconds: 43_200 }],
    ['192.0.2.10,static', { end: plain.start, fixedOnly: true }],
    ['192.0.2.10, 192.0.2.20, 255.255.255.0', { netmask: ip('255.255.255.0') }],
    [
      'set:blue,192.0.2.10,192.0.2.20,255.255.255.0,192.0.2.255,infinite',
      {
        tags: ['blue'],
        netmask: ip('255.255.255.0'),
        broadcast: ip('192.0.2.255'),
        leaseSeconds: INFINITE,
      },
    ],
    [
      'tag:!known,tag:blue,set:guest,192.0.2.10,192.0.2.20',
      {
        conditions: [
          { tag: 'known', negated: true },
          { tag: 'blue', negated: false },
        ],
        tags: ['guest'],
      },
    ],
  ])('%s', (text, difference) => {
    expect(unwrap(parseDhcpRange(text))).toEqual({ ...plain, ...difference });
  });

  it.each([
    ['', 'it has no start address'],
    ['eth0,192.0.2.10', 'it has no start address'],
    ['192.0.2.10,proxy', '"proxy" is out of place'],
    ['192.0.2.10,192.0.2.20,1y', '"1y" is out of place'],
    ['192.0.2.10,192.0.2.20,1h,1h', '"1h" is out of place'],
    ['192.0.2.20,192.0.2.10', 'the range ends before it starts'],
    ['192.0.2.10,192.0.2.20,255.0.255.0', 'the netmask is not ones followed by zeros'],
  ])('refuses %s', (text, expected) => {
    expect(reason(parseDhcpRange(text))).toContain(expected);
  });
});

describe('--dhcp-host', () => {
  const nothing = {
    hardware: [],
    clientIds: [],
    ignoreClientId: false,
    conditions: [],
    tags: [],
    address: undefined,
    name: undefined,
    leaseSeconds: undefined,
    ignore: false,
  };
  const mac = [2, 0, 0x5e, 0x10, 0, 1];

  it.each([
    ['02:00:5e:10:00:01,192.0.2.5', { hardware: [mac], address: ip('192.0.2.5') }],
    ['2-0-5E-10-0-1,Printer', { hardware: [mac], name: 'printer' }],
    [
      '02:00:5e:*:*:*,set:lab,tag:blue,45m',
      {
        hardware: [[2, 0, 0x5e, undefined, undefined, undefined]],
        tags: ['lab'],
        conditions: [{ tag: 'blue', negated: false }],
        leaseSeconds: 2700,
      },
    ],
    [
      '02:00:5e:10:00:01,02:00:5e:10:00:02,laptop',
      { hardware: [mac, [2, 0, 0x5e, 0x10, 0, 2]], name: 'laptop' },
    ],
    ['id:01:2:aB,ignore', { clientIds: ['0102ab'], ignore: true }],
    ['id:me,192.0.2.5', { clientIds: ['6d65'], address: ip('192.0.2.5') }],
    ['02:00:5e:10:00:01,id:*', { hardware: [mac], ignoreClientId: true }],
    ['laptop,infinite', { name: 'laptop', leaseSeconds: INFINITE }],
  ])('%s', (text, difference) => {
    expect(unwrap(parseDhcpHost(text))).toEqual({ ...nothing, ...difference });
  });

  it.each([
    ['192.0.2.5', 'no hardware address, no client identifier and no name'],
    ['id:*,192.0.2.5', 'no hardware address, no client identifier and no name'],
    ['laptop,desktop', '"desktop" is a second name besides "laptop"'],
    ['laptop,192.0.2.5,192.0.2.6', 'here are two'],
    ['laptop,1h,2h', '"2h" is a second lease time'],
    ['laptop,[2001:db8::1]', 'is an IPv6 address'],
    ['laptop.lan', 'expected a name without a domain, not "laptop.lan"'],
    ['02:00:5e:10:00', 'expected a MAC address'],
    ['-laptop', 'expected a MAC address'],
    ['', 'expected a MAC address'],
  ])('refuses %s', (text, expected) => {
    expect(reason(parseDhcpHost(text))).toContain(expected);
  });
});

describe('--dhcp-option', () => {
  it.each([
    ['3,192.0.2.9', [], 3, [192, 0, 2, 9]],
    ['option:router,192.0.2.9', [], 3, [192, 0, 2, 9]],
    ['option:NTP-server, 192.0.2.9', [], 42, [192, 0, 2, 9]],
    ['tag:blue,tag:!known,option:mtu,1400', ['blue', '!known'], 26, [5, 120]],
    ['net:blue,66,boot,server', ['blue'], 66, [...'boot,server'].map((c) => c.charCodeAt(0))],
    ['option:router', [], 3, undefined],
    ['3,', [], 3, undefined],
    ['230,1:2', [], 230, [1, 2]],
  ])('%s', (text, tags, code, octets) => {
    const option = unwrap(parseDhcpOption(text));
    const written = option.conditions.map(({ tag, negated }) => (negated ? `!${tag}` : tag));
    expect(written).toEqual(tags);
    expect(option.code).toBe(code);
    expect(option.value && [...option.value.bytes]).toEqual(octets);
    expect(option.forced).toBe(false);
  });

  it('may be forced', () => {
    expect(unwrap(parseDhcpOption('3,192.0.2.9', true)).forced).toBe(true);
  });

  it.each([
    ['', 'expected option:NAME or a number from 1 to 254, not ""'],
    ['0,1', 'expected option:NAME or a number from 1 to 254, not "0"'],
    ['255,1', 'expected option:NAME or a number from 1 to 254, not "255"'],
    ['router,192.0.2.9', 'expected option:NAME or a number from 1 to 254, not "router"'],
    ['option:rooter,192.0.2.9', 'no option is called "rooter", did you mean "router"?'],
    ['option:xyzzy,1', 'no option is called "xyzzy"'],
    ['option:router,x', 'option router: expected an IPv4 address, not "x"'],
    ['encap:175,190,x', 'encap: is not supported'],
    ['vendor:PXEClient,1,0.0.0.0', 'vendor: is not supported'],
    ['vi-encap:2,1,x', 'vi-encap: is not supported'],
    ['option6:dns-server,[::]', 'option6: is not supported'],
    ['51,3600', 'the server itself sets option lease-time'],
    ['82,1:2', 'the server itself sets option relay-agent-information'],
  ])('refuses %s', (text, expected) => {
    expect(reason(parseDhcpOption(text))).toBe(expected);
  });
});
