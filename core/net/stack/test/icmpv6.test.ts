import { fromHex } from '@atoll/bytes/hex';
import { ETHERTYPE_IPV6, emitEthernet } from '@atoll/ethernet/packet';
import type { Icmpv6Message } from '@atoll/icmpv6/packet';
import { emitIcmpv6, PORT_UNREACHABLE, UNREACHABLE } from '@atoll/icmpv6/packet';
import { ALL_NODES, multicastMac, solicitedNode } from '@atoll/ipv6/address';
import { eui64InterfaceId } from '@atoll/ipv6/interface-id';
import type { Ipv6Header } from '@atoll/ipv6/packet';
import {
  emitIpv6,
  emptyIpv6Header,
  IPV6_HEADER_LENGTH,
  PROTOCOL_ICMPV6,
  PROTOCOL_UDP,
} from '@atoll/ipv6/packet';
import { addressSum } from '@atoll/ipv6/pseudo-header';
import { emitNdp, NEIGHBOUR_SOLICITATION } from '@atoll/ndp/packet';
import { Lan } from '@atoll/sim/lan';
import { emitUdp } from '@atoll/udp/packet';
import { describe, expect, it } from 'vitest';
import { ALICE, machine, station } from './kit.ts';

const LINK_LOCAL = 0xfe80n << 112n;
const BOB = LINK_LOCAL | 0xb0bn;
const EXTENSIONS = { hopByHop: 0, routing: 43, fragment: 44, destination: 60 };
const UNKNOWN = 253;

/** Alice, and a station at the address BOB that she knows. */
function setUp() {
  const lan = new Lan(1);
  const alice = machine(lan, 'alice', ALICE, { ipv6: 'link-local' });
  const bob = station(lan);
  const own = LINK_LOCAL | BigInt.asUintN(64, eui64InterfaceId(alice.host.device.mac));
  const macs = { from: bob.host.device.mac, to: alice.host.device.mac };

  /** A packet from BOB to Alice, unless told otherwise. */
  const packet = (nextHeader: number, payload: Uint8Array, fields: Partial<Ipv6Header> = {}) => {
    const destination = fields.destination ?? own;
    const bytes = new Uint8Array(14 + IPV6_HEADER_LENGTH + payload.length);
    const to = destination === own ? macs.to : multicastMac(destination);
    emitEthernet(bytes, to, macs.from, ETHERTYPE_IPV6);
    emitIpv6({ bytes, address: 0 }, 14, {
      ...emptyIpv6Header(),
      ...{ nextHeader, payloadLength: payload.length, hopLimit: 64, source: BOB, destination },
      ...fields,
    });
    bytes.set(payload, 14 + IPV6_HEADER_LENGTH);
    return bytes;
  };
  const icmp = (message: Icmpv6Message, fields: Partial<Ipv6Header> = {}) => {
    const sum = addressSum(fields.source ?? BOB, fields.destination ?? own);
    return packet(PROTOCOL_ICMPV6, emitIcmpv6(message, sum), fields);
  };
  const exchange = (frame: Uint8Array): string[] => {
    lan.after(0, () => bob.send(frame));
    lan.run(lan.now + 10);
    return bob.got.splice(0).map((line) => line.replace(/^\S+ > \S+ /, ''));
  };

  lan.run(5000);
  const destination = solicitedNode(own);
  const mac = macs.from;
  const message = { type: NEIGHBOUR_SOLICITATION, target: own, mac, nonce: undefined } as const;
  exchange(icmp(emitNdp(message), { destination, hopLimit: 255 }));
  bob.got.length = 0;
  return { lan, alice, own, packet, icmp, exchange };
}

function udp(size: number, source: bigint, destination: bigint, ports = [4000, 9]): Uint8Array {
  const bytes = new Uint8Array(8 + size);
  const [sourcePort, destinationPort] = ports;
  const header = { sourcePort, destinationPort, length: bytes.length };
  emitUdp({ bytes, address: 0 }, 0, addressSum(source, destination), header);
  return bytes;
}

const bytesOf = (text: string) => fromHex(text) ?? new Uint8Array();

/** Destination options with one of the type `option`, in front of nothing. */
const withOption = (option: string) => bytesOf(`3b00 ${option}00 01020000`);

describe('a packet that cannot be delivered', () => {
  it('to a closed port is reported, unless it was for a group', () => {
    const { own, packet, exchange } = setUp();
    expect(exchange(packet(PROTOCOL_UDP, udp(4, BOB, own)))).toEqual(['ICMPv6 unreachable code 4']);
    const destination = ALL_NODES;
    const toAll = packet(PROTOCOL_UDP, udp(4, BOB, destination), { destination });
    expect(exchange(toAll)).toEqual([]);
  });

  it('with an unknown next header is a problem at that header', () => {
    const { packet, exchange } = setUp();
    expect(exchange(packet(UNKNOWN, new Uint8Array(8)))).toEqual([
      'ICMPv6 parameter problem code 1 at 6',
    ]);
    const behindOptions = bytesOf(`${UNKNOWN.toString(16)}00 010400000000`);
    expect(exchange(packet(EXTENSIONS.destination, behindOptions))).toEqual([
      'ICMPv6 parameter problem code 1 at 40',
    ]);
    expect(exchange(packet(UNKNOWN, new Uint8Array(8), { destination: ALL_NODES }))).toEqual([]);
  });

  // RFC 8200 section 4.2: the two highest bits say what to do.
  it.each([
    ['1e', [], []],
    ['5e', [], []],
    ['9e', ['ICMPv6 parameter problem code 2 at 42'], ['ICMPv6 parameter problem code 2 at 42']],
    ['de', ['ICMPv6 parameter problem code 2 at 42'], []],
  ])('with the unknown option 0x%s', (option, toOne, toAll) => {
    const { packet, exchange } = setUp();
    for (const kind of [EXTENSIONS.destination, EXTENSIONS.hopByHop]) {
      expect(exchange(packet(kind, withOption(option)))).toEqual(toOne);
      const destination = ALL_NODES;
      expect(exchange(packet(kind, withOption(option), { destination }))).toEqual(toAll);
    }
  });

  it('by a route through us is a problem at the type of the routing header', () => {
    const { packet, exchange } = setUp();
    const routing = bytesOf(`3b02 0001 00000000${'0'.repeat(32)}`);
    expect(exchange(packet(EXTENSIONS.routing, routing))).toEqual([
      'ICMPv6 parameter problem code 0 at 42',
    ]);
  });

  it('because fragments are missing is reported in the end, if the first of them came', () => {
    const { lan, packet, exchange } = setUp();
    const fragment = (offset: number, identification: number) =>
      bytesOf(
        `1100 ${(offset | 1).toString(16).padStart(4, '0')} ${identification.toString(16).padStart(8, '0')} ${'0'.repeat(32)}`,
      );
    const first = packet(EXTENSIONS.fragment, fragment(0, 1));
    const later = packet(EXTENSIONS.fragment, fragment(16, 2));
    expect([...exchange(first), ...exchange(later)]).toEqual([]);
    lan.run(lan.now + 61_000);
    expect(exchange(packet(59, new Uint8Array()))).toEqual(['ICMPv6 time exceeded code 1']);
  });

  it('is not reported when it is an error itself, or from nobody', () => {
    const { own, packet, icmp, exchange } = setUp();
    const about = packet(PROTOCOL_UDP, udp(4, own, BOB)).slice(14);
    const error = { type: UNREACHABLE, code: PORT_UNREACHABLE, rest: 0, body: about };
    expect(exchange(icmp({ ...error, type: 100 }))).toEqual([]);
    expect(exchange(packet(UNKNOWN, new Uint8Array(8), { source: 0n }))).toEqual([]);
  });
});

it('tells the socket that nobody listens where its datagram went', () => {
  const { alice, own, packet, icmp, exchange } = setUp();
  const failures: unknown[] = [];
  alice.stack.udp.bind(
    5353,
    () => {},
    (to, reason) => failures.push([to, reason]),
  );
  const ports = [5353, 53];
  const fields = { source: own, destination: BOB };
  const body = packet(PROTOCOL_UDP, udp(4, own, BOB, ports), fields).slice(14);
  exchange(icmp({ type: UNREACHABLE, code: PORT_UNREACHABLE, rest: 0, body }));
  exchange(icmp({ type: UNREACHABLE, code: 0, rest: 0, body }));
  const to = { address: BOB, port: 53 };
  expect(failures).toEqual([
    [to, 'refused'],
    [to, 'unreachable'],
  ]);
});
