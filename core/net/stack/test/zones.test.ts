import { loopbackPair } from '@atoll/device/loopback';
import type { CloseReason, Endpoint } from '@atoll/device/socket';
import { traced } from '@atoll/device/tracer';
import { ECHO_REQUEST, emitIcmpv6 } from '@atoll/icmpv6/packet';
import { ALL_NODES } from '@atoll/ipv6/address';
import { PROTOCOL_ICMPV6 } from '@atoll/ipv6/packet';
import { addressSum } from '@atoll/ipv6/pseudo-header';
import { withZone } from '@atoll/ipv6/zone';
import { Logger } from '@atoll/log/log';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { describeFrame } from '../src/describe.ts';
import { Stack } from '../src/stack.ts';
import { newSide, trade, trader } from './streams.ts';

/** The addresses of a host on each of its two links, and of its only neighbour there. */
const HOST = 0xfe80_0000_0000_0000_0000_00ff_fe00_0001n;
const PEER = HOST + 1n;
/** As the host sees the two peers. */
const PEERS = [PEER, withZone(PEER, 1)];

/**
 * A host on two links. All is the same on both: hardware addresses, link-local addresses, and what the
 * peers draw at random, so their ports and sequence numbers.
 */
function setUp() {
  const log = new Logger(() => {});
  const host = new Stack({ entropy: new Random(1), log });
  const heard: string[][] = [[], []];
  const peers = PEERS.map((_, link) => {
    const [left, right] = loopbackPair();
    host.attach({ device: left, ipv6: 'link-local' });
    const peer = new Stack({ entropy: new Random(2), log });
    const write = (line: string) => heard[link].push(line);
    peer.attach({ device: traced(right, describeFrame, write), ipv6: 'link-local' });
    return peer;
  });
  let now = 0;
  const run = (milliseconds: number) => {
    for (const end = now + milliseconds; now < end; now++) {
      for (const stack of [host, ...peers]) stack.poll(now);
    }
  };
  run(4000);
  for (const peer of peers) expect(peer.interfaces[0].ipv6.linkLocal).toBe(PEER);
  for (const { ipv6 } of host.interfaces) expect(ipv6.linkLocal).toBe(HOST);
  return { host, peers, heard, run };
}

describe('UDP between link-local addresses', () => {
  it('tells the links apart, and answers on the one that was asked on', () => {
    const { host, peers, run } = setUp();
    const asked: Endpoint['address'][] = [];
    const server = host.udp.bind(7, (payload, from, to) => {
      asked.push(from.address);
      server?.send(payload, from, to.address);
    });
    const answers = peers.map((peer, link) => {
      const got: number[] = [];
      const socket = peer.udp.bind(9, (payload) => got.push(payload[0]));
      socket?.send(Uint8Array.of(link), { address: HOST, port: 7 });
      return got;
    });
    run(10);
    expect(asked).toEqual(PEERS);
    expect(answers).toEqual([[0], [1]]);
  });

  it.each([
    ['a host', PEERS],
    ['a group', [ALL_NODES, withZone(ALL_NODES, 1)]],
  ])('goes to %s on the link that is named', (_, addresses) => {
    const { host, peers, run } = setUp();
    const got: number[][] = [[], []];
    for (const [link, { udp }] of peers.entries()) {
      udp.bind(9, (payload) => got[link].push(payload[0]));
    }
    const socket = host.udp.bind(0, () => {});
    for (const [link, address] of addresses.entries()) {
      socket?.send(Uint8Array.of(link), { address, port: 9 });
    }
    run(10);
    expect(got).toEqual([[0], [1]]);
  });

  it('hears from the link that nobody listens there', () => {
    const { host, run } = setUp();
    const failures: Endpoint[] = [];
    const socket = host.udp.bind(
      9,
      () => {},
      (to) => failures.push(to),
    );
    for (const address of PEERS) socket?.send(new Uint8Array(1), { address, port: 99 });
    run(10);
    expect(failures).toEqual(PEERS.map((address) => ({ address, port: 99 })));
  });

  it('does not leave by a link that is not there', () => {
    const { host, run } = setUp();
    const socket = host.udp.bind(9, () => {});
    socket?.send(new Uint8Array(1), { address: withZone(PEER, 2), port: 99 });
    run(10);
    expect(host.counters.unsent).toBe(1);
  });

  it('goes to the first link though the way to everywhere is by the second', () => {
    const { host, peers, run } = setUp();
    host.addRoute6(host.interfaces[1], { address: 0n, length: 0 }, PEER);
    let got = 0;
    peers[0].udp.bind(9, () => got++);
    host.udp.bind(0, () => {})?.send(new Uint8Array(1), { address: PEER, port: 9 });
    run(10);
    expect(got).toBe(1);
  });
});

describe('TCP between link-local addresses', () => {
  it('keeps connections apart that differ by nothing but their links', () => {
    const { host, peers, run } = setUp();
    const remotes: Endpoint[] = [];
    const size = 100_000;
    const served = [newSide(), newSide()];
    host.tcp.listen(7, (connection) => {
      remotes.push(connection.remote);
      return trader(connection, size, served[remotes.length - 1]);
    });
    const clients = peers.map((peer) => {
      const side = newSide();
      peer.tcp.connect({ address: HOST, port: 7 }, (connection) => trader(connection, size, side));
      return side;
    });
    run(2000);
    expect(remotes.map(({ address }) => address)).toEqual(PEERS);
    expect(remotes[0].port).toBe(remotes[1].port);
    for (const side of [...served, ...clients]) {
      expect(side).toEqual({ received: size, isIntact: true, reason: 'finished' });
    }
  });

  it.each([0, 1])('is opened on the link that is named: %i', (link) => {
    const { host, peers, run } = setUp();
    const sides = trade(host.tcp, peers[link].tcp, { address: PEERS[link], port: 7 }, 10_000);
    run(2000);
    for (const side of sides) expect(side.received).toBe(10_000);
  });

  it('is told whether nobody listens, or there is no such link', () => {
    const { host, run } = setUp();
    const reasons: CloseReason[] = [];
    for (const address of [...PEERS, withZone(PEER, 2)]) {
      host.tcp.connect({ address, port: 99 }, () => ({
        onReadable() {},
        onClosed: (reason) => reasons.push(reason),
      }));
    }
    run(10);
    expect(reasons.toSorted()).toEqual(['refused', 'refused', 'unreachable']);
  });
});

it('answers echo requests on the link that they came from', () => {
  const { peers, heard, run } = setUp();
  const message = { type: ECHO_REQUEST, code: 0, rest: 1, body: new Uint8Array(8) };
  const { output } = peers[1].interfaces[0].ipv6;
  const way = { source: PEER, destination: HOST, hop: HOST };
  output.send(way, PROTOCOL_ICMPV6, emitIcmpv6(message, addressSum(PEER, HOST)));
  run(10);
  const replies = heard.map((lines) => lines.filter((line) => line.includes('echo reply')).length);
  expect(replies).toEqual([0, 1]);
});
