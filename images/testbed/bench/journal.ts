/**
 * Durable puts and reads a second of the journal beside SQLite (WAL, synchronous=FULL) on the same file
 * system: 20,000 keys of 16 bytes with values of 100, in a random order. The journal runs as an appliance on
 * Node.js and as an image for unix, with a promise for each put, and `peek` for reads; SQLite in C, with
 * prepared statements. `grouped` are 64 writers, each of which waits for its own put; SQLite gets 64 puts in
 * one transaction, which is more than it does by itself for 64 writers. `reads` are of what was read before:
 * both cache 4 MB. `first` reads each key once after the start. All but these are warmed up: an appliance runs
 * for long. A ratio is the median of those of the rounds, as what else a machine does changes with time; each round
 * has the programs in the opposite order of the one before. What the disk alone takes for a durable write is measured
 * among them: with a flush as SQLite does it, and past the cache as the journal does.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildImage } from '@atoll/builder/image';
import { runAlone } from '../src/alone.ts';
import { median, printRatio, printTable } from '../src/contest.ts';
import { compile } from '../src/native/compile.ts';
import { succeed } from '../src/process.ts';

const ROUNDS = 5;
const SECONDS = '0.3';
const MODES = ['puts', 'grouped', 'reads', 'first'] as const;
const TARGETS = ['node', 'unix'] as const;

/** Ways of `disk-floor.c`. */
const FLOORS = ['flush', 'direct'];

type Mode = (typeof MODES)[number];
type Program = (typeof TARGETS)[number] | 'sqlite';

const ATOLL = fileURLToPath(new URL('../../builder/bin/atoll.mjs', import.meta.url));
const DIST = fileURLToPath(new URL('../dist', import.meta.url));
// The folder must be on the file system that is meant: the temporary one may be in memory.
const folder = mkdtempSync(join(process.argv[2] ?? process.cwd(), 'bench-journal-'));
try {
  const programs = new Map<Program, (mode: Mode) => Promise<number>>();
  for (const target of TARGETS) programs.set(target, await appliance(target));
  const sqlite = compile('sqlite-load', folder);
  const database = join(folder, 'sqlite');
  programs.set('sqlite', async (mode) => Number(await succeed([sqlite, database, mode, SECONDS])));
  const floor = compile('disk-floor', folder);
  const floors = new Map(FLOORS.map((way): [string, number[]] => [way, []]));

  const figures = new Map<string, number[]>();
  const ratesOf = (program: Program, mode: Mode) => figures.get(`${program} ${mode}`) ?? [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [way, found] of floors) {
      found.push(Number(await succeed([floor, join(folder, 'floor'), way, SECONDS])));
    }
    const inOrder = round % 2 === 0 ? [...programs] : [...programs].reverse();
    for (const mode of MODES) {
      for (const [program, measure] of inOrder) {
        figures.set(`${program} ${mode}`, [...ratesOf(program, mode), await measure(mode)]);
      }
    }
  }
  printTable(
    [...programs.keys()].map((program) => ({
      'a second': program,
      ...Object.fromEntries(
        MODES.map((mode) => [mode, Math.round(median(ratesOf(program, mode)))]),
      ),
      ...Object.fromEntries(
        MODES.map((mode) => [`best ${mode}`, Math.round(Math.max(...ratesOf(program, mode)))]),
      ),
    })),
  );
  for (const [way, found] of floors) {
    console.log(`disk ${way}: a durable write takes ${median(found).toFixed(0)} us`);
  }
  const names = { puts: 'puts', grouped: 'grouped-puts', reads: 'reads', first: 'first-reads' };
  for (const target of ['unix', 'node'] as const) {
    const suffix = target === 'node' ? '' : `-${target}`;
    for (const mode of MODES) {
      const theirs = ratesOf('sqlite', mode);
      const ratios = ratesOf(target, mode).map((ours, round) => ours / theirs[round]);
      printRatio(`journal${suffix}-${names[mode]}`, 'sqlite', median(ratios), 1);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** The appliance `journal-load` with a disk of its own. */
async function appliance(target: (typeof TARGETS)[number]) {
  const app = { name: 'journal-load', folder: join(import.meta.dirname, 'journal-load') };
  // A bundle for Node.js finds native libraries from a folder like this.
  const output = join(DIST, target === 'node' ? 'journal-load.mjs' : `journal-load.${target}`);
  const { path } = await buildImage({ app, target, output });
  const disk = join(folder, `${target}.disk`);
  const words = ['--owner=journal-load', '--size=64M'];
  await succeed([process.execPath, ATOLL, 'disk', 'create', disk, ...words]);
  return async (mode: Mode): Promise<number> => {
    const image = { target, path, disks: new Map([['storage', disk]]) };
    const ended = await runAlone({ ...image, words: [`--mode=${mode}`, `--seconds=${SECONDS}`] });
    if (ended.status !== 0) throw new Error(ended.output);
    const rate = Number(ended.output);
    if (!(rate > 0)) throw new Error(`${target} says nothing: ${ended.output}`);
    return rate;
  };
}
