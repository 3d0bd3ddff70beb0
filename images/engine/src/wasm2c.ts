import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = createRequire(import.meta.url).resolve('wabt/bin/wasm2c');

/**
 * Translates the WebAssembly module `wasm` to C whose names start with `w2c_<module>_`. The C expects
 * linear memory at LINEAR_MEMORY_BASE with unmapped space behind it, and checks no address itself.
 */
export async function wasm2c(wasm: Uint8Array, module: string): Promise<{ c: string; h: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'wasm2c-'));
  try {
    await writeFile(join(folder, `${module}.wasm`), wasm);
    const child = join(import.meta.dirname, 'wasm2c-child.cjs');
    // V8's stack must hold the deep recursion over the interpreter's one huge function.
    const args = ['--stack-size=60000', child, script];
    const options = [`${module}.wasm`, '-n', module, '-o', `${module}.c`];
    await run(process.execPath, [...args, ...options], { cwd: folder });
    const c = await readFile(join(folder, `${module}.c`), 'utf8');
    const h = await readFile(join(folder, `${module}.h`), 'utf8');
    return { c: withConstantBase(c), h };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Makes the base of linear memory a constant, which each instruction can hold as its displacement
 * (1.2 times as fast and smaller than a base loaded from the instance), and drops the forced reads of unused loads.
 */
function withConstantBase(c: string): string {
  const address = '#define MEM_ADDR(mem, addr, n) ((u8*)(LINEAR_MEMORY_BASE + (u64)(addr)))';
  return replaceOnce(
    replaceOnce(
      replaceOnce(c, '#define MEM_ADDR(mem, addr, n) &((mem)->data[addr])', address),
      '#define FORCE_READ_INT(var) __asm__("" ::"r"(var));',
      '#define FORCE_READ_INT(var)',
    ),
    '#define FORCE_READ_FLOAT(var) __asm__("" ::"r"(var));\n#endif\n#else',
    '#define FORCE_READ_FLOAT(var)\n#endif\n#else',
  );
}

function replaceOnce(text: string, from: string, to: string): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`wasm2c wrote C of an unknown shape: no "${from}"`);
  return parts.join(to);
}
