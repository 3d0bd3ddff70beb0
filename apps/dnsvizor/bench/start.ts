/**
 * From the start of the program to its first answer, beside dnsmasq and unbound. For virtio the time is that
 * of QEMU without hardware acceleration; bench:boot has what the hypervisors themselves take.
 */
import { Bed } from '@atoll/testbed/bed';
import type { Row } from '@atoll/testbed/contest';
import { demand, median, printRatio, printTable } from '@atoll/testbed/contest';
import type { Target } from '@atoll/testbed/target';
import { dnsmasq, unbound } from '@atoll/testbed/target/peers';
import { microvm, node, present, unix } from './contest.ts';
import { timeToAnswer } from './launch.ts';
import { manyNames } from './zone.ts';

const STARTS = 15;

demand([]);
const { zone } = manyNames(1);
const times = new Map<Target, number[]>();
for (const target of present(unix, node, microvm, dnsmasq, unbound)) {
  const bed = new Bed(target, {}, zone);
  await bed.start();
  const measured = [];
  for (let start = 0; start < STARTS; start++) measured.push(await timeToAnswer(bed));
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

function summary(name: string, measured: readonly number[]): Row {
  return {
    server: name,
    'median ms': median(measured).toFixed(1),
    'best ms': Math.min(...measured).toFixed(1),
    'worst ms': Math.max(...measured).toFixed(1),
  };
}
