import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { QUICKJS_WASM } from '@atoll/engine/engine';
import { cc, compilerVersion } from '@atoll/engine/toolchain';
import { dependencyVersion, ROOT } from './workspace.ts';

/** What an image is made with besides the sources: whoever has the same gets the same bytes. */
export async function imageInputs(): Promise<Record<string, string>> {
  const engine = join(ROOT, 'images/engine');
  const linker = await cc(['-Wl,--version'], ROOT);
  return {
    ...(await nodeInputs()),
    compiler: await compilerVersion(),
    linker: linker.split('\n', 1)[0],
    ...(await libraryDigests()),
    'quickjs-wasi': await dependencyVersion(engine, 'quickjs-wasi'),
    'quickjs.wasm': await digestOf(QUICKJS_WASM),
    wabt: await dependencyVersion(engine, 'wabt'),
  };
}

/** Of the static libraries that are installed; an image has linked those that its sizes name. */
async function libraryDigests(): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const file of ['libbearssl.a', 'libsodium.a', 'libcrypto.a']) {
    const path = (await cc([`-print-file-name=${file}`], ROOT)).trim();
    if (path !== file) digests[file] = await digestOf(path);
  }
  return digests;
}

/** The same for a bundle for Node.js. */
export async function nodeInputs(): Promise<Record<string, string>> {
  const builder = join(ROOT, 'images/builder');
  return {
    assemblyscript: await dependencyVersion(builder, 'assemblyscript'),
    esbuild: await dependencyVersion(builder, 'esbuild'),
  };
}

async function digestOf(path: string): Promise<string> {
  return `sha256:${createHash('sha256')
    .update(await readFile(path))
    .digest('hex')}`;
}
