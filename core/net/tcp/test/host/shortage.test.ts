import { echo } from '@atoll/device/services';
import type { CloseReason, TcpConnection, TcpHandler } from '@atoll/device/socket';
import { Random } from '@atoll/sim/random';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BLOCK_SIZE } from '../../src/buffer/blocks.ts';
import { Ledger } from '../buffer/ledger.ts';
import { CLIENT, SERVER } from './kit.ts';
import type { Host } from './network.ts';
import { Network } from './network.ts';

/** Sends back what comes, as the echo appliance does; `ended` says how each ended. */
function serveEcho(host: Host, port: number, ended: CloseReason[]): void {
  host.tcp.sockets.listen(port, (connection) => {
    connection.noDelay = true;
    connection.keepAliveMs = 60_000;
    return { ...echo(connection), onClosed: (reason) => ended.push(reason) };
  });
}

/** Sends bytes of its own, ends, and checks what comes back. */
class EchoClient implements TcpHandler {
  received = 0;
  isIntact = true;
  /** The peer ended in peace. */
  isFinished = false;
  reason: CloseReason | undefined;
  /** How long it took, in milliseconds. */
  took = Number.POSITIVE_INFINITY;
  readonly #network: Network;
  readonly #began: number;
  readonly #connection: TcpConnection;
  readonly #bytes: Uint8Array;
  #sent = 0;

  constructor(network: Network, connection: TcpConnection, length: number) {
    this.#network = network;
    this.#began = network.now;
    this.#connection = connection;
    this.#bytes = network.random.bytes(length);
    this.onWritable();
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** All came back, or the application was told that not. */
  get isHonest(): boolean {
    if (!this.isIntact) return false;
    if (this.reason === undefined) return false;
    return this.reason !== 'finished' || (this.isFinished && this.received === this.length);
  }

  onWritable(): void {
    this.#sent += this.#connection.write(this.#bytes.subarray(this.#sent));
    if (this.#sent === this.length) this.#connection.end();
  }

  onReadable(): void {
    const connection = this.#connection;
    for (let bytes = connection.peek(); bytes.length > 0; bytes = connection.peek()) {
      const expected = this.#bytes.subarray(this.received, this.received + bytes.length);
      if (Buffer.compare(bytes, expected) !== 0) this.isIntact = false;
      this.received += bytes.length;
      connection.consume(bytes.length);
    }
    if (connection.isFinished && !this.isFinished) {
      this.isFinished = true;
      this.took = this.#network.now - this.#began;
      if (this.received !== this.length) this.isIntact = false;
    }
  }

  onClosed(reason: CloseReason): void {
    this.onReadable();
    this.reason = reason;
  }
}

function connectAll(
  network: Network,
  hosts: readonly Host[],
  count: number,
  length: () => number,
): EchoClient[] {
  const clients: EchoClient[] = [];
  for (let index = 0; index < count; index++) {
    hosts[index % hosts.length].tcp.sockets.connect({ address: SERVER, port: 7 }, (connection) => {
      const client = new EchoClient(network, connection, length());
      clients.push(client);
      return client;
    });
  }
  return clients;
}

let ledger: Ledger;
beforeEach(() => {
  ledger = new Ledger();
});
afterEach(() => ledger.stop());

describe('many connections that have next to no memory', () => {
  it.each(seeds())('are all echoed, or fail and say so (seed %i)', (seed) => {
    const random = new Random(seed);
    const isSegmenting = random.chance(0.5);
    const network = new Network(seed, {
      loss: random.pick([0, 0.01, 0.05]),
      duplicate: random.pick([0, 0.02]),
      reorder: random.pick([0, 0.02]),
      delay: random.pick([1, 20]),
      jitter: random.pick([0, 15]),
      rate: random.pick([undefined, 2, 20]),
      step: random.pick([undefined, 1, 30, 1500]),
      queue: random.pick([100, 1000]),
      offloads: { checksum: isSegmenting, segmentation: isSegmenting },
    });
    const blocks = (least: number) => (least + random.below(60)) * BLOCK_SIZE;
    const server = network.host(SERVER, {
      memory: blocks(16),
      backlog: random.pick([0, 1, 16, 128]),
    });
    const hosts = [0, 1, 2].map((each) =>
      network.host(CLIENT + each, {
        memory: random.chance(0.3) ? blocks(40) : 2 ** 22,
        features: random.pick([{}, { timestamps: false }, { sack: false }]),
        timeWaitMs: 1000,
      }),
    );
    const ended: CloseReason[] = [];
    serveEcho(server, 7, ended);
    const most = random.pick([0, 1, 4000, 4000, 30_000]);
    const length = () => (random.chance(0.8) ? most : random.below(20_000));
    const count = random.pick([20, 100, 200]);
    const clients = connectAll(network, hosts, count, length);
    network.run(3_000_000);
    const dishonest = clients
      .filter((each) => !each.isHonest)
      .map(({ received, length, isIntact, reason }) => ({ received, length, isIntact, reason }));
    expect(dishonest).toEqual([]);
    for (const { tcp } of [server, ...hosts]) {
      expect([tcp.established, tcp.usedMemory]).toEqual([0, 0]);
    }
    expect(ledger.taken).toBe(0);
  });
});

describe('clients that never read', () => {
  it.each([0, 0.02])('do not keep others waiting (loss %d)', (loss) => {
    const network = new Network(7, { delay: 5, jitter: 5, loss, step: 1 });
    const memory = 2 ** 20;
    const server = network.host(SERVER, { memory });
    const hogs = network.host(CLIENT, { memory: 2 ** 25 });
    const others = network.host(CLIENT + 1);
    const ended: CloseReason[] = [];
    serveEcho(server, 7, ended);
    serveEndless(server, 19);
    const reasons: CloseReason[] = [];
    for (let index = 0; index < 200; index++) {
      network.at(index, () => hold(hogs, index % 2 === 0 ? 7 : 19, reasons));
    }
    const clients: EchoClient[] = [];
    for (let began = 500; began < 30_000; began += 500) {
      network.at(began, () => clients.push(...connectAll(network, [others], 1, () => 20_000)));
    }
    let mostMemory = 0;
    for (let time = 0; time < 60_000; time += 100) {
      network.run(time);
      mostMemory = Math.max(mostMemory, server.tcp.usedMemory);
    }
    // They got all that there was, and then some of them had to go.
    expect(mostMemory).toBe(memory);
    expect(server.tcp.counters.evicted).toBeGreaterThan(50);
    expect(reasons.length).toBeGreaterThan(50);
    expect(reasons.every((reason) => reason === 'reset')).toBe(true);
    expect(clients.filter((each) => each.reason !== 'finished' || !each.isHonest)).toEqual([]);
    expect(clients.filter(({ took }) => took > 15_000)).toEqual([]);
    expect(clients.filter(({ took }) => took > 3000).length).toBeLessThan(clients.length / 10);
  });

  it('stay as long as they are few', () => {
    const network = new Network(8, { delay: 5, step: 1 });
    const server = network.host(SERVER, { memory: 2 ** 22 });
    const hogs = network.host(CLIENT);
    serveEndless(server, 19);
    const reasons: CloseReason[] = [];
    for (let index = 0; index < 20; index++) hold(hogs, 19, reasons);
    network.run(3_600_000);
    expect([server.tcp.counters.evicted, reasons.length]).toEqual([0, 0]);
    expect(server.tcp.established).toBe(20);
  });
});

/** Sends as much as clients take, and for ever. */
function serveEndless(host: Host, port: number): void {
  const bytes = new Uint8Array(10_000);
  host.tcp.sockets.listen(port, (connection) => {
    const fill = () => {
      while (connection.write(bytes) === bytes.length);
    };
    return { onReadable: () => {}, onConnected: fill, onWritable: fill };
  });
}

/** Connects, sends as much as the server takes, and never reads. */
function hold(host: Host, port: number, reasons: CloseReason[]): void {
  host.tcp.sockets.connect({ address: SERVER, port }, (connection) => {
    const pour = () => {
      const bytes = new Uint8Array(10_000);
      while (connection.write(bytes) === bytes.length);
    };
    return {
      onReadable: () => {},
      onConnected: pour,
      onWritable: pour,
      onClosed: (reason) => reasons.push(reason),
    };
  });
}

/** Seeds of the networks, more with ATOLL_FUZZ, others with ATOLL_SEED. */
function seeds(): number[] {
  const count = Math.ceil(Number(process.env.ATOLL_FUZZ ?? 5000) / 500);
  return Array.from({ length: count }, (_, index) => Number(process.env.ATOLL_SEED ?? 1) + index);
}
