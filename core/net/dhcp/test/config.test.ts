import { expect as unwrap } from '@atoll/result/result';
import { describe, expect, it } from 'vitest';
import { dhcpServerConfig } from '../src/config.ts';
import { ip, type ServerText, settings } from './support.ts';

const MAC = '02:00:00:00:00:0';

describe('a configuration', () => {
  it('has the defaults of dnsmasq, but owns its network', () => {
    const config = unwrap(dhcpServerConfig(settings()));
    expect(config).toMatchObject({
      router: config.address,
      authoritative: true,
      rapidCommit: false,
      maxLeases: 1000,
      probeMs: 0,
    });
    expect(config.subnets).toEqual([
      {
        network: ip('192.0.2.0'),
        netmask: ip('255.255.255.0'),
        broadcast: ip('192.0.2.255'),
        ranges: settings().ranges,
      },
    ]);
  });

  it('puts our own subnet first and joins the ranges of one subnet', () => {
    const config = unwrap(
      dhcpServerConfig(
        settings({
          ranges: [
            '10.1.0.10,10.1.0.20,255.255.0.0,10.1.255.254',
            '192.0.2.10,192.0.2.20',
            '10.1.1.10,10.1.1.20,255.255.0.0,10.1.255.254',
          ],
        }),
      ),
    );
    expect(config.subnets.map(({ network, ranges }) => [network, ranges.length])).toEqual([
      [ip('192.0.2.0'), 1],
      [ip('10.1.0.0'), 2],
    ]);
  });

  it.each<[string, ServerText]>([
    ['--dhcp-range: there is none', { ranges: [] }],
    ['our netmask is not ones followed by zeros', { netmask: ip('255.0.255.0') }],
    [
      '--dhcp-range: 10.0.0.1-10.0.0.9 is not in our subnet 192.0.2.0/24, so it needs a netmask',
      { ranges: ['10.0.0.1,10.0.0.9'] },
    ],
    ['--dhcp-range: 192.0.2.9-192.0.3.9 leaves 192.0.2.0/24', { ranges: ['192.0.2.9,192.0.3.9'] }],
    [
      '--dhcp-range: 192.0.2.9-192.0.2.19 is in 192.0.0.0/16, which overlaps 192.0.2.0/24',
      { ranges: ['192.0.2.9,192.0.2.19,255.255.0.0'] },
    ],
    [
      '--dhcp-range: 192.0.2.9-192.0.2.19 has a broadcast address outside 192.0.2.0/24',
      { ranges: ['192.0.2.9,192.0.2.19,255.255.255.0,192.0.3.255'] },
    ],
    [
      '--dhcp-range: 192.0.2.20-192.0.2.29 has another broadcast address than an earlier range',
      { ranges: ['192.0.2.9,192.0.2.19,255.255.255.0,192.0.2.254', '192.0.2.20,192.0.2.29'] },
    ],
    [
      '--dhcp-range: 10.0.0.0-10.255.255.255 is longer than 1048576 addresses',
      { ranges: ['10.0.0.0,10.255.255.255,255.0.0.0'] },
    ],
    [
      '--dhcp-range: two ranges contain 192.0.2.15',
      { ranges: ['192.0.2.15,192.0.2.29', '192.0.2.9,192.0.2.19'] },
    ],
    ['--dhcp-host: 192.0.2.1 is our own address', { hosts: ['pc,192.0.2.1'] }],
    ['--dhcp-host: 10.0.0.1 is in no subnet of a --dhcp-range', { hosts: ['pc,10.0.0.1'] }],
    [
      '--dhcp-host: 192.0.2.255 is no address of a host in 192.0.2.0/24',
      { hosts: ['pc,192.0.2.255'] },
    ],
    ['--dhcp-host: 192.0.2.7 is given twice', { hosts: ['pc,192.0.2.7', 'tv,192.0.2.7'] }],
    ['--dhcp-host: the name pc is given twice', { hosts: [`${MAC}1,pc`, `${MAC}2,PC`] }],
    [`--dhcp-host: ${MAC}1 is given twice`, { hosts: [`${MAC}1,pc`, `${MAC}1,tv`] }],
    ['--dhcp-host: id:6d65 is given twice', { hosts: ['id:me,pc', 'id:me,tv'] }],
    [
      '--dhcp-option: nothing that comes before it sets the tag blue',
      { options: ['tag:blue,3,192.0.2.9'] },
    ],
    [
      '--dhcp-range: nothing that comes before it sets the tag blue',
      { ranges: ['tag:blue,set:blue,192.0.2.9'] },
    ],
    ['--dhcp-host: nothing that comes before it sets the tag known', { hosts: ['pc,tag:known'] }],
    ['--dhcp-lease-max: at least one lease is needed', { maxLeases: 0 }],
  ])('is refused: %s', (reason, text) => {
    expect(dhcpServerConfig(settings(text))).toEqual({
      ok: false,
      error: { blame: 'config', reason },
    });
  });

  it('may have a line for a host in each subnet', () => {
    const ranges = ['192.0.2.9,static', '10.0.0.9,static,255.255.255.0'];
    const hosts = [`${MAC}1,pc,192.0.2.7`, `${MAC}1,pc,10.0.0.7`];
    expect(dhcpServerConfig(settings({ ranges, hosts })).ok).toBe(true);
  });
});
