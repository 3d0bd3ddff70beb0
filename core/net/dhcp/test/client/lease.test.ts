import { expect as unwrap } from '@atoll/result/result';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { type ClientLease, readLease } from '../../src/client/lease.ts';
import { OPTION } from '../../src/option.ts';
import { emitRoutes } from '../../src/routes.ts';
import { ascii, ip, message, SERVER, T, u32 } from '../support.ts';
import { ADDRESS, type OptionEntry, reply } from './kit.ts';

const DISCOVER = message(T.DISCOVER, 1);

function read(options: OptionEntry[], yiaddr = ADDRESS, without: number[] = []) {
  const ack = reply(DISCOVER, T.ACK, { yiaddr }, options);
  for (const code of without) (ack.options as Map<number, Uint8Array>).delete(code);
  return readLease(ack, SERVER, 1000, new Random(1));
}

const lease = (options: OptionEntry[], yiaddr = ADDRESS): ClientLease =>
  unwrap(read(options, yiaddr));
const addresses = (...texts: string[]) =>
  Uint8Array.from(texts.flatMap((text) => text.split('.').map(Number)));
const routes = (...items: string[]) => unwrap(emitRoutes(items));

describe('a lease', () => {
  it('has what the server says of its network', () => {
    const all: OptionEntry[] = [
      [OPTION.NETMASK, addresses('255.255.255.128')],
      [OPTION.ROUTER, addresses('192.0.2.1', '192.0.2.2')],
      [OPTION.DNS_SERVER, addresses('192.0.2.3', '198.51.100.4', '192.0.2.3')],
      [OPTION.NTP_SERVER, addresses('192.0.2.5')],
      [OPTION.DOMAIN_NAME, ascii('Office.Example\0')],
      [OPTION.DOMAIN_SEARCH, ascii('\x06office\x07example\0\x03lan\0\x02a_\xc0\x07')],
      [OPTION.MTU, Uint8Array.of(5, 0xdc)],
      [OPTION.SERVER_IDENTIFIER, addresses('192.0.2.9')],
    ];
    expect(lease(all)).toMatchObject({
      address: ADDRESS,
      prefixLength: 25,
      serverIdentifier: ip('192.0.2.9'),
      routers: [ip('192.0.2.1'), ip('192.0.2.2')],
      routes: [],
      dnsServers: [ip('192.0.2.3'), ip('198.51.100.4')],
      ntpServers: [ip('192.0.2.5')],
      domain: 'office.example',
      searchDomains: ['office.example', 'lan', 'a_.example'],
      mtu: 1500,
    });
  });

  it.each([
    ['10.1.2.3', 8],
    ['172.16.1.2', 16],
    ['192.0.2.3', 24],
  ])('of %s without a netmask has the prefix of its class', (text, length) => {
    const without = read([], ip(text), [OPTION.NETMASK]);
    expect(unwrap(without).prefixLength).toBe(length);
  });

  it('may be one of two hosts, or alone', () => {
    expect(lease([[OPTION.NETMASK, u32(0xffff_fffe)]]).prefixLength).toBe(31);
    expect(lease([[OPTION.NETMASK, u32(0xffff_ffff)]]).prefixLength).toBe(32);
  });
});

describe('classless routes', () => {
  it('stand for the routers as well', () => {
    const given = routes(
      '0.0.0.0/0',
      '192.0.2.7',
      '10.0.0.0/8',
      '192.0.2.8',
      '198.51.100.0/24',
      '0.0.0.0',
    );
    expect(lease([[OPTION.CLASSLESS_ROUTES, given]])).toMatchObject({
      routers: [ip('192.0.2.7')],
      routes: [
        { destination: ip('10.0.0.0'), length: 8, router: ip('192.0.2.8') },
        { destination: ip('198.51.100.0'), length: 24, router: 0 },
      ],
    });
    expect(lease([[OPTION.CLASSLESS_ROUTES, routes('10.0.0.0/8', '192.0.2.8')]]).routers).toEqual(
      [],
    );
  });

  it('have no bits behind their mask', () => {
    const given = Uint8Array.of(12, 10, 0x1f, 192, 0, 2, 8);
    const [route] = lease([[OPTION.CLASSLESS_ROUTES, given]]).routes;
    expect(route).toEqual({ destination: ip('10.16.0.0'), length: 12, router: ip('192.0.2.8') });
  });

  it.each([
    ['cut off', Uint8Array.of(24, 10, 0, 0, 192, 0, 2)],
    ['with a mask above 32 bits', Uint8Array.of(33, 10, 0, 0, 0, 0, 192, 0, 2, 1)],
    ['empty', new Uint8Array(0)],
  ])('that are %s leave the routers', (_, value) => {
    expect(lease([[OPTION.CLASSLESS_ROUTES, value]])).toMatchObject({
      routers: [SERVER],
      routes: [],
    });
  });

  it('to loopback or multicast, by ourselves or by nonsense are left out', () => {
    const given = routes(
      ...['127.0.0.0/8', '192.0.2.8', '224.0.0.0/4', '192.0.2.8'],
      ...['10.0.0.0/8', '192.0.2.100', '10.0.0.0/8', '255.255.255.255', '0.0.0.0/0', '127.0.0.1'],
    );
    expect(lease([[OPTION.CLASSLESS_ROUTES, given]])).toMatchObject({ routers: [], routes: [] });
  });

  it('are 64 at most', () => {
    const many = Array.from({ length: 200 }, (_, at) => [`10.${at}.0.0/16`, '192.0.2.8']).flat();
    expect(lease([[OPTION.CLASSLESS_ROUTES, routes(...many)]]).routes.length).toBe(64);
  });
});

describe('the times of a lease', () => {
  const seconds = (value: number): OptionEntry => [OPTION.LEASE_TIME, u32(value)];
  const t1 = (value: number): OptionEntry => [OPTION.T1, u32(value)];
  const t2 = (value: number): OptionEntry => [OPTION.T2, u32(value)];

  it.each<[string, OptionEntry[], number, number]>([
    ['are a half and seven eighths', [seconds(8000)], 4000, 7000],
    ['are those of the server', [seconds(8000), t1(1000), t2(2000)], 1000, 2000],
    ['are the usual ones when T2 is before T1', [seconds(8000), t1(3000), t2(2000)], 4000, 7000],
    ['are the usual ones when T2 is behind the end', [seconds(8000), t2(8001)], 4000, 7000],
    ['are the usual ones when T1 is 0', [seconds(8000), t1(0)], 4000, 7000],
    [
      'are the usual ones when T1 has a strange length',
      [seconds(8000), [58, Uint8Array.of(9)]],
      4000,
      7000,
    ],
  ])('%s, up to a sixteenth early', (_, options, renew, rebind) => {
    const { renewAt, rebindAt, until } = lease(options);
    expect(until).toBe(1000 + 8_000_000);
    expect(renewAt).toBeLessThanOrEqual(1000 + renew * 1000);
    expect(renewAt).toBeGreaterThan(1000 + renew * 1000 * (15 / 16));
    expect(rebindAt).toBeLessThanOrEqual(1000 + rebind * 1000);
    expect(rebindAt).toBeGreaterThan(1000 + rebind * 1000 * (15 / 16));
  });

  it('never come when it has no end, whatever T1 says', () => {
    const never = Number.POSITIVE_INFINITY;
    const endless = lease([seconds(0xffff_ffff), t1(10), t2(20)]);
    expect(endless).toMatchObject({ renewAt: never, rebindAt: never, until: never });
  });

  it('may be 136 years away', () => {
    expect(lease([seconds(0xffff_fffe)]).until).toBe(1000 + 0xffff_fffe * 1000);
  });
});

describe('what is no lease', () => {
  it.each<[string, OptionEntry[], string]>([
    ['no address', [], '0.0.0.0'],
    ['loopback', [], '127.0.0.1'],
    ['multicast', [], '224.0.0.1'],
    ['class E', [], '240.0.0.1'],
    ['the limited broadcast address', [], '255.255.255.255'],
    ['an address of this network', [], '0.1.2.3'],
    ['the address of a network', [], '192.0.2.0'],
    ['the broadcast address of a network', [], '192.0.2.255'],
    ['a netmask of holes', [[OPTION.NETMASK, addresses('255.0.255.0')]], '192.0.2.100'],
    ['a netmask of zeros', [[OPTION.NETMASK, addresses('0.0.0.0')]], '192.0.2.100'],
    ['a netmask of three octets', [[OPTION.NETMASK, Uint8Array.of(255, 255, 255)]], '192.0.2.100'],
    ['a lease time of 0', [[OPTION.LEASE_TIME, u32(0)]], '192.0.2.100'],
    ['a lease time of 9 seconds', [[OPTION.LEASE_TIME, u32(9)]], '192.0.2.100'],
    ['a lease time of two octets', [[OPTION.LEASE_TIME, Uint8Array.of(1, 1)]], '192.0.2.100'],
    [
      'a server at a broadcast address',
      [[OPTION.SERVER_IDENTIFIER, u32(0xffff_ffff)]],
      '192.0.2.100',
    ],
  ])('%s', (_, options, address) => {
    expect(read(options, ip(address))).toMatchObject({ ok: false, error: { blame: 'peer' } });
  });

  it('a message without a lease time', () => {
    expect(read([], ADDRESS, [OPTION.LEASE_TIME]).ok).toBe(false);
  });
});

describe('what is left out of a lease', () => {
  it.each<[string, OptionEntry, Partial<ClientLease>]>([
    ['an MTU below 576', [OPTION.MTU, Uint8Array.of(0, 68)], { mtu: undefined }],
    ['an MTU of one octet', [OPTION.MTU, Uint8Array.of(5)], { mtu: undefined }],
    ['an address list that is cut off', [OPTION.DNS_SERVER, new Uint8Array(7)], { dnsServers: [] }],
    [
      'addresses that no host has',
      [OPTION.DNS_SERVER, addresses('0.0.0.0', '127.0.0.1', '239.1.1.1', '192.0.2.3')],
      { dnsServers: [ip('192.0.2.3')] },
    ],
    ['ourselves as router', [OPTION.ROUTER, u32(ADDRESS)], { routers: [] }],
    ['a domain with a space', [OPTION.DOMAIN_NAME, ascii('a b')], { domain: undefined }],
    ['an empty domain', [OPTION.DOMAIN_NAME, ascii('\0')], { domain: undefined }],
    ['a domain with an empty label', [OPTION.DOMAIN_NAME, ascii('a..b')], { domain: undefined }],
    ['a domain beyond ASCII', [OPTION.DOMAIN_NAME, Uint8Array.of(0xc3)], { domain: undefined }],
    [
      'an endless domain',
      [OPTION.DOMAIN_NAME, new Uint8Array(300).fill(97)],
      { domain: undefined },
    ],
    [
      'a search list with a loop',
      [OPTION.DOMAIN_SEARCH, Uint8Array.of(0xc0, 0)],
      { searchDomains: [] },
    ],
    [
      'a strange search domain',
      [OPTION.DOMAIN_SEARCH, ascii('\x03a;b\0\x01c\0')],
      { searchDomains: ['c'] },
    ],
  ])('%s', (_, option, expected) => {
    expect(lease([option])).toMatchObject(expected);
  });

  it('addresses above the eighth', () => {
    const many = Array.from({ length: 60 }, (_, at) => `192.0.2.${at + 1}`);
    expect(lease([[OPTION.DNS_SERVER, addresses(...many)]]).dnsServers.length).toBe(8);
  });
});
