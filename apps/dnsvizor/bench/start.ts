/**
 * From the start of the program to its first answer. A shell waits inside the namespace and becomes
 * the server on a signal of ours; by then a client asks every 0.2 ms, and needs no ARP to do so. For
 * virtio the time is that of QEMU without hardware acceleration.
 */
import { Bed, NETWORK } from '@atoll/testbed/bed';
import { Probe } from '@atoll/testbed/client/probe';
import type { Row } from '@atoll/testbed/contest';
import { demand, median, printRatio, printTable } from '@atoll/testbed/contest';
import type { Target } from '@atoll/testbed/target';
import { dnsmasq, unbound } from '@atoll/testbed/target/peers';
import { microvm, node, present, unix } from './contest.ts';
import { manyNames } from './zone.ts';

const STARTS = 15;
const INTERVAL_US = 200;

/** Waits for a line, then becomes the command that follows. */
const GATE = ['sh', '-c', 'echo waiting; read go; exec "$@"', 'sh'];

demand([]);
const { zone } = manyNames(1);
const times = new Map<Target, number[]>();
for (const target of present(unix, node, microvm, dnsmasq, unbound)) {
  const bed = new Bed(target, {}, zone);
  await bed.start();
  const measured = [];
  for (let start = 0; start < STARTS; start++) measured.push(await startOnce(bed));
  times.set(target, measured);
  await bed.stop();
}

printTable([...times].map(([{ name }, measured]) => summary(name, measured)));
for (const ours of [unix, microvm]) {
  for (const peer of [dnsmasq, unbound]) {
    const [mine, theirs] = [times.get(ours), times.get(peer)];
    if (mine === undefined || theirs === undefined) continue;
    printRatio(`start-${ours.name}`, peer.name, 1 / median(mine), 1 / median(theirs));
  }
}

/** Milliseconds. */
async function startOnce(bed: Bed): Promise<number> {
  await bed.server.stop();
  bed.client.introduce(NETWORK.server, bed.server.mac);
  const program = bed.server.launch({ through: GATE });
  await program.says(/waiting/);
  const probe = new Probe(bed.client, NETWORK.server, { intervalUs: INTERVAL_US });
  await probe.asking();
  const started = process.hrtime.bigint();
  program.feed('go\n');
  const answered = await probe.answered();
  await probe.stop();
  return Number(answered - started) / 1e6;
}

function summary(name: string, measured: readonly number[]): Row {
  return {
    server: name,
    'median ms': median(measured).toFixed(1),
    'best ms': Math.min(...measured).toFixed(1),
    'worst ms': Math.max(...measured).toFixed(1),
  };
}
