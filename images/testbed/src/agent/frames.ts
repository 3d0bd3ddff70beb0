/** Puts lines of hexadecimal digits onto the wire as Ethernet frames: `frames.ts TAP`. */
import { readFileSync, writeSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { openTap } from '@atoll/driver-node/tap';
import { eventually } from '../poll.ts';

/** In the words of sysfs: BR_STATE_FORWARDING. */
const FORWARDING = '3\n';

const [name] = process.argv.slice(2);
const lines = (await text(process.stdin)).split('\n').slice(0, -1);

const tap = openTap(name, false);
// The bridge forwards from a port only once it noticed that somebody is behind it.
await eventually(() => readFileSync(`/sys/class/net/${name}/brport/state`, 'utf8') === FORWARDING);
for (const line of lines) {
  try {
    writeSync(tap.descriptor, Buffer.from(line, 'hex'));
  } catch (error) {
    // Linux itself refuses what is shorter than an Ethernet header.
    if (!(error instanceof Error && 'code' in error && error.code === 'EINVAL')) throw error;
  }
}
process.exit();
