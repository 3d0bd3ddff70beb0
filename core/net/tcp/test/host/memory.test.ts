import { describe, expect, it } from 'vitest';
import { CLIENT, SERVER } from './kit.ts';
import { Network } from './network.ts';

const COUNT = 1000;
/** Both ends of a connection are measured, and nothing of an application. */
const SILENT = { onReadable: () => {} };

describe('an idle connection', () => {
  it('is small', () => {
    const network = new Network(1);
    const server = network.host(SERVER);
    const client = network.host(CLIENT);
    server.tcp.sockets.listen(80, () => SILENT);
    const open = (count: number) => {
      for (let opened = 0; opened < count; opened++) {
        client.tcp.sockets.connect({ address: SERVER, port: 80 }, () => SILENT);
      }
      network.run(network.now + 10_000);
    };
    open(10);
    const before = used();
    open(COUNT);
    const bytes = (used() - before) / (2 * COUNT);
    expect(server.tcp.established).toBe(COUNT + 10);
    expect([server.tcp.usedMemory, client.tcp.usedMemory]).toEqual([0, 0]);
    expect(bytes).toBeLessThan(BOUND);
  });

  it('leaves nothing behind', () => {
    const network = new Network(2);
    const server = network.host(SERVER);
    const client = network.host(CLIENT, { timeWaitMs: 1000 });
    server.tcp.sockets.listen(80, (connection) => ({
      onReadable: () => {
        if (connection.isFinished) connection.end();
      },
    }));
    const cycle = () => {
      for (let opened = 0; opened < COUNT; opened++) {
        client.tcp.sockets.connect({ address: SERVER, port: 80 }, () => SILENT).end();
      }
      network.run(network.now + 10_000);
    };
    for (let round = 0; round < 3; round++) cycle();
    const before = used();
    for (let round = 0; round < 5; round++) cycle();
    expect(client.tcp.counters.activeOpens).toBe(8 * COUNT);
    expect([client.tcp.established, server.tcp.established, client.tcp.timeWaits]).toEqual([
      0, 0, 0,
    ]);
    // Less than the smallest thing that each of them has.
    expect(used() - before).toBeLessThan(100 * 5 * COUNT);
  });
});

/** Bytes in the heap and in arrays outside of it. */
function used(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** What it takes in V8, and some more. An engine without boxed numbers needs less. */
const BOUND = 4500;
