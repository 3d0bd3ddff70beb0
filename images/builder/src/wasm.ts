/** What the builder must know of a WebAssembly module (WebAssembly core specification 2.0, section 5). */
export interface WasmModule {
  readonly imports: readonly WasmImport[];
  readonly exports: readonly WasmExport[];
  readonly hasStart: boolean;
  readonly hasData: boolean;
  readonly hasTable: boolean;
}

export interface WasmImport {
  readonly module: string;
  readonly name: string;
  readonly kind: ExternalKind;
}

export interface WasmExport {
  readonly name: string;
  readonly kind: ExternalKind;
  /** Of a function. */
  readonly type: FunctionType | undefined;
}

export interface FunctionType {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export type ExternalKind = 'function' | 'table' | 'memory' | 'global';

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'other';

/** Reads the sections of `wasm`, which a compiler of ours has just written: anything odd throws. */
export function parseWasm(wasm: Uint8Array): WasmModule {
  const cursor = new Cursor(wasm);
  if (cursor.u32() !== MAGIC || cursor.u32() !== VERSION) throw new Error('no WebAssembly module');
  const types: FunctionType[] = [];
  const functions: number[] = [];
  const imports: WasmImport[] = [];
  const found: { name: string; kind: ExternalKind; index: number }[] = [];
  const sections = new Set<number>();
  while (!cursor.atEnd) {
    const id = cursor.u8();
    const end = cursor.leb128() + cursor.at;
    sections.add(id);
    if (id === SECTION.type) cursor.vector(() => types.push(functionType(cursor)));
    else if (id === SECTION.import) {
      cursor.vector(() => {
        const { typeIndex, ...rest } = importEntry(cursor);
        imports.push(rest);
        if (typeIndex !== undefined) functions.push(typeIndex);
      });
    } else if (id === SECTION.function) cursor.vector(() => functions.push(cursor.leb128()));
    else if (id === SECTION.export) cursor.vector(() => found.push(exportEntry(cursor)));
    cursor.at = end;
  }
  return {
    imports,
    exports: found.map(({ name, kind, index }) => ({
      name,
      kind,
      type: kind === 'function' ? types[functions[index]] : undefined,
    })),
    hasStart: sections.has(SECTION.start),
    hasData: sections.has(SECTION.data),
    hasTable: sections.has(SECTION.table),
  };
}

function functionType(cursor: Cursor): FunctionType {
  if (cursor.u8() !== 0x60) throw new Error('a type that is not a function');
  const parameters = cursor.vector(() => valueType(cursor.u8()));
  const results = cursor.vector(() => valueType(cursor.u8()));
  return { parameters, results };
}

function valueType(code: number): ValueType {
  return VALUE_TYPES[code] ?? 'other';
}

function importEntry(cursor: Cursor): WasmImport & { typeIndex: number | undefined } {
  const module = cursor.name();
  const name = cursor.name();
  const kind = EXTERNAL_KINDS[cursor.u8()];
  const typeIndex = kind === 'function' ? cursor.leb128() : undefined;
  if (kind === 'table') cursor.u8();
  if (kind === 'table' || kind === 'memory') {
    const hasMaximum = (cursor.u8() & 1) === 1;
    cursor.leb128();
    if (hasMaximum) cursor.leb128();
  }
  if (kind === 'global') cursor.at += 2;
  return { module, name, kind, typeIndex };
}

function exportEntry(cursor: Cursor): { name: string; kind: ExternalKind; index: number } {
  return { name: cursor.name(), kind: EXTERNAL_KINDS[cursor.u8()], index: cursor.leb128() };
}

class Cursor {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  u8(): number {
    if (this.atEnd) throw new Error('the WebAssembly module ends too early');
    return this.#bytes[this.at++];
  }

  /** Little-endian, as all of WebAssembly. */
  u32(): number {
    return (this.u8() | (this.u8() << 8) | (this.u8() << 16) | (this.u8() << 24)) >>> 0;
  }

  /** An unsigned number of up to 32 bits, seven of them a byte. */
  leb128(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  name(): string {
    const length = this.leb128();
    this.at += length;
    return new TextDecoder().decode(this.#bytes.subarray(this.at - length, this.at));
  }

  vector<T>(entry: () => T): T[] {
    return Array.from({ length: this.leb128() }, entry);
  }
}

const MAGIC = 0x6d73_6100;
const VERSION = 1;
const SECTION = { type: 1, import: 2, function: 3, table: 4, export: 7, start: 8, data: 11 };
const EXTERNAL_KINDS: readonly ExternalKind[] = ['function', 'table', 'memory', 'global'];
const VALUE_TYPES: Readonly<Record<number, ValueType>> = {
  127: 'i32',
  126: 'i64',
  125: 'f32',
  124: 'f64',
};
