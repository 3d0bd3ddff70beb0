import { describe, expect, it } from 'vitest';
import { ACK, FIN, SYN } from '../../src/packet.ts';
import { CLIENT, connect, pair, SERVER, serve } from './kit.ts';
import type { Seen } from './network.ts';
import { Network } from './network.ts';

describe('TIME-WAIT', () => {
  it('is kept by the side that ended first, for a minute, and costs no connection', () => {
    const network = new Network(1);
    const server = network.host(SERVER);
    const client = network.host(CLIENT);
    const [mine] = pair(network, client, server);
    mine.connection.end();
    network.run(1000);
    expect([client.tcp.timeWaits, server.tcp.timeWaits]).toEqual([1, 0]);
    expect([client.tcp.established, client.tcp.usedMemory]).toEqual([0, 0]);
    network.run(59_000);
    expect(client.tcp.timeWaits).toBe(1);
    network.run(62_000);
    expect(client.tcp.timeWaits).toBe(0);
  });

  it('acknowledges the FIN again when the last ACK was lost', () => {
    const network = new Network(2);
    const server = network.host(SERVER);
    const client = network.host(CLIENT);
    const [mine, theirs] = pair(network, client, server);
    let isFinished = false;
    let isLost = false;
    network.drop = (seen) => {
      if (seen.from === SERVER && (seen.flags & FIN) !== 0) isFinished = true;
      if (!isFinished || isLost || seen.from !== CLIENT) return false;
      isLost = true;
      return true;
    };
    mine.connection.end();
    network.run(10_000);
    expect(isLost).toBe(true);
    expect([mine.reason, theirs.reason]).toEqual(['finished', 'finished']);
    expect(server.tcp.established).toBe(0);
  });

  it('gives way to a new connection between the same ports, whose numbers are behind', () => {
    const network = new Network(3);
    const server = network.host(SERVER);
    const segments: Seen[] = [];
    network.observe = (seen) => segments.push(seen);
    const accepted = serve(server, 80, (each) => each.connection.end());
    const ports = { sourcePort: 5000, destinationPort: 80, window: 5000 };
    const say = (fields: object) => {
      network.inject(CLIENT, SERVER, { ...ports, ...fields });
      network.run(network.now + 10);
      return segments.at(-1) as Seen;
    };
    const first = say({ flags: SYN, sequence: 1000, mss: 1460 });
    expect(first.flags).toBe(SYN | ACK);
    const next = (first.sequence + 1) >>> 0;
    expect(say({ flags: ACK, sequence: 1001, acknowledgment: next }).flags).toBe(FIN | ACK);
    say({ flags: FIN | ACK, sequence: 1001, acknowledgment: (next + 1) >>> 0 });
    expect([server.tcp.timeWaits, accepted[0].reason]).toEqual([1, 'finished']);
    // An old SYN is told what is expected; a new one is taken.
    expect(say({ flags: SYN, sequence: 900 })).toMatchObject({ flags: ACK, acknowledgment: 1002 });
    const second = say({ flags: SYN, sequence: 1002, mss: 1460 });
    expect(second).toMatchObject({ flags: SYN | ACK, acknowledgment: 1003 });
    expect((second.sequence - next) | 0).toBeGreaterThan(0);
    expect(server.tcp.timeWaits).toBe(0);
    say({ flags: ACK, sequence: 1003, acknowledgment: (second.sequence + 1) >>> 0 });
    expect(accepted).toHaveLength(2);
  });

  it('is bounded', () => {
    const network = new Network(4);
    const server = network.host(SERVER);
    const client = network.host(CLIENT, { timeWaits: 10 });
    serve(server, 80);
    for (let count = 0; count < 30; count++) {
      const mine = connect(client, SERVER, 80);
      network.run(network.now + 10);
      mine.connection.end();
      network.run(network.now + 10);
    }
    expect(client.tcp.timeWaits).toBe(10);
  });

  it('lends its ports to new connections when there are no others left', () => {
    const network = new Network(5);
    const server = network.host(SERVER);
    const client = network.host(CLIENT);
    const accepted = serve(server, 80);
    // All ports but three are taken by listeners.
    const free = [2000, 30_000, 65_535];
    for (let port = 1024; port < 65_536; port++) {
      if (!free.includes(port)) client.tcp.sockets.listen(port, () => SILENT);
    }
    const numbers = new Map<number, number>();
    network.observe = ({ flags, sourcePort, sequence }) => {
      if (flags !== SYN) return;
      const before = numbers.get(sourcePort);
      if (before !== undefined) expect((sequence - before) | 0).toBeGreaterThan(10_000);
      numbers.set(sourcePort, sequence);
    };
    const cycle = () => {
      const mine = connect(client, SERVER, 80);
      mine.send(10_000, true);
      network.run(network.now + 1000);
      return mine.story;
    };
    for (let count = 0; count < 9; count++) expect(cycle()).toBe('connected, closed: finished');
    expect([...numbers.keys()].sort()).toEqual(free.sort());
    expect(client.tcp.timeWaits).toBe(3);
    expect(accepted.every((each) => each.received === 10_000 && each.isIntact)).toBe(true);
    // While they are open, there is none.
    const open = free.map(() => connect(client, SERVER, 80));
    const late = connect(client, SERVER, 80);
    network.run(network.now + 1000);
    expect(open.map((each) => each.story)).toEqual(['connected', 'connected', 'connected']);
    expect(late.story).toBe('closed: unreachable');
  });
});

const SILENT = { onReadable: () => {} };
