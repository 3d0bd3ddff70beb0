import { describe, expect, it } from 'vitest';
import { build, evaluate, hostFunctions, run } from './image.ts';

describe('recursion without end is a RangeError', () => {
  it.each([
    ['in a function', 'function f() { return f() + 1; } f();'],
    ['in JSON.stringify', 'let x = []; for (let i = 0; i < 1e5; i++) x = [x]; JSON.stringify(x);'],
    ['in JSON.parse', 'JSON.parse("[".repeat(1e5));'],
    ['in flat', 'let x = []; for (let i = 0; i < 1e5; i++) x = [x]; x.flat(Infinity);'],
    ['in generators', 'function* g() { yield* g(); } g().next();'],
    ['in replace', 'const f = () => "a".replace(/a/, f); f();'],
    ['in toString', 'const o = { toString() { return "" + o; } }; "" + o;'],
    ['in sort', 'const s = () => [2, 1].sort(s); s();'],
    [
      'in a chain of proxies',
      'let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.x;',
    ],
    ['in a getter', 'const o = { get x() { return this.x; } }; o.x;'],
    ['in a constructor', 'class C { constructor() { new C(); } } new C();'],
  ])('%s', async (_, code) => {
    // Twice: the first must not have broken anything.
    const script = `for (let i = 0; i < 2; i++) {
      try { ${code} host.write('no end '); } catch (error) { host.write(error.name + ' '); }
    }`;
    expect(await evaluate(script)).toMatchObject({ status: 0, output: 'RangeError RangeError ' });
  });

  it('in a regular expression is an error too', async () => {
    const script = `
      try { new RegExp('(?:'.repeat(1e5) + ')'.repeat(1e5)); host.write('none'); }
      catch (error) { host.write(error.name); }`;
    expect((await evaluate(script)).output).toMatch(/^(Syntax|Range|Internal)Error$/);
  });
});

describe('text', () => {
  it.each([
    ['eval', '(0, eval)("1")'],
    ['a direct eval', 'eval("1")'],
    ['new Function', 'new Function("return 1")'],
    ['a constructor of functions', '(function* () {}).constructor("yield 1")'],
  ])('is no program: %s', async (_, code) => {
    const script = `try { host.write(String(${code})); } catch (error) { host.write(String(error)); }`;
    const expected = 'TypeError: eval is not supported';
    expect(await evaluate(script)).toMatchObject({ status: 0, output: expected });
  });
});

describe('numbers', () => {
  it('are those of Node.js', async () => {
    const script = `
      let state = 12345, hash = 0;
      const words = new Uint32Array(2), double = new Float64Array(words.buffer);
      const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
      const mix = (text) => { for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0; };
      const random = () => { words[0] = next(); words[1] = next(); return double[0]; };
      for (let i = 0; i < 5000; i++) {
        const a = random(), b = i % 2 ? random() : next() / 65536;
        for (const x of [a, b, a + b, a - b, a * b, a / b, a % b, Math.sqrt(b), Math.floor(a), Math.ceil(b),
            Math.trunc(b), Math.round(b), Math.fround(a), Math.abs(a), a | 0, b >>> 0, Math.min(a, b), parseFloat(String(b))])
          mix(String(x));
        mix(b.toFixed(3)); mix(b.toPrecision(17)); mix(a.toExponential(5)); mix((next() >>> 0).toString(36));
      }
      host.write(String(hash));`;
    let expected = '';
    new Function('host', script)({ write: (text: string) => (expected += text) });
    expect((await evaluate(script)).output).toBe(expected);
  });

  it('are the same in JavaScript and in C', async () => {
    const functions = hostFunctions({
      echo: 'return value_from_double(value_number(host_argument(argv, 0)));',
      word: 'return value_from_double(value_u32(host_argument(argv, 0)));',
    });
    const script = `
      const { echo, word } = host.fast.test;
      const numbers = [0, -0, 1, -1, 0.5, 2 ** 31, -(2 ** 31), 2 ** 53, 5e-324, -1.7e308, NaN, Infinity, -Infinity];
      host.write(JSON.stringify([
        numbers.filter((number) => !Object.is(echo(number), number)),
        [-1, 4294967295, -2147483648, 1.9, 2 ** 40 + 5, true, NaN, 1e300, 'text', undefined].map((x) => word(x)),
      ]));`;
    const [changed, words] = JSON.parse(run(await build(script, [functions])).output);
    expect(changed).toEqual([]);
    expect(words).toEqual([4294967295, 4294967295, 2147483648, 1, 5, 1, 0, 0, 0, 0]);
  });
});
