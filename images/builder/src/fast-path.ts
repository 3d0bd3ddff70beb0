import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { WasmModule } from './wasm.ts';
import { parseWasm } from './wasm.ts';
import { dependencyVersion, packageName } from './workspace.ts';

export interface FastPath {
  /** What `FastPaths.load` calls it: the package's name without its scope. */
  readonly name: string;
  readonly wasm: Uint8Array;
}

/**
 * Compiles `assembly/index.ts` of a package to WebAssembly that lives in a memory of somebody else: no
 * data, no heap, no start function, nothing imported but that memory. Breaking one of these throws, as
 * does an error of the compiler, with its message. The result is kept by the content of the sources.
 */
export async function compileFastPath(packageFolder: string): Promise<FastPath> {
  const name = (await packageName(packageFolder)).replace(/^@[^/]*\//, '');
  const folder = join(packageFolder, 'assembly');
  const cached = join(CACHE, `${name}-${await digestOf(folder)}.wasm`);
  if (!existsSync(cached)) await compile(name, folder, cached);
  const wasm = await readFile(cached);
  const reason = obstacle(parseWasm(wasm));
  if (reason !== undefined) throw new Error(`fast path ${name}: ${reason}`);
  return { name, wasm };
}

/** The same for several packages, in their order. */
export async function compileFastPaths(packageFolders: readonly string[]): Promise<FastPath[]> {
  const compiled: FastPath[] = [];
  for (const folder of packageFolders) compiled.push(await compileFastPath(folder));
  return compiled;
}

/** What keeps a module from being a fast path. */
export function obstacle(module: WasmModule): string | undefined {
  for (const { module: from, name, kind } of module.imports) {
    if (kind === 'memory' && from === 'env' && name === 'memory') continue;
    return `it imports ${from}.${name}; only the memory may be imported`;
  }
  if (module.hasTable) return 'it has a function table; functions cannot be values';
  if (module.hasData)
    return 'it has static data (a string or an array), for which there is no room';
  // The stub runtime's allocator, too, gets ready in the start function.
  if (module.hasStart)
    return 'it has a start function; globals must start with constants, and there is no heap';
  if (module.exports.length === 0) return 'it exports nothing';
  for (const { name, kind, type } of module.exports) {
    if (type === undefined) return `it exports the ${kind} ${name}; only functions can be called`;
    if (!/^[A-Za-z][A-Za-z0-9]*$/.test(name)) return `${name} has more than letters and digits`;
    const wrong = [...type.parameters, ...type.results].find((value) => !PASSABLE.has(value));
    if (wrong !== undefined) return `${name} passes a value of type ${wrong}, not i32 or f64`;
  }
  return undefined;
}

const PASSABLE: ReadonlySet<string> = new Set(['i32', 'f64']);

const BUILDER = join(import.meta.dirname, '..');
const CACHE = join(BUILDER, 'dist/cache');

const ASC = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');
const ASC_OPTIONS = [
  '-O3',
  '--noAssert',
  '--runtime=stub',
  '--importMemory',
  '--noExportMemory',
  '--initialMemory=0',
  '--use=abort=',
];

/** Runs the compiler, and has it leave its output at `output` complete or not at all. */
async function compile(name: string, folder: string, output: string): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(join(CACHE, 'work-'));
  try {
    const wasm = join(work, 'out.wasm');
    // A process of its own: a loader such as tsx would take the compiler's 20 MB through its hooks.
    const args = [ASC, 'index.ts', ...ASC_OPTIONS, '--outFile', wasm];
    await promisify(execFile)(process.execPath, args, { cwd: folder });
    await rename(wasm, output);
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(`fast path ${name}: ${stderr || message}`);
  } finally {
    await rm(work, { recursive: true });
  }
}

async function digestOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  hash.update(await dependencyVersion(BUILDER, 'assemblyscript')).update(ASC_OPTIONS.join(' '));
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts'));
  for (const file of files.sort()) {
    hash.update(`\0${file}\0`).update(await readFile(join(folder, file)));
  }
  return hash.digest('hex').slice(0, 24);
}
