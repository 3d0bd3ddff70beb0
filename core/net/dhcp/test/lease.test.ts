import { expect as unwrap } from '@atoll/result/result';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatLeaseLine, type LeaseRecord, parseLeaseLine } from '../src/lease.ts';
import { OPTION } from '../src/option.ts';
import {
  ascii,
  hostname,
  ip,
  lease,
  message,
  reply,
  requested,
  SERVER,
  server,
  T,
} from './support.ts';

const hexOctet = fc
  .integer({ min: 0, max: 255 })
  .map((octet) => octet.toString(16).padStart(2, '0'));
const records: fc.Arbitrary<LeaseRecord> = fc.record({
  expires: fc.integer({ min: 0, max: 4_000_000_000 }),
  htype: fc.integer({ min: 0, max: 255 }),
  hardware: fc.array(hexOctet, { maxLength: 16 }).map((octets) => octets.join(':')),
  address: fc.integer({ min: 0, max: 0xffff_ffff }),
  name: fc.constantFrom('', 'pc', 'a-1'),
  clientId: fc.option(
    fc.array(hexOctet, { minLength: 2, maxLength: 20 }).map((octets) => octets.join('')),
    { nil: undefined },
  ),
});

describe('a line of a lease file', () => {
  it.each([
    ['1700000000 02:00:5e:10:00:01 192.0.2.5 laptop 01:02:00:5e:10:00:01'],
    ['0 02:00:5e:10:00:01 192.0.2.5 * *'],
    ['1700000000 20-00:01 192.0.2.5 * ff:00'],
  ])('%s', (line) => {
    expect(formatLeaseLine(unwrap(parseLeaseLine(line)))).toBe(line);
  });

  it.each([
    '',
    'duid 00:01',
    '1 02:00 192.0.2.5 *',
    '1 02:00 192.0.2.500 * *',
    '1 zz 192.0.2.5 * *',
  ])('is not %j', (line) => {
    expect(parseLeaseLine(line).ok).toBe(false);
  });

  it('parse and format are inverses', () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(unwrap(parseLeaseLine(formatLeaseLine(record)))).toEqual(record);
      }),
    );
  });
});

describe('leases', () => {
  const NOW = 5000;
  const WALL = 1_700_000_000_000;

  it('survive a restart', () => {
    const before = server();
    const { yiaddr } = lease(before, 1, 0, {
      options: [hostname('pc'), [OPTION.CLIENT_ID, ascii('\x00me')]],
    });
    const records = before.exportLeases(1_000_000, WALL);
    expect(records).toEqual([
      {
        expires: WALL / 1000 + 2600,
        htype: 1,
        hardware: '02:00:00:00:00:01',
        address: yiaddr,
        name: 'pc',
        clientId: '006d65',
      },
    ]);

    const after = server({ authoritative: false });
    expect(after.importLeases(records, NOW, WALL)).toMatchObject([
      { kind: 'added', address: yiaddr, name: 'pc', expires: NOW + 2_600_000 },
    ]);
    expect(after.nextTimeout).toBe(NOW + 2_600_000);
    const reboot = message(T.REQUEST, 1, {
      options: [requested(yiaddr), [OPTION.CLIENT_ID, ascii('\x00me')]],
    });
    expect(reply(after.handle(reboot, SERVER, NOW + 1)).type).toBe(T.ACK);
    expect(after.exportLeases(NOW, WALL)).toHaveLength(1);
  });

  const record: LeaseRecord = {
    expires: WALL / 1000 + 60,
    htype: 1,
    hardware: '02:00:00:00:00:01',
    address: ip('192.0.2.150'),
    name: 'pc',
    clientId: undefined,
  };

  it.each<[string, Partial<LeaseRecord>, Parameters<typeof server>[0]]>([
    ['that are over', { expires: WALL / 1000 }, {}],
    ['outside all ranges', { address: ip('192.0.2.50') }, {}],
    ['outside all subnets', { address: ip('10.0.0.5') }, {}],
    ['in a range that is for hosts now', {}, { ranges: ['192.0.2.150,static'] }],
  ])('%s do not come back', (_, difference, text) => {
    const dhcp = server(text);
    expect(dhcp.importLeases([{ ...record, ...difference }], NOW, WALL)).toEqual([]);
    expect(dhcp.exportLeases(NOW, WALL)).toEqual([]);
  });

  it.each([
    ["the address is a host's now", '02:00:00:00:00:02,192.0.2.150'],
    ['the host has another address now', '02:00:00:00:00:01,192.0.2.7'],
  ])('come back until their client asks to renew if %s', (_, host) => {
    const dhcp = server({ hosts: [host] });
    expect(dhcp.importLeases([record], NOW, WALL)).toHaveLength(1);
    const renewal = message(T.REQUEST, 1, { ciaddr: record.address });
    expect(reply(dhcp.handle(renewal, SERVER, NOW)).type).toBe(T.NAK);
    expect(lease(dhcp, 2, NOW).yiaddr).not.toBe(record.address);
    const offer = reply(dhcp.handle(message(T.DISCOVER, 1), SERVER, NOW));
    expect(offer.yiaddr).not.toBe(record.address);
  });

  it('come back once for each client, address and name', () => {
    const dhcp = server();
    const hardware = '02:00:00:00:00:02';
    const address = ip('192.0.2.151');
    const events = dhcp.importLeases(
      [record, { ...record, address }, { ...record, hardware }, { ...record, hardware, address }],
      NOW,
      WALL,
    );
    expect(events.map(({ name }) => name)).toEqual(['pc', '']);
    expect(events[1]).toMatchObject({ hardware, address });
  });

  it('come back with the address, name and right to it of their host', () => {
    const dhcp = server({ hosts: ['02:00:00:00:00:01,192.0.2.7,printer'] });
    const events = dhcp.importLeases(
      [{ ...record, address: ip('192.0.2.7'), expires: 0 }],
      NOW,
      WALL,
    );
    expect(events).toMatchObject([{ name: 'printer', expires: Number.POSITIVE_INFINITY }]);
    const renewal = message(T.REQUEST, 1, { ciaddr: ip('192.0.2.7') });
    expect(dhcp.handle(renewal, SERVER, NOW).events).toMatchObject([{ kind: 'renewed' }]);
  });
});
