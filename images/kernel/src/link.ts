import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCompiler } from '@atoll/engine/compiler';
import { buildEngine, type Engine } from '@atoll/engine/engine';
import { cc, ENGINE_FLAGS, IMAGE_BASE, KERNEL_FLAGS, STACK_BOTTOM } from '@atoll/engine/toolchain';
import { compileKernel, PACKAGE } from './kernel.ts';
import { compileObject, type Source } from './objects.ts';
import { partSizes } from './sizes.ts';
import type { Solo5Device, Solo5Platform } from './solo5.ts';
import { SOLO5_ABI, solo5Sections } from './solo5.ts';
import type { Platform } from './sources.ts';

export interface LinkOptions {
  readonly platform: Platform;
  /** The program, from takeSnapshot. */
  readonly snapshot: Uint8Array;
  /** Generated C (fast paths and the table of them, see host.h) and the headers it includes. */
  readonly sources: readonly Source[];
  /** C that calls libraries of the host (modules as in host.h), and the headers it includes. */
  readonly natives?: readonly Source[];
  /** The section `.note.atoll`: a complete ELF note. */
  readonly note: Uint8Array;
  /** The image's path. */
  readonly output: string;
  /** The devices that a tender of Solo5 must give; other platforms do not ask. */
  readonly devices?: readonly Solo5Device[];
}

export interface LinkResult {
  /** Bytes of code and data in the image by part: kernel, engine, snapshot, libraries, and each of `sources`. */
  readonly sizes: Record<string, number>;
}

/** Compiles the kernel of one platform and links it with engine, snapshot and fast paths. */
export async function linkImage(options: LinkOptions): Promise<LinkResult> {
  const { platform, natives = [], devices = [] } = options;
  const isSolo5 = platform in SOLO5_ABI;
  const engine = await buildEngine();
  const work = await mkdtemp(join(tmpdir(), 'atoll-link-'));
  try {
    const kernel = await compileKernel(platform, engine);
    const compile = (sources: readonly Source[], flags: readonly string[]) =>
      compileSources(sources, flags, work, engine.include);
    const generated = await compile(options.sources, ENGINE_FLAGS);
    const native = await compile(natives, KERNEL_FLAGS);
    const sections = await compileSections(work, {
      '.snapshot': options.snapshot,
      '.note.atoll': options.note,
      ...(isSolo5 ? solo5Sections(platform as Solo5Platform, devices) : {}),
    });
    const table = await compileTable(work, engine.table, (await findCompiler()).slot);
    const libraries = await archives(natives);

    const compiled = [...generated.keys(), ...native.keys()];
    const objects = [...kernel, ...compiled, engine.object, table, sections, ...libraries.keys()];
    const map = await link(objects, work, options.output, isSolo5 ? ['-DSOLO5'] : []);
    const parts = new Map([...generated, ...libraries]);
    for (const object of kernel) parts.set(object, 'kernel');
    for (const object of native.keys()) parts.set(object, 'calls of libraries');
    parts.set(engine.object, 'engine').set(table, 'engine').set(sections, 'snapshot');
    return { sizes: partSizes(map, parts) };
  } finally {
    await rm(work, { recursive: true });
  }
}

/** Links one source without kernel and engine, in the layout of `platform`: the least that boots there. */
export async function linkAlone(platform: Platform, source: Source, output: string): Promise<void> {
  const isSolo5 = platform in SOLO5_ABI;
  const work = await mkdtemp(join(tmpdir(), 'atoll-link-'));
  try {
    const notes = isSolo5 ? solo5Sections(platform as Solo5Platform, []) : {};
    const objects = [await compileObject(source, ENGINE_FLAGS, [])];
    objects.push(await compileSections(work, notes));
    await link(objects, work, output, isSolo5 ? ['-DSOLO5'] : []);
  } finally {
    await rm(work, { recursive: true });
  }
}

/** Answers the name of each source by its object file. */
async function compileSources(
  sources: readonly Source[],
  flags: readonly string[],
  work: string,
  engine: string,
): Promise<Map<string, string>> {
  const isHeader = ({ name }: Source) => name.endsWith('.h');
  for (const { name, text } of sources.filter(isHeader)) await writeFile(join(work, name), text);
  const objects = new Map<string, string>();
  for (const source of sources.filter((source) => !isHeader(source))) {
    const object = await compileObject(source, flags, [PACKAGE, engine, work]);
    objects.set(object, source.name);
  }
  return objects;
}

/** Makes one object file that holds `sections` as they are. */
async function compileSections(
  work: string,
  sections: Readonly<Record<string, Uint8Array>>,
): Promise<string> {
  const lines: string[] = [];
  for (const [index, [name, bytes]] of Object.entries(sections).entries()) {
    await writeFile(join(work, `section${index}`), bytes);
    const type = name.startsWith('.note') ? '@note' : '@progbits';
    const label = name.replace(/\W/g, '_').slice(1);
    lines.push(`.section ${name},"a",${type}`, '.balign 4');
    lines.push(`.global ${label}_start, ${label}_end`);
    lines.push(`${label}_start: .incbin "section${index}"`, `${label}_end:`);
  }
  lines.push('.section .note.GNU-stack,"",@progbits', '');
  await writeFile(join(work, 'sections.S'), lines.join('\n'));
  await cc(['-c', 'sections.S', '-o', 'sections.o'], work);
  return join(work, 'sections.o');
}

/**
 * Makes an object file of the engine's functions, see `struct wasm_rt_slot`, so that the linker keeps what they call;
 * what only the function at `dropped` calls is not in the image.
 */
async function compileTable(
  work: string,
  table: Engine['table'],
  dropped: number,
): Promise<string> {
  const lines = [
    '.section .rodata.engine_table,"a"',
    '.balign 4',
    '.global engine_table_start, engine_table_end',
    'engine_table_start:',
    ...table.map(({ name, type }, index) =>
      index + 1 === dropped ? `.long ${type}, runtime_dropped` : `.long ${type}, ${name}`,
    ),
    'engine_table_end:',
    '.section .note.GNU-stack,"",@progbits',
    '',
  ];
  await writeFile(join(work, 'table.S'), lines.join('\n'));
  await cc(['-c', 'table.S', '-o', 'table.o'], work);
  return join(work, 'table.o');
}

/** The static libraries of the host that the kernel and `natives` include headers of: their names by their paths. */
async function archives(natives: readonly Source[]): Promise<Map<string, string>> {
  const isIncluded = ({ header }: (typeof LIBRARIES)[number]) =>
    natives.some(({ text }) => text.includes(`#include <${header}`));
  const found = new Map<string, string>();
  for (const library of LIBRARIES.filter((one) => one.isInKernel || isIncluded(one))) {
    const file = `${library.name}.a`;
    const path = (await cc([`-print-file-name=${file}`], PACKAGE)).trim();
    if (path === file) throw new Error(`${file} is missing: install ${library.debian}`);
    found.set(path, library.name);
  }
  return found;
}

const LIBRARIES = [
  { name: 'libbearssl', debian: 'libbearssl-dev', header: 'bearssl', isInKernel: true },
  { name: 'libsodium', debian: 'libsodium-dev', header: 'sodium/', isInKernel: false },
  { name: 'libcrypto', debian: 'libssl-dev', header: 'openssl/', isInKernel: false },
];

/** Links `objects` to `output`, with the `definitions` for the layout; answers the linker's map. */
async function link(
  objects: readonly string[],
  work: string,
  output: string,
  definitions: readonly string[],
): Promise<string> {
  const layout = join(PACKAGE, 'image.ld');
  await cc(['-E', '-P', '-undef', ...definitions, '-x', 'c', layout, '-o', 'image.ld'], work);
  const options = [
    '-Timage.ld',
    `--defsym=IMAGE_BASE=${IMAGE_BASE}`,
    `--defsym=STACK_BOTTOM=${STACK_BOTTOM}`,
    '--build-id=none',
    '--gc-sections',
    '--no-warn-rwx-segments',
    '--strip-all',
    '-zmax-page-size=4096',
    '-znoexecstack',
    '-Map=map',
  ];
  const linker = options.map((option) => `-Wl,${option}`);
  await cc(['-nostdlib', '-static', '-no-pie', ...linker, ...objects, '-o', 'image'], work);
  await copyFile(join(work, 'image'), output);
  return readFile(join(work, 'map'), 'utf8');
}
