import { createInterface } from 'node:readline';
import type { Store, Write } from '@atoll/journal/store';
import type { Command } from '../command.ts';
import { parseWords } from '../command.ts';
import { checkHead, importLine } from './lines.ts';
import { withStore } from './opened-store.ts';

export const importDisk: Command = {
  usage: 'disk import FILE',
  summary:
    'Puts the keys and values onto a disk that atoll disk export wrote, from the standard input.',
  details: `  FILE  a disk that atoll disk create made

Keys that are there already get the new values, others stay. A line that is wrong ends the import;
what came before it is on the disk.
`,
  async run(words) {
    const { positionals } = parseWords(words, ['FILE'], {});
    await withStore(positionals[0], false, async ({ store }) => {
      let number = 0;
      let batch: Write[] = [];
      for await (const line of createInterface({ input: process.stdin })) {
        number++;
        if (number === 1) checkHead(line);
        else batch.push(importLine(line, number));
        if (batch.length < WRITES_AT_ONCE) continue;
        await commit(store, batch);
        batch = [];
      }
      if (number === 0) throw new Error('there is nothing on the standard input');
      await commit(store, batch);
      // One that is empty says that all before it is durable, so that damage to that is known as such.
      await commit(store, []);
      process.stdout.write(`${number - 1} keys\n`);
    });
    return 0;
  },
};

async function commit(store: Store, batch: readonly Write[]): Promise<void> {
  const done = await store.commit(batch);
  if (!done.ok) throw new Error(done.error.reason);
}

/** Their values may have 32 MiB each: not too many. */
const WRITES_AT_ONCE = 64;
