import type { Ipv4Header } from '@atoll/ipv4/packet';
import { emitIpv4, emptyIpv4Header } from '@atoll/ipv4/packet';
import type { Result } from '@atoll/result/result';
import { expect as unwrap } from '@atoll/result/result';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import type { IcmpEvent } from '../src/engine.ts';
import { Icmp } from '../src/engine.ts';
import type { IcmpMessage } from '../src/packet.ts';
import {
  ECHO_REPLY,
  ECHO_REQUEST,
  emitIcmp,
  FRAGMENTATION_NEEDED,
  PARAMETER_PROBLEM,
  PORT_UNREACHABLE,
  parseIcmp,
  REDIRECT,
  SOURCE_QUENCH,
  TIME_EXCEEDED,
  UNREACHABLE,
} from '../src/packet.ts';
import { RateLimit } from '../src/rate.ts';

const US = 0xc000_0201;
const PEER = 0xc000_0202;
const PREFIX = { address: US, length: 24 };

interface Datagram {
  readonly bytes: Uint8Array;
  readonly header: Ipv4Header;
}

function datagram(payload: Uint8Array, fields: Partial<Ipv4Header> = {}): Datagram {
  const header = {
    ...emptyIpv4Header(),
    totalLength: 20 + payload.length,
    timeToLive: 64,
    protocol: 1,
    source: PEER,
    destination: US,
    ...fields,
  };
  const bytes = new Uint8Array(20 + payload.length);
  bytes.set(payload, 20);
  emitIpv4({ bytes, address: 0 }, 0, header);
  return { bytes, header };
}

function handle(icmp: Icmp, message: IcmpMessage, fields?: Partial<Ipv4Header>): Result<IcmpEvent> {
  const { bytes, header } = datagram(emitIcmp(message), fields);
  return icmp.handle({ bytes, address: 0 }, 0, header, 0);
}

function report(icmp: Icmp, { bytes, header }: Datagram, now = 0): Uint8Array | undefined {
  return icmp.report(UNREACHABLE, PORT_UNREACHABLE, bytes, 0, header, now);
}

function message(bytes: Uint8Array): IcmpMessage {
  return unwrap(parseIcmp({ bytes, address: 0 }, 0, bytes.length));
}

const ECHO: IcmpMessage = {
  type: ECHO_REQUEST,
  code: 0,
  rest: 0x1234_0001,
  body: new Uint8Array([1, 2, 3]),
};

describe('echo', () => {
  it('comes back with the same identifier, sequence number and data', () => {
    const event = unwrap(handle(new Icmp(PREFIX), ECHO));
    expect(event.kind).toBe('reply');
    if (event.kind === 'reply')
      expect(message(event.payload)).toEqual({ ...ECHO, type: ECHO_REPLY });
  });

  it.each([
    ['to the broadcast address', { destination: 0xc000_02ff }],
    ['from nobody', { source: 0 }],
    ['from the broadcast address of our network', { source: 0xc000_02ff }],
    ['from everybody', { source: 0xffff_ffff }],
    ['from a group', { source: 0xe000_0001 }],
    ['from a loopback address', { source: 0x7f00_0001 }],
    ['from ourselves', { source: US }],
  ])('is ignored %s', (_, fields) => {
    expect(handle(new Icmp(PREFIX), ECHO, fields)).toEqual({
      ok: true,
      value: { kind: 'ignored' },
    });
  });

  it('is not answered without end', () => {
    const icmp = new Icmp(PREFIX);
    let answered = 0;
    for (let request = 0; request < 5000; request++) {
      if (unwrap(handle(icmp, ECHO)).kind === 'reply') answered++;
    }
    expect(answered).toBe(1000);
  });

  it('is malformed with a wrong checksum', () => {
    const { bytes, header } = datagram(emitIcmp(ECHO));
    bytes[21] ^= 1;
    expect(new Icmp(PREFIX).handle({ bytes, address: 0 }, 0, header, 0).ok).toBe(false);
  });
});

describe('reporting', () => {
  const udp = new Uint8Array([0x9c, 0x40, 0, 53, 0, 8, 0, 0]);

  it('quotes the datagram in question', () => {
    const about = datagram(udp, { protocol: 17 });
    const made = report(new Icmp(PREFIX), about) ?? new Uint8Array();
    expect(message(made)).toEqual({
      type: UNREACHABLE,
      code: PORT_UNREACHABLE,
      rest: 0,
      body: about.bytes,
    });
  });

  it('stays within 576 bytes', () => {
    expect(report(new Icmp(PREFIX), datagram(new Uint8Array(1400), { protocol: 17 }))).toHaveLength(
      556,
    );
  });

  it.each([
    ['a broadcast', datagram(udp, { protocol: 17, destination: 0xc000_02ff })],
    ['a later fragment', datagram(udp, { protocol: 17, fragmentOffset: 8 })],
    ['a datagram from nobody', datagram(udp, { protocol: 17, source: 0 })],
    ['a datagram from a group', datagram(udp, { protocol: 17, source: 0xe000_0001 })],
    ['an ICMP error', datagram(emitIcmp({ ...ECHO, type: UNREACHABLE }))],
  ])('never reports about %s', (_, about) => {
    expect(report(new Icmp(PREFIX), about)).toBeUndefined();
  });

  it('is limited', () => {
    const icmp = new Icmp(PREFIX);
    const about = datagram(udp, { protocol: 17 });
    const made = (now: number) =>
      Array.from({ length: 1000 }, () => report(icmp, about, now)).filter(
        (one) => one !== undefined,
      ).length;
    expect([made(0), made(100), made(10_000)]).toEqual([50, 10, 50]);
  });
});

describe('reports of others', () => {
  const udp = new Uint8Array([0x9c, 0x40, 0, 53, 0, 8, 0, 0]);
  const quote = datagram(udp, { source: US, destination: PEER, protocol: 17 }).bytes;
  const TIMEOUT = { type: TIME_EXCEEDED, code: 0, rest: 0 };

  it('say which datagram it was', () => {
    const error = { type: UNREACHABLE, code: PORT_UNREACHABLE, rest: 9999, body: quote };
    expect(unwrap(handle(new Icmp(PREFIX), error))).toEqual({
      kind: 'report',
      report: {
        kind: 'unreachable',
        isHard: true,
        type: UNREACHABLE,
        code: PORT_UNREACHABLE,
        mtu: 0,
        length: 28,
        protocol: 17,
        source: US,
        destination: PEER,
        sourcePort: 40_000,
        destinationPort: 53,
        sequence: undefined,
      },
    });
  });

  it('may have extensions behind what they quote (RFC 4884)', () => {
    // The quote is filled up to 128 bytes, 32 words; an extension follows: a label of MPLS.
    const body = new Uint8Array(128 + 12);
    body.set(quote);
    body.set([0x20, 0, 0, 0, 0, 8, 1, 1, 0, 1, 0x11, 0x40], 128);
    const plain = handle(new Icmp(PREFIX), { ...TIMEOUT, body: quote });
    expect(handle(new Icmp(PREFIX), { ...TIMEOUT, rest: 32 << 16, body })).toEqual(plain);
    const error = { type: UNREACHABLE, code: FRAGMENTATION_NEEDED, body };
    expect(unwrap(handle(new Icmp(PREFIX), { ...error, rest: (32 << 16) | 1400 }))).toMatchObject({
      report: { kind: 'too-big', mtu: 1400 },
    });
  });

  it('say what fits when fragmentation is needed', () => {
    const error = { type: UNREACHABLE, code: FRAGMENTATION_NEEDED, rest: 1400, body: quote };
    expect(unwrap(handle(new Icmp(PREFIX), error))).toMatchObject({
      report: { kind: 'too-big', isHard: false, mtu: 1400 },
    });
  });

  it.each([
    ['unreachable', false, UNREACHABLE, [0, 1, 5, 11, 12]],
    ['unreachable', true, UNREACHABLE, [2, 3, 6, 7, 8, 9, 10, 13, 14, 15]],
    ['time-exceeded', false, TIME_EXCEEDED, [0, 1]],
    ['parameter-problem', false, PARAMETER_PROBLEM, [0, 1, 2]],
  ])('are %s, hard: %s, of type %i with codes %j', (kind, isHard, type, codes) => {
    for (const code of codes) {
      const error = { type, code, rest: 1400, body: quote };
      expect(unwrap(handle(new Icmp(PREFIX), error))).toMatchObject({
        report: { kind, isHard, code, mtu: 0 },
      });
    }
  });

  it('quote the sequence number of TCP, if it is there', () => {
    const tcp = new Uint8Array([0x9c, 0x40, 0, 80, 0xfe, 0xdc, 0xba, 0x98]);
    const body = datagram(tcp, { source: US, destination: PEER, protocol: 6 }).bytes;
    const about = (length: number) =>
      unwrap(handle(new Icmp(PREFIX), { ...TIMEOUT, body: body.slice(0, length) }));
    const ports = { protocol: 6, sourcePort: 40_000, destinationPort: 80 };
    expect(about(28)).toMatchObject({ report: { ...ports, sequence: 0xfedc_ba98 } });
    expect(about(27)).toMatchObject({ report: { ...ports, sequence: undefined } });
  });

  it('find the payload behind options', () => {
    const body = new Uint8Array(28 + 4).fill(1, 20, 24);
    body.set(quote.subarray(0, 20));
    body.set(udp, 24);
    body[0] = 0x46;
    expect(unwrap(handle(new Icmp(PREFIX), { ...TIMEOUT, body }))).toMatchObject({
      report: { sourcePort: 40_000, destinationPort: 53 },
    });
  });

  it.each([
    ['a later fragment', { source: US, protocol: 17, fragmentOffset: 8 }],
    ['a protocol without ports', { source: US, protocol: 1 }],
  ])('have no ports of %s', (_, fields) => {
    const { bytes: body } = datagram(udp, fields);
    expect(unwrap(handle(new Icmp(PREFIX), { ...TIMEOUT, body }))).toMatchObject({
      report: { source: US, sourcePort: 0, destinationPort: 0, sequence: undefined },
    });
  });

  it.each([SOURCE_QUENCH, REDIRECT])('of type %i are ignored', (type) => {
    const error = { type, code: 1, rest: 0xc000_0263, body: quote };
    expect(unwrap(handle(new Icmp(PREFIX), error)).kind).toBe('ignored');
  });

  it.each([
    ['nothing', 0],
    ['half a header', 19],
    ['no ports', 23],
  ])('are malformed when they quote %s', (_, length) => {
    const body = quote.slice(0, length);
    expect(handle(new Icmp(PREFIX), { ...TIMEOUT, body }).ok).toBe(false);
  });

  it('are malformed when they quote something else than IPv4', () => {
    const body = new Uint8Array(40).fill(0x65);
    expect(handle(new Icmp(PREFIX), { ...TIMEOUT, body }).ok).toBe(false);
  });

  it('are only listened to when they are errors', () => {
    expect(unwrap(handle(new Icmp(PREFIX), { ...ECHO, type: ECHO_REPLY })).kind).toBe('ignored');
    expect(unwrap(handle(new Icmp(PREFIX), { ...ECHO, type: 13 })).kind).toBe('ignored');
  });
});

describe('RateLimit', () => {
  it('gives back its rate and no more than its burst', () => {
    const limit = new RateLimit(10, 3);
    const passing = (now: number) =>
      Array.from({ length: 9 }, () => limit.allows(now)).filter(Boolean).length;
    expect([passing(0), passing(99), passing(200), passing(1000)]).toEqual([3, 0, 2, 3]);
  });

  it('survives a clock that goes backwards', () => {
    const limit = new RateLimit(10, 1);
    expect([limit.allows(1000), limit.allows(0), limit.allows(100)]).toEqual([true, false, true]);
  });

  it('hides how much passed behind chance, within its rate', () => {
    const burst = (seed: number) => {
      const limit = new RateLimit(1, 300, new Random(seed));
      return Array.from({ length: 400 }, () => limit.allows(0)).filter(Boolean).length;
    };
    const bursts = Array.from({ length: 40 }, (_, seed) => burst(seed));
    expect(new Set(bursts).size).toBeGreaterThan(5);
    expect(Math.max(...bursts)).toBeLessThan(200);
    expect(Math.min(...bursts)).toBeGreaterThan(100);
  });
});
