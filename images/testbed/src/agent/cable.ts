/**
 * Carries frames between two TAP interfaces over a bad cable: `cable.ts TAP TAP SEED`. Reads lines: JSON
 * with `CableOptions`, answered with `changed N` for the N-th, and `report`, answered with `report N`
 * and the counters of both directions as JSON.
 */
import { readFileSync, readSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Tap } from '@atoll/driver-node/tap';
import { openTap } from '@atoll/driver-node/tap';
import { Random } from '@atoll/sim/random';
import type { CableOptions } from '../cable.ts';
import { Cable } from '../cable.ts';
import { eventually } from '../poll.ts';

/** In the words of sysfs: BR_STATE_FORWARDING. */
const FORWARDING = '3\n';
/** Frames of one side before the other has its turn. */
const TURN = 64;
const LONGEST_FRAME = 0x1_0000;

const [one, other, seed] = process.argv.slice(2);
const random = new Random(Number(seed));
const ways = [one, other].map((name) => ({ tap: openTap(name, false), cable: new Cable(random) }));
const buffer = new Uint8Array(LONGEST_FRAME);
let timer: NodeJS.Timeout | undefined;

for (const name of [one, other]) {
  const state = `/sys/class/net/${name}/brport/state`;
  await eventually(() => readFileSync(state, 'utf8') === FORWARDING);
}
for (const index of ways.keys()) watch(index);
console.log('ready');

let [changes, reports] = [0, 0];
for await (const line of createInterface(process.stdin)) {
  if (line === 'report') {
    console.log(`report ${++reports} ${JSON.stringify(ways.map(({ cable }) => cable.counters))}`);
  } else {
    for (const { cable } of ways) cable.change(JSON.parse(line) as CableOptions);
    console.log(`changed ${++changes}`);
  }
}

function watch(index: number): void {
  ways[index].tap.whenReadable(() => {
    receive(index);
    deliver();
    watch(index);
  });
}

function receive(index: number): void {
  const { tap, cable } = ways[index];
  for (let turn = 0; turn < TURN; turn++) {
    const length = read(tap);
    if (length === 0) return;
    const answer = cable.handle(buffer.subarray(0, length), performance.now());
    if (answer !== undefined) write(tap, answer);
  }
}

/** Writes what has come through, and comes back when more will. */
function deliver(): void {
  const now = performance.now();
  let next = Number.POSITIVE_INFINITY;
  for (const [index, { cable }] of ways.entries()) {
    for (let frame = cable.poll(now); frame !== undefined; frame = cable.poll(now)) {
      write(ways[1 - index].tap, frame);
    }
    next = Math.min(next, cable.nextTimeout);
  }
  clearTimeout(timer);
  if (next < Number.POSITIVE_INFINITY) timer = setTimeout(deliver, next - now);
}

function read(tap: Tap): number {
  try {
    return readSync(tap.descriptor, buffer);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0;
    throw error;
  }
}

function write(tap: Tap, frame: Uint8Array): void {
  try {
    writeSync(tap.descriptor, frame);
  } catch {
    // Damage made it something that Linux does not take, or there is no room.
  }
}
