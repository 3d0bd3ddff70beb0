import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const FOLDER = new URL('.', import.meta.url);
const DOCUMENT = new URL('../../../../../docs/tcp-conformance.md', FOLDER);

/** The rows of the table behind `heading`, as cells. */
function table(heading: string): string[][] {
  const [, rest = ''] = readFileSync(DOCUMENT, 'utf8').split(heading);
  const lines = rest.slice(rest.indexOf('| --- |')).split('\n').slice(1);
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(0, end).map((line) => line.split('|').map((cell) => cell.trim()));
}

/** How often `word` is a field of a script, for each file that has scripts. */
function count(word: RegExp): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of readdirSync(FOLDER)) {
    const text = readFileSync(new URL(name, FOLDER), 'utf8');
    if (!name.endsWith('.test.ts') || !/^const SCRIPTS/m.test(text)) continue;
    counts[name.replace('.test.ts', '')] = text.match(word)?.length ?? 0;
  }
  return counts;
}

describe('docs/tcp-conformance.md', () => {
  it('says how many scripts there are in each file', () => {
    const rows = table('What our scripts show').map(([, file, scripts]) => [
      file.replaceAll('`', ''),
      Number(scripts),
    ]);
    const field = /^ {4}name: |\{ name: /gm;
    expect(Object.fromEntries(rows)).toEqual(count(field));
  });

  it('has a row for everything that we do differently on purpose', () => {
    const differences = Object.values(count(/^ {4}differs:/gm));
    expect(table('## Where we do something else').length).toBe(
      differences.reduce((sum, number) => sum + number, 0),
    );
  });

  it('names files that are there', () => {
    const text = readFileSync(DOCUMENT, 'utf8');
    const paths = text.match(/`test\/[\w/.-]+`/g) ?? [];
    expect(paths.length).toBeGreaterThan(3);
    for (const path of paths) {
      expect(() => readdirOrFile(path.replaceAll('`', '')), path).not.toThrow();
    }
  });
});

function readdirOrFile(path: string): void {
  const url = new URL(path.replace('test/', '../'), FOLDER);
  if (path.endsWith('.ts')) readFileSync(url);
  else readdirSync(url);
}
