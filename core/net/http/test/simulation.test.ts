import { decodeLatin1, encodeLatin1 } from '@atoll/bytes/latin1';
import type { TcpConnection } from '@atoll/device/socket';
import type { Stack } from '@atoll/stack/stack';
import { describe, expect, it } from 'vitest';
import { Bench, FakeConnection, get } from './kit.ts';
import { SERVER, World } from './world.ts';

/** Somebody who connects, says `text`, and notes what happens. */
class Visitor {
  received = '';
  reason: string | undefined;
  connection: TcpConnection | undefined;

  constructor(stack: Stack, text: string, appetite = true) {
    stack.tcp.connect({ address: SERVER, port: 80 }, (connection) => {
      this.connection = connection;
      return {
        onConnected: () => connection.write(encodeLatin1(text)),
        onReadable: () => {
          for (
            let bytes = connection.peek();
            appetite && bytes.length > 0;
            bytes = connection.peek()
          ) {
            this.received += decodeLatin1(bytes.subarray(0, 1000));
            connection.consume(Math.min(1000, bytes.length));
          }
          if (connection.isFinished) connection.end();
        },
        onClosed: (reason) => {
          this.reason = reason;
        },
      };
    });
  }
}

describe('a server on a network', () => {
  it('serves over cables that lose, double and swap', () => {
    const world = new World(1, {}, { loss: 0.03, duplicate: 0.02, jitter: 5 });
    const stack = world.client();
    const visitors = Array.from(
      { length: 20 },
      () => new Visitor(stack, get('/a') + get('/page') + get('/b', 'Connection: close')),
    );
    world.lan.run(120_000);
    for (const { received, reason } of visitors) {
      expect(received.match(/x{100000}HTTP/)).not.toBeNull();
      expect(received.endsWith('/b')).toBe(true);
      expect(reason).toBe('finished');
    }
    expect(world.server.size).toBe(0);
  });

  it('serves others while hundreds send their heads octet by octet', () => {
    const world = new World(2, { connections: 300, connectionsOfPeer: 250 });
    const [slow, other] = [world.client(), world.client()];
    const attackers = Array.from({ length: 400 }, () => new Visitor(slow, 'GET / HTTP/1.1\r\nX: '));
    for (let second = 1; second < 30; second++) {
      world.lan.at(second * 1000, () => {
        for (const { connection } of attackers) connection?.write(encodeLatin1('x'));
      });
    }
    const guests: Visitor[] = [];
    for (let second = 2; second < 30; second += 2) {
      world.lan.at(second * 1000, () =>
        guests.push(new Visitor(other, get('/', 'Connection: close'))),
      );
    }
    world.lan.run(60_000);
    expect(guests.map(({ received }) => received.slice(0, 15))).toEqual(
      guests.map(() => 'HTTP/1.1 200 OK'),
    );
    expect(attackers.every(({ reason }) => reason !== undefined)).toBe(true);
    expect(world.server.counters.rejections).toBe(150);
  });

  it('serves others while somebody pipelines ten thousand requests and reads nothing', () => {
    const world = new World(3);
    const [greedy, other] = [world.client(), world.client()];
    const flood = new Visitor(greedy, '', false);
    const text = encodeLatin1(get('/page').repeat(10_000));
    let sent = 0;
    for (let at = 10; at < 5000; at += 10) {
      world.lan.at(at, () => {
        sent += flood.connection?.write(text.subarray(sent)) ?? 0;
      });
    }
    const guest = new Visitor(other, get('/page', 'Connection: close'));
    world.lan.run(20_000);
    expect(guest.received).toContain('x'.repeat(100_000));
    // What was not answered was not read: it is in the buffers of both sides.
    expect(world.server.counters.requests).toBeLessThan(100);
    world.lan.run(60_000);
    expect(flood.reason).toBe('reset');
    expect(world.server.size).toBe(0);
  });

  it('keeps ten thousand idle connections in 2 KiB each, beside those of TCP', () => {
    const connections = Array.from({ length: 10_000 }, () => new FakeConnection());
    for (const connection of connections) connection.send(get('/'));
    global.gc?.();
    const before = process.memoryUsage().heapUsed;
    const limits = { connections: 20_000, connectionsOfPeer: 20_000 };
    const bench = new Bench(() => ({ status: 204 }), limits);
    for (const connection of connections) {
      connection.handler = bench.server.accept(connection);
      connection.handler.onReadable();
    }
    for (const connection of connections) connection.taken();
    global.gc?.();
    const each = (process.memoryUsage().heapUsed - before) / connections.length;
    expect(bench.server.counters.requests).toBe(10_000);
    expect(bench.server.counters.responses.get(204)).toBe(10_000);
    expect(each).toBeLessThan(2048);
    bench.pass(100_000);
    expect(connections.every(({ hasEnded }) => hasEnded)).toBe(true);
  });
});
