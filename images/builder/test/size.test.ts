import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Area } from '../src/size/division.ts';
import { AREAS, byArea, partsOf } from '../src/size/division.ts';
import { countLines, linesOf } from '../src/size/lines.ts';
import { drawTreemap, squarify } from '../src/size/treemap.ts';
import { apps, ROOT } from '../src/workspace.ts';

const SIZES = {
  native: { engine: 600, kernel: 30, libcrypto: 200, 'calls of libraries': 20 },
  fast: { tcp: 5, '(calls from JavaScript)': 10 },
  bundle: { '@atoll/tcp': 150, '@atoll/x509': 40, '@noble/hashes': 7, '(generated)': 8, echo: 3 },
};

describe('the division of an image', () => {
  it('knows what parts are for, and forgets none', () => {
    const areas = byArea(partsOf(SIZES), ({ bytes }) => bytes);
    expect(areas).toEqual({ kernel: 30, runtime: 618, crypto: 227, TLS: 40, rest: 158 });
  });

  it('takes a package and its fast path together', () => {
    expect(partsOf(SIZES)).toContainEqual({ name: 'tcp', area: 'rest', bytes: 155 });
  });
});

describe('a treemap', () => {
  const space = { x: 10, y: 20, width: 800, height: 400 };
  const weights = fc
    .array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 60 })
    .map((weights) => weights.sort((a, b) => b - a));

  it('gives each its share, inside, and no place twice', () => {
    fc.assert(
      fc.property(weights, (weights) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const placed = squarify(weights, space);
        expect(placed.length).toBe(weights.length);
        for (const [index, { x, y, width, height }] of placed.entries()) {
          const share = (800 * 400 * weights[index]) / total;
          expect(Math.abs(width * height - share)).toBeLessThan(0.01);
          expect(x).toBeGreaterThan(10 - 1e-6);
          expect(y).toBeGreaterThan(20 - 1e-6);
          expect(x + width).toBeLessThan(810 + 1e-6);
          expect(y + height).toBeLessThan(420 + 1e-6);
          for (const other of placed.slice(index + 1)) {
            const wide = Math.min(x + width, other.x + other.width) - Math.max(x, other.x);
            const high = Math.min(y + height, other.y + other.height) - Math.max(y, other.y);
            expect(Math.min(wide, high)).toBeLessThan(1e-6);
          }
        }
      }),
    );
  });

  it('names its parts and says what it shows', () => {
    const svg = drawTreemap('a & b', partsOf(SIZES));
    expect(svg).toContain('<title>a &amp; b</title>');
    expect(svg).toContain('prefers-color-scheme: dark');
    for (const { name } of partsOf(SIZES)) expect(svg).toContain(`<title>${name}, `);
  });
});

describe('lines of code', () => {
  it('are those with code', () => {
    const text = [
      '/**',
      ' * Says a thing.',
      ' */',
      'const url = "https://host"; // of nobody',
      '',
      '// alone',
      '/* one */',
      'f(/* two */ url);',
    ];
    expect(countLines(text.join('\n'))).toBe(2);
  });

  it('are in docs/size.md as they are now, give or take a tenth', async () => {
    const text = readFileSync(join(ROOT, 'docs/size.md'), 'utf8');
    const rows = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
    const head = rows.find((row) => row[2] === 'Linux') ?? [];
    for (const app of await apps()) {
      const lines = await linesOf(app);
      const area = (name: Area) => rows.find((row) => row[1] === name)?.[head.indexOf(app.name)];
      for (const name of AREAS.filter((name) => name !== 'runtime')) {
        const written = 1000 * Number(area(name));
        expect(
          Math.abs(written - lines[name]),
          `${name} of ${app.name}: pnpm docs:size`,
        ).toBeLessThan(200 + lines[name] / 10);
      }
    }
  }, 60_000);
});
