import type { FastModule, FastPaths } from '@atoll/device/fast';
import { nativeModules } from './native/modules.ts';

/**
 * Fast paths in V8: the same WebAssembly that images hold ahead-of-time compiled, by module name.
 *
 * Their memory has all its {@link MEMORY_PAGES} from the start. It never grows, since that would
 * detach the views given out; the system backs a page when it is first written.
 */
export function createFastPaths(modules: Readonly<Record<string, Uint8Array>>): FastPaths {
  const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES });
  const loaded = new Map<string, FastModule>();
  // Address 0 stays free, so that no region looks like a null pointer.
  let used = ALIGNMENT;
  return {
    allocate(size) {
      const address = used;
      const end = address + Math.ceil(size / ALIGNMENT) * ALIGNMENT;
      if (!(size >= 0) || end > memory.buffer.byteLength) {
        throw new RangeError(`no ${size} bytes are left in the memory of the fast paths`);
      }
      used = end;
      return { address, bytes: new Uint8Array(memory.buffer, address, size) };
    },
    load(name) {
      let module = loaded.get(name);
      if (module === undefined) {
        if (!Object.hasOwn(modules, name)) throw new Error(`there is no fast path "${name}"`);
        module = instantiate(modules[name], memory);
        loaded.set(name, module);
      }
      return module;
    },
    native<T>(name: string) {
      if (!Object.hasOwn(nativeModules, name)) throw new Error(`there is no native "${name}"`);
      return nativeModules[name]() as T;
    },
  };
}

function instantiate(wasm: Uint8Array, memory: WebAssembly.Memory): FastModule {
  const module = new WebAssembly.Module(wasm);
  return new WebAssembly.Instance(module, { env: { memory } }).exports as FastModule;
}

/** 256 MiB in WebAssembly's pages of 64 KiB: the largest answer cache and room to spare. */
const MEMORY_PAGES = 4096;

const ALIGNMENT = 16;
