import { toHex } from '@atoll/bytes/hex';
import { networkAddress } from '@atoll/ipv6/prefix';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeNdp } from '../src/describe.ts';
import type { Preference } from '../src/option.ts';
import type {
  Envelope,
  NdpMessage,
  NeighbourAdvertisement,
  NeighbourSolicitation,
  Redirect,
  RouterAdvertisement,
  RouterSolicitation,
} from '../src/packet.ts';
import {
  emitNdp,
  NEIGHBOUR_ADVERTISEMENT,
  NEIGHBOUR_SOLICITATION,
  parseNdp,
  REDIRECT,
  ROUTER_ADVERTISEMENT,
  ROUTER_SOLICITATION,
} from '../src/packet.ts';
import {
  advertisement,
  bytesOf,
  envelope,
  ip,
  prefixInformation,
  routerAdvertisement,
  solicitation,
} from './support.ts';

const TO_ALL = envelope('fe80::1', 'ff02::1');
const TARGET = 'fe800000000000000000000000000001';
const MAC = 0x0200_0000_0001;
const SOURCE_MAC = '0101020000000001';
const TARGET_MAC = '0201020000000001';

function parse(type: number, rest: number, hex: string, envelope: Envelope = TO_ALL, code = 0) {
  return parseNdp({ type, code, rest, body: bytesOf(hex) }, envelope);
}

describe('parseNdp', () => {
  it('reads a solicitation', () => {
    expect(parse(NEIGHBOUR_SOLICITATION, 0, `${TARGET}${SOURCE_MAC}0e01010203040506`)).toEqual({
      ok: true,
      value: solicitation(ip('fe80::1'), { mac: MAC, nonce: 0x0102_0304_0506 }),
    });
  });

  it.each([
    [0xe000_0000, { isRouter: true, isSolicited: true, isOverride: true }],
    [0x8000_0000, { isRouter: true, isSolicited: false, isOverride: false }],
    [0x4000_0000, { isRouter: false, isSolicited: true, isOverride: false }],
    [0x2000_0000, { isRouter: false, isSolicited: false, isOverride: true }],
  ])('reads the flags %i of an advertisement', (rest, flags) => {
    const toUs = envelope('fe80::1', 'fe80::2');
    expect(parse(NEIGHBOUR_ADVERTISEMENT, rest, `${TARGET}${TARGET_MAC}`, toUs)).toEqual({
      ok: true,
      value: advertisement(ip('fe80::1'), { mac: MAC, ...flags }),
    });
  });

  it('reads a router advertisement with everything in it', () => {
    const hex = [
      '0000753000000400',
      SOURCE_MAC,
      '0501000000000500',
      '030440c0000151800000384000000000 20010db8000000000000000000000000',
      '1802300800000e1020010db800010000',
      '1903000000000e10 20010db8000000000000000000000053',
      '1f03000000000e10 036c616e076578616d706c6500000000',
    ].join('');
    expect(parse(ROUTER_ADVERTISEMENT, 0x40c8_0708, hex)).toEqual({
      ok: true,
      value: routerAdvertisement({
        mac: MAC,
        hopLimit: 64,
        isManaged: true,
        hasOtherConfiguration: true,
        preference: 1,
        lifetime: 1800,
        reachableTime: 30_000,
        retransmitTime: 1024,
        mtu: 1280,
        prefixes: [prefixInformation(ip('2001:db8::'))],
        routes: [{ prefix: ip('2001:db8:1::'), length: 48, preference: 1, lifetime: 3600 }],
        dnsServers: [{ addresses: [ip('2001:db8::53')], lifetime: 3600 }],
        searchDomains: [{ domains: ['lan.example'], lifetime: 3600 }],
      }),
    });
  });

  it.each([
    [0x00, 0],
    [0x08, 1],
    [0x10, 0],
    [0x18, -1],
  ])('reads the preference bits %i as %i', (bits, preference) => {
    const result = parse(ROUTER_ADVERTISEMENT, bits << 16, '0000000000000000');
    expect(result).toMatchObject({ ok: true, value: { preference } });
  });

  it('reads a redirect', () => {
    const destination = '20010db8000000000000000000000001';
    const hex = `${TARGET}${destination}${TARGET_MAC}0402000000000000 6000000000000000`;
    expect(parse(REDIRECT, 0, hex)).toEqual({
      ok: true,
      value: {
        type: REDIRECT,
        target: ip('fe80::1'),
        destination: ip('2001:db8::1'),
        mac: MAC,
        packet: bytesOf('6000000000000000'),
      },
    });
  });

  it('passes over options that it does not know or that have a strange length', () => {
    const strange = [
      '6301aabbccddeeff',
      '0102020000000001 0000000000000000',
      '0e02aabbccddeeff 0011223344556677',
      '050200000000ffff 0000000000000000',
      '030181c000000000',
      '030481c0000151800000384000000000 20010db8000000000000000000000000',
      '1802301000000e1020010db800010000',
      '1801300000000e10',
      '1901000000000e10',
      '1902000000000e10 20010db800000000',
      '1f02000000000e10 036c616e00000000',
    ].join('');
    const result = parse(ROUTER_ADVERTISEMENT, 0, `0000000000000000${strange}${SOURCE_MAC}`);
    const searchDomains = [{ domains: ['lan'], lifetime: 3600 }];
    expect(result).toEqual({
      ok: true,
      value: routerAdvertisement({ mac: MAC, lifetime: 0, searchDomains }),
    });
  });

  it('takes the first of two options of which there may be one', () => {
    const hex = `${TARGET}${SOURCE_MAC}0101020000000002`;
    expect(parse(NEIGHBOUR_SOLICITATION, 0, hex)).toMatchObject({ value: { mac: MAC } });
  });

  it.each([
    ['a compression pointer', '036c616ec00c0000'],
    ['a name without an end', '0761616161616161'],
    ['a label with a dot in it', '03612e6200000000'],
    ['a label that goes beyond the option', '096c616e00000000'],
  ])('reads no domain from %s', (_, names) => {
    const result = parse(ROUTER_ADVERTISEMENT, 0, `00000000000000001f02000000000e10${names}`);
    expect(result).toMatchObject({ ok: true, value: { searchDomains: [] } });
  });
});

describe('validation', () => {
  const FROM_NOBODY = envelope('::', 'ff02::1:ff00:1');
  const FROM_AFAR = envelope('2001:db8::1', 'ff02::1');
  const GROUP = 'ff020000000000000000000000000001';
  const AFAR = '20010db8000000000000000000000001';
  it.each<[string, number, number, string, Envelope, number]>([
    ['a hop limit of 254', 135, 0, TARGET, { ...TO_ALL, hopLimit: 254 }, 0],
    ['code 1', 135, 0, TARGET, TO_ALL, 1],
    ['another type', 128, 0, TARGET, TO_ALL, 0],
    ['a short router advertisement', 134, 0, '00000000000000', TO_ALL, 0],
    ['a short solicitation', 135, 0, TARGET.slice(2), TO_ALL, 0],
    ['a short advertisement', 136, 0, TARGET.slice(2), TO_ALL, 0],
    ['a short redirect', 137, 0, `${TARGET}${AFAR}`.slice(2), TO_ALL, 0],
    ['an option of length 0', 133, 0, '0100020000000001', TO_ALL, 0],
    ['an option of length 0 behind a good one', 133, 0, `${SOURCE_MAC}6300000000000000`, TO_ALL, 0],
    ['an option beyond the end', 133, 0, '0102020000000001', TO_ALL, 0],
    ['half an option', 133, 0, `${SOURCE_MAC}0101`, TO_ALL, 0],
    ['a solicitation for a group', 135, 0, GROUP, TO_ALL, 0],
    ['an advertisement for a group', 136, 0, GROUP, TO_ALL, 0],
    ['an answer to a group', 136, 0x4000_0000, TARGET, TO_ALL, 0],
    ['a probe to all', 135, 0, TARGET, envelope('::', 'ff02::1'), 0],
    ['a probe with a hardware address', 135, 0, `${TARGET}${SOURCE_MAC}`, FROM_NOBODY, 0],
    ['a router solicitation of nobody at a place', 133, 0, SOURCE_MAC, FROM_NOBODY, 0],
    ['a router that is not on the link', 134, 0, '0000000000000000', FROM_AFAR, 0],
    ['a redirect that is not from the link', 137, 0, `${TARGET}${AFAR}`, FROM_AFAR, 0],
    ['a redirect to a router elsewhere', 137, 0, `${AFAR}${AFAR.replace(/1$/, '2')}`, TO_ALL, 0],
    ['a redirect for a group', 137, 0, `${TARGET}${GROUP}`, TO_ALL, 0],
  ])('refuses %s', (_, type, rest, hex, header, code) => {
    expect(parse(type, rest, hex, header, code)).toMatchObject({
      ok: false,
      error: { blame: 'peer' },
    });
  });

  it.each<[string, number, string, Envelope]>([
    ['a router solicitation of nobody', 133, '', FROM_NOBODY],
    ['a probe', 135, TARGET, FROM_NOBODY],
    ['a redirect to a neighbour', 137, `${AFAR}${AFAR}`, TO_ALL],
  ])('lets %s through', (_, type, hex, header) => {
    expect(parse(type, 0, hex, header)).toMatchObject({ ok: true });
  });
});

describe('emitNdp', () => {
  it('writes what the RFCs show', () => {
    const message = routerAdvertisement({
      hopLimit: 255,
      isManaged: true,
      preference: -1,
      mtu: 1500,
      prefixes: [prefixInformation(ip('2001:db8::'), { isAutonomous: false })],
    });
    const { type, code, rest, body } = emitNdp(message);
    expect([type, code, rest.toString(16)]).toEqual([134, 0, 'ff980708']);
    expect(toHex(body)).toBe(
      '0000000000000000' +
        '05010000000005dc' +
        '03044080000151800000384000000000' +
        '20010db8000000000000000000000000',
    );
  });

  it('writes what parseNdp reads', () => {
    fc.assert(
      fc.property(messages(), (message) => {
        expect(parseNdp(emitNdp(message), TO_ALL)).toEqual({ ok: true, value: message });
      }),
    );
  });

  it('cuts the packet of a redirect so that all fits into 1280 bytes', () => {
    const packet = new Uint8Array(1500);
    const target = ip('fe80::1');
    const { body } = emitNdp({ type: REDIRECT, target, destination: target, mac: MAC, packet });
    expect(40 + 8 + body.length).toBe(1280);
  });
});

describe('describeNdp', () => {
  it.each<[NdpMessage, string]>([
    [{ type: ROUTER_SOLICITATION, mac: undefined }, 'ND who-is a router'],
    [solicitation(ip('fe80::1')), 'ND who-has fe80::1'],
    [advertisement(ip('fe80::1'), { mac: MAC }), 'ND fe80::1 is-at 02:00:00:00:00:01'],
    [
      routerAdvertisement({ prefixes: [prefixInformation(ip('2001:db8::'))] }),
      'ND router for 1800 s, 2001:db8::/64',
    ],
  ])('is one line', (message, text) => {
    expect(describeNdp(message)).toBe(text);
  });
});

/** All messages that can be on the wire, with a source that may send them. */
function messages(): fc.Arbitrary<NdpMessage> {
  const u16 = fc.nat(0xffff);
  const u32 = fc.nat(0xffff_ffff);
  const mac = fc.option(fc.nat(0xffff_ffff_ffff), { nil: undefined });
  const address = fc.bigInt({ min: 0n, max: (0xffn << 120n) - 1n });
  const length = fc.nat(128);
  const masked = <T extends { prefix: bigint; length: number }>(value: T): T => ({
    ...value,
    prefix: networkAddress({ address: value.prefix, length: value.length }),
  });
  const prefix = fc
    .record({
      prefix: address,
      length,
      isOnLink: fc.boolean(),
      isAutonomous: fc.boolean(),
      validLifetime: u32,
      preferredLifetime: u32,
    })
    .map(masked);
  const preference = fc.constantFrom<Preference>(-1, 0, 1);
  const route = fc.record({ prefix: address, length, preference, lifetime: u32 }).map(masked);
  const servers = fc.record({
    addresses: fc.array(address, { minLength: 1, maxLength: 4 }),
    lifetime: u32,
  });
  const label = fc.stringMatching(/^[-_0-9a-z]{1,63}$/);
  const domain = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'));
  const domains = fc.record({
    domains: fc.array(domain, { minLength: 1, maxLength: 3 }),
    lifetime: u32,
  });
  return fc.oneof(
    fc.record<RouterSolicitation>({ type: fc.constant(ROUTER_SOLICITATION), mac }),
    fc.record<RouterAdvertisement>({
      type: fc.constant(ROUTER_ADVERTISEMENT),
      mac,
      hopLimit: fc.nat(255),
      isManaged: fc.boolean(),
      hasOtherConfiguration: fc.boolean(),
      preference,
      lifetime: u16,
      reachableTime: u32,
      retransmitTime: u32,
      mtu: fc.option(u32, { nil: undefined }),
      prefixes: fc.array(prefix, { maxLength: 3 }),
      routes: fc.array(route, { maxLength: 3 }),
      dnsServers: fc.array(servers, { maxLength: 2 }),
      searchDomains: fc.array(domains, { maxLength: 2 }),
    }),
    fc.record<NeighbourSolicitation>({
      type: fc.constant(NEIGHBOUR_SOLICITATION),
      target: address,
      mac,
      nonce: mac,
    }),
    fc.record<NeighbourAdvertisement>({
      type: fc.constant(NEIGHBOUR_ADVERTISEMENT),
      target: address,
      mac,
      isRouter: fc.boolean(),
      isSolicited: fc.constant(false),
      isOverride: fc.boolean(),
    }),
    address.chain((destination) =>
      fc.record<Redirect>({
        type: fc.constant(REDIRECT),
        target: fc.constantFrom(destination, ip('fe80::9')),
        destination: fc.constant(destination),
        mac,
        packet: fc.nat(40).map((units) => new Uint8Array(units * 8).fill(0x60)),
      }),
    ),
  );
}
