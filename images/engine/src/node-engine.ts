import { engineModule } from './engine.ts';

/** What `quickjs.wasm` exports, as far as it is needed here. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly __stack_pointer: { readonly value: number };
  _initialize(): void;
  qjs_init(): number;
  qjs_get_runtime_ptr(): number;
  qjs_get_context_ptr(): number;
  qjs_set_promise_rejection_handler(isSet: number): void;
  malloc(size: number): number;
  free(address: number): void;
  JS_SetMaxStackSize(runtime: number, size: number): void;
  JS_ReadObject(context: number, bytes: number, length: number, flags: number): bigint;
  JS_EvalFunction(context: number, code: bigint): bigint;
  JS_NewContextRaw(runtime: number): number;
  JS_AddIntrinsicEval(context: number): void;
  JS_IsFunction(context: number, value: bigint): number;
  JS_IsJobPending(runtime: number): number;
  JS_RunGC(runtime: number): void;
  JS_GetException(context: number): bigint;
  JS_GetPropertyStr(context: number, object: bigint, name: number): bigint;
  JS_ToCStringLen2(context: number, length: number, value: bigint, flags: number): number;
}

/** `JS_READ_OBJ_BYTECODE` */
const READ_BYTECODE = 1;

/** `JS_EXCEPTION`, in the upper half of a value. */
const EXCEPTION = 6n << 32n;

/** As in the kernel's `abi.h`. */
const JAVASCRIPT_STACK = 256 * 1024;

/** What stands for the canary, to find where it is. */
const CANARY = 0x5afe_c0de;

/** What the allocator keeps in a free block, links at its start and its size at its end, and at the end of all. */
const LINKS = 24;
const FOOTER = 8;
const TRAILER = 64;

/** What makes bytecode of text, for `eval` and `new Function`. */
export interface Compiler {
  /** Where a context has its slot. */
  readonly offset: number;
  /** Which of the table of functions it is. */
  readonly slot: number;
}

/** What is looked at of a context, all of which fits. */
const CONTEXT = 512;

/** The engine of an image on Node.js, with neither clock nor randomness. It throws when a script wants these. */
export class NodeEngine {
  /** Where in linear memory the canary of the engine's stack protector is. */
  readonly canary: number;
  readonly #services = new Services(() => this.#bytes);
  readonly #exports: Exports;
  readonly #runtime: number;
  readonly #context: number;

  static async start(): Promise<NodeEngine> {
    return new NodeEngine(await engineModule());
  }

  private constructor(module: WebAssembly.Module) {
    const { exports } = new WebAssembly.Instance(module, this.#services.imports());
    const engine = exports as unknown as Exports;
    this.#exports = engine;
    engine._initialize();
    this.canary = findCanary(this.#bytes, engine.__stack_pointer.value);
    if (engine.qjs_init() !== 0) throw new Error('the engine does not start');
    this.#services.isStarted = true;
    this.#runtime = engine.qjs_get_runtime_ptr();
    this.#context = engine.qjs_get_context_ptr();
    engine.JS_SetMaxStackSize(this.#runtime, JAVASCRIPT_STACK);
    engine.qjs_set_promise_rejection_handler(1);
  }

  /** The value of a script. */
  evaluate(bytecode: Uint8Array): bigint {
    const engine = this.#exports;
    const copy = this.#copy(bytecode);
    const code = engine.JS_ReadObject(this.#context, copy, bytecode.length, READ_BYTECODE);
    // What lives here later may not use all of its block.
    this.#bytes.fill(0, copy, copy + bytecode.length);
    engine.free(copy);
    const value = engine.JS_EvalFunction(this.#context, code);
    if (BigInt.asUintN(64, value) === EXCEPTION) throw this.#exception();
    if (engine.JS_IsJobPending(this.#runtime) !== 0) {
      throw new Error('the program leaves promises to settle before its start');
    }
    return value;
  }

  isFunction(value: bigint): boolean {
    return this.#exports.JS_IsFunction(this.#context, value) !== 0;
  }

  /** Where the engine's compiler is known. The engine must not be used any more. */
  findCompiler(): Compiler {
    this.#services.isStarted = false; // a context begins with the clock
    const context = this.#exports.JS_NewContextRaw(this.#runtime);
    const words = () => new Uint32Array(this.#exports.memory.buffer, context, CONTEXT / 4);
    const before = words().slice();
    this.#exports.JS_AddIntrinsicEval(context);
    const found = [...words().entries()].filter(([index, word]) => word !== before[index]);
    if (found.length !== 1 || before[found[0][0]] !== 0) {
      throw new Error('the engine knows its compiler in another way');
    }
    return { offset: 4 * found[0][0], slot: found[0][1] };
  }

  /**
   * Linear memory, with zeros where nothing lives, and without the `compiler`: without one the engine throws what
   * JavaScript can catch. The engine must not be used any more.
   */
  takeMemory(compiler: Compiler): Uint8Array {
    this.#exports.JS_RunGC(this.#runtime);
    const memory = this.#bytes.slice().fill(0, 0, this.#exports.__stack_pointer.value);
    // What the allocator gives out now, until it needs more memory, is free in the copy.
    for (let size = LARGEST_FREE; size > LINKS + FOOTER; size -= size >> 3) {
      for (;;) {
        const block = this.#exports.malloc(size);
        if (block === 0 || block >= memory.length) break;
        const end = Math.min(block + size - FOOTER, memory.length - TRAILER);
        memory.fill(0, block + LINKS, end);
      }
    }
    new DataView(memory.buffer).setUint32(this.#context + compiler.offset, 0, true);
    return memory;
  }

  get #bytes(): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer);
  }

  #copy(source: Uint8Array): number {
    const address = this.#exports.malloc(source.length);
    this.#bytes.set(source, address);
    return address;
  }

  #exception(): Error {
    const error = this.#exports.JS_GetException(this.#context);
    const name = this.#copy(Buffer.from('stack\0'));
    const stack = this.#exports.JS_GetPropertyStr(this.#context, error, name);
    const text = `${this.#text(error)}\n${this.#text(stack)}`;
    return new Error(`the program fails before its start: ${text.trimEnd()}`);
  }

  #text(value: bigint): string {
    const address = this.#exports.JS_ToCStringLen2(this.#context, 0, value, 0);
    const bytes = this.#bytes;
    return Buffer.from(bytes.subarray(address, bytes.indexOf(0, address))).toString();
  }
}

const LARGEST_FREE = 1 << 19;

type Service = (...values: number[]) => number;

const ENVIRONMENT = [
  'host_call',
  'host_get_timezone_offset',
  'host_interrupt',
  'host_module_load',
  'host_module_normalize',
  'host_promise_rejection',
];
const WASI = ['clock_time_get', 'fd_close', 'fd_fdstat_get', 'fd_seek', 'fd_write', 'random_get'];

/** What the engine imports, for a program that must not depend on where and when it is evaluated. */
class Services {
  isStarted = false;
  readonly #memory: () => Uint8Array;
  readonly #functions: Record<string, Service> = {
    random_get: (address, length) => {
      this.#refuse('asks for randomness');
      if (length === 4) this.#view.setUint32(address, CANARY, true);
      return 0;
    },
    clock_time_get: (_clock, _precision, result) => {
      this.#refuse('reads the clock');
      this.#view.setBigUint64(result, 0n, true);
      return 0;
    },
    host_promise_rejection: (_promise, _reason, isHandled) => {
      if (isHandled === 0) this.#refuse('rejects a promise');
      return 0;
    },
  };

  constructor(memory: () => Uint8Array) {
    this.#memory = memory;
  }

  /** All that the module wants; what is not among the functions is not used by a program that starts. */
  imports(): Record<string, Record<string, Service>> {
    const service = (name: string): [string, Service] => [
      name,
      this.#functions[name] ?? (() => this.#refuse(`calls ${name}`)),
    ];
    return {
      env: Object.fromEntries(ENVIRONMENT.map(service)),
      wasi_snapshot_preview1: Object.fromEntries(WASI.map(service)),
    };
  }

  get #view(): DataView {
    return new DataView(this.#memory().buffer);
  }

  #refuse(what: string): number {
    if (this.isStarted) throw new Error(`the program ${what} before its start`);
    return 0;
  }
}

/** Where in static memory, which begins at `from`, the canary is. */
function findCanary(bytes: Uint8Array, from: number): number {
  const memory = new DataView(bytes.buffer);
  const found: number[] = [];
  for (let at = from; at < bytes.length; at += 4) {
    if (memory.getUint32(at, true) === CANARY) found.push(at);
  }
  if (found.length !== 1) throw new Error('the engine has no canary, or several');
  return found[0];
}
