import type { Failure, Result } from '@atoll/result/result';
import { describe, expect, it } from 'vitest';
import {
  parseAddressRule,
  parseCacheSize,
  parseDomain,
  parseHostRecord,
  parseUpstream,
} from '../src/config.ts';
import { n } from './kit.ts';

const reason = (result: Result<unknown, Failure>) => {
  if (result.ok) throw new Error('parsed');
  expect(result.error.blame).toBe('config');
  return result.error.reason;
};

describe('--dns-upstream', () => {
  const address = 0xc000_0201;
  it.each([
    ['192.0.2.1', 53],
    ['192.0.2.1#5353', 5353],
    ['192.0.2.1:5353', 5353],
    ['udp:192.0.2.1', 53],
    ['udp:192.0.2.1:5353', 5353],
  ])('%s', (text, port) => {
    expect(parseUpstream(text)).toEqual({ ok: true, value: { address, port } });
  });

  it.each([
    ['fe::1', 53],
    ['fe::1#5353', 5353],
    ['[fe::1]', 53],
    ['[fe::1]:5353', 5353],
    ['udp:fe::1', 53],
    ['udp:[fe::1]#5353', 5353],
  ])('%s', (text, port) => {
    const value = { address: (0xfen << 112n) | 1n, port };
    expect(parseUpstream(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['', 'a DNS server is an IP address, perhaps with a port'],
    ['dns.example', 'a DNS server is an IP address, perhaps with a port'],
    ['192.0.2', 'a DNS server is an IP address, perhaps with a port'],
    ['[2001:db8::1', 'a DNS server is an IP address, perhaps with a port'],
    ['2001:db8::1:53:', 'a DNS server is an IP address, perhaps with a port'],
    ['[2001:db8::1]:0', 'a port is a number from 1 to 65535'],
    ['::', ':: is the address of no server'],
    ['192.0.2.1#0', 'a port is a number from 1 to 65535'],
    ['192.0.2.1#65536', 'a port is a number from 1 to 65535'],
    ['192.0.2.1:', 'a port is a number from 1 to 65535'],
    ['0.0.0.0', '0.0.0.0 is the address of no server'],
    ['tls:192.0.2.1', 'DNS servers are asked over udp, not over tls'],
    ['tcp:192.0.2.1', 'DNS servers are asked over udp, not over tcp'],
  ])('%s is refused', (text, expected) => {
    expect(reason(parseUpstream(text))).toBe(expected);
  });
});

describe('--address', () => {
  it.each([
    ['/ads.example/0.0.0.0', ['ads.example'], 0],
    ['/ads.example/2001:db8::1', ['ads.example'], 0x20010db8_00000000_00000000_00000001n],
    ['/ads.example/#', ['ads.example'], 'null'],
    ['/ads.example/', ['ads.example'], 'absent'],
    ['/a.example/b.example/192.0.2.1', ['a.example', 'b.example'], 0xc000_0201],
    ['/#/192.0.2.1', ['.'], 0xc000_0201],
  ])('%s', (text, domains, answer) => {
    const value = { domains: domains.map(n), answer };
    expect(parseAddressRule(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['', 'an address rule is like /domain/address, with both slashes'],
    ['ads.example/1.2.3.4', 'an address rule is like /domain/address, with both slashes'],
    ['/ads.example', 'an address rule is like /domain/address, with both slashes'],
    ['//1.2.3.4', 'a domain between two slashes is empty'],
    ['/ads.example/1.2.3', '1.2.3 is neither an IP address nor #'],
    ['/*.example/', '*.example has an asterisk, and a rule covers all names below a domain anyway'],
    ['/a b/', '"a b" is no name of letters, digits, hyphens and dots'],
    ['/a..b/', 'empty label in a..b'],
  ])('%s is refused', (text, expected) => {
    expect(reason(parseAddressRule(text))).toBe(expected);
  });
});

describe('--host-record', () => {
  it('has names, addresses and a TTL', () => {
    expect(parseHostRecord('nas, nas.lan,192.0.2.7,2001:db8::7,60')).toEqual({
      ok: true,
      value: {
        names: [n('nas'), n('nas.lan')],
        addresses: [0xc000_0207, 0x20010db8_00000000_00000000_00000007n],
        ttl: 60,
      },
    });
    expect(parseHostRecord('nas.lan,192.0.2.7')).toEqual({
      ok: true,
      value: { names: [n('nas.lan')], addresses: [0xc000_0207], ttl: undefined },
    });
  });

  it.each([
    ['', '"" is no name of letters, digits, hyphens and dots'],
    ['192.0.2.7', 'a host record starts with a name'],
    ['nas.lan', 'a host record has an address after its names'],
    ['nas.lan,192.0.2.7,192.0.2.8', '192.0.2.8 is a second address of its kind'],
    ['nas.lan,192.0.2.7,other', 'other is no IP address, and names go before addresses'],
    ['nas.lan,192.0.2.7,60,192.0.2.8', 'nothing may follow the TTL 60'],
  ])('%s is refused', (text, expected) => {
    expect(reason(parseHostRecord(text))).toBe(expected);
  });
});

describe('--domain and --dns-cache', () => {
  it('are a name and a number', () => {
    expect(parseDomain('lan')).toEqual({ ok: true, value: n('lan') });
    expect(parseCacheSize('0')).toEqual({ ok: true, value: 0 });
    expect(parseCacheSize('10000')).toEqual({ ok: true, value: 10_000 });
  });

  it('are refused as anything else', () => {
    expect(reason(parseDomain('.'))).toBe('the root is not a local domain');
    expect(reason(parseDomain('a/b'))).toBe(
      '"a/b" is no name of letters, digits, hyphens and dots',
    );
    expect(reason(parseCacheSize('-1'))).toBe(
      'the size of the cache is a number from 0 to 1000000',
    );
    expect(reason(parseCacheSize('1e3'))).toMatch(/^the size of the cache/);
    expect(reason(parseCacheSize('1000001'))).toMatch(/^the size of the cache/);
  });
});
