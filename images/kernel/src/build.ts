import { buildEngine } from '@atoll/engine/engine';
import { compileKernel } from './kernel.ts';
import { countAll, countPlatform } from './lines.ts';
import { PLATFORMS } from './sources.ts';

/**
 * Small is a feature: the lines of C and assembly, without comments, that the kernel of one image and
 * all kernels together may have. See docs/decisions/0010-lines-of-the-kernel.md.
 */
const IMAGE_BUDGET = 3000;
const TOTAL_BUDGET = 5000;

const engine = await buildEngine();
for (const platform of PLATFORMS) {
  await compileKernel(platform, engine);
  report(platform, await countPlatform(platform), IMAGE_BUDGET);
}
report('all platforms together', await countAll(), TOTAL_BUDGET);

function report(what: string, lines: number, budget: number): void {
  process.stdout.write(`kernel: ${lines} lines of code for ${what}, without comments\n`);
  if (lines > budget) throw new Error(`the kernel for ${what} has more than ${budget} lines`);
}
