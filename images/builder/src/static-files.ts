import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, extname, join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'esbuild';
import { ROOT } from './workspace.ts';

/**
 * `import files from 'static:./pages'` has all files of the folder `pages` beside the importing file, as
 * `PackedFile` of `@atoll/http/static` says: with media types, digests, and compressed.
 */
export function staticFiles(): Plugin {
  return {
    name: 'static files',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^static:/ }, ({ path, resolveDir }) => ({
        path: folderOf(path, resolveDir),
        namespace: NAMESPACE,
      }));
      onLoad({ filter: /.*/, namespace: NAMESPACE }, async ({ path }) => ({
        contents: await staticModule(path),
        loader: 'js',
      }));
    },
  };
}

/** The same for vitest. */
export function staticFilesForTests() {
  const prefix = `\0${NAMESPACE}:`;
  return {
    name: 'static files',
    enforce: 'pre' as const,
    resolveId(source: string, importer: string | undefined) {
      if (!source.startsWith('static:') || importer === undefined) return undefined;
      return prefix + folderOf(source, dirname(importer));
    },
    load(id: string) {
      return id.startsWith(prefix) ? staticModule(id.slice(prefix.length)) : undefined;
    },
  };
}

/** Relative to the root, since bundles name their modules: a checkout elsewhere gives the same bytes. */
function folderOf(specifier: string, base: string): string {
  return relative(ROOT, join(base, specifier.slice('static:'.length))).replaceAll('\\', '/');
}

/** `place` is relative to the root. */
async function staticModule(place: string): Promise<string> {
  const folder = join(ROOT, place);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(
    paths.map(async (path) => {
      const name = relative(folder, path).replaceAll('\\', '/');
      return { path: name, ...pack(name, await readFile(path)) };
    }),
  );
  files.sort((one, other) => (one.path < other.path ? -1 : 1));
  return `export default ${JSON.stringify(files)};`;
}

function pack(name: string, bytes: Buffer) {
  const type = TYPES[extname(name)];
  if (type === undefined)
    throw new Error(`${name}: nobody knows the media type of ${extname(name)}`);
  const packed = isCompressed(type) ? undefined : compress(bytes);
  const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  return { type, digest, content: bytes.toString('base64'), ...packed };
}

/** What does not become a tenth smaller is not worth the choice. */
function compress(bytes: Buffer) {
  const options = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  const br = brotliCompressSync(bytes, options);
  const gzip = gzipSync(bytes, { level: 9 });
  // Which system made it is nobody's business: the same bytes everywhere.
  gzip[GZIP_SYSTEM] = GZIP_UNKNOWN;
  const isWorth = ({ length }: Buffer) => length < bytes.length * 0.9;
  return {
    br: isWorth(br) ? br.toString('base64') : undefined,
    gzip: isWorth(gzip) ? gzip.toString('base64') : undefined,
  };
}

function isCompressed(type: string): boolean {
  return /^(?:image\/(?!svg|x-icon)|font\/woff)/.test(type);
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml',
};

/** Of the modules in a bundle; behind it and a colon comes the folder. */
export const NAMESPACE = 'static';
/** Where a gzip header says which system made it (RFC 1952 section 2.3). */
const GZIP_SYSTEM = 9;
const GZIP_UNKNOWN = 255;
