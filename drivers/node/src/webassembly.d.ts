/** What we use of WebAssembly's JavaScript interface: its full types come only with those of a browser. */
declare namespace WebAssembly {
  function compile(bytes: Uint8Array): Promise<Module>;

  function validate(bytes: Uint8Array): boolean;

  class Module {
    constructor(bytes: Uint8Array);
  }

  class Instance {
    readonly exports: Readonly<Record<string, unknown>>;
    constructor(
      module: Module,
      imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
    );
  }

  /** Sizes are in pages of 64 KiB. */
  class Memory {
    readonly buffer: ArrayBuffer;
    constructor(size: { readonly initial: number; readonly maximum: number });
  }
}
