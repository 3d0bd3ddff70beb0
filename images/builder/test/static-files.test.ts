import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bundleForImage } from '../src/bundle.ts';
import { ROOT } from '../src/workspace.ts';

/** The bundle of a program that is the files of `folder`, beside the sources of the builder. */
const bundle = (folder: string) =>
  bundleForImage({ text: `export { default } from 'static:${folder}';` });

const page = readFileSync(join(import.meta.dirname, 'pages/index.html'));

describe('files of a folder', () => {
  it('are in the bundle with their types, compressed where that is worth it', async () => {
    const { text, packages } = await bundle('../test/pages');
    const found = runInThisContext(text) as Record<string, string>[];
    expect(found.map(({ path, type, br }) => [path, type, br !== undefined])).toEqual([
      ['deep/a.png', 'image/png', false],
      ['deep/note.txt', 'text/plain; charset=utf-8', false],
      ['index.html', 'text/html; charset=utf-8', true],
    ]);
    const [, , { content, br, gzip }] = found;
    expect(Buffer.from(content, 'base64')).toEqual(page);
    expect(brotliDecompressSync(Buffer.from(br, 'base64'))).toEqual(page);
    expect(gunzipSync(Buffer.from(gzip, 'base64'))).toEqual(page);
    expect(new Set(found.map(({ digest }) => digest)).size).toBe(3);
    expect(packages['@atoll/builder']).toBeGreaterThan(content.length);
  });

  it('are the same in every checkout', async () => {
    expect((await bundle('../test/pages')).text).not.toContain(ROOT);
  });

  it('must be of types that are known', async () => {
    const folder = join(import.meta.dirname, `unknown-${process.pid}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.xyz'), '');
    try {
      await expect(bundle(`../test/unknown-${process.pid}`)).rejects.toThrow(
        'a.xyz: nobody knows the media type of .xyz',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
