/**
 * Fast paths: the work per packet or per byte, written in AssemblyScript and compiled to WebAssembly.
 *
 * In an image they are compiled ahead of time and share the engine's memory; on Node.js they run in V8
 * on a memory of their own. Either way they see only what {@link FastPaths.allocate} gave out.
 */
export interface FastPaths {
  /** Takes `size` bytes of zeros for good, aligned to 16; the view stays valid for ever. */
  allocate(size: number): Region;

  /** The functions of the module `name`: the package whose `assembly/index.ts` it was compiled from. */
  load(name: string): FastModule;

  /**
   * What `wrap` makes of the native module `name`: C functions of a library that was linked into the image
   * because the binding that calls this was imported. On Node.js it is the driver's own of that name.
   */
  native<T>(name: string, wrap: (module: NativeModule) => T): T;
}

export interface Region {
  readonly bytes: Uint8Array;
  /** What a fast path calls the first of `bytes`. */
  readonly address: number;
}

/** Arguments and results are whole numbers of 32 bits (results signed) or doubles, as declared there. */
export type FastModule = Readonly<Record<string, (...values: number[]) => number>>;

/** Functions in C. They check what they are given; wrong use throws. */
export type NativeModule = Readonly<
  Record<string, (...values: (number | Uint8Array)[]) => number | boolean>
>;
