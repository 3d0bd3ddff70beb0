import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PACKAGE } from './kernel.ts';
import { kernelSources, type Platform } from './sources.ts';

const IS_SOURCE = /^(?!dist|node_modules|test).*\.(c|h|S|ld)$/;

/** How many lines of C and assembly, without comments, one platform's kernel is made of. */
export async function countPlatform(platform: Platform): Promise<number> {
  const sources = kernelSources(platform);
  const folders = new Set(['.', ...sources.map((name) => dirname(name))]);
  // An image has nothing of headers that it does not include; those of its folders are near enough.
  const headers = (await readdir(PACKAGE, { recursive: true })).filter(
    (name) => IS_SOURCE.test(name) && /\.(h|ld)$/.test(name) && folders.has(dirname(name)),
  );
  return countFiles([...sources, ...headers]);
}

/** The same of all kernels together. */
export async function countAll(): Promise<number> {
  const names = await readdir(PACKAGE, { recursive: true });
  return countFiles(names.filter((name) => IS_SOURCE.test(name)));
}

async function countFiles(names: readonly string[]): Promise<number> {
  const texts = await Promise.all(names.map((name) => readFile(join(PACKAGE, name), 'utf8')));
  const code = texts.flatMap((text) => text.replace(/\/\*.*?\*\//gs, '').split('\n'));
  return code.filter((line) => line.trim() !== '').length;
}
