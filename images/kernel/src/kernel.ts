import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Engine } from '@atoll/engine/engine';
import { KERNEL_FLAGS } from '@atoll/engine/toolchain';
import { compileObject } from './objects.ts';
import { kernelSources, type Platform } from './sources.ts';

/** This package: the root of all kernel sources. */
export const PACKAGE = join(import.meta.dirname, '..');

/** All that the kernel of `platform` is compiled and linked from. */
export async function readKernel(
  platform: Platform,
): Promise<{ readonly name: string; readonly text: string }[]> {
  const names = kernelSources(platform);
  const folders = [...new Set(names.map(dirname))].sort();
  const found = await Promise.all(
    folders.map(async (folder) => {
      const files = (await readdir(join(PACKAGE, folder))).sort();
      return files.filter((file) => /\.(h|ld)$/.test(file)).map((file) => join(folder, file));
    }),
  );
  const read = async (name: string) => ({
    name,
    text: await readFile(join(PACKAGE, name), 'utf8'),
  });
  return Promise.all([...names, ...found.flat()].map(read));
}

/** Compiles the kernel of `platform`; answers its object files. */
export async function compileKernel(platform: Platform, engine: Engine): Promise<string[]> {
  const names = kernelSources(platform);
  // The folders below are searched only for headers of their own, but their headers count in the cache.
  const folders = new Set(names.map((name) => join(PACKAGE, dirname(name))));
  const include = [...folders, engine.include];
  const objects: string[] = [];
  for (const name of names) {
    const text = await readFile(join(PACKAGE, name), 'utf8');
    objects.push(await compileObject({ name, text }, KERNEL_FLAGS, include));
  }
  return objects;
}
