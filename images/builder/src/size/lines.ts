import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { countPlatform } from '@atoll/kernel/lines';
import { bundleApp } from '../image.ts';
import type { App } from '../workspace.ts';
import { ownerOf, ROOT } from '../workspace.ts';
import type { Area } from './division.ts';
import { areaOfPackage, byArea } from './division.ts';

/**
 * How many lines the `unix` image of `app` is made of, by area: those of every file of which the bundler took
 * something, of fast paths, of C that calls libraries, and of the kernel; not those of the engine and of libraries,
 * which come without their sources.
 */
export async function linesOf(app: App): Promise<Record<Area, number>> {
  const { files, fastFolders, nativeFiles } = await bundleApp(app, 'unix');
  const paths = files.filter((path) => /\.[cm]?[jt]s$/.test(path) && !path.startsWith('static:'));
  for (const folder of fastFolders) {
    for (const name of await readdir(join(folder, 'assembly'))) {
      if (name.endsWith('.ts')) paths.push(relative(ROOT, join(folder, 'assembly', name)));
    }
  }
  paths.push(...nativeFiles.map((path) => relative(ROOT, path)));

  const counted: { area: Area; lines: number }[] = [
    { area: 'kernel', lines: await countPlatform('unix') },
  ];
  for (const path of paths) {
    const owner = await ownerOf(path);
    // The entry, which only this bundle has, is no file.
    if (owner === undefined || !existsSync(join(ROOT, path))) continue;
    const lines = countLines(await readFile(join(ROOT, path), 'utf8'));
    counted.push({ area: areaOfPackage(owner.name), lines });
  }
  return byArea(counted, ({ lines }) => lines);
}

/** Lines that are neither empty nor all comment, where comments of several lines start lines. */
export function countLines(text: string): number {
  const code = text.replace(/^\s*\/\*.*?\*\/[ \t]*$/gms, '').split('\n');
  return code.filter((line) => line.trim() !== '' && !line.trim().startsWith('//')).length;
}
