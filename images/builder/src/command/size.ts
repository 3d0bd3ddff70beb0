import { readFile } from 'node:fs/promises';
import type { Manifest } from '../manifest.ts';
import { readManifest } from '../manifest.ts';
import { AREAS, byArea, partsOf } from '../size/division.ts';
import { kilobytes } from '../size/treemap.ts';
import type { Command } from './command.ts';
import { parseWords } from './command.ts';

export const size: Command = {
  usage: 'size IMAGE',
  summary: 'Shows what takes the bytes of an image, by package.',
  details: '  IMAGE  what atoll build wrote\n',
  async run(words) {
    const { positionals } = parseWords(words, ['IMAGE'], {});
    const image = await readFile(positionals[0]);
    const { manifest, length } = readManifest(image);
    process.stdout.write(sizeTable(manifest, length, image.length));
    return 0;
  },
};

interface Row {
  readonly name: string;
  readonly bytes: number;
}

/** The table for an image of `total` bytes, of which `manifestLength` are the manifest; its rows add up. */
export function sizeTable(manifest: Manifest, manifestLength: number, total: number): string {
  const { native, fast, bundle } = manifest.sizes;
  const groups: [string, Row[]][] = [
    ['native code', rows(native)],
    ['fast paths', rows(fast)],
    ['program', rows(bundle)],
  ];
  const counted = groups.flatMap(([, rows]) => rows).reduce((sum, { bytes }) => sum + bytes, 0);
  groups.push([
    'file',
    [
      { name: 'manifest', bytes: manifestLength },
      { name: 'headers and padding', bytes: total - counted - manifestLength },
    ],
  ]);

  const width = Math.max(...groups.flatMap(([, rows]) => rows.map(({ name }) => name.length)), 20);
  const line = (name: string, bytes: number) => {
    const share = `${((100 * bytes) / total).toFixed(1)} %`;
    return `${name.padEnd(width + 2)}${bytes.toLocaleString('en').padStart(11)}${share.padStart(9)}`;
  };
  const lines = [
    `${manifest.name} ${manifest.version} for ${manifest.target}`,
    measured(manifest),
    divided(manifest),
  ];
  for (const [title, rows] of groups) {
    if (rows.length === 0) continue;
    const sum = rows.reduce((sum, { bytes }) => sum + bytes, 0);
    lines.push('', line(title, sum), ...rows.map(({ name, bytes }) => line(`  ${name}`, bytes)));
  }
  lines.push('', line('all', total), '');
  return lines.join('\n');
}

/** How the numbers came about. */
function measured({ target }: Manifest): string {
  return target === 'node'
    ? 'Text, as the bundler counted it by package.'
    : 'Counted by the linker; the one snapshot is divided in proportion to its text by package.';
}

/** What the bytes are for, as in docs/size.md. */
function divided({ sizes }: Manifest): string {
  const sums = byArea(partsOf(sizes), ({ bytes }) => bytes);
  return `${AREAS.map((area) => `${area} ${kilobytes(sums[area])}`).join(', ')}.`;
}

function rows(sizes: Readonly<Record<string, number>>): Row[] {
  return Object.entries(sizes)
    .map(([name, bytes]) => ({ name, bytes }))
    .sort((a, b) => b.bytes - a.bytes);
}
