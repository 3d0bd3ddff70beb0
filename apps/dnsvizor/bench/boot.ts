/**
 * From the start of a tender, of QEMU or of the executable to the first answer over DNS, beside the smallest
 * program for the same platform, which says hello and ends. For virtio both are in QEMU without hardware
 * acceleration, which runs our code ten to twenty times slower.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { qemuCommand } from '@atoll/builder/qemu';
import type { ImageTarget } from '@atoll/builder/target';
import { linkAlone } from '@atoll/kernel/link';
import { Bed } from '@atoll/testbed/bed';
import type { Row } from '@atoll/testbed/contest';
import { demand, median, printRatio, printTable } from '@atoll/testbed/contest';
import type { Command } from '@atoll/testbed/process';
import type { Target } from '@atoll/testbed/target';
import { buildTender } from '@atoll/testbed/tender';
import { hvt, microvm, present, spt, unix } from './contest.ts';
import { timeToAnswer, timeToHello } from './launch.ts';
import { manyNames } from './zone.ts';

const STARTS = 15;

/** MiB. */
const MEMORY = 16;

/** Under Xen there is nothing to compare with: Xen itself is emulated here. */
type Platform = Exclude<ImageTarget, 'xen'>;

const SOURCES = { unix: 'linux.c', spt: 'linux.c', hvt: 'hvt.c', virtio: 'virtio.S' } as const;

/** What the smallest program is started with. */
const CARRIERS: Record<Platform, (image: string) => Command> = {
  unix: (image) => [image],
  spt: (image) => [buildTender(), `--mem=${MEMORY}`, '--', image],
  hvt: (image) => [buildTender(), `--mem=${MEMORY}`, '--', image],
  virtio: (image) =>
    qemuCommand({
      image,
      model: 'microvm',
      acceleration: 'tcg',
      memory: String(MEMORY),
      declared: [],
      devices: {
        words: [],
        taps: new Map(),
        macs: new Map(),
        disks: new Map(),
        sectorSizes: new Map(),
      },
      bootArguments: [],
    }),
};

demand(['cc']);
const folder = mkdtempSync(join(tmpdir(), 'atoll-bench-boot-'));
const { zone } = manyNames(1);
const rows: Row[] = [];
const ratios: (() => void)[] = [];
for (const target of present(unix, spt, hvt, microvm)) await compare(target);
rmSync(folder, { recursive: true });
printTable(rows);
for (const print of ratios) print();

async function compare(target: Target): Promise<void> {
  const platform = target.name as Platform;
  const smallest = join(folder, `hello.${platform}`);
  const source = SOURCES[platform];
  const text = readFileSync(join(import.meta.dirname, 'hello', source), 'utf8');
  await linkAlone(platform, { name: source, text }, smallest);

  const bed = new Bed(target, {}, zone);
  await bed.start({ memory: MEMORY });
  const [ours, theirs]: number[][] = [[], []];
  let resident = 0;
  for (let start = 0; start < STARTS; start++) {
    theirs.push(await timeToHello(CARRIERS[platform](smallest)));
    ours.push(await timeToAnswer(bed, MEMORY));
    resident = bed.server.memory();
  }
  await bed.stop();
  const image = join(import.meta.dirname, `../dist/dnsvizor.${platform}`);
  rows.push(summary(`dnsvizor.${platform}`, ours, image, (resident / 1024).toFixed(1)));
  rows.push(summary(`hello.${platform}`, theirs, smallest, '-'));
  const more = (median(ours) - median(theirs)).toFixed(1);
  ratios.push(() => {
    console.log(`dnsvizor.${platform} takes ${more} ms more than hello.${platform}`);
    printRatio(`boot-${platform}`, 'hello', 1 / median(ours), 1 / median(theirs));
  });
}

function summary(name: string, measured: readonly number[], image: string, memory: string): Row {
  return {
    program: name,
    'median ms': median(measured).toFixed(1),
    'best ms': Math.min(...measured).toFixed(1),
    'image bytes': statSync(image).size.toLocaleString('en'),
    'resident MiB': memory,
  };
}
