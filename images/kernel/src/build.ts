import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildEngine } from '@atoll/engine/engine';
import { compileKernel, PACKAGE } from './kernel.ts';
import { PLATFORMS } from './sources.ts';

/** Small is a feature: the lines of C and assembly, without comments, that all kernels together may have. */
const LINE_BUDGET = 4000;

const engine = await buildEngine();
for (const platform of PLATFORMS) await compileKernel(platform, engine);

const lines = await countLines();
process.stdout.write(
  `kernel: ${lines} lines of code for ${PLATFORMS.join(', ')}, without comments\n`,
);
if (lines > LINE_BUDGET) throw new Error(`the kernel has more than ${LINE_BUDGET} lines`);

async function countLines(): Promise<number> {
  const names = await readdir(PACKAGE, { recursive: true });
  const sources = names.filter((name) => /^(?!dist|node_modules|test).*\.(c|h|S|ld)$/.test(name));
  const texts = await Promise.all(sources.map((name) => readFile(join(PACKAGE, name), 'utf8')));
  const code = texts.flatMap((text) => text.replace(/\/\*.*?\*\//gs, '').split('\n'));
  return code.filter((line) => line.trim() !== '').length;
}
