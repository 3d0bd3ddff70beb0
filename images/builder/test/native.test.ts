import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleForImage } from '../src/bundle.ts';
import { nativeNames, readNativeSources } from '../src/native.ts';

describe('native modules', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'atoll-native-'));
    for (const name of ['one', 'two']) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'same.c'), '/* C */\n');
      await writeFile(join(folder, name, `${name}.h`), '/* H */\n');
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('come with the headers beside them, and without their names', async () => {
    const sources = await readNativeSources([join(folder, 'one/same.c')]);
    expect(sources).toEqual([
      { name: 'one.h', text: '/* H */\n' },
      { name: 'same.c', text: '/* C */\n' },
    ]);
    expect(nativeNames(sources)).toEqual(['same']);
  });

  it('cannot be called the same in two packages', async () => {
    const files = ['one', 'two'].map((name) => join(folder, name, 'same.c'));
    await expect(readNativeSources(files)).rejects.toThrow('two packages have native/same.c');
  });

  it('are those whose bindings a bundle imports, and no others', async () => {
    const text = `import { nativeSha256 } from '../../../core/crypto/primitives/src/native/sha256.ts';
      globalThis.hash = nativeSha256;`;
    const { nativeFiles } = await bundleForImage({ text });
    expect(nativeFiles.map((file) => file.split('/').slice(-2).join('/'))).toEqual([
      'native/sha256.c',
    ]);
  });
});
