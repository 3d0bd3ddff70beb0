import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeSnapshot } from '@atoll/engine/snapshot';
import { afterAll } from 'vitest';
import { linkImage } from '../src/link.ts';
import type { Source } from '../src/objects.ts';
import type { Platform } from '../src/sources.ts';

const folder = mkdtempSync(join(tmpdir(), 'atoll-kernel-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The version of the contract that the kernel says it has. */
export const ABI = Number(
  /define ATOLL_ABI (\d+)/.exec(readFileSync(join(import.meta.dirname, '../abi.h'), 'utf8'))?.[1],
);

let count = 0;

/** Makes an image that runs `script` when it starts, with more C in `sources`; answers its path. */
export function build(
  script: string,
  sources: readonly Source[] = [],
  platform: Platform = 'unix',
): Promise<string> {
  return buildProgram(`() => {${script}\n}`, sources, platform);
}

/** Makes an image of `program`: what it is evaluated to is called when the image starts. */
export async function buildProgram(
  program: string,
  sources: readonly Source[] = [],
  platform: Platform = 'unix',
): Promise<string> {
  const output = join(folder, `image${count++}`);
  const snapshot = await takeSnapshot(program, 'test.js');
  await linkImage({ platform, snapshot, sources, note: new Uint8Array(0), output });
  return output;
}

export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly output: string;
}

/** Runs an image to its end. */
export function run(image: string, ...words: string[]): Ended {
  const { status, signal, stdout } = spawnSync(image, words, {
    encoding: 'utf8',
    timeout: 30_000,
    maxBuffer: 1 << 26,
  });
  return { status, signal, output: stdout };
}

/** Builds and runs `script`. */
export async function evaluate(script: string, ...words: string[]): Promise<Ended> {
  return run(await build(script), ...words);
}

/** Runs an image until `check` is done with it, which happens once it has written something. */
export async function whileRunning(
  image: string,
  words: readonly string[],
  check: (pid: number) => void | Promise<void>,
): Promise<{ status: number | null; output: string }> {
  const child = spawn(image, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  await new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      resolve();
    });
    child.on('close', () => resolve());
  });
  try {
    await check(child.pid as number);
  } finally {
    child.kill('SIGTERM');
  }
  return { status: await ended, output };
}

/** C with host functions of a fast path called `test`. */
export function hostFunctions(functions: Readonly<Record<string, string>>): Source {
  const names = Object.keys(functions);
  const text = [
    '#include "host.h"',
    ...names.map((name) => `HOST_CALL(call_${name}) {${functions[name]}}`),
    'static const struct host_function functions[] = {',
    ...names.map((name) => `{"${name}", call_${name}, 2},`),
    '};',
    `static const struct fast_module module = {"test", functions, ${names.length}};`,
    'const struct fast_module *const fast_modules[] = {&module};',
    'const unsigned fast_module_count = 1;',
    'void fast_instantiate(void) {}',
    '',
  ];
  return { name: 'test.c', text: text.join('\n') };
}
