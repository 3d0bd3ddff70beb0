import { fdatasyncSync, writeSync } from 'node:fs';
import { parseArguments, writeArguments } from '@atoll/disk/arguments';
import type { DiskLabel, DiskRegion } from '@atoll/disk/label';
import { regionOf } from '@atoll/disk/label';
import { expect as unwrap } from '@atoll/result/result';
import { UsageError } from '../../usage.ts';
import type { Command } from '../command.ts';
import { parseWords } from '../command.ts';
import { shellWord } from '../shell-word.ts';
import type { LabelledFile } from './labelled-file.ts';
import { readAt, withLabelled } from './labelled-file.ts';

export const config: Command = {
  usage: 'disk config FILE --show | -- ARGUMENT...',
  summary: 'Puts boot arguments onto a disk, or shows those that are there.',
  details: `  FILE         a disk that atoll disk create made
  --show       shows the arguments, one on each line
  ARGUMENT...  --name=value; they take the place of those that were there, and none leave none

An appliance that reads its disk takes the arguments of a name from the first place that has any:
those given at boot, those on the disk, those compiled in.
`,
  async run(words) {
    const { positionals, options, rest } = parseWords(words, ['FILE'], { show: 'boolean' });
    const isShown = options.has('show');
    if (isShown === words.includes('--')) {
      throw new UsageError('expected either --show, or -- and the arguments');
    }
    const bad = rest.find((word) => !/^--[^=]/.test(word));
    if (bad !== undefined) {
      throw new UsageError(`unexpected "${bad}"\n  expected arguments like --name=value`);
    }
    withLabelled(positionals[0], isShown ? show : (disk) => write(disk, rest));
    return 0;
  },
};

function show({ file, label }: LabelledFile): void {
  const { offset, size } = configurationIn(label);
  const words = unwrap(parseArguments(readAt(file, offset, size), label.identity));
  process.stdout.write(words.map((word) => `${shellWord(word)}\n`).join(''));
}

function write({ file, label }: LabelledFile, words: readonly string[]): void {
  if (file.isReadOnly) throw new Error('it cannot be written');
  const { offset, size } = configurationIn(label);
  const bytes = unwrap(writeArguments(words, label.identity, size));
  for (let done = 0; done < size; ) {
    done += writeSync(file.descriptor, bytes, done, size - done, offset + done);
  }
  fdatasyncSync(file.descriptor);
}

function configurationIn(label: DiskLabel): DiskRegion {
  const region = regionOf(label, 'configuration');
  if (region === undefined) throw new Error('it has no room for a configuration');
  return region;
}
