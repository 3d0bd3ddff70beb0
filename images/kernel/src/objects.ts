import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cc, compilerVersion } from '@atoll/engine/toolchain';

const CACHE = join(import.meta.dirname, '../dist/objects');

export interface Source {
  /** Its name in messages and in the size report, with the suffix `.c` or `.S`. */
  readonly name: string;
  readonly text: string;
}

/**
 * Compiles `source` to an object file and answers where it is. The result is kept under a name made
 * from everything that went into it: text, headers in `include`, flags and compiler.
 */
export async function compileObject(
  source: Source,
  flags: readonly string[],
  include: readonly string[],
): Promise<string> {
  const digest = await digestOf(source, flags, include);
  const object = join(CACHE, `${basename(source.name).replace(/\W/g, '-')}-${digest}.o`);
  if (existsSync(object)) return object;

  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(join(CACHE, 'work-'));
  try {
    const file = basename(source.name);
    await writeFile(join(work, file), source.text);
    const search = include.map((folder) => `-I${folder}`);
    await cc([...flags, ...search, '-c', file, '-o', 'object.o'], work);
    await rename(join(work, 'object.o'), object);
  } finally {
    await rm(work, { recursive: true });
  }
  return object;
}

async function digestOf(
  source: Source,
  flags: readonly string[],
  include: readonly string[],
): Promise<string> {
  const hash = createHash('sha256');
  hash.update(source.name).update('\0').update(source.text);
  // Folders of headers count by what they hold, so that the same tree elsewhere shares the result.
  hash.update(flags.filter((flag) => !flag.startsWith('/')).join('\0'));
  hash.update(await compilerVersion());
  for (const folder of include) {
    const headers = (await readdir(folder)).filter((name) => name.endsWith('.h'));
    for (const header of headers.sort()) {
      hash.update(header).update(await readFile(join(folder, header)));
    }
  }
  return hash.digest('hex').slice(0, 24);
}
