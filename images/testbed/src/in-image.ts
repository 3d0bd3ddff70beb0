import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { linkProgram } from '@atoll/builder/program';
import { run } from './process.ts';

export interface InImage {
  /** `undefined` when a signal ended it. */
  readonly status: number | undefined;
  /** What it wrote to the console. */
  readonly output: string;
}

/**
 * Makes an image for `unix` of the script `entryFile` alone, with the fast paths that it imports, and
 * runs it without devices. The script has the global `host` of `@atoll/device/host`, and ends with
 * status 0 when it ends, with 70 after an exception; one that takes longer than `timeoutMs` is killed.
 */
export async function runInImage(entryFile: string, timeoutMs = 60_000): Promise<InImage> {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-in-image-'));
  try {
    const name = basename(entryFile, '.ts');
    const output = join(folder, name);
    const entry = { file: entryFile };
    await linkProgram({
      name,
      target: 'unix',
      entry,
      output,
      note: () => JSON.stringify({ name }),
    });
    const { status, stdout, stderr } = await run([output], { timeoutMs });
    return { status, output: stdout + stderr };
  } finally {
    await rm(folder, { recursive: true });
  }
}
