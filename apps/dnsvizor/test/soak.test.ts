import type { Platform } from '@atoll/appliance/launch';
import { launch } from '@atoll/appliance/launch';
import type { FastPaths } from '@atoll/device/fast';
import { emitMessage, parseMessage } from '@atoll/dns/packet';
import { Logger } from '@atoll/log/log';
import { Lan } from '@atoll/sim/lan';
import { Stack } from '@atoll/stack/stack';
import { nodeFastPaths, OF_STACK } from '@atoll/testbed/fast';
import { beforeEach, describe, expect, it } from 'vitest';
import dnsvizor from '../src/main.ts';
import { SimulatedClient } from './client.ts';

const MINUTE = 60_000;
const CLIENTS = 40;
const UPSTREAM = 0x0a00_0001;
/** What the heap may grow by after the first ten minutes: caches fill up, nothing else. */
const GROWTH_KIB = 2048;

/** A whole network for an hour of virtual time: clients that come and go, and a wire that fails. */
describe('an hour on a bad network', () => {
  let fast: FastPaths;
  beforeEach(async () => {
    fast = await nodeFastPaths([...OF_STACK, 'dns']);
  });
  const allocate = (size: number) => fast.allocate(size);

  it.each([1, 2, 3])(
    'leases, renews and resolves, and keeps no more than it must (seed %d)',
    (seed) => {
      const lan = new Lan(seed, { allocate, loss: 0.05, duplicate: 0.02, reorder: 0.05, delay: 2 });
      const output = startDnsvizor(lan, fast);
      startUpstream(lan);
      const clients = Array.from({ length: CLIENTS }, (_, index) => {
        const names = [`host${(index + 1) % CLIENTS}.lan.`, 'router.lan.', 'www.example.'];
        return new SimulatedClient(lan, `host${index}`, () =>
          lan.random.pick([...names, `name${lan.random.below(2000)}.example.`]),
        );
      });
      for (let time = MINUTE; time < 60 * MINUTE; time += MINUTE) {
        lan.at(time, () => lan.random.pick(clients).leave(lan.random.chance(0.5)));
      }
      const heap: number[] = [];
      for (let time = 10 * MINUTE; time <= 60 * MINUTE; time += 10 * MINUTE) {
        lan.run(time);
        const addresses = clients.flatMap(({ address }) => address ?? []);
        expect(new Set(addresses).size).toBe(addresses.length);
        heap.push(Math.round(heapUsed() / 1024));
      }
      expect(heap[heap.length - 1] - heap[0]).toBeLessThan(GROWTH_KIB);
      console.log(`seed ${seed}: heap in KiB every ten minutes: ${heap.join(' ')}`);

      const total = (key: 'leases' | 'renewals' | 'answers') =>
        clients.reduce((sum, client) => sum + client[key], 0);
      expect(clients.filter(({ address }) => address !== undefined).length).toBeGreaterThan(
        CLIENTS - 5,
      );
      expect(total('leases')).toBeGreaterThanOrEqual(CLIENTS);
      expect(total('renewals')).toBeGreaterThan(CLIENTS * 5);
      expect(total('answers')).toBeGreaterThan(CLIENTS * 500);
      expect(output.filter((line) => /error/.test(line))).toEqual([]);
    },
  );

  it('can be repeated exactly', () => {
    const digest = () => {
      const trace: string[] = [];
      const lan = new Lan(9, {
        allocate,
        loss: 0.1,
        delay: 3,
        jitter: 4,
        observe: (now, from, frame) => trace.push(`${now} ${from} ${frame.length}`),
      });
      startDnsvizor(lan, fast);
      startUpstream(lan);
      for (let index = 0; index < 5; index++) {
        new SimulatedClient(lan, `host${index}`, () => `name${lan.random.below(9)}.example.`);
      }
      lan.run(5 * MINUTE);
      return trace.join('\n');
    };
    expect(digest()).toBe(digest());
  });
});

function startDnsvizor(lan: Lan, fast: FastPaths): string[] {
  const host = lan.host('dnsvizor');
  const output: string[] = [];
  const platform: Platform = {
    clock: host.clock,
    entropy: host.entropy,
    console: { write: (text) => output.push(text) },
    fast,
    sockets: undefined,
    freeMemory: () => 2 ** 26,
    memorySize: () => 2 ** 27,
    target: 'test',
    image: '',
    devices: [],
    words: [
      '--ipv4=10.0.0.2/24',
      '--domain=lan',
      '--dhcp-range=10.0.0.100,10.0.0.150,5m',
      '--host-record=router.lan,10.0.0.1',
      '--dns-upstream=10.0.0.1',
      '--dns-cache=500',
      '--log=warning',
    ],
    network: () => host.device,
    block: () => undefined,
    halt: (status) => expect.unreachable(`halted with ${status}: ${output.join('')}`),
  };
  const loop = launch(dnsvizor, platform);
  host.run({ poll: () => loop?.step() ?? Number.POSITIVE_INFINITY });
  return output;
}

/** Answers every name below example with an address, for a minute at the most. */
function startUpstream(lan: Lan): void {
  const host = lan.host('upstream');
  const { device, entropy } = host;
  const stack = new Stack({ entropy, log: new Logger(() => {}) });
  stack.attach({ device, ipv4: { address: UPSTREAM, length: 24 } });
  const socket = stack.udp.bind(53, (payload, from) => {
    const query = parseMessage(payload);
    if (!query.ok) return;
    const [question] = query.value.questions;
    const data = Uint8Array.of(192, 0, 2, lan.random.below(256));
    const ttl = 1 + lan.random.below(60);
    const answer = { name: question.name, type: 1, class: 1, ttl, data };
    socket?.send(emitMessage({ ...query.value, response: true, answers: [answer] }), from);
  });
  host.run(stack);
}

/** Bytes, after a collection. */
function heapUsed(): number {
  if (globalThis.gc === undefined) throw new Error('node runs without --expose-gc');
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
