import { once } from 'node:events';
import type { Command } from '../command.ts';
import { parseWords } from '../command.ts';
import { EXPORT_FORMAT, EXPORT_VERSION, exportLine } from './lines.ts';
import { withStore } from './opened-store.ts';

export const exportDisk: Command = {
  usage: 'disk export FILE',
  summary: 'Writes all keys and values of a disk to the standard output, one on each line.',
  details: `  FILE  a disk that atoll disk create made; nothing is written to it

The first line is {"atoll":"${EXPORT_FORMAT}","version":${EXPORT_VERSION},"owner":NAME}, each other one
{"key":BASE64,"value":BASE64}. A value that is damaged is left out, with a line on the standard error;
the status is 2 then.
`,
  async run(words) {
    const { positionals } = parseWords(words, ['FILE'], {});
    let status = 0;
    await withStore(positionals[0], true, async ({ store, label }) => {
      const { owner } = label;
      await print({ atoll: EXPORT_FORMAT, version: EXPORT_VERSION, owner });
      for (const key of store.keys(new Uint8Array(0))) {
        const value = await store.get(key);
        if (!value.ok) {
          process.stderr.write(`${value.error.reason}\n`);
          status = 2;
        } else if (value.value !== undefined) await print(exportLine(key, value.value));
      }
    });
    return status;
  },
};

async function print(line: object): Promise<void> {
  if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain');
}
