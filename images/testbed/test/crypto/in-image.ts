import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInImage } from '../../src/in-image.ts';
import type { Group, Outcome, Test, VectorFile } from './wycheproof/vectors.ts';

/** What a file is called, and what is in it. */
export type NamedVectors = readonly [name: string, file: VectorFile];

/** The interpreter takes minutes for PBKDF2. */
const TIMEOUT_MS = 1_200_000;

/** Runs vectors in an image of their own with one provider; answers the outcome of each file. */
export async function runVectorsInImage(
  provider: 'native' | 'reference',
  files: readonly NamedVectors[],
): Promise<Record<string, Outcome>> {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-vectors-'));
  try {
    const entry = join(folder, 'vectors.ts');
    const runner = join(import.meta.dirname, `../in-image/wycheproof-${provider}.ts`);
    // A text, which JSON.parse reads faster than the engine would evaluate the object.
    const vectors = JSON.stringify(
      JSON.stringify(files.map(([name, file]) => [name, strip(file)])),
    );
    await writeFile(entry, `import { run } from ${JSON.stringify(runner)};\nrun(${vectors});\n`);
    const { status, output } = await runInImage(entry, TIMEOUT_MS);
    if (status !== 0) throw new Error(`status ${status}\n${output}`);
    return JSON.parse(output) as Record<string, Outcome>;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Files in parcels of at most `limit` characters, or of a single file. */
export function parcels(files: readonly NamedVectors[], limit: number): NamedVectors[][] {
  const parcels: NamedVectors[][] = [];
  let left = 0;
  for (const [name, file] of files) {
    const size = JSON.stringify(strip(file)).length;
    if (size > left) {
      parcels.push([]);
      left = limit;
    }
    parcels.at(-1)?.push([name, file]);
    left -= size;
  }
  return parcels;
}

/** Every `nth` test of each group, the first one always. */
export function everyNth({ testGroups }: VectorFile, nth: number): VectorFile {
  const isTaken = (_: Test, index: number) => index % nth === 0;
  return {
    testGroups: testGroups.map((group) => ({ ...group, tests: group.tests.filter(isTaken) })),
  };
}

/** Without what no test reads: keys in other forms, flags, sources. */
function strip({ testGroups }: VectorFile): VectorFile {
  return { testGroups: testGroups.map(stripGroup) };
}

function stripGroup(group: Group): Group {
  const entries = Object.entries(group).filter(
    ([name]) => !/(Pem|Der|Jwk|Asn)$|^(source|keyJwk)$/.test(name),
  );
  const tests = group.tests.map(({ flags, ...test }) => test as Test);
  return { ...Object.fromEntries(entries), tests };
}
