import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileFastPath, obstacle } from '../src/fast-path.ts';
import type { FunctionType, WasmModule } from '../src/wasm.ts';
import { parseWasm } from '../src/wasm.ts';
import { ROOT } from '../src/workspace.ts';

describe('compileFastPath', { timeout: 60_000 }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fast-path-'));
    await mkdir(join(folder, 'assembly'));
    await writeFile(join(folder, 'package.json'), '{ "name": "@test/reef" }');
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function compile(source: string) {
    await writeFile(join(folder, 'assembly/index.ts'), source);
    return compileFastPath(folder);
  }

  it('names a module after its package and keeps the types of its functions', async () => {
    const { name, wasm } = await compile(
      'export function scale(by: f64, at: u32): f64 { return by * f64(load<u8>(at)); }' +
        'export function reset(at: u32): void { store<u8>(at, 0); }',
    );
    expect(name).toBe('reef');
    const module = parseWasm(wasm);
    expect(module.imports).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
    expect(module.exports).toEqual([
      { name: 'scale', kind: 'function', type: { parameters: ['f64', 'i32'], results: ['f64'] } },
      { name: 'reset', kind: 'function', type: { parameters: ['i32'], results: [] } },
    ]);
  });

  it('finds nothing to object to in our own', async () => {
    for (const path of ['core/base/bytes', 'core/net/dns']) {
      const { wasm } = await compileFastPath(join(ROOT, path));
      expect(WebAssembly.validate(wasm)).toBe(true);
    }
  });

  it('refuses a module that allocates', async () => {
    const source =
      'class Node { next: Node | null = null; } let last: Node | null = null;' +
      'export function f(): void { const node = new Node(); node.next = last; last = node; }';
    await expect(compile(source)).rejects.toThrow('there is no heap');
  });

  it('reports an error with its place', async () => {
    await expect(compile('export function f(): i32 { return nothing; }')).rejects.toThrow(
      /Cannot find name 'nothing'[\s\S]*index\.ts/,
    );
  });
});

describe('obstacle', () => {
  const type = { parameters: ['i32', 'f64'], results: ['f64'] } as const;
  const GOOD: WasmModule = {
    imports: [{ module: 'env', name: 'memory', kind: 'memory' }],
    exports: [{ name: 'f', kind: 'function', type }],
    hasStart: false,
    hasData: false,
    hasTable: false,
  };
  const exporting = (name: string, kind: 'function' | 'global', type?: FunctionType) => ({
    ...GOOD,
    exports: [...GOOD.exports, { name, kind, type }],
  });

  it('is none for a fast path', () => {
    expect(obstacle(GOOD)).toBeUndefined();
  });

  it.each<[string, WasmModule]>([
    ['static data', { ...GOOD, hasData: true }],
    ['a start function', { ...GOOD, hasStart: true }],
    ['a function table', { ...GOOD, hasTable: true }],
    [
      'it imports env.now',
      { ...GOOD, imports: [{ module: 'env', name: 'now', kind: 'function' }] },
    ],
    ['it exports nothing', { ...GOOD, exports: [] }],
    ['it exports the global counter', exporting('counter', 'global')],
    ['to_f has more than letters and digits', exporting('to_f', 'function', type)],
    ['g passes a value of type i64', exporting('g', 'function', { ...type, parameters: ['i64'] })],
    ['g passes a value of type f32', exporting('g', 'function', { ...type, results: ['f32'] })],
  ])('is that %s', (reason, module) => {
    expect(obstacle(module)).toContain(reason);
  });
});
