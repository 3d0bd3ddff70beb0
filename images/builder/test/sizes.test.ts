import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sizeTable } from '../src/command/size.ts';
import { apportion, nativeSizes } from '../src/sizes.ts';
import { MANIFEST } from './manifest.ts';

describe('apportion', () => {
  it('divides in proportion', () => {
    expect(apportion(100, { a: 3, b: 1 })).toEqual({ a: 75, b: 25 });
  });

  it('loses no byte, and gives nobody more than one too many', () => {
    const weights = fc.dictionary(fc.string(), fc.nat(100_000), { minKeys: 1 });
    fc.assert(
      fc.property(fc.nat(10_000_000), weights, (total, weights) => {
        const sum = Object.values(weights).reduce((left, right) => left + right, 0);
        fc.pre(sum > 0);
        const shares = apportion(total, weights);
        expect(Object.values(shares).reduce((left, right) => left + right, 0)).toBe(total);
        for (const [name, weight] of Object.entries(weights)) {
          expect(Math.abs(shares[name] - (total * weight) / sum)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe('nativeSizes', () => {
  it('tells fast paths from the kernel, and leaves the snapshot to the packages', () => {
    const counted = { engine: 9, kernel: 5, snapshot: 7, 'drivervirtio.c': 3, 'fast-paths.c': 2 };
    const fast = [{ name: 'driver-virtio', wasm: new Uint8Array() }];
    expect(nativeSizes(counted, fast)).toEqual({
      native: { engine: 9, kernel: 5 },
      fast: { 'driver-virtio': 3, '(calls from JavaScript)': 2 },
    });
  });
});

describe('the table of atoll size', () => {
  it('adds up to the size of the file', () => {
    const table = sizeTable(MANIFEST, 321, 5000);
    const rows = table.split('\n').flatMap((line) => {
      const [, indent, name, bytes] = /^( *)(.*?) +([\d,]+) +[\d.]+ %$/.exec(line) ?? [];
      return bytes === undefined
        ? []
        : [{ isPart: indent !== '', name, bytes: Number(bytes.replaceAll(',', '')) }];
    });
    const sum = (isPart: boolean) =>
      rows
        .filter((row) => row.isPart === isPart && row.name !== 'all')
        .reduce((total, { bytes }) => total + bytes, 0);
    expect(rows.at(-1)).toEqual({ isPart: false, name: 'all', bytes: 5000 });
    expect(sum(true)).toBe(5000);
    expect(sum(false)).toBe(5000);
    expect(rows.map(({ name }) => name)).toContain('@atoll/dns');
  });
});
