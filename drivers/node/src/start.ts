import { getHeapStatistics } from 'node:v8';
import type { Appliance } from '@atoll/appliance/appliance';
import type { GivenDevice } from '@atoll/appliance/devices';
import type { Platform } from '@atoll/appliance/launch';
import { EXIT_USAGE, launch } from '@atoll/appliance/launch';
import type { NetworkDevice } from '@atoll/device/network';
import type { Sockets } from '@atoll/device/socket';
import { FileDisk } from './block.ts';
import { nodeConsole } from './console.ts';
import { openDisks, openTaps } from './devices.ts';
import { nodeEntropy } from './entropy.ts';
import { createFastPaths } from './fast.ts';
import { tapDevice } from './net.ts';
import type { NodeOptions } from './options.ts';
import { parseNodeOptions } from './options.ts';
import { hostTcp } from './socket/tcp.ts';
import { hostUdp } from './socket/udp.ts';
import type { Tap } from './tap.ts';
import { nodeClock } from './time.ts';

export interface NodeStart {
  /** Arguments that were compiled in. */
  readonly preset?: readonly string[];
  /** WebAssembly of the fast paths, by module name. */
  readonly fast?: Readonly<Record<string, Uint8Array>>;
  /** The digest of what the program was built of. */
  readonly image?: string;
  /** What stands on the command line. */
  readonly words?: readonly string[];
}

/** Runs `appliance` in this process until it stops or SIGINT or SIGTERM comes. */
export async function start(appliance: Appliance, options: NodeStart = {}): Promise<void> {
  const parsed = parseNodeOptions(options.words ?? process.argv.slice(2));
  if (!parsed.ok) return complain(appliance, parsed.error.reason);
  const taps = await openTaps(parsed.value);
  if (!taps.ok) return complain(appliance, taps.error.reason);

  const files = await openDisks(parsed.value);
  if (!files.ok) return complain(appliance, files.error.reason);

  const runner = new Runner();
  const fast = createFastPaths(options.fast ?? {});
  const devices = new Map<string, NetworkDevice>();
  for (const [name, { tap, mac }] of taps.value) {
    devices.set(name, tapDevice(name, mac, tap, fast));
  }
  const platform: Platform = {
    clock: nodeClock,
    entropy: nodeEntropy,
    console: nodeConsole,
    fast,
    sockets:
      devices.size > 0
        ? undefined
        : hostSockets(
            parsed.value,
            () => runner.soon(),
            (reason) => complain(appliance, reason),
          ),
    words: parsed.value.bootArguments,
    target: 'node',
    image: options.image ?? '',
    freeMemory: freeHeap,
    memorySize: () => getHeapStatistics().heap_size_limit,
    devices: [
      ...[...taps.value.keys()].map((name): GivenDevice => ({ name, type: 'network' })),
      ...[...files.value.keys()].map((name): GivenDevice => ({ name, type: 'block' })),
    ],
    network: (name) => devices.get(name),
    block(name) {
      const disk = files.value.get(name);
      return disk && new FileDisk(name, disk.file, disk.blockSize);
    },
    halt: (status) => process.exit(status),
  };
  const loop = launch(appliance, platform, options.preset ?? []);
  if (loop === undefined) return;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));
  loop.onWake = () => runner.soon();
  runner.run(() => loop.step());
  for (const { tap } of taps.value.values()) watch(tap, runner);
}

/** Steps the loop when its deadline has come or something happened. */
class Runner {
  #step: (() => number) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pending = false;

  run(step: () => number): void {
    this.#step = step;
    this.soon();
  }

  soon(): void {
    if (this.#pending) return;
    this.#pending = true;
    setImmediate(() => this.now());
  }

  now(): void {
    this.#pending = false;
    clearTimeout(this.#timer);
    if (this.#step === undefined) return;
    const deadline = this.#step();
    if (deadline === Number.POSITIVE_INFINITY) return;
    const delay = Math.ceil(deadline - nodeClock.monotonic());
    if (delay <= 0) this.soon();
    else this.#timer = setTimeout(() => this.now(), Math.min(delay, LONGEST_TIMEOUT));
  }
}

function freeHeap(): number {
  const { heap_size_limit: limit, used_heap_size: used } = getHeapStatistics();
  return limit - used;
}

function hostSockets(
  { udp, tcp }: NodeOptions,
  woken: () => void,
  failed: (reason: string) => void,
): Sockets {
  return { udp: hostUdp(udp, woken, failed), tcp: hostTcp(tcp, woken, failed) };
}

function watch(tap: Tap, runner: Runner): void {
  tap.whenReadable(() => {
    runner.now();
    watch(tap, runner);
  });
}

function complain(appliance: Appliance, reason: string): void {
  nodeConsole.write(`${appliance.name}: ${reason}\n`);
  process.exit(EXIT_USAGE);
}

/** What setTimeout can take; waking early only costs a step. */
const LONGEST_TIMEOUT = 0x7fff_ffff;
