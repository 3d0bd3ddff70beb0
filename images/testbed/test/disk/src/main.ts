import type { Activity, Appliance, System } from '@atoll/appliance/appliance';
import { optional } from '@atoll/conf/table';
import { text } from '@atoll/conf/value';
import { diskConfiguration } from '@atoll/disk/configuration';
import { exerciseDisk } from '@atoll/sim/disk-suite';
import { Random } from '@atoll/sim/random';

const ARGUMENTS = {
  say: optional(text('WORD', 'a word'), { summary: 'What to say first.', example: 'hello' }),
};

/** Does to its disks what every disk must stand, and ends with status 0 when they did. */
const disk: Appliance<typeof ARGUMENTS> = {
  name: 'disk',
  version: '0.1.0',
  summary: 'Exercises its disks.',
  devices: [
    { name: 'storage', type: 'block', summary: 'the disk to be exercised' },
    { name: 'spare', type: 'block', summary: 'another one', isOptional: true },
    { name: 'settings', type: 'block', summary: 'its configuration', isOptional: true },
  ],
  configuration: diskConfiguration('settings'),
  arguments: ARGUMENTS,
  start(system, { say }) {
    if (say !== undefined) system.console.write(`${say}\n`);
    system.run(exerciseAll(system, ['storage', 'spare']));
  },
};

export default disk;

function exerciseAll(system: System, names: readonly string[]): Activity {
  const work = exerciseEach(system, names);
  return {
    poll() {
      if (work.next().done) system.stop(0);
      return Number.POSITIVE_INFINITY;
    },
  };
}

function* exerciseEach({ block, console }: System, names: readonly string[]) {
  for (const [index, name] of names.entries()) {
    const device = block(name);
    if (device === undefined) continue;
    const { blockSize, blockCount, isReadOnly, durability } = device;
    console.write(`${name}: ${blockCount} x ${blockSize}, ${isReadOnly}, ${durability}\n`);
    yield* exerciseDisk(device, new Random(index));
  }
  console.write('SUCCESS\n');
}
