/** Which options a reply has, in which order, and with which values. */

import { expect as unwrap } from '@atoll/result/result';
import { describe, expect, it } from 'vitest';
import { INFINITE } from '../../src/argument/duration.ts';
import { parseDhcpOption } from '../../src/argument/option.ts';
import { dhcpServerConfig } from '../../src/config.ts';
import { OPTION } from '../../src/option.ts';
import { DhcpServer } from '../../src/server/engine.ts';
import {
  ascii,
  asks,
  EVERYBODY,
  hostname,
  ip,
  lease,
  message,
  number,
  reply,
  SERVER,
  type ServerText,
  server,
  settings,
  T,
  u32,
} from '../support.ts';

const offer = (text: ServerText, client: number, options: [number, Uint8Array][] = []) =>
  reply(server(text).handle(message(T.DISCOVER, client, { options }), EVERYBODY, 0));

describe('the options that a reply has by itself', () => {
  it('are those of dnsmasq', () => {
    const given = offer({ domain: 'lan' }, 1, [hostname('pc')]);
    expect(
      Object.fromEntries([...given.options].map(([code, value]) => [code, [...value]])),
    ).toMatchObject({
      1: [255, 255, 255, 0],
      3: [192, 0, 2, 1],
      6: [192, 0, 2, 1],
      12: [...ascii('pc')],
      15: [...ascii('lan')],
      28: [192, 0, 2, 255],
      51: [0, 0, 14, 16],
      54: [192, 0, 2, 1],
    });
  });

  it('are only the requested ones, in the requested order, but netmask and broadcast always', () => {
    const given = offer({ domain: 'lan', options: ['42,192.0.2.9', '26,1400'] }, 1, [
      asks(42, 6, 3),
    ]);
    expect([...given.options.keys()]).toEqual([54, 51, 58, 59, 1, 42, 6, 3, 28]);
  });

  it('have the netmask before the router (RFC 2132 section 3.3)', () => {
    expect([...offer({}, 1, [asks(3, 1)]).options.keys()]).toEqual([54, 51, 58, 59, 1, 3, 28]);
  });

  it('can be told another default router', () => {
    expect(number(offer({ router: ip('192.0.2.254') }, 1), OPTION.ROUTER)).toBe(ip('192.0.2.254'));
  });
});

describe('--dhcp-option', () => {
  it('replaces a default, or suppresses it without a value', () => {
    const given = offer({ options: ['option:router,192.0.2.9', 'option:dns-server'] }, 1);
    expect(number(given, OPTION.ROUTER)).toBe(ip('192.0.2.9'));
    expect(given.options.has(OPTION.DNS_SERVER)).toBe(false);
  });

  it('means this server by 0.0.0.0', () => {
    const given = offer({ options: ['42,192.0.2.9,0.0.0.0'] }, 1);
    expect(given.options.get(42)).toEqual(Uint8Array.of(192, 0, 2, 9, 192, 0, 2, 1));
  });

  it('sets T1 and T2', () => {
    const given = offer({ options: ['58,600', '59,700'] }, 1, [asks(58, 59)]);
    expect([number(given, OPTION.T1), number(given, OPTION.T2)]).toEqual([600, 700]);
  });

  it('sets siaddr, which is this server otherwise', () => {
    expect(offer({}, 1).siaddr).toBe(SERVER);
    expect(offer({ options: ['option:server-ip-address,192.0.2.8'] }, 1).siaddr).toBe(
      ip('192.0.2.8'),
    );
    expect(offer({ options: ['option:server-ip-address'] }, 1).siaddr).toBe(0);
  });

  it('counts the last of equal lines', () => {
    expect(number(offer({ options: ['23,1', '23,2'] }, 1), 23)).toBe(2);
  });

  it('is sent unasked if forced', () => {
    const base = settings();
    const options = [unwrap(parseDhcpOption('23,9', true)), unwrap(parseDhcpOption('37,9'))];
    const dhcp = new DhcpServer(unwrap(dhcpServerConfig({ ...base, options })));
    const given = reply(dhcp.handle(message(T.DISCOVER, 1, { options: [asks(3)] }), EVERYBODY, 0));
    expect(number(given, 23)).toBe(9);
    expect(given.options.has(37)).toBe(false);
  });
});

describe('tags', () => {
  const text: ServerText = {
    ranges: ['set:lan,192.0.2.100,192.0.2.199'],
    hosts: ['02:00:00:00:00:01,set:red', '02:00:00:00:00:02,set:red,set:blue', '02:00:00:00:00:03'],
  };
  const ttl = (options: string[], client: number) =>
    number(offer({ ...text, options }, client), 23);

  it.each([
    ['without a condition, for all', ['23,1'], [1, 1, 1, 1]],
    ['with a tag, for those that have it', ['tag:red,23,1'], [1, 1, undefined, undefined]],
    [
      'with two tags, for those that have both',
      ['tag:red,tag:blue,23,1'],
      [undefined, 1, undefined, undefined],
    ],
    ['with a negated tag, for the others', ['tag:!red,23,1'], [undefined, undefined, 1, 1]],
    ['with # instead of !', ['tag:#red,23,1'], [undefined, undefined, 1, 1]],
    ['for known hosts', ['tag:known,23,1'], [1, 1, 1, undefined]],
    ['for a range', ['tag:lan,23,1'], [1, 1, 1, 1]],
    ['tagged above untagged, whatever comes first', ['tag:red,23,2', '23,1'], [2, 2, 1, 1]],
    [
      'tagged by the host above tagged by the range',
      ['tag:red,23,2', 'tag:lan,23,1'],
      [2, 2, 1, 1],
    ],
  ])('%s', (_, options, expected) => {
    expect([1, 2, 3, 4].map((client) => ttl(options, client))).toEqual(expected);
  });

  it('choose the range', () => {
    const dhcp = server({
      ranges: ['tag:known,192.0.2.10,192.0.2.19', 'tag:!known,192.0.2.20,192.0.2.29'],
      hosts: ['02:00:00:00:00:01'],
    });
    expect(lease(dhcp, 1).yiaddr).toBeLessThan(ip('192.0.2.20'));
    expect(lease(dhcp, 2).yiaddr).toBeGreaterThanOrEqual(ip('192.0.2.20'));
  });

  it('say when a host is known from another subnet only', () => {
    const given = {
      ranges: ['192.0.2.100,192.0.2.199', '10.0.0.9,static,255.255.255.0'],
      hosts: ['02:00:00:00:00:01,10.0.0.7'],
      options: ['tag:known,23,1', 'tag:known-othernet,23,2'],
    };
    expect(number(offer(given, 1), 23)).toBe(2);
  });
});

describe('times', () => {
  const leaseTime = (seconds: number): [number, Uint8Array] => [OPTION.LEASE_TIME, u32(seconds)];
  const range = (time: string): ServerText => ({ ranges: [`192.0.2.100,192.0.2.199,${time}`] });

  it.each<[string, ServerText, number | undefined, number]>([
    ['the default', {}, undefined, 3600],
    ['that of the range', range('2h'), undefined, 7200],
    ['that of the host', { hosts: ['02:00:00:00:00:01,1d'] }, undefined, 86_400],
    ['what the client asks for', range('2h'), 600, 600],
    ['no more than the range allows', range('2h'), 86_400, 7200],
    ['no less than two minutes', range('2h'), 1, 120],
    ['without end', range('infinite'), undefined, INFINITE],
    ['less than without end if asked for', range('infinite'), 600, 600],
  ])('are %s', (_, text, asked, expected) => {
    const given = offer(text, 1, asked === undefined ? [] : [leaseTime(asked)]);
    expect(number(given, OPTION.LEASE_TIME)).toBe(expected);
  });

  it('have T1 near a half and T2 near seven eighths, not the same for all', () => {
    const seen = new Set<number>();
    for (let client = 0; client < 20; client++) {
      const given = offer({}, client);
      const [t1, t2] = [number(given, OPTION.T1) ?? 0, number(given, OPTION.T2) ?? 0];
      expect(t1).toBeLessThanOrEqual(1800);
      expect(t1).toBeGreaterThanOrEqual(1800 - 3600 / 32);
      expect(t2).toBeLessThanOrEqual(3150);
      expect(t2).toBeGreaterThanOrEqual(3150 - 3600 / 32);
      seen.add(t1);
    }
    expect(seen.size).toBeGreaterThan(10);
  });

  it('have no T1 and T2 in a lease without end, which never ends', () => {
    const dhcp = server(range('infinite'));
    const ack = lease(dhcp, 1);
    expect(ack.options.has(OPTION.T1)).toBe(false);
    expect(ack.options.has(OPTION.T2)).toBe(false);
    expect(dhcp.nextTimeout).toBe(Number.POSITIVE_INFINITY);
    expect(dhcp.exportLeases(0, 5000)).toMatchObject([{ expires: 0 }]);
  });
});
