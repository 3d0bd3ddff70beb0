import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeSnapshot } from '@atoll/engine/snapshot';
import { linkImage } from '@atoll/kernel/link';
import type { Solo5Device, Solo5Platform } from '@atoll/kernel/solo5';
import { afterAll } from 'vitest';
import type { Ended } from '../../src/process.ts';
import { run } from '../../src/process.ts';
import { buildTender } from '../../src/tender/build.ts';

export const PLATFORMS = ['hvt', 'spt'] as const;

const folder = mkdtempSync(join(tmpdir(), 'atoll-solo5-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A path for a file that goes away with the test. */
export function temporary(name: string): string {
  return join(folder, name);
}

interface Guest {
  readonly script: string;
  /** Functions of C by name, as members of `host.fast.test`. */
  readonly functions?: Readonly<Record<string, string>>;
  readonly devices?: readonly Solo5Device[];
}

let count = 0;

/** Makes an image of `script`; answers its path. */
export async function buildGuest(
  platform: Solo5Platform,
  { script, functions = {}, devices = [] }: Guest,
): Promise<string> {
  const output = temporary(`guest${count++}.${platform}`);
  const snapshot = await takeSnapshot(`() => {${script}\n}`, 'test.js');
  const sources = [{ name: 'test.c', text: hostFunctions(functions) }];
  await linkImage({ platform, snapshot, sources, note: NOTE, devices, output });
  return output;
}

/** Runs `image` in the tender, with 16 MiB of memory unless `options` say otherwise. */
export function runGuest(
  image: string,
  options: readonly string[] = [],
  words: readonly string[] = [],
): Promise<Ended> {
  return run([buildTender(), '--mem=16', '--tsc=2000000000', ...options, '--', image, ...words]);
}

function hostFunctions(functions: Readonly<Record<string, string>>): string {
  const names = Object.keys(functions);
  return [
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
  ].join('\n');
}

/** A note of owner "Atoll", type 1, with the text "test". */
const NOTE = Buffer.from('060000000400000001000000' + '41746f6c6c000000' + '74657374', 'hex');
