import { createServer } from 'node:net';
import type { CloseReason, TcpConnection, TcpHandler } from '@atoll/device/socket';
import { describe, expect, it } from 'vitest';
import { hostTcp } from '../src/socket/tcp.ts';

const LOOPBACK = 0x7f00_0001;
const PORT = 7;

/** Sockets whose port 7 is `port` of the host. */
function sockets(port: number, failed: (reason: string) => void = () => {}) {
  return hostTcp(new Map([[PORT, { address: '127.0.0.1', port }]]), () => {}, failed);
}

/** Gives back what comes, and ends when the peer does. */
function echo(connection: TcpConnection): TcpHandler {
  const copy = () => {
    while (connection.peek().length > 0 && connection.room > 0) {
      connection.consume(connection.write(connection.peek()));
    }
    if (connection.isFinished) connection.end();
  };
  return { onReadable: copy, onWritable: copy };
}

/** Sends `size` bytes, ends, and collects what comes back until the connection is closed. */
function exchange(tcp: ReturnType<typeof sockets>, port: number, size: number) {
  return new Promise<{ received: number; reason: CloseReason; events: string[] }>((resolve) => {
    let left = size;
    let received = 0;
    const events: string[] = [];
    tcp.connect({ address: LOOPBACK, port }, (connection) => {
      const send = () => {
        for (let taken = 1; left > 0 && taken > 0; left -= taken) {
          taken = connection.write(new Uint8Array(Math.min(left, 100_000)));
        }
        if (left === 0) connection.end();
      };
      return {
        onConnected() {
          events.push('connected');
          send();
        },
        onReadable() {
          received += connection.peek().length;
          connection.consume(connection.peek().length);
          if (connection.isFinished) events.push('finished');
        },
        onWritable: send,
        onClosed: (reason) => resolve({ received, reason, events }),
      };
    });
  });
}

describe('hostTcp', () => {
  it('carries bytes both ways, however many, until both sides end', async () => {
    const port = await freePort();
    const tcp = sockets(port);
    const listener = tcp.listen(PORT, echo);
    for (const size of [0, 1, 3_000_000]) {
      const { received, reason, events } = await exchange(tcp, port, size);
      expect([received, reason, events]).toEqual([size, 'finished', ['connected', 'finished']]);
    }
    listener?.close();
  });

  it('says when there is room again after a write that fitted just not', async () => {
    const port = await freePort();
    const tcp = sockets(port);
    const listener = tcp.listen(PORT, (connection) => ({
      onReadable: () => connection.write(new Uint8Array(131_073)),
      onWritable: () => connection.end(),
    }));
    const { received, reason } = await exchange(tcp, port, 1);
    expect([received, reason]).toEqual([131_072, 'finished']);
    listener?.close();
  });

  it('says that nobody listens', async () => {
    const port = await freePort();
    const { reason } = await exchange(sockets(port), port, 1);
    expect(reason).toBe('refused');
  });

  it('says that the peer broke off, and that we did', async () => {
    const port = await freePort();
    const tcp = sockets(port);
    const ours = new Promise((resolve) => {
      tcp.listen(PORT, (connection) => ({
        onConnected: () => connection.abort(),
        onReadable() {},
        onClosed: resolve,
      }));
    });
    expect((await exchange(tcp, port, 0)).reason).toBe('reset');
    expect(await ours).toBe('aborted');
  });

  it('makes the peer wait while nothing is consumed', async () => {
    const port = await freePort();
    const tcp = sockets(port);
    let server: TcpConnection | undefined;
    let sent = 0;
    tcp.listen(PORT, (connection) => {
      server = connection;
      return { onReadable() {} };
    });
    const client = tcp.connect({ address: LOOPBACK, port }, (connection) => {
      const fill = () => {
        for (let taken = 1; taken > 0; sent += taken) taken = connection.write(new Uint8Array(1e5));
      };
      return { onConnected: fill, onReadable() {}, onWritable: fill };
    });
    let before = -1;
    while (before !== sent || sent === 0) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(sent).toBeLessThan(50_000_000);
    server?.consume(server.peek().length);
    client.abort();
  });

  it('says which port cannot be had', async () => {
    const blocker = createServer();
    const port = await new Promise<number>((resolve) => {
      blocker.listen(0, '127.0.0.1', () => resolve((blocker.address() as { port: number }).port));
    });
    const failure = new Promise((resolve) => sockets(port, resolve).listen(PORT, echo));
    expect(await failure).toContain(`TCP 127.0.0.1:${port}: listen EADDRINUSE`);
    blocker.close();
  });
});

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
