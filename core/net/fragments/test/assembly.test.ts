import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { Assembly, FRAGMENT_COST, join } from '../src/assembly.ts';

const OPTIONS = { timeoutMs: 1000 };
const HEAD = { bytes: new Uint8Array(20) };

describe('Assembly', () => {
  it('answers the pieces in their order, with the head of the first', () => {
    const assembly = new Assembly(OPTIONS);
    const bytes = Uint8Array.from({ length: 24 }, (_, at) => at);
    assembly.handle('a', 16, bytes.subarray(16, 24), false, undefined, 0);
    assembly.handle('a', 0, bytes.subarray(0, 8), true, HEAD, 0);
    const whole = assembly.handle('a', 8, bytes.subarray(8, 16), true, undefined, 0);
    expect(whole).toMatchObject({ head: HEAD, length: 24 });
    const joined = new Uint8Array(26);
    if (whole !== undefined) join(whole, joined, 2);
    expect(joined.subarray(2)).toEqual(bytes);
  });

  it('copies what it is given', () => {
    const assembly = new Assembly(OPTIONS);
    const bytes = new Uint8Array(8).fill(1);
    assembly.handle('a', 8, bytes, false, undefined, 0);
    bytes.fill(2);
    const whole = assembly.handle('a', 0, bytes, true, HEAD, 0);
    expect(whole?.pieces.map((piece) => piece.bytes[0])).toEqual([2, 1]);
  });

  it('takes no notice of empty pieces', () => {
    const assembly = new Assembly(OPTIONS);
    expect(assembly.handle('a', 0, new Uint8Array(), true, HEAD, 0)).toBeUndefined();
    expect(assembly.nextTimeout).toBe(Number.POSITIVE_INFINITY);
  });

  it('counts what it keeps, and nothing that it has given back', () => {
    const assembly = new Assembly(OPTIONS);
    assembly.handle('a', 0, new Uint8Array(8), true, HEAD, 0);
    expect(assembly.bytes).toBe(8 + FRAGMENT_COST + 20);
    assembly.handle('b', 8, new Uint8Array(16), true, undefined, 1);
    expect(assembly.bytes).toBe(24 + 2 * FRAGMENT_COST + 20);
    assembly.handle('b', 8, new Uint8Array(8), true, undefined, 2);
    expect(assembly.bytes).toBe(8 + FRAGMENT_COST + 20);
    assembly.handle('a', 8, new Uint8Array(1), false, undefined, 3);
    expect(assembly.bytes).toBe(0);
  });

  it('answers of those that time out what came first of them', () => {
    const assembly = new Assembly(OPTIONS);
    assembly.handle('without', 8, new Uint8Array(8), true, undefined, 0);
    assembly.handle('with', 0, new Uint8Array(16), true, HEAD, 5);
    assembly.handle('with', 16, new Uint8Array(8), true, undefined, 6);
    expect(assembly.nextTimeout).toBe(1000);
    expect(assembly.poll(1000)).toEqual([]);
    expect(assembly.poll(1005)).toMatchObject([{ head: HEAD, length: 16 }]);
    expect(assembly.bytes).toBe(0);
  });

  it('is never deceived: a whole is what one sender sent', () => {
    const random = new Random(3);
    const assembly = new Assembly({ timeoutMs: 1000, datagrams: 4, bytes: 2000 });
    let wholes = 0;
    for (let round = 0; round < 20_000; round++) {
      const key = `${random.below(6)}`;
      const units = 1 + random.below(2);
      const offset = 8 * random.below(4);
      const end = offset + 8 * units;
      // Everybody sends 32 bytes; some lie about where the end is.
      const more = end < 32 && !random.chance(0.02);
      const payload = Uint8Array.from({ length: end - offset }, (_, at) => offset + at);
      const head = offset === 0 ? HEAD : undefined;
      const whole = assembly.handle(key, offset, payload, more, head, round);
      assembly.poll(round);
      if (assembly.bytes > 2000) throw new Error(`${assembly.bytes} bytes`);
      if (whole === undefined) continue;
      wholes++;
      const joined = new Uint8Array(whole.length);
      join(whole, joined, 0);
      if (joined.some((byte, at) => byte !== at)) throw new Error(`${joined}`);
    }
    expect(wholes).toBeGreaterThan(50);
  });
});
