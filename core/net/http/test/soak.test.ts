import { decodeLatin1, encodeLatin1 } from '@atoll/bytes/latin1';
import type { TcpConnection } from '@atoll/device/socket';
import { Random } from '@atoll/sim/random';
import type { Stack } from '@atoll/stack/stack';
import { expect, it } from 'vitest';
import { get } from './kit.ts';
import { SERVER, World } from './world.ts';

const HOUR_MS = 3_600_000;
const HOURS = 24;
const VISITS_PER_HOUR = 150;
/** Nobody comes in the last minutes of an hour, so that nothing is left of anybody at its end. */
const QUIET_MS = 300_000;
/** What the heap may grow by in the second half of the time, by code that is compiled: 300 bytes a visit. */
const GROWTH_BYTES = 2 ** 19;

/** What somebody does with a connection: what is said at once, and what comes after that. */
interface Habit {
  readonly says: string;
  readonly reads: boolean;
  readonly goesOn?: (connection: TcpConnection, random: Random, later: Later) => void;
}

type Later = (delay: number, action: () => void) => void;

const slowly = (connection: TcpConnection, _: Random, later: Later) => {
  for (let second = 1; second < 30; second++) {
    later(second * 1000, () => connection.write(encodeLatin1('x')));
  }
};
const leave = (connection: TcpConnection, random: Random, later: Later) =>
  later(random.below(3000), () => connection.abort());
const upload = (length: number) =>
  `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;

const HABITS: readonly Habit[] = [
  { says: get('/', 'Connection: close'), reads: true },
  { says: get('/a') + get('/page') + get('/b', 'Connection: close'), reads: true },
  { says: get('/'), reads: true },
  { says: get('/page'), reads: true, goesOn: leave },
  { says: get('/page').repeat(20), reads: false },
  { says: 'GET / HTTP/1.1\r\nX: ', reads: true, goesOn: slowly },
  { says: upload(5000), reads: true, goesOn: slowly },
  { says: `${upload(5000)}${'x'.repeat(5000)}`, reads: true, goesOn: leave },
  { says: upload(10 ** 9), reads: true },
  { says: '\x16\x03\x01\x02\x00\r\n\r\n', reads: true },
  { says: '', reads: true },
  { says: get('/throws'), reads: true },
  { says: get('/never'), reads: true },
  { says: get('/fails'), reads: true },
];

it(`holds nothing after ${HOURS} hours of visitors, whatever they do`, { timeout: 300_000 }, () => {
  const random = new Random(24);
  const world = new World(7, {}, { loss: 0.01, duplicate: 0.01, jitter: 3 });
  const { lan, server, serverStack } = world;
  const stacks = [world.client(), world.client(), world.client()];
  const heaps: number[] = [];
  const answered = new Map<string, number>();
  for (let hour = 0; hour < HOURS; hour++) {
    for (let visit = 0; visit < VISITS_PER_HOUR; visit++) {
      const time = hour * HOUR_MS + random.below(HOUR_MS - QUIET_MS);
      const [stack, habit] = [random.pick(stacks), random.pick(HABITS)];
      lan.at(time, () => visitor(stack, habit, (status) => count(answered, status)));
    }
    lan.run((hour + 1) * HOUR_MS);
    const { established, usedMemory, timeWaits } = serverStack.tcpHost;
    expect({ size: server.size, established, usedMemory, timeWaits }, `hour ${hour}`).toEqual(
      NOTHING_LEFT,
    );
    global.gc?.();
    heaps.push(process.memoryUsage().heapUsed);
  }
  expect(heaps[HOURS - 1] - heaps[HOURS / 2]).toBeLessThan(GROWTH_BYTES);
  expect([...answered.keys()].sort()).toEqual(['200', '400', '408', '413', '500', '503']);
  expect(server.counters.connections).toBe(HOURS * VISITS_PER_HOUR);

  function visitor(stack: Stack, { says, reads, goesOn }: Habit, heard: (status: string) => void) {
    stack.tcp.connect({ address: SERVER, port: 80 }, (connection) => ({
      onConnected() {
        connection.write(encodeLatin1(says));
        goesOn?.(connection, random, (delay, action) => lan.after(delay, action));
      },
      onReadable() {
        if (!reads) return;
        for (let bytes = connection.peek(); bytes.length > 0; bytes = connection.peek()) {
          const status = /^HTTP\/1\.1 (\d+)/.exec(decodeLatin1(bytes.subarray(0, 20)))?.[1];
          if (status !== undefined) heard(status);
          connection.consume(bytes.length);
        }
        if (connection.isFinished) connection.end();
      },
    }));
  }
});

const NOTHING_LEFT = { size: 0, established: 0, usedMemory: 0, timeWaits: 0 };

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
