import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type EngineSource, engineSource } from './engine-source.ts';
import { HOT } from './hot.ts';
import { cc, compilerVersion, ENGINE_FLAGS, INCLUDE } from './toolchain.ts';
import { withoutData } from './wasm.ts';
import { wasm2c } from './wasm2c.ts';

/** QuickJS-NG as WebAssembly: the same bytes evaluate a program on Node.js and go on with it in the image. */
export const QUICKJS_WASM = createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm');

/** The same for Node.js. */
export function engineModule(): Promise<WebAssembly.Module> {
  module ??= readFile(QUICKJS_WASM).then((wasm) => WebAssembly.compile(wasm));
  return module;
}

let module: Promise<WebAssembly.Module> | undefined;

const DIST = join(import.meta.dirname, '../dist');
const OBJECT = join(DIST, 'engine.o');

/** The compiled engine: what to link, and where `quickjs.h` is. */
export interface Engine {
  readonly object: string;
  readonly include: string;
  readonly table: EngineSource['table'];
}

/** Compiles the engine to `dist/`, about half a minute, unless that was done from the same inputs. */
export function buildEngine(): Promise<Engine> {
  built ??= build();
  return built;
}

let built: Promise<Engine> | undefined;

async function build(): Promise<Engine> {
  const inputs = await inputsDigest();
  const stamp = join(DIST, 'inputs.sha256');
  if (!existsSync(stamp) || (await readFile(stamp, 'utf8')) !== inputs)
    await compile(inputs, stamp);
  return {
    object: OBJECT,
    include: DIST,
    table: JSON.parse(await readFile(join(DIST, 'table.json'), 'utf8')),
  };
}

async function compile(inputs: string, stamp: string): Promise<void> {
  await mkdir(DIST, { recursive: true });
  // Files appear in dist/ complete or not at all, also when two builds run at the same time.
  const work = await mkdtemp(join(DIST, 'build-'));
  try {
    const wasm = await readFile(QUICKJS_WASM);
    const { c, h, table } = engineSource(await wasm2c(withoutData(wasm), 'quickjs'), hotIn(wasm));
    await writeFile(join(work, 'quickjs.c'), c);
    await writeFile(join(work, 'quickjs.h'), h);
    await writeFile(join(work, 'table.json'), JSON.stringify(table));
    await cc([...ENGINE_FLAGS, '-c', 'quickjs.c', '-o', 'engine.o'], work);
    await rename(join(work, 'quickjs.h'), join(DIST, 'quickjs.h'));
    await rename(join(work, 'engine.o'), OBJECT);
    await rename(join(work, 'table.json'), join(DIST, 'table.json'));
    await writeFile(join(work, 'stamp'), inputs);
    await rename(join(work, 'stamp'), stamp);
  } finally {
    await rm(work, { recursive: true });
  }
}

/** The functions to compile for speed. Those of another `quickjs.wasm` have other names. */
function hotIn(wasm: Uint8Array): ReadonlySet<string> {
  const digest = createHash('sha256').update(wasm).digest('hex');
  if (digest !== HOT.wasm) throw new Error('quickjs.wasm is new: profile it, and update hot.ts');
  return new Set(HOT.functions.trim().split(/\s+/));
}

async function inputsDigest(): Promise<string> {
  const hash = createHash('sha256');
  hash.update(await readFile(QUICKJS_WASM));
  for (const header of (await readdir(INCLUDE)).sort()) {
    hash.update(header).update(await readFile(join(INCLUDE, header)));
  }
  for (const step of ['wasm.ts', 'wasm2c.ts', 'engine-source.ts', 'hot.ts']) {
    hash.update(await readFile(join(import.meta.dirname, step)));
  }
  const flags = ENGINE_FLAGS.filter((flag) => flag !== INCLUDE);
  hash.update(flags.join(' ')).update(await compilerVersion());
  return hash.digest('hex');
}
