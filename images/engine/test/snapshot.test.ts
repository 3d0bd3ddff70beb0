import { describe, expect, it } from 'vitest';
import { takeSnapshot } from '../src/snapshot.ts';

const take = (script: string) => takeSnapshot(script, 'bundle.js');

describe('a snapshot', () => {
  it('is the same each time', async () => {
    const script = 'const table = new Map([[1, "one"]]); () => table.get(1);';
    expect(await take(script)).toEqual(await take(script));
  });

  it('begins with the function, the size of the memory and the place of the canary', async () => {
    const snapshot = Buffer.from(await take('() => 1'));
    const size = snapshot.readUInt32LE(8);
    expect(size % 65_536).toBe(0);
    // An object is a pointer without a tag in the upper half.
    expect(snapshot.readUInt32LE(4)).toBe(0xffff_ffff);
    expect(snapshot.readUInt32LE(0)).toBeLessThan(size);
    expect(snapshot.readUInt32LE(12)).toBeLessThan(size);
  });

  it('holds what was computed, not what is garbage', async () => {
    const few = await take('() => 1');
    const kept = await take(
      'const all = Array.from({ length: 5000 }, (_, i) => i * 0.7); () => all;',
    );
    const lost = await take('Array.from({ length: 5000 }, (_, i) => i * 0.7); () => 1;');
    expect(kept.length - few.length).toBeGreaterThan(5000);
    expect(lost.length - few.length).toBeLessThan(1000);
  });

  it.each([
    ['a syntax error', 'let a = 1;\nlet b = ;', /SyntaxError.*bundle\.js:2/s],
    ['an exception', '\nfunction f() { null.x; } f();', /TypeError.*at f \(bundle\.js:2:/s],
    ['a value that is no function', '1 + 1', 'bundle.js: its value is not a function'],
    ['reading the clock', 'const now = Date.now(); () => now', 'reads the clock before its start'],
    ['Math.random', 'const x = Math.random(); () => x', 'Math.random before the start'],
    ['an open job', 'Promise.resolve().then(() => {}); () => 1', 'leaves promises to settle'],
    ['a rejection', 'Promise.reject(1); () => 1', 'rejects a promise before its start'],
    ['recursion without end', 'function f() { f() + 1; } f();', /RangeError/],
  ])('refuses %s', async (_, script, message) => {
    await expect(take(script)).rejects.toThrow(message);
  });

  it('keeps Math.random from those who take it early', async () => {
    const script =
      'const { random } = Math; try { random(); } catch { globalThis.ok = () => 1; } ok';
    await expect(take(script)).resolves.toBeInstanceOf(Uint8Array);
  });
});
