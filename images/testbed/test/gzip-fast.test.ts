import { gunzipSync } from 'node:zlib';
import type { Gzip } from '@atoll/http/fast';
import { fastGzip } from '@atoll/http/fast';
import { Random } from '@atoll/sim/random';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeFastPaths } from '../src/fast.ts';

const LONGEST = 65_535;

describe('fastGzip', () => {
  let gzip: Gzip;
  beforeAll(async () => {
    gzip = fastGzip(await nodeFastPaths(['http']));
  });

  /** Whether `bytes` are the same there and back, or did not become fewer. */
  function comesBack(bytes: Uint8Array): boolean {
    const packed = gzip(bytes);
    return packed === undefined || gunzipSync(packed).equals(bytes);
  }

  it('makes what zlib takes apart, of any bytes that repeat', () => {
    const word = fc.uint8Array({ minLength: 1, maxLength: 40 });
    const count = fc.integer({ min: 1, max: 600 });
    fc.assert(
      fc.property(fc.array(fc.tuple(word, count), { maxLength: 8 }), (parts) => {
        const bytes = parts.flatMap(([one, times]) =>
          Array.from({ length: times }, () => [...one]).flat(),
        );
        const whole = Uint8Array.from(bytes.slice(0, LONGEST));
        expect(comesBack(whole)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('reaches over every distance and length', () => {
    const random = new Random(1951);
    for (let run = 0; run < 400; run++) {
      const piece = random.bytes(4 + random.below(600));
      const distance = piece.length + random.below(run % 2 === 0 ? 100 : 33_000);
      const bytes = new Uint8Array(Math.min(LONGEST, distance + piece.length));
      bytes.set(piece);
      bytes.set(piece.subarray(0, bytes.length - distance), distance);
      expect(comesBack(bytes)).toBe(true);
    }
  });

  it('takes as much as it says, and nothing that would grow', () => {
    expect(gzip(new Uint8Array(LONGEST + 1))).toBeUndefined();
    expect(gzip(new Uint8Array(LONGEST))?.length).toBeLessThan(500);
    expect(gzip(new Uint8Array(0))).toBeUndefined();
    expect(gzip(new Random(1).bytes(LONGEST))).toBeUndefined();
    const high = new Uint8Array(LONGEST).map((_, at) => 0x90 + ((at * at * 31) % 0x70));
    expect(comesBack(high)).toBe(true);
  });

  it('makes a report of numbers a third as long', () => {
    const rows = Array.from({ length: 300 }, (_, at) => ({ name: `host${at}`, queries: at * 37 }));
    const bytes = Buffer.from(JSON.stringify(rows));
    expect(gzip(bytes)?.length).toBeLessThan(bytes.length / 3);
  });
});
