import type { FastPaths } from './fast.ts';
import type { Host } from './host.ts';

const ALIGNMENT = 16;

/** Fast paths that were compiled into the image and see all of the engine's memory. */
export function hostFastPaths(host: Host): FastPaths {
  // What a fast path knows by its address must not be collected, even when no one holds the view.
  const kept: Uint8Array[] = [];
  return {
    allocate(size) {
      const room = new Uint8Array(size + ALIGNMENT);
      const start = -host.address(room) & (ALIGNMENT - 1);
      const bytes = room.subarray(start, start + size);
      kept.push(bytes);
      return { bytes, address: host.address(room) + start };
    },
    load(name) {
      const module = host.fast[name];
      if (module === undefined) throw new Error(`the image has no fast path "${name}"`);
      return module;
    },
    native(name, wrap) {
      const module = host.fast[name];
      if (module === undefined) throw new Error(`the image has no native module "${name}"`);
      return wrap(module);
    },
  };
}
