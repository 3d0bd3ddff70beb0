/**
 * Whether the native provider takes the same time for different secrets, in an image for `unix`: Welch's t
 * between two kinds of secrets, mixed at random, over all measurements and over the fastest of them. It asserts nothing:
 * the more a machine has to do besides, the less these figures say. The first row shows what a leak looks like,
 * the second what nothing looks like.
 */
import { join } from 'node:path';
import { printTable } from '../src/contest.ts';
import { runInImage } from '../src/in-image.ts';
import type { Comparison } from './dudect/welch.ts';

interface Measured {
  readonly name: string;
  readonly classes: readonly [string, string];
  readonly measurements: number;
  readonly comparisons: readonly Comparison[];
}

const TIMEOUT_MS = 300_000;

const { status, output } = await runInImage(
  join(import.meta.dirname, 'dudect/image.ts'),
  TIMEOUT_MS,
);
if (status !== 0) throw new Error(output);
const lines = output.trim().split('\n');
printTable(
  lines.map((line) => {
    const { name, classes, measurements, comparisons } = JSON.parse(line) as Measured;
    const [all, most, many, half] = comparisons.map(({ t }) => t.toFixed(2));
    const [first, second] = comparisons[comparisons.length - 1].means;
    return {
      subject: name,
      'kinds of secret': classes.join(' / '),
      'ns, fastest half': `${first.toFixed(0)} / ${second.toFixed(0)}`,
      measurements,
      't, all': all,
      '95 %': most,
      '80 %': many,
      '50 %': half,
    };
  }),
);
