import { describe, expect, it } from 'vitest';
import { compileBytecode } from '../src/bytecode.ts';
import { LINEAR_MEMORY_BASE } from '../src/toolchain.ts';
import { wasm2c } from '../src/wasm2c.ts';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

describe('bytecode', () => {
  it('keeps names for stack traces, and leaves the source out', async () => {
    const source = 'function visible() { /* a comment */ return 1; } visible();';
    const bytecode = text(await compileBytecode(source, 'bundle.js'));
    expect(bytecode).toContain('visible');
    expect(bytecode).toContain('bundle.js');
    expect(bytecode).not.toContain('a comment');
  });

  it('is the same each time', async () => {
    const compile = () => compileBytecode('const f = (a) => a + 1; f(2);', 'bundle.js');
    expect(await compile()).toEqual(await compile());
  });

  it('says where a syntax error is', async () => {
    await expect(compileBytecode('let a = 1;\nlet b = ;', 'bundle.js')).rejects.toThrow(
      "SyntaxError: unexpected token in expression: ';' at bundle.js:2:9",
    );
  });
});

describe('wasm2c', () => {
  /** (module (memory (import "env" "memory") 0) (func (export "get") (param i32) (result i32) local.get 0 i32.load)) */
  const MODULE = Buffer.from(
    '0061736d010000000106016001' +
      '7f017f020f0103656e76066d656d6f72790200000302010007070103676574' +
      '00000a0901070020002802000b',
    'hex',
  );

  it('writes C whose loads have a constant base', async () => {
    const { c, h } = await wasm2c(MODULE, 'tiny');
    expect(h).toContain('u32 w2c_tiny_get(w2c_tiny*, u32);');
    expect(c).toContain('#define MEM_ADDR(mem, addr, n) ((u8*)(LINEAR_MEMORY_BASE + (u64)(addr)))');
    expect(c).toContain('#define FORCE_READ_INT(var)\n');
    expect(c).not.toContain('#define FORCE_READ_FLOAT(var) __asm__("" ::"r"');
    expect(LINEAR_MEMORY_BASE).toBe(8 * 1024 * 1024);
  });

  it('refuses what is no module', async () => {
    await expect(wasm2c(Buffer.from('nothing'), 'none')).rejects.toThrow();
  });
});
