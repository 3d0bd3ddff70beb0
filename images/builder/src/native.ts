import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { LinkOptions } from '@atoll/kernel/link';

/** C files that make functions of libraries known to JavaScript, and the headers that lie beside them. */
export type NativeSource = LinkOptions['sources'][number];

/** Reads the modules in `files`, each `native/NAME.c` of a package. Two files of one name throw. */
export async function readNativeSources(files: readonly string[]): Promise<NativeSource[]> {
  const folders = [...new Set(files.map(dirname))];
  const headers = await Promise.all(folders.map(headersIn));
  const sources: NativeSource[] = [];
  for (const path of [...headers.flat(), ...files]) {
    const name = basename(path);
    if (sources.some((other) => other.name === name)) {
      throw new Error(`two packages have native/${name}`);
    }
    sources.push({ name, text: await readFile(path, 'utf8') });
  }
  return sources;
}

/** What `FastPaths.native` calls the modules among `sources`. */
export function nativeNames(sources: readonly NativeSource[]): string[] {
  const modules = sources.filter(({ name }) => name.endsWith('.c'));
  return modules.map(({ name }) => basename(name, '.c'));
}

async function headersIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.endsWith('.h')).map((name) => join(folder, name));
}
