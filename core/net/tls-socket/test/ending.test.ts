import type { TcpConnection } from '@atoll/device/socket';
import type { Failure } from '@atoll/result/result';
import type { Target } from '@atoll/tls/client/config';
import { ReplayGuard } from '@atoll/tls/server/early';
import { TicketKeys } from '@atoll/tls/server/ticket';
import type { Session } from '@atoll/tls/session';
import { describe, expect, it } from 'vitest';
import type { TlsSocket } from '../src/socket.ts';
import type { Hosts, Machine } from './kit.ts';
import { CLIENT, hosts, PORT, SERVER, Side, TARGET, TO_BOB } from './kit.ts';

/** A server of TLS, and what became of its connections. */
function serve({ tls, stack }: Machine, config = SERVER) {
  const failures: Failure[] = [];
  const sides: Side[] = [];
  const accept = tls.serving(
    config,
    (connection) => {
      const side = new Side(connection, 10);
      sides.push(side);
      return side;
    },
    { onFailure: (failure) => failures.push(failure) },
  );
  stack.tcp.listen(PORT, accept);
  return { failures, sides };
}

/** Connects over TCP alone; `bytes` are sent when the connection is there. */
function raw({ lan, alice }: Hosts, bytes: Uint8Array, then = (_: TcpConnection) => {}) {
  const side = { received: 0, reason: '' };
  lan.at(lan.now, () => {
    alice.stack.tcp.connect(TO_BOB, (connection) => ({
      onConnected() {
        connection.write(bytes);
        then(connection);
      },
      onReadable() {
        const { length } = connection.peek();
        side.received += length;
        connection.consume(length);
        if (connection.isFinished) connection.end();
      },
      onClosed(reason) {
        side.reason = reason;
      },
    }));
  });
  return side;
}

/** Connects over TLS; the socket is there from the next moment on. */
function connect({ lan, alice }: Hosts, target: Target = TARGET, config = CLIENT) {
  const client: { socket?: TlsSocket; side?: Side; sessions: Session[] } = { sessions: [] };
  lan.at(lan.now, () => {
    const opening = alice.tls.opening(
      config,
      target,
      (socket) => {
        client.socket = socket;
        client.side = new Side(socket, 10);
        return client.side;
      },
      { onSession: (session) => client.sessions.push(session) },
    );
    alice.stack.tcp.connect(TO_BOB, opening);
  });
  return client;
}

/** A record of application data that nobody sealed. */
const FORGED = Uint8Array.of(23, 3, 3, 0, 32, ...new Uint8Array(32));

describe('a handshake', () => {
  it('that never ends is ended, and nobody is asked to handle it', () => {
    const all = hosts(1, {}, { handshakeMs: 3000 });
    const { failures, sides } = serve(all.bob);
    const side = raw(all, Uint8Array.of(22, 3, 1, 0, 100, 1));
    all.lan.run(2900);
    expect([all.bob.tls.handshakes, side.reason]).toEqual([1, '']);
    all.lan.run(3100);
    expect(side.reason).toBe('reset');
    expect(failures).toMatchObject([{ blame: 'peer', reason: 'the handshake took too long' }]);
    expect([all.bob.tls.handshakes, sides.length]).toEqual([0, 0]);
  });

  it('with a server that says nothing ends for its client', () => {
    const all = hosts(2);
    all.bob.stack.tcp.listen(PORT, () => ({ onReadable() {} }));
    const client = connect(all);
    all.lan.run(20_000);
    expect(client.side?.reason).toBe('timeout');
    expect(client.socket?.failure?.reason).toBe('the handshake took too long');
  });

  it('is answered with an alert that arrives before the connection ends', () => {
    const all = hosts(3);
    const { failures } = serve(all.bob);
    // Whoever speaks HTTP here goes on writing.
    const side = raw(all, new Uint8Array(50_000).fill(0x47));
    all.lan.run(60_000);
    expect(failures).toMatchObject([{ blame: 'peer', alert: 10 }]);
    expect(side.received).toBe(7);
    expect(side.reason).toBe('finished');
  });

  it('that fails in a peer that does not go ends all the same', () => {
    const all = hosts(4);
    serve(all.bob);
    let reason = '';
    all.lan.at(0, () => {
      all.alice.stack.tcp.connect(TO_BOB, (connection) => ({
        onConnected: () => void connection.write(new Uint8Array(5)),
        onReadable() {},
        onClosed: (why) => {
          reason = why;
        },
      }));
    });
    all.lan.run(1000);
    expect(reason).toBe('');
    all.lan.run(3000);
    expect(reason).toBe('reset');
  });

  it('that is one too many ends the oldest one', () => {
    const all = hosts(5, {}, { handshakesMost: 2 });
    const { failures, sides } = serve(all.bob);
    const first = raw(all, Uint8Array.of(22));
    all.lan.run(10);
    const second = raw(all, Uint8Array.of(22));
    all.lan.run(20);
    connect(all);
    all.lan.run(1000);
    expect([first.reason, second.reason]).toEqual(['reset', '']);
    expect(failures).toMatchObject([{ reason: 'too many handshakes at a time' }]);
    expect(sides[0]).toMatchObject({ received: 10, reason: 'finished' });
  });

  it('that the other side refuses tells both who must act', () => {
    const all = hosts(6);
    const { failures } = serve(all.bob);
    const client = connect(all, { serverName: 'mallory' });
    all.lan.run(10_000);
    expect(client.socket?.failure).toMatchObject({ blame: 'peer', reason: 'another name' });
    expect(client.side?.reason).toBe('aborted');
    expect(failures).toMatchObject([{ blame: 'alert', reason: /bad_certificate/ }]);
  });

  it('where nobody listens is refused like TCP', () => {
    const all = hosts(7);
    const client = connect(all);
    all.lan.run(10_000);
    expect(client.side?.reason).toBe('refused');
    expect(client.socket?.failure?.reason).toBe('the connection was refused');
  });
});

describe('a connection', () => {
  it('is resumed with what the server gave', () => {
    const all = hosts(8);
    const { sides } = serve(all.bob, { ...SERVER, tickets: new TicketKeys(SERVER.suites[0].aead) });
    const first = connect(all);
    all.lan.run(1000);
    const [session] = first.sessions;
    const second = connect(all, { ...TARGET, session });
    all.lan.run(2000);
    expect(second.socket?.connected?.resumed).toBe(true);
    expect(sides.map(({ received }) => received)).toEqual([10, 10]);
  });

  it('exports the same keying material at both ends', () => {
    const all = hosts(9);
    const { sides } = serve(all.bob);
    const client = connect(all);
    all.lan.run(1000);
    const material = [client.socket, sides[0].connection as TlsSocket].map((socket) =>
      socket?.exportKeyingMaterial('EXPORTER-test', new Uint8Array(2), 16),
    );
    expect(material[0]).toEqual(material[1]);
  });

  it('that is cut without close_notify does not look finished', () => {
    const all = hosts(10);
    const { sides, failures } = serve(all.bob);
    const { alice, lan } = all;
    let below: TcpConnection | undefined;
    lan.at(0, () => {
      const opening = alice.tls.opening(CLIENT, TARGET, () => ({ onReadable() {} }));
      alice.stack.tcp.connect(TO_BOB, (connection) => {
        below = connection;
        return opening(connection);
      });
    });
    lan.run(100);
    expect(sides[0].isConnected).toBe(true);
    lan.at(100, () => below?.end());
    lan.run(20_000);
    expect(sides[0]).toMatchObject({ isFinished: false, reason: 'reset' });
    expect(failures).toMatchObject([{ reason: 'the peer ended the stream without close_notify' }]);
  });

  it('that is damaged ends for both', () => {
    const all = hosts(11, { delay: 1 });
    const { sides, failures } = serve(all.bob);
    const reasons: string[] = [];
    all.lan.at(0, () => {
      all.alice.stack.tcp.connect(TO_BOB, (below) => {
        const onConnected = () => below.write(FORGED);
        const onClosed = (reason: string) => reasons.push(reason);
        const handler = { onReadable() {}, onConnected, onClosed };
        return all.alice.tls.opening(CLIENT, TARGET, () => handler)(below);
      });
    });
    all.lan.run(60_000);
    expect(failures).toMatchObject([{ blame: 'peer', reason: 'a record is not authentic' }]);
    expect(sides[0].reason).toBe('aborted');
    expect(reasons).toEqual(['reset']);
    expect([all.alice.tls.handshakes, all.bob.tls.handshakes]).toEqual([0, 0]);
  });

  it('is reset like TCP', () => {
    const all = hosts(12, { delay: 1 });
    const { sides } = serve(all.bob);
    let socket: TlsSocket | undefined;
    const reasons: string[] = [];
    all.lan.at(0, () => {
      const opening = all.alice.tls.opening(CLIENT, TARGET, (opened) => {
        socket = opened;
        return { onReadable() {}, onClosed: (reason) => reasons.push(reason) };
      });
      all.alice.stack.tcp.connect(TO_BOB, opening);
    });
    all.lan.run(1000);
    expect([reasons, sides[0].reason]).toEqual([[], undefined]);
    all.lan.at(1000, () => socket?.abort());
    all.lan.run(2000);
    expect([reasons, sides[0].reason]).toEqual([['aborted'], 'reset']);
    expect([socket?.room, socket?.write(FORGED), socket?.peek().length]).toEqual([0, 0, 0]);
  });

  it('takes early data apart from other data, once', () => {
    const all = hosts(13, { delay: 1 });
    const earlyData = { most: 100, guard: new ReplayGuard() };
    const config = { ...SERVER, earlyData, tickets: new TicketKeys(SERVER.suites[0].aead) };
    expect(() => all.bob.tls.serving(config, (socket) => new Side(socket, 0))).toThrow('nobody');
    const early: number[] = [];
    const onEarlyData = (data: Uint8Array) => void early.push(...data);
    const accept = (socket: TlsSocket) => new Side(socket, 10);
    all.bob.stack.tcp.listen(PORT, all.bob.tls.serving(config, accept, { onEarlyData }));
    const first = connect(all);
    all.lan.run(1000);
    const [session] = first.sessions;
    const second = connect(all, { ...TARGET, session, earlyData: Uint8Array.of(7, 8) });
    all.lan.run(2000);
    expect(second.socket?.connected?.earlyData).toBe(true);
    expect([early, second.side?.received]).toEqual([[7, 8], 10]);
  });
});
