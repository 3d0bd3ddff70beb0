import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { takeSnapshot } from '@atoll/engine/snapshot';
import { readKernel } from '@atoll/kernel/kernel';
import { linkImage } from '@atoll/kernel/link';
import type { Solo5Device } from '@atoll/kernel/solo5';
import type { Entry } from './bundle.ts';
import { bundleForImage } from './bundle.ts';
import { compileFastPaths } from './fast-path.ts';
import { fastPathSources } from './glue.ts';
import { identified, identify } from './identity.ts';
import type { Sizes } from './manifest.ts';
import { NO_SIZES } from './manifest.ts';
import { nativeNames, readNativeSources } from './native.ts';
import { encodeNote } from './note.ts';
import { apportion, nativeSizes } from './sizes.ts';
import type { ImageTarget } from './target.ts';

export interface Program {
  readonly name: string;
  readonly target: ImageTarget;
  /** What Solo5's tenders must attach; the other targets do not ask. */
  readonly devices?: readonly Solo5Device[];
  readonly entry: Entry;
  /** What it is made with besides the sources. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** The path of the image. */
  readonly output: string;
  /** The text of the image's note, given the sizes of its parts, and the digest of what it is made of. */
  note(sizes: Sizes, image: string): string;
}

/**
 * Makes a bootable image of any script: bundle, snapshot, fast paths, kernel. The bundle stays in
 * `bundle/` beside the image, since stack traces name its lines.
 */
export async function linkProgram(program: Program): Promise<Sizes> {
  const { name, target, devices = [], entry, inputs = {}, output, note } = program;
  const bundle = await bundleForImage(entry);
  const script = `${name}.${target}.js`;
  const bundles = join(dirname(output), 'bundle');
  await mkdir(bundles, { recursive: true });
  const fast = await compileFastPaths(bundle.fastFolders);
  const natives = await readNativeSources(bundle.nativeFiles);
  const image = identify([
    ...[target, bundle.text, JSON.stringify([devices, inputs])],
    ...fast.flatMap(({ name, wasm }) => [name, wasm]),
    ...[...natives, ...(await readKernel(target))].flatMap(({ name, text }) => [name, text]),
  ]);
  const text = identified(bundle.text, image);
  await writeFile(join(bundles, script), text);

  const snapshot = await takeSnapshot(text, script);
  const sources = await fastPathSources(fast, nativeNames(natives));
  // The file cannot be overwritten while it runs, but replaced.
  const unfinished = `${output}.part`;
  const link = (sizes: Sizes) =>
    linkImage({
      platform: target,
      devices,
      snapshot,
      sources,
      natives,
      note: encodeNote(note(sizes, image)),
      output: unfinished,
    });
  // How large the parts are is known when they have been linked; only then can the note say so.
  const { sizes: counted } = await link(NO_SIZES);
  const sizes: Sizes = {
    ...nativeSizes(counted, fast),
    bundle: apportion(snapshot.length, bundle.packages),
  };
  await link(sizes);
  await rename(unfinished, output);
  return sizes;
}
