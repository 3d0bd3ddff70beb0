import { describe, expect, it } from 'vitest';
import { ACK, RST, SYN } from '../../src/packet.ts';
import { CLIENT, connect, SERVER, serve } from './kit.ts';
import type { Seen } from './network.ts';
import { Network } from './network.ts';

const ATTACKERS = 0x0a00_0000;

/** Sends `count` SYNs from as many addresses that do not exist, `rate` each millisecond. */
function flood(network: Network, count: number, rate: number): void {
  const { random } = network;
  for (let sent = 0; sent < count; sent += rate) {
    network.at(network.now + sent / rate, () => {
      for (let each = 0; each < Math.min(rate, count - sent); each++) {
        network.inject(ATTACKERS + sent + each, SERVER, {
          sourcePort: 1024 + random.below(60_000),
          destinationPort: 80,
          sequence: random.below(2 ** 32),
          flags: SYN,
          window: 1000,
          mss: 1460,
        });
      }
    });
  }
}

describe('a listener', () => {
  it('lets clients in while 100,000 forged SYNs arrive, in bounded memory', () => {
    const network = new Network(1, { delay: 5 });
    const server = network.host(SERVER);
    const client = network.host(CLIENT);
    const accepted = serve(server, 80);
    flood(network, 100_000, 100);
    const mine = Array.from({ length: 50 }, () => ({ at: 100 + network.random.below(800) }));
    const clients: ReturnType<typeof connect>[] = [];
    for (const { at } of mine) {
      network.at(at, () => {
        const each = connect(client, SERVER, 80);
        each.send(20_000, true);
        clients.push(each);
      });
    }
    let mostMemory = 0;
    for (let time = 0; time < 1000; time += 50) {
      network.run(time);
      mostMemory = Math.max(mostMemory, server.tcp.usedMemory);
    }
    network.run(20_000);
    expect(clients.map((each) => each.story)).toEqual(
      Array.from({ length: 50 }, () => 'connected, closed: finished'),
    );
    expect(accepted).toHaveLength(50);
    expect(accepted.every((each) => each.received === 20_000 && each.isIntact)).toBe(true);
    const { counters } = server.tcp;
    expect(counters.cookiesSent).toBeGreaterThan(99_000);
    expect(counters.cookiesAccepted).toBeGreaterThan(40);
    expect(mostMemory).toBeLessThan(4 * 2 ** 20);
    network.run(400_000);
    expect([server.tcp.established, server.tcp.usedMemory]).toEqual([0, 0]);
  });

  it('answers with cookies that keep what the client can do', () => {
    const network = new Network(2);
    const server = network.host(SERVER, { backlog: 0 });
    const client = network.host(CLIENT);
    const segments: Seen[] = [];
    network.observe = (seen) => segments.push(seen);
    const accepted = serve(server, 80);
    const mine = connect(client, SERVER, 80);
    mine.send(300_000, true);
    network.run(5000);
    expect([accepted[0].received, accepted[0].isIntact]).toEqual([300_000, true]);
    expect(server.tcp.counters).toMatchObject({ cookiesSent: 1, cookiesAccepted: 1 });
    const [, answer] = segments;
    expect(answer).toMatchObject({ flags: SYN | ACK, sackPermitted: true, mss: 1460 });
    expect(answer.windowScale).toBeGreaterThan(0);
    // Windows above 64 KiB are understood by both sides.
    const flight = segments.filter((seen) => seen.from === CLIENT && seen.payload.length > 0);
    expect(flight.length).toBeGreaterThan(200);
  });

  it('works with a client that offers nothing', () => {
    const network = new Network(3);
    const server = network.host(SERVER, { backlog: 0 });
    const bare = { timestamps: false, sack: false, windowScaling: false };
    const client = network.host(CLIENT, { features: bare });
    const accepted = serve(server, 80);
    const mine = connect(client, SERVER, 80);
    mine.send(100_000, true);
    network.run(10_000);
    expect([accepted[0].received, accepted[0].isIntact]).toEqual([100_000, true]);
    expect(server.tcp.counters.cookiesAccepted).toBe(1);
  });

  it('takes the data that comes with the ACK of a cookie', () => {
    const network = new Network(4);
    const server = network.host(SERVER, { backlog: 0 });
    const client = network.host(CLIENT);
    const accepted = serve(server, 80);
    // The bare ACK is lost, so the first data brings the cookie.
    network.drop = (seen) =>
      seen.from === CLIENT && seen.flags === ACK && seen.payload.length === 0;
    const mine = connect(client, SERVER, 80);
    mine.send(10);
    network.run(3000);
    expect(accepted[0]?.received).toBe(10);
  });

  it('does not believe cookies that it did not issue', () => {
    const network = new Network(5);
    const server = network.host(SERVER, { backlog: 0 });
    serve(server, 80);
    const forge = () => {
      network.inject(CLIENT, SERVER, {
        sourcePort: 4000,
        destinationPort: 80,
        sequence: network.random.below(2 ** 32),
        acknowledgment: network.random.below(2 ** 32),
        flags: ACK,
      });
    };
    // Once it has issued one it must look at all of them.
    network.inject(CLIENT, SERVER, { sourcePort: 9, destinationPort: 80, flags: SYN });
    for (let count = 0; count < 10_000; count++) network.at(10 + count / 100, forge);
    network.run(1000);
    expect(server.tcp.counters).toMatchObject({
      cookiesSent: 1,
      cookiesAccepted: 0,
      sentResets: 0,
    });
    expect(server.tcp.established).toBe(0);
    // Once none can be outstanding, it tells who believes to have a connection that there is none.
    network.run(200_000);
    forge();
    network.run(201_000);
    expect(server.tcp.counters.sentResets).toBe(1);
  });

  it('gives both copies of a SYN the same number, with and without a cookie', () => {
    const network = new Network(9);
    const server = network.host(SERVER, { backlog: 1 });
    serve(server, 80);
    const answers: Seen[] = [];
    network.observe = (seen) => {
      if (seen.from === SERVER && seen.destinationPort === 5000) answers.push(seen);
    };
    const syn = (from: number, sourcePort: number) => {
      network.inject(from, SERVER, { sourcePort, destinationPort: 80, sequence: 7, flags: SYN });
      network.run(network.now + 10);
    };
    syn(CLIENT + 1, 4000);
    syn(CLIENT, 5000);
    // The handshake before it is given up, so the copy finds room.
    const reset = { sourcePort: 4000, destinationPort: 80, sequence: 8, flags: RST };
    network.inject(CLIENT + 1, SERVER, reset);
    network.run(network.now + 10);
    syn(CLIENT, 5000);
    expect(server.tcp.counters.cookiesSent).toBe(1);
    expect(answers.map(({ flags }) => flags)).toEqual([SYN | ACK, SYN | ACK]);
    expect(answers[1].sequence).toBe(answers[0].sequence);
  });

  it.each([
    ['before the copy of the SYN was answered', 1000, 0],
    ['after the copy of the SYN was answered', 1000, 500],
    ['though the copy of the SYN found other secrets', 63_950, 0],
    ['though the copy of the SYN found and got other secrets', 63_950, 500],
  ])('takes the answer to a cookie %s', (_, time, wait) => {
    const network = new Network(10, { step: 10 });
    const server = network.host(SERVER, { backlog: 1 });
    const accepted = serve(server, 80);
    const answers: Seen[] = [];
    network.observe = (seen) => {
      if (seen.from === SERVER && seen.destinationPort === 5000) answers.push(seen);
    };
    const other = { sourcePort: 4000, destinationPort: 80, sequence: 7 };
    const mine = { sourcePort: 5000, destinationPort: 80, sequence: 7 };
    network.run(time);
    network.inject(CLIENT + 1, SERVER, { ...other, flags: SYN });
    network.inject(CLIENT, SERVER, { ...mine, flags: SYN });
    network.run(time + 50);
    network.inject(CLIENT + 1, SERVER, { ...other, sequence: 8, flags: RST });
    network.run(time + 100);
    const [{ sequence }] = answers;
    // There is room for the copy now. Without a wait all of this is seen at one time.
    network.inject(CLIENT, SERVER, { ...mine, flags: SYN });
    network.run(network.now + wait);
    const ack = { ...mine, sequence: 8, acknowledgment: sequence + 1, window: 1000, flags: ACK };
    network.inject(CLIENT, SERVER, ack);
    network.inject(CLIENT, SERVER, ack, Uint8Array.of(0, 31, 62));
    network.run(time + 2000);
    expect(accepted.map(({ received, isIntact }) => [received, isIntact])).toEqual([[3, true]]);
    expect(answers.filter(({ flags }) => (flags & (SYN | ACK)) !== (SYN | ACK))).toMatchObject([
      { flags: ACK, acknowledgment: 11 },
    ]);
  });

  it('forgets handshakes that are not finished', () => {
    const network = new Network(6);
    const server = network.host(SERVER, { backlog: 10 });
    const client = network.host(CLIENT);
    serve(server, 80);
    flood(network, 100, 1);
    network.run(1000);
    expect(server.tcp.counters.cookiesSent).toBe(90);
    network.run(300_000);
    const before = server.tcp.counters.cookiesSent;
    const mine = connect(client, SERVER, 80);
    network.run(301_000);
    expect(mine.story).toBe('connected');
    expect(server.tcp.counters.cookiesSent).toBe(before);
  });

  it('accepts no more than the host may have, in all and of one peer', () => {
    const network = new Network(7);
    const server = network.host(SERVER, { connections: 20, connectionsPerPeer: 8 });
    serve(server, 80);
    const clients = [0, 1, 2, 3].map((each) => network.host(CLIENT + each));
    const all = clients.map((host) =>
      Array.from({ length: 10 }, () => {
        const each = connect(host, SERVER, 80);
        network.run(network.now + 10);
        return each;
      }),
    );
    const connected = all.map((each) => each.filter(({ story }) => story === 'connected').length);
    expect(connected).toEqual([8, 8, 4, 0]);
    expect(server.tcp.established).toBe(20);
    expect(server.tcp.counters.refusedByLimit).toBeGreaterThanOrEqual(20);
    // One that ends makes room for another.
    all[0][0].connection.end();
    network.run(network.now + 60_000);
    expect(server.tcp.established).toBe(20);
  });

  it('takes its port back, and leaves accepted connections alone, when it closes', () => {
    const network = new Network(8);
    const server = network.host(SERVER);
    const client = network.host(CLIENT);
    const { sockets } = server.tcp;
    const open: unknown[] = [];
    const listener = sockets.listen(80, (connection) => {
      open.push(connection);
      return { onReadable: () => {} };
    });
    expect(sockets.listen(80, () => ({ onReadable: () => {} }))).toBeUndefined();
    const mine = connect(client, SERVER, 80);
    network.run(100);
    listener?.close();
    listener?.close();
    const late = connect(client, SERVER, 80);
    network.run(200);
    expect([mine.story, late.story]).toEqual(['connected', 'closed: refused']);
    expect(sockets.listen(80, () => ({ onReadable: () => {} }))?.port).toBe(80);
    const any = sockets.listen(0, () => ({ onReadable: () => {} }));
    expect(any?.port).toBeGreaterThanOrEqual(1024);
  });
});
