import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildOptions, Metafile, Plugin } from 'esbuild';
import { build } from 'esbuild';
import type { FastPath } from './fast-path.ts';
import { NAMESPACE, staticFiles } from './static-files.ts';
import { ownerOf, ROOT } from './workspace.ts';

/**
 * What to bundle: the text of a module, which imports as a file of this package would, or a file. For an image,
 * the text's default export is a function that is called at the start, and everything else is evaluated when
 * the image is built; a file is all evaluated at the start.
 */
export type Entry = { readonly text: string } | { readonly file: string };

export interface Bundle {
  readonly text: string;
  /** Bytes of `text` by package; what the bundler added counts as {@link GENERATED}. */
  readonly packages: Readonly<Record<string, number>>;
  /** Bytes of `text` by fast path that was embedded. */
  readonly fast: Readonly<Record<string, number>>;
  /** Packages with `assembly/index.ts` whose binding `src/fast.ts` is in the bundle, sorted. */
  readonly fastFolders: readonly string[];
  /** What it was made of, relative to the root. */
  readonly files: readonly string[];
  /** The C files `native/NAME.c` whose binding `src/native/NAME.ts` is in the bundle, sorted. */
  readonly nativeFiles: readonly string[];
}

export const GENERATED = '(generated)';

/** One script for the engine of an image, whose value is the function to call at the start. */
export function bundleForImage(entry: Entry): Promise<Bundle> {
  return bundle(entry, {
    format: 'iife',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    ...('text' in entry
      ? { globalName: 'program', footer: { js: 'program.default;' } }
      : { banner: { js: '() => {' }, footer: { js: '}' } }),
  });
}

/** One module for Node.js; `fast:NAME` imports the bytes of a fast path. */
export function bundleForNode(entry: Entry, fast: readonly FastPath[]): Promise<Bundle> {
  return bundle(entry, {
    format: 'esm',
    platform: 'node',
    banner: { js: '#!/usr/bin/env node' },
    plugins: [embeddedFastPaths(fast), nativeModules()],
  });
}

async function bundle(entry: Entry, options: BuildOptions): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    ...options,
    plugins: [...(options.plugins ?? []), staticFiles()],
    ...('file' in entry
      ? { entryPoints: [entry.file] }
      : {
          stdin: {
            contents: entry.text,
            resolveDir: import.meta.dirname,
            sourcefile: 'entry.ts',
            loader: 'ts',
          },
        }),
    // The root is what paths are relative to, so that a checkout elsewhere gives the same bytes.
    absWorkingDir: ROOT,
    bundle: true,
    charset: 'utf8',
    legalComments: 'eof',
    logLevel: 'silent',
    metafile: true,
    // Names and lines stay, since stack traces need them.
    minifySyntax: true,
    outfile: join(ROOT, 'bundle.js'),
    target: 'es2023',
    treeShaking: true,
    tsconfigRaw: {},
    write: false,
  });
  return { text: outputFiles[0].text, ...(await attribute(metafile)) };
}

async function attribute(metafile: Metafile): Promise<Omit<Bundle, 'text'>> {
  const packages: Record<string, number> = {};
  const fast: Record<string, number> = {};
  const fastFolders: string[] = [];
  const nativeFiles: string[] = [];
  const files: string[] = [];
  const [output] = Object.values(metafile.outputs);
  let left = output.bytes;
  for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
    if (bytesInOutput === 0) continue;
    left -= bytesInOutput;
    if (path.startsWith(FAST_PREFIX)) {
      fast[path.slice(FAST_PREFIX.length)] = bytesInOutput;
      continue;
    }
    files.push(path);
    const owner = await ownerOf(path.replace(STATIC_PREFIX, ''));
    const name = owner?.name ?? GENERATED;
    packages[name] = (packages[name] ?? 0) + bytesInOutput;
    if (owner?.folder === undefined) continue;
    const folder = join(ROOT, owner.folder);
    const file = path.slice(owner.folder.length + 1);
    if (file === 'src/fast.ts' && existsSync(join(folder, 'assembly/index.ts'))) {
      fastFolders.push(folder);
    }
    const [, binding] = /^src\/native\/([^/]+)\.ts$/.exec(file) ?? [];
    const native = join(folder, `native/${binding}.c`);
    if (binding !== undefined && existsSync(native)) nativeFiles.push(native);
  }
  packages[GENERATED] = (packages[GENERATED] ?? 0) + left;
  fastFolders.sort();
  nativeFiles.sort();
  return { packages, fast, files, fastFolders, nativeFiles };
}

function embeddedFastPaths(modules: readonly FastPath[]): Plugin {
  return {
    name: 'embedded fast paths',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^fast:/ }, ({ path }) => ({
        path: path.slice(FAST_PREFIX.length),
        namespace: 'fast',
      }));
      onLoad({ filter: /.*/, namespace: 'fast' }, ({ path }) => {
        const module = modules.find(({ name }) => name === path);
        return module && { contents: module.wasm, loader: 'binary' };
      });
    },
  };
}

/**
 * Native libraries stay outside of the bundle and are loaded when they are first needed, from beside the
 * bundle or, where it lies in `apps/NAME/dist`, from the checkout.
 */
function nativeModules(): Plugin {
  const contents = `
    import { createRequire } from 'node:module';
    const load = (from) => createRequire(new URL(from, import.meta.url))('koffi');
    let koffi;
    try {
      koffi = load('.');
    } catch {
      koffi = load('../../../drivers/node/package.json');
    }
    export default koffi;`;
  return {
    name: 'native modules',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^koffi$/ }, ({ path }) => ({ path, namespace: 'native' }));
      onLoad({ filter: /.*/, namespace: 'native' }, () => ({ contents, loader: 'js' }));
    },
  };
}

const FAST_PREFIX = 'fast:';
const STATIC_PREFIX = `${NAMESPACE}:`;
