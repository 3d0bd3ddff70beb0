import type { Area, Part } from './division.ts';
import { AREAS, byArea } from './division.ts';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Divides `space` in proportion to `weights`, largest first, into rectangles that are about as wide as high: rows
 * along the shorter side, each filled as long as that makes its worst rectangle better (Bruls, Huizing and van Wijk,
 * "Squarified Treemaps", 2000).
 */
export function squarify(weights: readonly number[], space: Rectangle): Rectangle[] {
  const placed: Rectangle[] = [];
  let free = space;
  let left = weights.reduce((sum, weight) => sum + weight, 0);
  for (let from = 0; from < weights.length; ) {
    const side = Math.min(free.width, free.height);
    const scale = left === 0 ? 0 : (free.width * free.height) / left;
    let to = from + 1;
    while (to < weights.length) {
      const [row, longer] = [weights.slice(from, to), weights.slice(from, to + 1)];
      if (worst(longer, scale, side) > worst(row, scale, side)) break;
      to++;
    }
    const row = weights.slice(from, to);
    const sum = row.reduce((total, weight) => total + weight, 0);
    const depth = side === 0 ? 0 : (sum * scale) / side;
    let along = 0;
    for (const weight of row) {
      const length = sum === 0 ? 0 : (side * weight) / sum;
      placed.push(
        free.width >= free.height
          ? { x: free.x, y: free.y + along, width: depth, height: length }
          : { x: free.x + along, y: free.y, width: length, height: depth },
      );
      along += length;
    }
    free =
      free.width >= free.height
        ? { ...free, x: free.x + depth, width: free.width - depth }
        : { ...free, y: free.y + depth, height: free.height - depth };
    left -= sum;
    from = to;
  }
  return placed;
}

/** The most that a rectangle of a row is longer than wide. */
function worst(row: readonly number[], scale: number, side: number): number {
  const area = row.reduce((sum, weight) => sum + weight, 0) * scale;
  const ratios = row.map((weight) => {
    const ratio = (side * side * weight * scale) / (area * area);
    return Math.max(ratio, 1 / ratio);
  });
  return Math.max(...ratios);
}

const WIDTH = 860;
const MAP: Rectangle = { x: 16, y: 52, width: WIDTH - 32, height: 400 };
const HEIGHT = 492;

/** White text can be read on all of them. */
const COLOURS: Record<Area, string> = {
  kernel: '#b4472b',
  runtime: '#2f5f9e',
  crypto: '#86610c',
  TLS: '#7a4a91',
  rest: '#0f766e',
};

/** An SVG of all `parts` as rectangles, by area; in the reader's colours, light or dark. */
export function drawTreemap(title: string, parts: readonly Part[]): string {
  const sums = byArea(parts, ({ bytes }) => bytes);
  const present = AREAS.filter((area) => sums[area] > 0).sort((a, b) => sums[b] - sums[a]);
  const spaces = squarify(
    present.map((area) => sums[area]),
    MAP,
  );
  const cells = present.flatMap((area, index) => {
    const own = parts.filter((part) => part.area === area);
    const weights = own.map(({ bytes }) => bytes);
    return squarify(weights, spaces[index]).map((space, part) => cell(own[part], space));
  });
  const legend = present.map((area, index) => {
    const x = MAP.x + index * 160;
    const text = `${area} ${kilobytes(sums[area])}`;
    return `<rect x="${x}" y="466" width="12" height="12" rx="2" fill="${COLOURS[area]}"/><text class="ink" x="${x + 18}" y="476" font-size="12">${text}</text>`;
  });
  const description = present.map((area) => `${area} ${kilobytes(sums[area])}`).join(', ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="ui-sans-serif, system-ui, sans-serif" font-size="11">`,
    `<title>${escaped(title)}</title><desc>${escaped(description)}</desc>`,
    '<style>.page { fill: #fff } .ink { fill: #1c2733 } .cell { stroke: #fff } text { fill: #fff } @media (prefers-color-scheme: dark) { .page { fill: #0d1117 } .ink { fill: #e6edf3 } .cell { stroke: #0d1117 } }</style>',
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}" rx="12"/>`,
    `<text class="ink" x="${MAP.x}" y="34" font-size="17" font-weight="600">${escaped(title)}</text>`,
    ...cells,
    ...legend,
    '</svg>',
    '',
  ].join('\n');
}

/** As wide as a letter is at most, on average. */
const LETTER = 6.2;

function cell({ name, area, bytes }: Part, { x, y, width, height }: Rectangle): string {
  const text = (line: string, row: number) =>
    `<text x="${round(x + 6)}" y="${round(y + 17 + 15 * row)}">${escaped(line)}</text>`;
  const fits = (line: string, row: number) =>
    line.length * LETTER + 10 <= width && 15 * (row + 1) + 8 <= height;
  const lines = [name, kilobytes(bytes)].filter(fits);
  return [
    `<rect class="cell" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${COLOURS[area]}"><title>${escaped(name)}, ${kilobytes(bytes)}</title></rect>`,
    ...(lines[0] === name ? lines.map(text) : []),
  ].join('');
}

export function kilobytes(bytes: number): string {
  return bytes < 10_000 ? `${(bytes / 1000).toFixed(1)} KB` : `${Math.round(bytes / 1000)} KB`;
}

function round(length: number): number {
  return Math.round(length * 10) / 10;
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}
