import { compileFastPath } from '@atoll/builder/fast-path';
import { packageFolder } from '@atoll/builder/workspace';
import type { FastPaths } from '@atoll/device/fast';
import { createFastPaths } from '@atoll/driver-node/fast';

/** The packages whose fast paths a network stack takes. */
export const OF_STACK = ['bytes', 'ipv4', 'ipv6', 'tcp'];

/** The fast paths of `packages` (their folders, such as `bytes`) in V8, compiled if need be, in a memory of their own. */
export async function nodeFastPaths(packages: readonly string[]): Promise<FastPaths> {
  const modules: Record<string, Uint8Array> = {};
  for (const folder of packages) {
    const { name, wasm } = await compileFastPath(await packageFolder(folder));
    modules[name] = wasm;
  }
  return createFastPaths(modules);
}
