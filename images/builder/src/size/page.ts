import type { Area, Part } from './division.ts';
import { AREAS, byArea } from './division.ts';
import { kilobytes } from './treemap.ts';

/** What docs/size.md says of one appliance. */
export interface Measured {
  readonly name: string;
  /** Of the whole file. */
  readonly size: number;
  readonly parts: readonly Part[];
  readonly lines: Readonly<Record<Area, number>>;
  readonly compiler: string;
}

/** Thousands of lines under a service with TLS, as the authors of MirageOS give them for their BTC Piñata. */
const SEEDS: readonly { name: string; lines: Partial<Record<Area, number>> }[] = [
  { name: 'Linux', lines: { kernel: 1600, runtime: 689, crypto: 230, TLS: 41 } },
  { name: 'MirageOS', lines: { kernel: 48, runtime: 25, crypto: 23, TLS: 6 } },
];

/** QuickJS-NG, thousands of lines of C. */
const ENGINE_LINES = 60;

/** The text of docs/size.md. */
export function sizePage(measured: readonly Measured[]): string {
  const names = measured.map(({ name }) => name);
  const thousands = (area: Area, lines: number) =>
    area === 'runtime' ? `about ${ENGINE_LINES}` : (lines / 1000).toFixed(1);
  const lineRows = AREAS.map((area) => [
    area,
    ...SEEDS.map(({ lines }) => String(lines[area] ?? '')),
    ...measured.map(({ lines }) => thousands(area, lines[area])),
  ]);
  const byteRows = AREAS.map((area) => [
    area,
    ...measured.map(({ parts, size }) => {
      const bytes = byArea(parts, (part) => part.bytes)[area];
      return bytes === 0 ? '-' : `${kilobytes(bytes)} (${((100 * bytes) / size).toFixed(1)} %)`;
    }),
  ]);
  const whole = ['whole file', ...measured.map(({ size }) => kilobytes(size))];
  return `# What an image is made of

Written by \`pnpm docs:size\`, which builds each appliance for \`unix\`; \`pnpm atoll size IMAGE\` says the same of any image.

## Lines of code, in thousands

${table(['', ...SEEDS.map(({ name }) => name), ...names], lineRows)}

- The columns of Linux and MirageOS are those that MirageOS's authors give for their BTC Piñata and for the same on Linux.
- Ours are counted without comments and empty lines: every file of which something is in the image, also of npm
  packages, fast paths and the C of the kernel for \`unix\`.
- **runtime**: QuickJS-NG, which npm has as WebAssembly only; ${ENGINE_LINES} thousand lines of C is an estimate by the length of its sources. An image has
  less of it than the whole.
- **crypto**: ours, with the calls of BearSSL, OpenSSL and libsodium. Of these libraries an image links single objects, which
  have no lines to count; their bytes are below.
- **TLS** is with X.509 and ASN.1. **rest** is everything else: TCP/IP, DNS, DHCP, HTTP, drivers, the appliance itself.

## Bytes

${table(['', ...names], [...byteRows, whole])}

Compiled with ${measured[0]?.compiler}; another compiler gives other numbers. The program is one packed heap, which is divided in
proportion to its text by package.

${measured.map(pictureOf).join('\n\n')}
`;
}

function pictureOf({ name, parts, size }: Measured): string {
  const [first, second, third] = parts;
  const largest = [first, second, third].map((part) => `${part.name} ${kilobytes(part.bytes)}`);
  return `![${name}: ${kilobytes(size)}, of which the largest parts are ${largest.join(', ')}](pictures/size-${name}.svg)`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
