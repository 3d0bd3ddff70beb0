import { describe, expect, it } from 'vitest';
import { evaluate } from './image.ts';

/** Compiled C rounds as the engine's own `Math` does in Node.js, which has instructions for it. */
describe('rounding', () => {
  it('is the same as on a CPU that has instructions for it', async () => {
    const edges = [0, 0.5, 1, 1.5, 2.5, 2 ** 31, 2 ** 51 + 0.5, 2 ** 52, 2 ** 53, 1e300, 5e-324];
    const values = edges.flatMap((edge) => [edge, edge * 0.999999, -edge, -edge * 1.000001]);
    const script = `
      const values = [${values.map(literal).join()}];
      const all = values.map((x) => [x, Math.floor(x), Math.ceil(x), Math.trunc(x), Math.round(x)]);
      all.push([NaN, Infinity, -Infinity].map((x) => Math.floor(x) + Math.ceil(x)));
      host.write(all.flat().map((x) => (Object.is(x, -0) ? '-0' : String(x))).join(' '));`;
    const rounded = values.map((x) => [
      x,
      Math.floor(x),
      Math.ceil(x),
      Math.trunc(x),
      Math.round(x),
    ]);
    const expected = [...rounded, [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]];
    expect((await evaluate(script)).output).toBe(expected.flat().map(literal).join(' '));
  });
});

function literal(x: number): string {
  return Object.is(x, -0) ? '-0' : String(x);
}
