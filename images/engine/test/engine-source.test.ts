import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { QUICKJS_WASM } from '../src/engine.ts';
import { type EngineSource, engineSource } from '../src/engine-source.ts';
import { wasm2c } from '../src/wasm2c.ts';

describe('the C of the engine', () => {
  let engine: EngineSource;
  beforeAll(async () => {
    engine = engineSource(await wasm2c(await readFile(QUICKJS_WASM), 'quickjs'), new Set(['f92']));
  });

  it('has no argument for its one instance', () => {
    expect(engine.c).not.toMatch(/\binstance\b(?!\))/);
    expect(engine.h).toContain('extern w2c_quickjs engine_instance;');
    expect(engine.h).toContain('u64 w2c_quickjs_JS_Call(u32, u64, u64, u32, u32);');
  });

  it('has the functions of the table by name, and types by number', () => {
    expect(engine.table.length).toBeGreaterThan(500);
    for (const { name, type } of engine.table) {
      expect(engine.c).toMatch(
        new RegExp(`^(__attribute__\\(\\(cold\\)\\) )?\\w+ ${name}\\(`, 'm'),
      );
      expect(engine.c).toContain(`#define w2c_quickjs_t${type - 1} ${type}\n`);
    }
    const types = [...engine.h.matchAll(/^#define FUNC_TYPE_\w+ (\d+)$/gm)];
    expect(types.length).toBeGreaterThan(30);
    expect(new Set(types.map(([, number]) => number)).size).toBe(types.length);
  });

  it('is for size but for what is hot', () => {
    expect(engine.c).toMatch(/^static u64 w2c_quickjs_f92\(/m);
    expect(engine.c).toMatch(/^__attribute__\(\(cold\)\) static u32 w2c_quickjs_f93\(/m);
  });

  it('of another shape is refused', () => {
    expect(() => engineSource({ c: engine.c, h: engine.h }, new Set())).toThrow('unknown shape');
  });
});
