/**
 * Puts lines of hexadecimal digits onto the wire as Ethernet frames: `frames.ts TAP [RATE]`, so many in each
 * second, or as fast as it goes.
 */
import { readFileSync, writeSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTap } from '@atoll/driver-node/tap';
import { eventually } from '../poll.ts';

/** In the words of sysfs: BR_STATE_FORWARDING. */
const FORWARDING = '3\n';

/** Milliseconds from one batch of frames to the next. */
const BATCH_MS = 5;

const [name, rate] = process.argv.slice(2);
const batch = rate === undefined ? Number.POSITIVE_INFINITY : (Number(rate) / 1000) * BATCH_MS;
const lines = (await text(process.stdin)).split('\n').slice(0, -1);

const tap = openTap(name, false);
// The bridge forwards from a port only once it noticed that somebody is behind it.
await eventually(() => readFileSync(`/sys/class/net/${name}/brport/state`, 'utf8') === FORWARDING);
const began = performance.now();
for (const [index, line] of lines.entries()) {
  while (index >= batch * (1 + (performance.now() - began) / BATCH_MS)) await sleep(BATCH_MS);
  try {
    writeSync(tap.descriptor, Buffer.from(line, 'hex'));
  } catch (error) {
    // Linux itself refuses what is shorter than an Ethernet header.
    if (!(error instanceof Error && 'code' in error && error.code === 'EINVAL')) throw error;
  }
}
process.exit();
