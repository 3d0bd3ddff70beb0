import { describe, expect, it } from 'vitest';
import { nodeEntropy } from '../src/entropy.ts';

describe('nodeEntropy', () => {
  it.each([1, 16, 64, 65, 10_000])('fills all of %d bytes, differently each time', (length) => {
    const drawn = new Set<string>();
    for (let round = 0; round < 300; round++) {
      const bytes = new Uint8Array(length);
      nodeEntropy.fill(bytes);
      drawn.add(bytes.join());
    }
    // Single bytes repeat; anything longer does not in a lifetime.
    expect(drawn.size).toBeGreaterThan(length === 1 ? 100 : 299);
  });
});
