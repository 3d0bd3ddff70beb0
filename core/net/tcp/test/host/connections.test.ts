import { describe, expect, it } from 'vitest';
import { ACK, RST, SYN } from '../../src/packet.ts';
import { CLIENT, connect, pair, Recorder, SERVER, serve } from './kit.ts';
import type { Seen } from './network.ts';
import { Network } from './network.ts';

function two(options = {}) {
  const network = new Network(1, options);
  const server = network.host(SERVER);
  const client = network.host(CLIENT);
  return { network, server, client };
}

describe('TcpHost', () => {
  it('connects, sends both ways, and finishes', () => {
    const { network, server, client } = two();
    const accepted = serve(server, 80, (each) => each.send(3000, true));
    const mine = connect(client, SERVER, 80);
    mine.endsToo = false;
    mine.send(100_000, true);
    network.run(10_000);
    const [theirs] = accepted;
    expect(theirs.received).toBe(100_000);
    expect(mine.received).toBe(3000);
    expect([mine.isIntact, theirs.isIntact]).toEqual([true, true]);
    expect(mine.story).toBe('connected, closed: finished');
    expect(theirs.story).toBe('connected, closed: finished');
    expect(client.tcp.established + server.tcp.established).toBe(0);
    expect(client.tcp.usedMemory + server.tcp.usedMemory).toBe(0);
    expect(client.tcp.counters).toMatchObject({ activeOpens: 1, failedOpens: 0 });
    expect(server.tcp.counters).toMatchObject({ passiveOpens: 1, strays: 0 });
  });

  it('knows who talks to whom, on both sides', () => {
    const { network, server, client } = two();
    const [mine, theirs] = pair(network, client, server);
    expect(mine.connection.remote).toEqual({ address: SERVER, port: 80 });
    expect(theirs.connection.local).toEqual({ address: SERVER, port: 80 });
    expect(theirs.connection.remote).toEqual(mine.connection.local);
  });

  it('works over IPv6', () => {
    const network = new Network(2);
    const server = network.host(0x2001_0db8n << 96n);
    const client = network.host((0x2001_0db8n << 96n) + 1n);
    const [mine, theirs] = pair(network, client, server);
    mine.send(50_000, true);
    network.run(5000);
    expect([theirs.received, theirs.isIntact]).toEqual([50_000, true]);
    expect(mine.reason).toBe('finished');
  });

  it('is told that nobody listens', () => {
    const { network, client, server } = two();
    const mine = connect(client, SERVER, 81);
    expect(mine.events).toEqual([]);
    network.run(100);
    expect(mine.story).toBe('closed: refused');
    expect(server.tcp.counters).toMatchObject({ strays: 1, sentResets: 1 });
    expect(client.tcp.counters.failedOpens).toBe(1);
  });

  it('is told that there is no way, but not inside of connect', () => {
    const { network, client } = two();
    client.isConnected = false;
    const mine = connect(client, SERVER, 80);
    expect(mine.events).toEqual([]);
    network.run(1);
    expect(mine.story).toBe('closed: unreachable');
    mine.connection.abort();
    expect(mine.connection.write(new Uint8Array(5))).toBe(0);
  });

  it('gives up when nobody answers', () => {
    const { network, client } = two();
    const mine = connect(client, SERVER + 7, 80);
    network.run(600_000);
    expect(mine.story).toBe('closed: timeout');
    expect(client.tcp.usedMemory).toBe(0);
  });

  it('goes on receiving after it ended', () => {
    const { network, client, server } = two();
    const accepted = serve(server, 80, (each) => {
      each.endsToo = false;
    });
    const mine = connect(client, SERVER, 80);
    mine.connection.end();
    network.run(1000);
    const [theirs] = accepted;
    expect(theirs.connection.isFinished).toBe(true);
    theirs.send(40_000);
    network.run(20_000);
    expect(mine.received).toBe(40_000);
    expect([mine.reason, theirs.reason]).toEqual([undefined, undefined]);
    theirs.connection.end();
    network.run(21_000);
    expect([mine.reason, theirs.reason]).toEqual(['finished', 'finished']);
  });

  it('tells the peer when it aborts', () => {
    const { network, client, server } = two();
    const [mine, theirs] = pair(network, client, server);
    mine.connection.abort();
    expect(mine.reason).toBeUndefined();
    network.run(1000);
    expect(mine.story).toBe('connected, closed: aborted');
    expect(theirs.story).toBe('connected, closed: reset');
    expect(server.tcp.counters.resets).toBe(1);
    expect([client.tcp.timeWaits, client.tcp.established, server.tcp.established]).toEqual([
      0, 0, 0,
    ]);
  });

  it('may abort before it is connected, and while it is being told of it', () => {
    const { network, client, server } = two();
    const accepted = serve(server, 80, ({ connection }) => connection.abort());
    const never = connect(client, SERVER, 80);
    never.connection.abort();
    const mine = connect(client, SERVER, 80);
    network.run(1000);
    expect(never.story).toBe('closed: aborted');
    expect(mine.story).toBe('connected, closed: reset');
    expect(accepted.every((each) => each.story === 'connected, closed: aborted')).toBe(true);
    expect([client.tcp.established, server.tcp.established]).toEqual([0, 0]);
  });

  it('may touch other connections while it is being told something', () => {
    const { network, client, server } = two();
    const relayed: Recorder[] = [];
    // A relay: whatever comes to port 80 goes to port 81.
    const sink = serve(server, 81);
    server.tcp.sockets.listen(80, (connection) => {
      const upstream = connect(server, SERVER, 81);
      relayed.push(upstream);
      const each = new Recorder(connection);
      each.onReadable = () => {
        const bytes = connection.peek();
        if (bytes.length > 0) connection.consume(upstream.connection.write(bytes));
        if (connection.isFinished) upstream.connection.end();
      };
      return each;
    });
    const mine = connect(client, SERVER, 80);
    mine.send(2000, true);
    network.run(5000);
    expect([sink[0].received, sink[0].isIntact]).toEqual([2000, true]);
  });

  it('opens one connection when both sides open it at once', () => {
    const network = new Network(3, { delay: 20 });
    const one = network.host(CLIENT);
    const other = network.host(SERVER);
    // The same ports on both sides: the SYN of one is made to meet that of the other.
    let mine: Seen | undefined;
    network.observe = (seen) => {
      if (seen.from === CLIENT && seen.flags === SYN) mine = seen;
    };
    network.drop = (seen) => seen.flags === SYN;
    const first = connect(one, SERVER, 2000);
    network.run(1);
    network.drop = () => false;
    if (mine === undefined) throw new Error('no SYN');
    network.inject(SERVER, CLIENT, {
      sourcePort: 2000,
      destinationPort: mine.sourcePort,
      sequence: 70_000,
      flags: SYN,
      window: 4000,
      mss: 1000,
    });
    const answers: Seen[] = [];
    network.observe = (seen) => answers.push(seen);
    network.hosts.delete(SERVER);
    network.run(100);
    expect(answers.at(-1)).toMatchObject({ flags: SYN | ACK, acknowledgment: 70_001 });
    network.inject(SERVER, CLIENT, {
      sourcePort: 2000,
      destinationPort: mine.sourcePort,
      sequence: 70_001,
      acknowledgment: (mine.sequence + 1) >>> 0,
      flags: ACK,
      window: 4000,
    });
    network.run(200);
    expect(first.story).toBe('connected');
    expect(other.tcp.established).toBe(0);
  });

  it('answers stray segments as RFC 9293 says, and RSTs not at all', () => {
    const { network, server } = two();
    const answers: Seen[] = [];
    const stray = (fields: object) => {
      network.inject(CLIENT, SERVER, { sourcePort: 5, destinationPort: 6, ...fields });
      network.run(network.now + 10);
    };
    network.observe = (seen) => {
      if (seen.from === SERVER) answers.push(seen);
    };
    stray({ flags: SYN, sequence: 100 });
    stray({ flags: ACK, sequence: 100, acknowledgment: 777 });
    stray({ flags: RST, sequence: 100 });
    stray({ flags: RST | ACK, sequence: 100, acknowledgment: 777 });
    expect(answers).toHaveLength(2);
    expect(answers[0]).toMatchObject({ flags: RST | ACK, sequence: 0, acknowledgment: 101 });
    expect(answers[1]).toMatchObject({ flags: RST, sequence: 777 });
    expect(server.tcp.counters.strays).toBe(2);
  });

  it('limits how many strays it answers', () => {
    const { network, server } = two();
    for (let count = 0; count < 5000; count++) {
      network.inject(CLIENT, SERVER, { sourcePort: 5, destinationPort: 6, flags: SYN });
    }
    network.run(100);
    expect(server.tcp.counters.strays).toBe(5000);
    expect(server.tcp.counters.sentResets).toBeLessThanOrEqual(1500);
    expect(server.tcp.counters.sentResets).toBeGreaterThan(500);
  });

  it('counts segments that are broken', () => {
    const network = new Network(4, { corrupt: 1 });
    const server = network.host(SERVER);
    serve(server, 80);
    network.inject(CLIENT, SERVER, { sourcePort: 5, destinationPort: 80, flags: SYN });
    network.run(100);
    expect(server.tcp.counters).toMatchObject({ receivedSegments: 1, malformed: 1, strays: 0 });
  });

  it('refuses misuse', () => {
    const { server } = two();
    const { sockets } = server.tcp;
    const never = () => {
      throw new Error('called');
    };
    expect(() => sockets.listen(65_536, never)).toThrow('65536');
    expect(() => sockets.listen(-1, never)).toThrow('-1');
    expect(() => sockets.connect({ address: CLIENT, port: 1.5 }, never)).toThrow('1.5');
  });
});
