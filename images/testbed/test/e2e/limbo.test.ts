import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runInImage } from '../../src/in-image.ts';
import { lacks } from '../../src/requirements.ts';
import { type LimboCase, MISSES } from '../x509/limbo.ts';

/** Beside the repository. */
const FILE = '../shared/data/limbo/limbo.json';
const isPresent = existsSync(FILE);

/** What fits into an image beside the engine: all but the cases with hundreds of names or authorities. */
const LIMIT = 16_000;

const cases = isPresent
  ? (JSON.parse(readFileSync(FILE, 'utf8')) as { testcases: LimboCase[] }).testcases
      .map(strip)
      .filter((limbo) => JSON.stringify(limbo).length < LIMIT)
  : [];

describe.skipIf(lacks('cc'))('x509-limbo in an image', () => {
  it.skipIf(!isPresent)(isPresent ? 'comes out as on Node.js' : `${FILE} is absent`, async () => {
    expect(cases.length).toBeGreaterThan(190);
    const outcomes = await runCasesInImage(cases);
    for (const { id, expected_result } of cases) {
      const isRight = (outcomes[id] === null) === (expected_result === 'SUCCESS');
      expect({ id, isRight, reason: outcomes[id] }).toMatchObject({ isRight: !(id in MISSES) });
    }
  });
});

async function runCasesInImage(all: readonly LimboCase[]): Promise<Record<string, string | null>> {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-limbo-'));
  try {
    const entry = join(folder, 'limbo.ts');
    const runner = join(import.meta.dirname, '../in-image/limbo.ts');
    // A text, which JSON.parse reads faster than the engine would evaluate the object.
    const text = JSON.stringify(JSON.stringify(all));
    await writeFile(entry, `import { run } from ${JSON.stringify(runner)};\nrun(${text});\n`);
    const { status, output } = await runInImage(entry);
    if (status !== 0) throw new Error(`status ${status}\n${output}`);
    return JSON.parse(output) as Record<string, string | null>;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Without what is for people, and the private key. */
function strip(limbo: LimboCase): LimboCase {
  const entries = Object.entries(limbo).filter(
    ([name]) => !['description', 'peer_certificate_key', 'features', 'importance'].includes(name),
  );
  return Object.fromEntries(entries) as unknown as LimboCase;
}
