import type { Ipv6Header } from '@atoll/ipv6/packet';
import {
  emitIpv6,
  emptyIpv6Header,
  PROTOCOL_ICMPV6,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from '@atoll/ipv6/packet';
import { addressSum } from '@atoll/ipv6/pseudo-header';
import type { Result } from '@atoll/result/result';
import { expect as unwrap } from '@atoll/result/result';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import type { Complaint, Icmpv6Event } from '../src/engine.ts';
import { Icmpv6 } from '../src/engine.ts';
import type { Icmpv6Message } from '../src/packet.ts';
import {
  ECHO_REPLY,
  ECHO_REQUEST,
  emitIcmpv6,
  PACKET_TOO_BIG,
  PARAMETER_PROBLEM,
  PORT_UNREACHABLE,
  TIME_EXCEEDED,
  UNREACHABLE,
} from '../src/packet.ts';

const US = 0x2001_0db8_0000_0000_0000_0000_0000_0001n;
const PEER = 0x2001_0db8_0000_0000_0000_0000_0000_0002n;
const GROUP = 0xff02_0000_0000_0000_0000_0000_0000_0001n;

interface Packet {
  readonly bytes: Uint8Array;
  readonly header: Ipv6Header;
}

function packet(payload: Uint8Array, fields: Partial<Ipv6Header> = {}): Packet {
  const header: Ipv6Header = {
    ...emptyIpv6Header(),
    payloadLength: payload.length,
    nextHeader: PROTOCOL_UDP,
    hopLimit: 64,
    source: PEER,
    destination: US,
    ...fields,
  };
  const bytes = new Uint8Array(40 + payload.length);
  bytes.set(payload, 40);
  emitIpv6({ bytes, address: 0 }, 0, header);
  return { bytes, header };
}

function handle(
  icmp: Icmpv6,
  message: Icmpv6Message,
  fields: Partial<Ipv6Header> = {},
): Result<Icmpv6Event> {
  const { source = PEER, destination = US } = fields;
  const payload = emitIcmpv6(message, addressSum(source, destination));
  const { bytes, header } = packet(payload, { nextHeader: PROTOCOL_ICMPV6, ...fields });
  return icmp.handle({ bytes, address: 0 }, 40, bytes.length, header, 0);
}

function report(
  icmp: Icmpv6,
  { bytes, header }: Packet,
  complaint: Partial<Complaint> = {},
  now = 0,
): Icmpv6Message | undefined {
  const about = { type: UNREACHABLE, code: PORT_UNREACHABLE, ...complaint };
  return icmp.report(about, bytes, 0, header, now);
}

const ECHO: Icmpv6Message = {
  type: ECHO_REQUEST,
  code: 0,
  rest: 0x1234_0001,
  body: new Uint8Array([1, 2, 3]),
};
const UDP = new Uint8Array([0x9c, 0x40, 0, 53, 0, 8, 0, 0]);
const TCP = new Uint8Array([0x9c, 0x40, 0, 80, 0xfe, 0xdc, 0xba, 0x98, 0, 0, 0, 0]);

describe('echo', () => {
  it.each([US, GROUP])('comes back with the same identifier, sequence number and data', (to) => {
    expect(unwrap(handle(new Icmpv6(), ECHO, { destination: to }))).toEqual({
      kind: 'reply',
      message: { ...ECHO, type: ECHO_REPLY },
    });
  });

  it.each([
    ['nobody', 0n],
    ['a group', GROUP],
    ['a loopback address', 1n],
  ])('is ignored from %s', (_, source) => {
    expect(unwrap(handle(new Icmpv6(), ECHO, { source })).kind).toBe('ignored');
  });

  it('is not answered without end', () => {
    const icmp = new Icmpv6();
    let answered = 0;
    for (let request = 0; request < 3000; request++) {
      if (unwrap(handle(icmp, ECHO)).kind === 'reply') answered++;
    }
    expect(answered).toBe(1000);
  });

  it('is malformed with a wrong checksum', () => {
    const { bytes, header } = packet(emitIcmpv6(ECHO, addressSum(PEER, US)));
    bytes[47] ^= 1;
    expect(new Icmpv6().handle({ bytes, address: 0 }, 40, bytes.length, header, 0).ok).toBe(false);
  });

  it('is malformed at another address', () => {
    const { bytes, header } = packet(emitIcmpv6(ECHO, addressSum(PEER, US)));
    header.destination = US + 1n;
    expect(new Icmpv6().handle({ bytes, address: 0 }, 40, bytes.length, header, 0).ok).toBe(false);
  });

  it('that was answered is of no interest', () => {
    expect(unwrap(handle(new Icmpv6(), { ...ECHO, type: ECHO_REPLY })).kind).toBe('ignored');
  });
});

describe('messages about neighbours and groups', () => {
  it.each([130, 131, 132, 133, 134, 135, 136, 137, 143, 200])(
    'of type %i are for others to read',
    (type) => {
      const message = { ...ECHO, type };
      expect(unwrap(handle(new Icmpv6(), message))).toEqual({ kind: 'message', message });
    },
  );
});

describe('reporting', () => {
  it('quotes the packet in question', () => {
    const about = packet(UDP);
    expect(report(new Icmpv6(), about)).toEqual({
      type: UNREACHABLE,
      code: PORT_UNREACHABLE,
      rest: 0,
      body: about.bytes,
    });
  });

  it('quotes nothing that lies around it', () => {
    const { bytes, header } = packet(UDP);
    const frame = new Uint8Array(99);
    frame.set(bytes, 14);
    const about = { type: PARAMETER_PROBLEM, code: 1, rest: 6 };
    expect(new Icmpv6().report(about, frame, 14, header, 0)).toEqual({ ...about, body: bytes });
  });

  it('stays within 1280 bytes', () => {
    const made = report(new Icmpv6(), packet(new Uint8Array(1400))) ?? ECHO;
    expect(emitIcmpv6(made, 0).length + 40).toBe(1280);
  });

  it.each([
    ['a packet to a group', packet(UDP, { destination: GROUP }), {}],
    ['a packet that was sent to many', packet(UDP), { isGroup: true }],
    ['a packet from nobody', packet(UDP, { source: 0n }), {}],
    [
      'a packet from a group',
      { ...packet(UDP), header: { ...packet(UDP).header, source: GROUP } },
      {},
    ],
    ['an error', packet(emitIcmpv6({ ...ECHO, type: 1 }, 0), { nextHeader: 58 }), {}],
    ['an unknown error', packet(emitIcmpv6({ ...ECHO, type: 127 }, 0), { nextHeader: 58 }), {}],
    ['a redirect', packet(emitIcmpv6({ ...ECHO, type: 137 }, 0), { nextHeader: 58 }), {}],
    [
      'an error behind extension headers',
      packet(Uint8Array.from([58, 0, 1, 4, 0, 0, 0, 0, 1, 0, 0, 0]), { nextHeader: 60 }),
      { isForGroups: true },
    ],
  ])('is never about %s', (_, about, complaint) => {
    expect(report(new Icmpv6(), about, complaint)).toBeUndefined();
  });

  it.each([
    ['a packet that is too big', { type: PACKET_TOO_BIG, rest: 1280 }],
    ['an option that asks for it', { type: PARAMETER_PROBLEM, code: 2, isForGroups: true }],
  ])('is about %s even when it went to a group', (_, complaint) => {
    const about = packet(UDP, { destination: GROUP });
    expect(report(new Icmpv6(), about, { ...complaint, isGroup: true })).toBeDefined();
  });

  it('is about echo requests, and about the first of an error in fragments only', () => {
    const echo = packet(emitIcmpv6(ECHO, 0), { nextHeader: 58 });
    expect(report(new Icmpv6(), echo)).toBeDefined();
    const fragment = (offset: number) =>
      Uint8Array.from([58, 0, 0, offset, 0, 0, 0, 1, 1, 0, 0, 0]);
    expect(report(new Icmpv6(), packet(fragment(1), { nextHeader: 44 }))).toBeUndefined();
    expect(report(new Icmpv6(), packet(fragment(9), { nextHeader: 44 }))).toBeDefined();
  });

  it('is limited', () => {
    const icmp = new Icmpv6();
    const about = packet(UDP);
    const made = (now: number) =>
      Array.from({ length: 1000 }, () => report(icmp, about, {}, now)).filter(
        (one) => one !== undefined,
      ).length;
    expect([made(0), made(100), made(10_000)]).toEqual([50, 10, 50]);
  });

  it('does not say by its limit how many were reported', () => {
    const counts = Array.from({ length: 20 }, (_, seed) => {
      const icmp = new Icmpv6(new Random(seed));
      return Array.from({ length: 99 }, () => report(icmp, packet(UDP))).filter(Boolean).length;
    });
    expect(new Set(counts).size).toBeGreaterThan(3);
  });
});

describe('reports of others', () => {
  const ours = { source: US, destination: PEER };
  const quote = packet(UDP, ours).bytes;
  const read = (error: Partial<Icmpv6Message>) =>
    handle(new Icmpv6(), { type: TIME_EXCEEDED, code: 0, rest: 0, body: quote, ...error });

  it('say which packet it was', () => {
    expect(unwrap(read({ type: UNREACHABLE, code: PORT_UNREACHABLE, rest: 9999 }))).toEqual({
      kind: 'report',
      report: {
        kind: 'unreachable',
        isHard: true,
        type: UNREACHABLE,
        code: PORT_UNREACHABLE,
        mtu: 0,
        length: 48,
        protocol: PROTOCOL_UDP,
        source: US,
        destination: PEER,
        sourcePort: 40_000,
        destinationPort: 53,
        sequence: undefined,
      },
    });
  });

  it('may have extensions behind what they quote (RFC 4884)', () => {
    // The quote is filled up to 128 bytes, 16 units; an extension follows: a label of MPLS.
    const body = new Uint8Array(128 + 12);
    body.set(quote);
    body.set([0x20, 0, 0, 0, 0, 8, 1, 1, 0, 1, 0x11, 0x40], 128);
    expect(read({ rest: 16 * 2 ** 24, body })).toEqual(read({}));
  });

  it('say what fits when a packet was too big', () => {
    expect(unwrap(read({ type: PACKET_TOO_BIG, rest: 1400 }))).toMatchObject({
      report: { kind: 'too-big', isHard: false, mtu: 1400 },
    });
  });

  it.each([
    ['unreachable', false, UNREACHABLE, [0, 2, 3]],
    ['unreachable', true, UNREACHABLE, [1, 4, 5, 6]],
    ['time-exceeded', false, TIME_EXCEEDED, [0, 1]],
    ['parameter-problem', false, PARAMETER_PROBLEM, [0, 2, 3]],
    ['parameter-problem', true, PARAMETER_PROBLEM, [1]],
  ])('are %s, hard: %s, of type %i with codes %j', (kind, isHard, type, codes) => {
    for (const code of codes) {
      expect(unwrap(read({ type, code, rest: 1400 }))).toMatchObject({
        report: { kind, isHard, code, mtu: 0 },
      });
    }
  });

  it('quote the sequence number of TCP, if it is there', () => {
    const { bytes } = packet(TCP, { ...ours, nextHeader: PROTOCOL_TCP });
    const ports = { protocol: PROTOCOL_TCP, sourcePort: 40_000, destinationPort: 80 };
    expect(unwrap(read({ body: bytes }))).toMatchObject({
      report: { ...ports, length: 52, sequence: 0xfedc_ba98 },
    });
    expect(unwrap(read({ body: bytes.slice(0, 47) }))).toMatchObject({
      report: { ...ports, length: 52, sequence: undefined },
    });
  });

  it('find the payload behind extension headers', () => {
    const behind = Uint8Array.from([17, 0, 0, 1, 0, 0, 0, 1, ...UDP]);
    const { bytes } = packet(behind, { ...ours, nextHeader: 44 });
    expect(unwrap(read({ body: bytes }))).toMatchObject({
      report: { protocol: PROTOCOL_UDP, sourcePort: 40_000, destinationPort: 53 },
    });
  });

  it.each([
    ['a later fragment', Uint8Array.from([17, 0, 0, 8, 0, 0, 0, 1, ...UDP]), 44, 17],
    ['a header that is cut off', Uint8Array.from([17, 1, 1, 4, 0, 0, 0, 0]), 60, 17],
    ['a protocol without ports', UDP, 58, 58],
  ])('have no ports of %s', (_, behind, nextHeader, protocol) => {
    const { bytes } = packet(behind, { ...ours, nextHeader });
    expect(unwrap(read({ body: bytes }))).toMatchObject({
      report: { source: US, protocol, sourcePort: 0, destinationPort: 0, sequence: undefined },
    });
  });

  it.each([
    ['nothing', quote.slice(0, 0)],
    ['half a header', quote.slice(0, 39)],
    ['half of the ports', quote.slice(0, 43)],
    ['something else than IPv6', new Uint8Array(60).fill(0x45)],
  ])('are malformed when they quote %s', (_, body) => {
    expect(read({ body }).ok).toBe(false);
  });

  it.each([0, 5, 100, 127])('of the unknown type %i are ignored', (type) => {
    expect(unwrap(read({ type })).kind).toBe('ignored');
  });
});
