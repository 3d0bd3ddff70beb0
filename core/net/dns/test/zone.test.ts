import { expect as unwrap } from '@atoll/result/result';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddressRule } from '../src/config.ts';
import { nameText } from '../src/name.ts';
import { reverseAddress, reverseName } from '../src/record.ts';
import { CLASS, parseType, rcodeText, TYPE } from '../src/type.ts';
import { Zone, type ZoneOptions } from '../src/zone.ts';
import { n, show } from './kit.ts';

/** `upstream`, or the RCODE and the answers; `-> name` when upstream continues. */
function lookup(zone: Zone, text: string): string {
  const [name, type = 'A'] = text.split(' ');
  const found = zone.lookup({ name: n(name), type: parseType(type) ?? 0, class: CLASS.IN });
  if (found === undefined) return 'upstream';
  const parts = [rcodeText(found.rcode), ...found.answers.map(show)];
  if (found.next !== undefined) parts.push(`-> ${nameText(found.next)}`);
  return parts.join(' ');
}

const authority = (zone: Zone, text: string) => {
  const [name, type = 'A'] = text.split(' ');
  const found = zone.lookup({ name: n(name), type: parseType(type) ?? 0, class: CLASS.IN });
  return found?.authorities.map(show).join(' | ');
};

function lan(options: ZoneOptions = {}): Zone {
  const zone = new Zone({ domains: [n('lan')], ...options });
  zone.setHost(n('h4.example'), 0x0a01_0104, 0, 'static');
  zone.setHost(n('a.b.lan'), 0x0a01_0105, 60);
  return zone;
}

describe('hosts', () => {
  it('have addresses and point back', () => {
    const zone = lan();
    zone.setHost(n('six.lan'), 0x20010db8_00000000_00000000_00000001n, 60);
    expect(lookup(zone, 'A.b.LAN')).toBe('NOERROR A.b.LAN. 60 A 10.1.1.5');
    expect(lookup(zone, 'six.lan AAAA')).toBe('NOERROR six.lan. 60 AAAA 2001:db8::1');
    expect(lookup(zone, '5.1.1.10.in-addr.arpa PTR')).toBe(
      'NOERROR 5.1.1.10.in-addr.arpa. 60 PTR a.b.lan.',
    );
    const reverse = `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`;
    expect(lookup(zone, `${reverse} PTR`)).toBe(`NOERROR ${reverse}. 60 PTR six.lan.`);
  });

  it('leave with their lease, and take empty non-terminals with them', () => {
    const zone = lan();
    expect(lookup(zone, 'b.lan')).toBe('NOERROR');
    zone.removeHost(n('A.B.lan'), 0x0a01_0105);
    expect(lookup(zone, 'a.b.lan')).toBe('NXDOMAIN');
    expect(lookup(zone, 'b.lan')).toBe('NXDOMAIN');
    expect(lookup(zone, '5.1.1.10.in-addr.arpa PTR')).toBe('NXDOMAIN');
  });

  it('that are static go before leases of the same name or address', () => {
    const zone = lan();
    zone.setHost(n('router.lan'), 0x0a01_0101, 60, 'static');
    zone.setHost(n('router.lan'), 0x0a01_0166, 60, 'lease');
    zone.setHost(n('evil.lan'), 0x0a01_0101, 60, 'lease');
    expect(lookup(zone, 'router.lan')).toBe('NOERROR router.lan. 60 A 10.1.1.1');
    expect(lookup(zone, '1.1.1.10.in-addr.arpa PTR')).toMatch(/PTR router\.lan\.$/);
  });

  it('that are leases have names of ours only', () => {
    const zone = lan();
    expect(zone.setHost(n('plain'), 1, 60)).toBe(true);
    expect(zone.setHost(n('LOCALHOST'), 1, 60)).toBe(false);
    expect(zone.setHost(n('www.bank.example'), 1, 60)).toBe(false);
    expect(zone.setHost(n('tv.local'), 1, 60)).toBe(false);
    expect(zone.setHost(n('www.bank.example'), 1, 60, 'static')).toBe(true);
    expect(lookup(zone, 'plain')).toBe('NOERROR plain. 60 A 0.0.0.1');
    expect(lookup(zone, 'localhost')).toMatch(/127\.0\.0\.1$/);
    expect(lookup(new Zone(), '.')).toBe('upstream');
    expect(new Zone().setHost(n('.'), 1, 60)).toBe(false);
  });

  it('sharing an address point back to the first of them, and then to the next', () => {
    const zone = lan();
    zone.setHost(n('n1.lan'), 0x0a01_0106, 60);
    zone.setHost(n('n2.lan'), 0x0a01_0106, 60);
    expect(lookup(zone, '6.1.1.10.in-addr.arpa PTR')).toMatch(/PTR n1\.lan\.$/);
    zone.removeHost(n('n1.lan'), 0x0a01_0106);
    expect(lookup(zone, '6.1.1.10.in-addr.arpa PTR')).toMatch(/PTR n2\.lan\.$/);
  });

  it('say when something changed, and only then', () => {
    const zone = lan();
    let changes = 0;
    zone.onChange = () => changes++;
    zone.setHost(n('a.b.lan'), 0x0a01_0105, 60);
    zone.removeHost(n('none.lan'), 1);
    expect(changes).toBe(0);
    zone.setHost(n('a.b.lan'), 0x0a01_0105, 61);
    zone.removeHost(n('a.b.lan'), 0x0a01_0105);
    zone.setAlias(n('x.lan'), n('y.lan'), 1);
    zone.addRule(unwrap(parseAddressRule('/x/')));
    expect(changes).toBe(4);
  });

  it('come and go without a trace', () => {
    const host = fc.record({
      name: fc.constantFrom('a.lan', 'b.a.lan', 'c.b.a.lan', 'd.lan'),
      address: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(host), (hosts) => {
        const zone = new Zone({ domains: [n('lan')] });
        for (const { name, address } of hosts) zone.setHost(n(name), address, 1);
        for (const { name, address } of hosts) zone.removeHost(n(name), address);
        for (const { name } of hosts) expect(lookup(zone, name)).toBe('NXDOMAIN');
        expect(lookup(zone, 'lan')).toBe('NOERROR');
      }),
    );
  });
});

describe('a domain of ours', () => {
  it('has an SOA record, which negative answers carry', () => {
    const zone = lan({ ttl: 5 });
    const soa = 'lan. 5 SOA lan. nobody.invalid. 1 3600 1200 604800 5';
    expect(lookup(zone, 'lan SOA')).toBe(`NOERROR ${soa}`);
    expect(authority(zone, 'foo.lan')).toBe(soa);
    expect(authority(zone, 'a.b.lan MX')).toBe(soa);
  });

  it('goes before special names', () => {
    expect(lookup(new Zone({ domains: [n('home.arpa')] }), 'home.arpa')).toBe('NOERROR');
    const zone = new Zone({ domains: [n('local')] });
    zone.setHost(n('tv.local'), 1, 1);
    expect(lookup(zone, 'tv.local')).toBe('NOERROR tv.local. 1 A 0.0.0.1');
  });
});

describe('aliases', () => {
  it('are followed here, and then upstream', () => {
    const zone = lan();
    zone.setAlias(n('al.lan'), n('h4.example'), 0);
    zone.setAlias(n('up.lan'), n('www.example'), 0);
    expect(lookup(zone, 'al.lan')).toBe(
      'NOERROR al.lan. 0 CNAME h4.example. h4.example. 0 A 10.1.1.4',
    );
    expect(lookup(zone, 'al.lan CNAME')).toBe('NOERROR al.lan. 0 CNAME h4.example.');
    expect(lookup(zone, 'al.lan AAAA')).toBe('NOERROR al.lan. 0 CNAME h4.example. -> h4.example.');
    expect(lookup(zone, 'up.lan')).toBe('NOERROR up.lan. 0 CNAME www.example. -> www.example.');
    expect(lookup(zone, 'up.lan ANY')).toBe('NOERROR up.lan. 0 CNAME www.example.');
  });

  it('that never end fail', () => {
    const zone = lan();
    zone.setAlias(n('x.lan'), n('y.lan'), 0);
    zone.setAlias(n('y.lan'), n('x.lan'), 0);
    expect(lookup(zone, 'x.lan')).toBe('SERVFAIL');
    for (let at = 0; at < 11; at++) zone.setAlias(n(`c${at}.lan`), n(`c${at + 1}.lan`), 0);
    zone.setHost(n('c11.lan'), 1, 0);
    expect(lookup(zone, 'c0.lan')).toBe('SERVFAIL');
    expect(lookup(zone, 'c1.lan')).toMatch(/c11\.lan\. 0 A 0\.0\.0\.1$/);
  });
});

describe('address rules answer as dnsmasq 2.90 was seen to', () => {
  const zone = lan();
  for (const rule of [
    '/v4.test2/1.2.3.4',
    '/nul.test2/#',
    '/nx.test2/',
    '/both.test2/1.1.1.1',
    '/both.test2/#',
    '/bn.test2/1.1.1.1',
    '/bn.test2/',
    '/zn.test2/#',
    '/zn.test2/',
    '/two.test2/1.1.1.1',
    '/two.test2/2.2.2.2',
    '/deep.test2/1.1.1.1',
    '/x.deep.test2/2001:db8::1',
    '/ov.lan/5.5.5.5',
  ]) {
    zone.addRule(unwrap(parseAddressRule(rule)));
  }
  zone.setHost(n('in.nx.test2'), 0x0a01_0107, 0, 'static');
  zone.setHost(n('in.v4.test2'), 0x0a01_0108, 0, 'static');
  it.each([
    ['h4.example', 'NOERROR h4.example. 0 A 10.1.1.4'],
    ['h4.example AAAA', 'upstream'],
    ['h4.example MX', 'upstream'],
    ['b.lan', 'NOERROR'],
    ['lan MX', 'NOERROR'],
    ['foo.lan', 'NXDOMAIN'],
    ['a.b.lan AAAA', 'NOERROR'],
    ['v4.test2', 'NOERROR v4.test2. 0 A 1.2.3.4'],
    ['s.v4.test2', 'NOERROR s.v4.test2. 0 A 1.2.3.4'],
    ['s.v4.test2 ANY', 'NOERROR s.v4.test2. 0 A 1.2.3.4'],
    ['v4.test2 AAAA', 'upstream'],
    ['v4.test2 MX', 'upstream'],
    ['notv4.test2', 'upstream'],
    ['nul.test2', 'NOERROR nul.test2. 0 A 0.0.0.0'],
    ['nul.test2 AAAA', 'NOERROR nul.test2. 0 AAAA ::'],
    ['nul.test2 MX', 'upstream'],
    ['s.nx.test2', 'NXDOMAIN'],
    ['s.nx.test2 MX', 'NXDOMAIN'],
    ['nx.test2', 'NOERROR'],
    ['both.test2', 'NOERROR both.test2. 0 A 1.1.1.1'],
    ['both.test2 AAAA', 'NOERROR both.test2. 0 AAAA ::'],
    ['bn.test2', 'NOERROR bn.test2. 0 A 1.1.1.1'],
    ['bn.test2 AAAA', 'NOERROR'],
    ['bn.test2 MX', 'NOERROR'],
    ['zn.test2', 'NOERROR zn.test2. 0 A 0.0.0.0'],
    ['zn.test2 MX', 'NOERROR'],
    ['two.test2', 'NOERROR two.test2. 0 A 1.1.1.1 two.test2. 0 A 2.2.2.2'],
    ['x.deep.test2', 'NOERROR x.deep.test2. 0 A 1.1.1.1'],
    ['x.deep.test2 AAAA', 'NOERROR x.deep.test2. 0 AAAA 2001:db8::1'],
    ['x.deep.test2 ANY', 'NOERROR x.deep.test2. 0 AAAA 2001:db8::1'],
    ['deep.test2 AAAA', 'upstream'],
    ['in.nx.test2', 'NOERROR in.nx.test2. 0 A 10.1.1.7'],
    ['in.nx.test2 AAAA', 'NOERROR'],
    ['in.v4.test2', 'NOERROR in.v4.test2. 0 A 10.1.1.8'],
    ['in.v4.test2 AAAA', 'upstream'],
    ['ov.lan', 'NOERROR ov.lan. 0 A 5.5.5.5'],
    // dnsmasq says NXDOMAIN here, of a name that has an address.
    ['ov.lan AAAA', 'NOERROR'],
  ])('%s: %s', (question, expected) => {
    expect(lookup(zone, question)).toBe(expected);
  });

  it('for the root cover every name', () => {
    const all = new Zone();
    all.addRule({ domains: ['\0'], answer: 0x0102_0304 });
    expect(lookup(all, 'any.where')).toBe('NOERROR any.where. 0 A 1.2.3.4');
    expect(lookup(all, 'any.where TXT')).toBe('upstream');
  });
});

describe('special names', () => {
  const zone = lan({ subnets: [{ address: 0xc0a8_0700, prefixLength: 24 }] });
  it.each([
    ['localhost', 'NOERROR localhost. 10800 A 127.0.0.1'],
    ['x.LOCALHOST AAAA', 'NOERROR x.LOCALHOST. 10800 AAAA ::1'],
    ['localhost MX', 'NOERROR'],
    ['1.0.0.127.in-addr.arpa PTR', 'NOERROR 1.0.0.127.in-addr.arpa. 10800 PTR localhost.'],
    ['0.0.127.in-addr.arpa PTR', 'NOERROR'],
    ['2.0.0.127.in-addr.arpa PTR', 'NXDOMAIN'],
    [
      `1.${'0.'.repeat(31)}ip6.arpa PTR`,
      `NOERROR 1.${'0.'.repeat(31)}ip6.arpa. 10800 PTR localhost.`,
    ],
    ['x.invalid', 'NXDOMAIN'],
    ['x.onion AAAA', 'NXDOMAIN'],
    ['printer.local', 'NXDOMAIN'],
    ['x.test', 'NXDOMAIN'],
    ['x.home.arpa', 'NXDOMAIN'],
    ['home.arpa DS', 'upstream'],
    ['_dns.resolver.arpa SVCB', 'NXDOMAIN'],
    ['use-application-dns.net', 'NXDOMAIN'],
    ['use-application-dns.net SOA', 'NXDOMAIN'],
    ['x.example', 'upstream'],
    ['99.1.1.10.in-addr.arpa PTR', 'NXDOMAIN'],
    ['1.1.10.in-addr.arpa PTR', 'NOERROR'],
    ['2.1.10.in-addr.arpa PTR', 'NXDOMAIN'],
    ['1.1.16.172.in-addr.arpa PTR', 'NXDOMAIN'],
    ['1.1.32.172.in-addr.arpa PTR', 'upstream'],
    ['1.0.64.100.in-addr.arpa PTR', 'NXDOMAIN'],
    ['8.8.8.8.in-addr.arpa PTR', 'upstream'],
    ['x.d.f.ip6.arpa PTR', 'NXDOMAIN'],
  ])('%s: %s', (question, expected) => {
    expect(lookup(zone, question)).toBe(expected);
  });

  it('have an SOA record of their own', () => {
    expect(lookup(zone, 'onion SOA')).toMatch(/^NOERROR onion\. 10800 SOA onion\./);
    expect(authority(zone, 'x.onion')).toMatch(/^onion\. 10800 SOA/);
    // Leases may bring names at any time.
    expect(authority(zone, '9.9.9.10.in-addr.arpa PTR')).toMatch(/^10\.in-addr\.arpa\. 0 SOA/);
  });

  it('of private networks may be asked about, but not those of our own', () => {
    const open = new Zone({
      bogusPriv: false,
      subnets: [{ address: 0xc0a8_0700, prefixLength: 24 }],
    });
    expect(lookup(open, '1.8.168.192.in-addr.arpa PTR')).toBe('upstream');
    expect(lookup(open, '1.7.168.192.in-addr.arpa PTR')).toBe('NXDOMAIN');
    expect(lookup(open, '1.0.0.127.in-addr.arpa PTR')).toMatch(/localhost/);
  });
});

describe('the name of a reverse zone', () => {
  it('leads back to its address', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (address) => {
        expect(reverseAddress(reverseName(address))).toBe(address);
      }),
    );
  });

  it.each([
    '1.2.3.in-addr.arpa',
    '256.1.1.1.in-addr.arpa',
    '01.1.1.1.in-addr.arpa',
    '1.1.1.1.1.in-addr.arpa',
    'a.1.1.1.in-addr.arpa',
    '1.1.1.1.example',
  ])('%s leads to none', (text) => {
    expect(reverseAddress(n(text))).toBeUndefined();
  });
});

describe('ANY', () => {
  it('is answered with one RRset (RFC 8482)', () => {
    const zone = lan();
    zone.setHost(n('dual.lan'), 0x0a01_0109, 1);
    zone.setHost(n('dual.lan'), 1n, 1);
    const found = zone.lookup({ name: n('dual.lan'), type: TYPE.ANY, class: CLASS.IN });
    expect(found?.answers.map(show)).toEqual(['dual.lan. 1 A 10.1.1.9']);
  });
});
