import { describe, expect, it } from 'vitest';
import { build, evaluate, run } from './image.ts';

const SCRIPT = `
  const bytes = new Uint8Array(32);
  host.entropy(bytes);
  host.write(JSON.stringify([Math.random(), Math.random(), ...bytes]));`;

const source = (text: string) => ({
  name: 'source.c',
  text: `#include <stdbool.h>\n#include <stdint.h>\n${text}\n`,
});

describe('the random generator', () => {
  it('differs between boots', async () => {
    const image = await build(SCRIPT);
    const boots = new Set(Array.from({ length: 5 }, () => run(image).output));
    expect(boots.size).toBe(5);
    for (const boot of boots) {
      const [first, second] = JSON.parse(boot);
      expect(first).not.toBe(second);
    }
  });

  it('fills any number of bytes, and Math.random stays below 1', async () => {
    const script = `
      const counts = new Array(16).fill(0);
      for (let i = 0; i < 16000; i++) counts[Math.floor(Math.random() * 16)]++;
      const bytes = new Uint8Array(3000000);
      host.entropy(bytes);
      host.entropy(new Uint8Array(0));
      host.write(JSON.stringify([counts, bytes.subarray(-64).filter((x) => x !== 0).length]));`;
    const [counts, nonZero] = JSON.parse((await evaluate(script)).output);
    expect(counts.length).toBe(16);
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(300);
    expect(nonZero).toBeGreaterThan(40);
  });

  it.each([
    [
      'hardware',
      'bool entropy_hardware(uint64_t *s) { *s = ~0ull; return true; }',
      'repetition count',
    ],
    [
      'hardware',
      'bool entropy_hardware(uint64_t *s) { *s = 0x0101010102020202; return true; }',
      'adaptive proportion',
    ],
    ['jitter', 'uint8_t entropy_jitter(void) { return 7; }', 'repetition count'],
    [
      'jitter',
      'uint8_t entropy_jitter(void) { static unsigned n; return ++n % 128 == 0; }',
      'adaptive proportion',
    ],
  ])('refuses to start when %s is stuck', async (name, text, test) => {
    const { status, output } = run(await build(SCRIPT, [source(text)]));
    const full = name === 'hardware' ? "the CPU's random generator" : 'timing jitter';
    expect(output).toBe(`atoll: no safe randomness: ${full} failed the ${test} test\n`);
    expect(status).toBe(69);
  });

  it('starts without a generator in the CPU when the platform gives a seed', async () => {
    const text = 'bool entropy_hardware(uint64_t *s) { return false; }';
    expect(run(await build(SCRIPT, [source(text)])).status).toBe(0);
  });
});
