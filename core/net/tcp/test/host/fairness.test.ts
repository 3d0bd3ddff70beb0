import { describe, expect, it } from 'vitest';
import { ACK } from '../../src/packet.ts';
import { CLIENT, connect, pair, SERVER, serve } from './kit.ts';
import { Network } from './network.ts';

describe('connections of one host', () => {
  it('share a device that is slower than they are', () => {
    const network = new Network(1, { delay: 5, rate: 4 });
    const server = network.host(SERVER);
    const client = network.host(CLIENT);
    const accepted = serve(server, 80);
    const mine = Array.from({ length: 10 }, () => connect(client, SERVER, 80));
    network.run(1000);
    for (const each of mine) each.send(10_000_000);
    network.run(3000);
    const received = accepted.map((each) => each.received);
    const total = received.reduce((sum, bytes) => sum + bytes, 0);
    // Four frames a millisecond for two seconds, all but a little of it used.
    expect(total).toBeGreaterThan(0.9 * 2000 * 4 * 1448);
    expect(Math.min(...received)).toBeGreaterThan(0.5 * (total / 10));
    expect(Math.max(...received)).toBeLessThan(2 * (total / 10));
    expect(accepted.every((each) => each.isIntact)).toBe(true);
  });

  it('let a small one through while a large one sends all it can', () => {
    const network = new Network(2, { delay: 5, rate: 2 });
    const server = network.host(SERVER);
    const client = network.host(CLIENT);
    const accepted = serve(server, 80);
    const large = connect(client, SERVER, 80);
    const small = connect(client, SERVER, 80);
    network.run(100);
    large.send(100_000_000);
    small.connection.noDelay = true;
    network.run(1000);
    let longest = 0;
    for (let count = 0; count < 20; count++) {
      const start = network.now;
      const goal = (count + 1) * 10;
      small.send(10);
      while (accepted[1].received < goal) network.run(network.now + 1);
      longest = Math.max(longest, network.now - start);
    }
    // The way takes five, and what is before it in the device's queue two.
    expect(longest).toBeLessThanOrEqual(8);
    expect(large.sent).toBeGreaterThan(1_000_000);
  });

  it('cost nothing while they are idle', () => {
    const network = new Network(3);
    const server = network.host(SERVER);
    const client = network.host(CLIENT);
    serve(server, 80);
    for (let count = 0; count < 1000; count++) connect(client, SERVER, 80);
    network.run(5000);
    expect(server.tcp.established).toBe(1000);
    const polls = [client.polls, server.polls];
    network.run(3_600_000);
    expect([client.polls, server.polls]).toEqual(polls);
    expect(server.tcp.poll(network.now)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a slow reader', () => {
  it('bounds what the peer sends, and its application', () => {
    const network = new Network(4);
    const server = network.host(SERVER);
    const client = network.host(CLIENT);
    const [mine, theirs] = pair(network, client, server);
    theirs.isReading = false;
    mine.send(10_000_000, true);
    network.run(20_000);
    expect(mine.sent).toBeLessThan(3_000_000);
    expect(server.tcp.usedMemory).toBeLessThan(2 ** 21);
    expect(client.tcp.usedMemory).toBeLessThan(2 ** 21);
    const { sent } = mine;
    network.run(100_000);
    expect(mine.sent).toBe(sent);
    // It goes on where it was when the reader does.
    theirs.isReading = true;
    theirs.read();
    network.run(300_000);
    expect([theirs.received, theirs.isIntact]).toEqual([10_000_000, true]);
    expect(mine.reason).toBe('finished');
    expect(server.tcp.usedMemory + client.tcp.usedMemory).toBe(0);
  });

  it('does not take the memory that others need', () => {
    const memory = 2 ** 20;
    const network = new Network(5);
    const server = network.host(SERVER, { memory });
    const client = network.host(CLIENT);
    const accepted = serve(server, 80, (each) => {
      each.isReading = false;
    });
    const greedy = Array.from({ length: 50 }, () => connect(client, SERVER, 80));
    network.run(1000);
    for (const each of greedy) each.send(1_000_000);
    network.run(10_000);
    expect(server.tcp.usedMemory).toBeLessThanOrEqual(memory);
    const good = connect(client, SERVER, 80);
    network.run(11_000);
    const theirs = accepted[50];
    theirs.isReading = true;
    good.send(200_000, true);
    network.run(120_000);
    expect([theirs.received, theirs.isIntact]).toEqual([200_000, true]);
  });
});

describe('a peer that acknowledges nothing', () => {
  it('does not take the memory that others need', () => {
    const memory = 2 ** 20;
    const network = new Network(8);
    const server = network.host(SERVER, { memory });
    const client = network.host(CLIENT);
    const other = network.host(CLIENT + 1);
    const accepted = serve(server, 80);
    for (let count = 0; count < 50; count++) connect(client, SERVER, 80);
    network.run(1000);
    client.isConnected = false;
    network.hosts.delete(CLIENT);
    for (const each of accepted) each.send(1_000_000);
    network.run(10_000);
    expect(server.tcp.usedMemory).toBeGreaterThan(0.7 * memory);
    const mine = connect(other, SERVER, 80);
    network.run(11_000);
    accepted[50].send(200_000, true);
    network.run(60_000);
    expect([mine.received, mine.isIntact]).toEqual([200_000, true]);
    // A few had to give way, and the others are given up in the end.
    expect(server.tcp.counters.evicted).toBeGreaterThan(0);
    expect(server.tcp.counters.evicted).toBeLessThan(10);
    network.run(1_000_000);
    expect([server.tcp.established, server.tcp.usedMemory]).toEqual([0, 0]);
    const reasons = accepted.map((each) => each.reason);
    expect(reasons.filter((reason) => reason === 'timeout').length).toBeGreaterThan(40);
  });
});

describe('a device', () => {
  const offloads = { checksum: true, segmentation: true };

  it('cuts segments and makes checksums when it offers to', () => {
    const network = new Network(6, { offloads });
    const server = network.host(SERVER);
    const client = network.host(CLIENT);
    const [mine, theirs] = pair(network, client, server);
    let largest = 0;
    network.observe = (seen) => {
      largest = Math.max(largest, seen.payload.length);
      if (seen.payload.length > 1448) expect(seen.segmentSize).toBe(1448);
    };
    mine.send(2_000_000, true);
    network.run(20_000);
    expect([theirs.received, theirs.isIntact, mine.reason]).toEqual([2_000_000, true, 'finished']);
    expect(largest).toBeGreaterThan(10_000);
  });

  it('that only makes checksums gets whole segments', () => {
    const network = new Network(7, { offloads: { checksum: true, segmentation: false } });
    const server = network.host(SERVER);
    const client = network.host(CLIENT);
    const [mine, theirs] = pair(network, client, server);
    network.observe = (seen) => {
      expect(seen.payload.length).toBeLessThanOrEqual(1448);
      if (seen.flags === ACK) expect(seen.segmentSize).toBe(0);
    };
    mine.send(100_000, true);
    network.run(20_000);
    expect([theirs.received, theirs.isIntact]).toEqual([100_000, true]);
  });
});
