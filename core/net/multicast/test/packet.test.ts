import { internetChecksum } from '@atoll/bytes/checksum';
import { writeU16 } from '@atoll/bytes/field';
import { fromHex, toHex } from '@atoll/bytes/hex';
import { parseIpv6 } from '@atoll/ipv6/address';
import { expect as must } from '@atoll/result/result';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, timeOf } from '../src/code.ts';
import type { IgmpMessage, IgmpNotice, IgmpQuery, IgmpReport } from '../src/igmp/packet.ts';
import * as igmp from '../src/igmp/packet.ts';
import type { MldMessage, MldNotice, MldQuery, MldReport } from '../src/mld/packet.ts';
import * as mld from '../src/mld/packet.ts';
import { CHANGE_TO_EXCLUDE, MODE_IS_INCLUDE } from '../src/record.ts';

const GROUP4 = 0xef01_0203;
const GROUP6 = ip('ff05::2');
const ENVELOPE = { source: ip('fe80::1'), hopLimit: 1, routerAlert: 0 };
const NO_V3 = { isSuppressed: false, robustness: 0, interval: 0, sources: [] };

function ip(text: string): bigint {
  return must(parseIpv6(text));
}

function bytesOf(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array();
}

/** The message with the right checksum in it. */
function igmpOf(hex: string): Uint8Array {
  const bytes = bytesOf(hex);
  writeU16(bytes, 2, internetChecksum(bytes, 0, bytes.length));
  return bytes;
}

function parseMld(type: number, rest: number, hex: string, change: Partial<mld.MldEnvelope> = {}) {
  const message = { type, code: 0, rest, body: bytesOf(hex) };
  return mld.parseMld(message, { ...ENVELOPE, ...change });
}

describe('time codes', () => {
  it.each([
    [8, 0, 0],
    [8, 127, 127],
    [8, 128, 128],
    [8, 0x8f, 248],
    [8, 0x90, 256],
    [8, 0xff, 31_744],
    [16, 32_767, 32_767],
    [16, 32_768, 32_768],
    [16, 0xffff, 8_387_584],
  ] as const)('of %i bits: %i is %i', (bits, code, time) => {
    expect(timeOf(code, bits)).toBe(time);
    expect(codeOf(time, bits)).toBe(code);
  });

  it('are rounded down, and never go beyond the largest', () => {
    fc.assert(
      fc.property(fc.constantFrom<8 | 16>(8, 16), fc.nat(10_000_000), (bits, time) => {
        const code = codeOf(time, bits);
        expect(code).toBeLessThan(2 ** bits);
        expect(timeOf(code, bits)).toBeLessThanOrEqual(time);
        if (code < 2 ** bits - 1) expect(timeOf(code + 1, bits)).toBeGreaterThan(time);
      }),
    );
  });
});

describe('parseIgmp', () => {
  it.each<[string, string, IgmpMessage]>([
    [
      'a query of version 1',
      '1100000000000000',
      { type: 0x11, version: 1, maxResponse: 100, group: 0, ...NO_V3 },
    ],
    [
      'a query of version 2',
      '11640000ef010203',
      { type: 0x11, version: 2, maxResponse: 100, group: GROUP4, ...NO_V3 },
    ],
    [
      'a query of version 3',
      '11900000ef0102030a8f0002c0000201c0000202',
      {
        type: 0x11,
        version: 3,
        maxResponse: 256,
        group: GROUP4,
        isSuppressed: true,
        robustness: 2,
        interval: 248,
        sources: [0xc000_0201, 0xc000_0202],
      },
    ],
    ['a report of version 1', '12000000ef010203', { type: 0x12, group: GROUP4 }],
    ['a report of version 2', '16000000ef010203', { type: 0x16, group: GROUP4 }],
    ['a leave', '17000000ef010203', { type: 0x17, group: GROUP4 }],
    [
      'a report of version 3 with auxiliary data',
      '2200000000000002 04000000ef010203 01010001ef010204c0000201ffffffff',
      {
        type: 0x22,
        records: [
          { type: CHANGE_TO_EXCLUDE, group: GROUP4, sources: [] },
          { type: MODE_IS_INCLUDE, group: GROUP4 + 1, sources: [0xc000_0201] },
        ],
      },
    ],
  ])('reads %s', (_, hex, value) => {
    expect(igmp.parseIgmp(igmpOf(hex))).toEqual({ ok: true, value });
  });

  it.each([
    ['a short message', '16000000ef0102'],
    ['an unknown type', '13000000ef010203'],
    ['a query between versions', '11640000ef01020300'],
    ['a query without its sources', '11640000ef0102030200000100000000'.slice(0, -2)],
    ['a report without its records', '2200000000000001'],
    ['a record without its sources', '2200000000000001 01000001ef010204'],
    ['a record without its auxiliary data', '2200000000000001 01010000ef010204'],
    ['a record that claims many sources', '2200000000000001 0100ffffef010204c0000201'],
  ])('refuses %s', (_, hex) => {
    expect(igmp.parseIgmp(igmpOf(hex))).toMatchObject({ ok: false, error: { blame: 'peer' } });
  });

  it('refuses a wrong checksum', () => {
    expect(igmp.parseIgmp(bytesOf('16000000ef010203'))).toMatchObject({ ok: false });
  });

  it('reads what emitIgmp writes', () => {
    fc.assert(
      fc.property(igmpMessages(), (message) => {
        expect(igmp.parseIgmp(igmp.emitIgmp(message))).toEqual({ ok: true, value: message });
      }),
    );
  });
});

describe('emitIgmp', () => {
  it('writes the bytes of RFC 9776', () => {
    const records = [{ type: CHANGE_TO_EXCLUDE, group: GROUP4, sources: [] }];
    const bytes = igmp.emitIgmp({ type: igmp.V3_REPORT, records });
    expect(toHex(bytes)).toBe(toHex(igmpOf('220000000000000104000000ef010203')));
  });
});

describe('parseMld', () => {
  const HEX = 'ff050000000000000000000000000002';
  it.each<[string, number, number, string, MldMessage]>([
    [
      'a query of version 1',
      130,
      0x2710_0000,
      HEX,
      { type: 130, version: 1, maxResponse: 10_000, group: GROUP6, ...NO_V3 },
    ],
    [
      'a query of version 2',
      130,
      0x8000_0000,
      `${HEX}027d0001 20010db8000000000000000000000001`,
      {
        type: 130,
        version: 2,
        maxResponse: 32_768,
        group: GROUP6,
        isSuppressed: false,
        robustness: 2,
        interval: 125,
        sources: [ip('2001:db8::1')],
      },
    ],
    ['a report of version 1', 131, 0, HEX, { type: 131, group: GROUP6 }],
    ['a done', 132, 0, HEX, { type: 132, group: GROUP6 }],
    [
      'a report of version 2',
      143,
      1,
      `04000000${HEX}`,
      { type: 143, records: [{ type: CHANGE_TO_EXCLUDE, group: GROUP6, sources: [] }] },
    ],
  ])('reads %s', (_, type, rest, hex, value) => {
    expect(parseMld(type, rest, hex)).toEqual({ ok: true, value });
  });

  it.each<[string, number, number, string, Partial<mld.MldEnvelope>]>([
    ['a hop limit of 2', 130, 0, HEX, { hopLimit: 2 }],
    ['no router alert', 130, 0, HEX, { routerAlert: -1 }],
    ['another router alert', 130, 0, HEX, { routerAlert: 1 }],
    ['a querier from elsewhere', 130, 0, HEX, { source: ip('2001:db8::1') }],
    ['a querier without an address', 130, 0, HEX, { source: 0n }],
    ['a report from elsewhere', 131, 0, HEX, { source: ip('2001:db8::1') }],
    ['a short query', 130, 0, HEX.slice(2), {}],
    ['a query between versions', 130, 0, `${HEX}0000`, {}],
    ['a query about a host', 130, 0, HEX.replace('ff05', 'fe80'), {}],
    ['a query without its sources', 130, 0, `${HEX}027d0001`, {}],
    ['a short report', 131, 0, HEX.slice(2), {}],
    ['a report without its records', 143, 1, '', {}],
    ['another type', 128, 0, HEX, {}],
  ])('refuses %s', (_, type, rest, hex, change) => {
    expect(parseMld(type, rest, hex, change)).toMatchObject({
      ok: false,
      error: { blame: 'peer' },
    });
  });

  it('reads a report of a host that has no address yet', () => {
    expect(parseMld(143, 0, '', { source: 0n })).toMatchObject({ ok: true });
  });

  it('reads what emitMld writes', () => {
    fc.assert(
      fc.property(mldMessages(), (message) => {
        expect(mld.parseMld(mld.emitMld(message), ENVELOPE)).toEqual({ ok: true, value: message });
      }),
    );
  });
});

describe('describing', () => {
  const all = { maxResponse: 100, ...NO_V3 };
  it.each<[IgmpMessage, string]>([
    [{ type: igmp.QUERY, version: 3, group: 0, ...all }, 'IGMPv3 query for all groups'],
    [{ type: igmp.QUERY, version: 2, group: GROUP4, ...all }, 'IGMPv2 query for 239.1.2.3'],
    [{ type: igmp.V1_REPORT, group: GROUP4 }, 'IGMPv1 report of 239.1.2.3'],
    [{ type: igmp.V2_REPORT, group: GROUP4 }, 'IGMPv2 report of 239.1.2.3'],
    [{ type: igmp.LEAVE, group: GROUP4 }, 'IGMPv2 leave of 239.1.2.3'],
    [{ type: igmp.V3_REPORT, records: [] }, 'IGMPv3 report of 0 groups'],
  ])('IGMP is one line', (message, text) => {
    expect(igmp.describeIgmp(message)).toBe(text);
  });

  it.each<[MldMessage, string]>([
    [{ type: mld.QUERY, version: 2, group: 0n, ...all }, 'MLDv2 query for all groups'],
    [{ type: mld.QUERY, version: 1, group: GROUP6, ...all }, 'MLDv1 query for ff05::2'],
    [{ type: mld.V1_REPORT, group: GROUP6 }, 'MLDv1 report of ff05::2'],
    [{ type: mld.DONE, group: GROUP6 }, 'MLDv1 done with ff05::2'],
    [{ type: mld.V2_REPORT, records: [] }, 'MLDv2 report of 0 groups'],
  ])('MLD is one line', (message, text) => {
    expect(mld.describeMld(message)).toBe(text);
  });
});

function recordsOf<Address>(address: fc.Arbitrary<Address>) {
  const sources = fc.array(address, { maxLength: 3 });
  return fc.array(fc.record({ type: fc.nat(255), group: address, sources }), { maxLength: 4 });
}

/** What queries of the latest version say beside the group, in times that have a code. */
function latestQuery<Address>(address: fc.Arbitrary<Address>, bits: 8 | 16) {
  return {
    maxResponse: fc.nat(2 ** bits - 1).map((code) => timeOf(code, bits)),
    isSuppressed: fc.boolean(),
    robustness: fc.nat(7),
    interval: fc.nat(255).map((code) => timeOf(code, 8)),
    sources: fc.array(address, { maxLength: 3 }),
  };
}

function igmpMessages(): fc.Arbitrary<IgmpMessage> {
  const address = fc.nat(0xffff_ffff);
  const type = fc.constant(igmp.QUERY);
  const none = {
    isSuppressed: fc.constant(false),
    robustness: fc.constant(0),
    interval: fc.constant(0),
    sources: fc.constant([]),
  };
  const notice = fc.constantFrom(igmp.V1_REPORT, igmp.V2_REPORT, igmp.LEAVE);
  return fc.oneof(
    fc.record<IgmpQuery>({
      type,
      version: fc.constant(1),
      maxResponse: fc.constant(100),
      group: address,
      ...none,
    }),
    fc.record<IgmpQuery>({
      type,
      version: fc.constant(2),
      maxResponse: fc.integer({ min: 1, max: 255 }),
      group: address,
      ...none,
    }),
    fc.record<IgmpQuery>({
      type,
      version: fc.constant(3),
      group: address,
      ...latestQuery(address, 8),
    }),
    fc.record<IgmpNotice>({ type: notice, group: address }),
    fc.record<IgmpReport>({ type: fc.constant(igmp.V3_REPORT), records: recordsOf(address) }),
  );
}

function mldMessages(): fc.Arbitrary<MldMessage> {
  const address = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
  const group = fc.bigInt({ min: 0xffn << 120n, max: 2n ** 128n - 1n });
  return fc.oneof(
    fc.record<MldQuery>({
      type: fc.constant(mld.QUERY),
      version: fc.constant(2),
      group: fc.oneof(group, fc.constant(0n)),
      ...latestQuery(address, 16),
    }),
    fc.record<MldNotice>({ type: fc.constantFrom(mld.V1_REPORT, mld.DONE), group }),
    fc.record<MldReport>({ type: fc.constant(mld.V2_REPORT), records: recordsOf(address) }),
  );
}
