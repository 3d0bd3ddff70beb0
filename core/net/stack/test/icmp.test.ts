import type { IpAddress } from '@atoll/device/socket';
import {
  ECHO_REQUEST,
  emitIcmp,
  HOST_UNREACHABLE,
  PARAMETER_PROBLEM,
  PORT_UNREACHABLE,
  TIME_EXCEEDED,
  UNREACHABLE,
} from '@atoll/icmp/packet';
import type { IcmpReport } from '@atoll/icmp/report';
import { Lan } from '@atoll/sim/lan';
import { describe, expect, it } from 'vitest';
import type { StackOptions } from '../src/stack.ts';
import { ALICE, BOB, ipv4Frame, machine, station, udpPayload } from './kit.ts';

const BROADCAST = 0xffff_ffff_ffff;

/** Alice, and a station that claims to be Bob and that Alice knows. */
function setUp(onReport?: StackOptions['onReport']) {
  const lan = new Lan(1);
  const alice = machine(lan, 'alice', ALICE, onReport === undefined ? {} : { onReport });
  const bob = station(lan);
  const macs = { from: bob.host.device.mac, to: alice.host.device.mac };
  // A request for Alice teaches her where Bob is.
  const request = `${macText(macs.to)}${macText(macs.from)}08060001080006040001${macText(macs.from)}c0000202${'0'.repeat(12)}c0000201`;
  bob.send(Uint8Array.from(request.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)));
  lan.run(5000);
  bob.got.length = 0;
  const exchange = (frame: Uint8Array): string[] => {
    lan.after(0, () => bob.send(frame));
    lan.run(lan.now + 10);
    return bob.got.splice(0);
  };
  return { lan, alice, macs, exchange };
}

function macText(mac: number): string {
  return mac.toString(16).padStart(12, '0');
}

function echo(size: number): Uint8Array {
  return emitIcmp({ type: ECHO_REQUEST, code: 0, rest: 0x0001_0002, body: new Uint8Array(size) });
}

describe('an echo request', () => {
  it('is answered', () => {
    const { macs, exchange } = setUp();
    expect(exchange(ipv4Frame(macs, echo(56), { protocol: 1 }))).toEqual([
      '192.0.2.1 > 192.0.2.2 ICMP echo reply id 1 seq 2 length 56',
    ]);
  });

  it('in fragments is answered in fragments', () => {
    const { macs, exchange } = setUp();
    const request = echo(2000);
    const fields = { protocol: 1, identification: 9 };
    const first = request.slice(0, 1480);
    expect(exchange(ipv4Frame(macs, first, { ...fields, moreFragments: true }))).toEqual([]);
    const rest = ipv4Frame(macs, request.slice(1480), { ...fields, fragmentOffset: 1480 });
    const answer = exchange(rest);
    expect(answer).toHaveLength(2);
    expect(answer[0]).toMatch(/^192.0.2.1 > 192.0.2.2 protocol 1 length 1500 fragment \d+@0\+$/);
    expect(answer[1]).toMatch(/^192.0.2.1 > 192.0.2.2 protocol 1 length 548 fragment \d+@1480$/);
  });

  it('that was broadcast on the link is not answered', () => {
    const { macs, exchange } = setUp();
    const frame = ipv4Frame({ ...macs, to: BROADCAST }, echo(8), { protocol: 1 });
    expect(exchange(frame)).toEqual([]);
  });
});

describe('a datagram that cannot be delivered', () => {
  it('to a closed port is reported', () => {
    const { alice, macs, exchange } = setUp();
    expect(exchange(ipv4Frame(macs, udpPayload(4000, 9, 4), {}))).toEqual([
      '192.0.2.1 > 192.0.2.2 ICMP unreachable code 3',
    ]);
    expect(alice.stack.counters.closedPort).toBe(1);
  });

  it('to a closed high port is not, while an answer is expected on another', () => {
    const { alice, macs, exchange } = setUp();
    const frame = ipv4Frame(macs, udpPayload(4000, 9999, 4), {});
    const socket = alice.stack.udp.bind(0, () => {});
    expect(exchange(frame)).toEqual([]);
    socket?.close();
    expect(exchange(frame)).toHaveLength(1);
  });

  it('of another protocol is reported', () => {
    const { macs, exchange } = setUp();
    expect(exchange(ipv4Frame(macs, new Uint8Array(20), { protocol: 132 }))).toEqual([
      '192.0.2.1 > 192.0.2.2 ICMP unreachable code 2',
    ]);
  });

  it('is not reported with a wrong checksum', () => {
    const { alice, macs, exchange } = setUp();
    const payload = udpPayload(4000, 9, 4);
    payload[11] ^= 1;
    expect(exchange(ipv4Frame(macs, payload, {}))).toEqual([]);
    expect(alice.stack.counters.malformed).toBe(1);
  });

  it('because fragments are missing is reported in the end', () => {
    const { lan, macs, exchange } = setUp();
    const first = ipv4Frame(macs, udpPayload(1, 9, 16), { moreFragments: true });
    expect(exchange(first)).toEqual([]);
    lan.run(lan.now + 29_000);
    expect(exchange(ipv4Frame(macs, new Uint8Array(8), { destination: 1 }))).toEqual([]);
    lan.run(lan.now + 2000);
    expect(exchange(ipv4Frame(macs, new Uint8Array(8), { destination: 1 }))).toEqual([
      '192.0.2.1 > 192.0.2.2 ICMP time exceeded code 1',
    ]);
  });
});

describe('a report of others', () => {
  const quote = ipv4Frame({ from: 1, to: 2 }, udpPayload(5353, 53, 0, ALICE, BOB), {
    source: ALICE,
    destination: BOB,
  }).slice(14);
  const error = { type: UNREACHABLE, code: PORT_UNREACHABLE, rest: 0, body: quote };

  it('about our datagrams is handed up', () => {
    const reports: IcmpReport<IpAddress>[] = [];
    const { macs, exchange } = setUp((report) => reports.push(report));
    expect(exchange(ipv4Frame(macs, emitIcmp(error), { protocol: 1 }))).toEqual([]);
    expect(reports).toMatchObject([
      {
        type: UNREACHABLE,
        code: PORT_UNREACHABLE,
        mtu: 0,
        protocol: 17,
        source: ALICE,
        destination: BOB,
        sourcePort: 5353,
        destinationPort: 53,
      },
    ]);
  });

  it.each([
    [UNREACHABLE, PORT_UNREACHABLE, 'refused'],
    [UNREACHABLE, HOST_UNREACHABLE, 'unreachable'],
    [TIME_EXCEEDED, 0, 'unreachable'],
    [PARAMETER_PROBLEM, 0, 'unreachable'],
  ])('of type %i code %i is told to the socket that sent it: %s', (type, code, reason) => {
    const { alice, macs, exchange } = setUp();
    const failures: unknown[] = [];
    alice.stack.udp.bind(
      5353,
      () => {},
      (to, why) => failures.push([to, why]),
    );
    exchange(ipv4Frame(macs, emitIcmp({ ...error, type, code }), { protocol: 1 }));
    expect(failures).toEqual([[{ address: BOB, port: 53 }, reason]]);
  });

  it('about those of others is not', () => {
    const reports: IcmpReport<IpAddress>[] = [];
    const { macs, exchange } = setUp((report) => reports.push(report));
    const body = quote.slice();
    body[15] = 77;
    exchange(ipv4Frame(macs, emitIcmp({ ...error, body }), { protocol: 1 }));
    expect(reports).toEqual([]);
  });
});
