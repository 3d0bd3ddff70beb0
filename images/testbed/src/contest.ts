import { availableParallelism } from 'node:os';
import type { Command } from './process.ts';
import type { Requirement } from './requirements.ts';
import { absence } from './requirements.ts';
import type { Target } from './target/target.ts';

/** Ends the program unless everything that a benchmark needs is here. */
export function demand(
  requirements: readonly Requirement[],
  targets: readonly Target[] = [],
): void {
  const reasons = [
    ...['root', 'netns', 'tap', ...requirements].map(absence),
    ...targets.map((target) => target.absence()),
  ];
  const reason = reasons.find((found) => found !== undefined);
  if (reason === undefined) return;
  process.stderr.write(`this benchmark cannot run here: ${reason}\n`);
  process.exit(69);
}

/** Servers run on one processor and what loads them on another, where there are two. */
const PINNED = availableParallelism() > 1 && absence('taskset') === undefined;
export const CLIENT_CORE = PINNED ? 1 : undefined;
/** The commands through which the two are started. */
export const ON_SERVER_CORE: Command = PINNED ? ['taskset', '-c', '0'] : [];
export const ON_CLIENT_CORE: Command = PINNED ? ['taskset', '-c', '1'] : [];
export const PINNING = PINNED
  ? 'servers on processor 0, clients on processor 1'
  : 'processors are shared by servers and clients';

/** A row of figures, each with its name. */
export type Row = Readonly<Record<string, string | number>>;

/** Prints rows under the names of their figures. */
export function printTable(rows: readonly Row[]): void {
  const names = Object.keys(rows[0] ?? {});
  const lines = [names, ...rows.map((row) => names.map((name) => String(row[name])))];
  const widths = names.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  for (const [first, ...figures] of lines) {
    const padded = figures.map((figure, column) => figure.padStart(widths[column + 1]));
    console.log([first.padEnd(widths[0]), ...padded].join('  '));
  }
}

/** Prints how our figure compares to that of a peer; both as "higher is better". */
export function printRatio(what: string, peer: string, ours: number, theirs: number): void {
  console.log(`ratio ${what}/${peer} ${(ours / theirs).toPrecision(3)}`);
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
