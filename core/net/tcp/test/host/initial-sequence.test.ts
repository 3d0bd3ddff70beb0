import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { InitialSequences } from '../../src/host/initial-sequence.ts';

const LOCAL = 0xc000_0201;
const REMOTE = 0xc633_6401;

describe('InitialSequences', () => {
  it('count every 4 microseconds for one connection, modulo 2^32', () => {
    const numbers = new InitialSequences(new Random(1));
    const first = numbers.of(LOCAL, 80, REMOTE, 1024, 0);
    expect(numbers.of(LOCAL, 80, REMOTE, 1024, 1)).toBe((first + 250) >>> 0);
    expect(numbers.of(LOCAL, 80, REMOTE, 1024, 0.004)).toBe((first + 1) >>> 0);
    const year = 365 * 86_400_000;
    const before = numbers.of(LOCAL, 80, REMOTE, 1024, year);
    expect(numbers.of(LOCAL, 80, REMOTE, 1024, year + 1000)).toBe((before + 250_000) >>> 0);
  });

  it('tell nothing about those of another connection or another start', () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 8; seed++) {
      const numbers = new InitialSequences(new Random(seed));
      for (let port = 1024; port < 1032; port++) seen.add(numbers.of(LOCAL, 80, REMOTE, port, 0));
    }
    expect(seen.size).toBe(64);
    const gaps = [...seen].map((number, index, all) => (number - (all.at(index - 1) ?? 0)) >>> 0);
    expect(new Set(gaps).size).toBe(64);
  });

  it('come with a timestamp offset that stays the same for a connection', () => {
    const numbers = new InitialSequences(new Random(1));
    numbers.of(LOCAL, 80, REMOTE, 1024, 0);
    const { timestampOffset } = numbers;
    numbers.of(LOCAL, 80, REMOTE, 1025, 0);
    expect(numbers.timestampOffset).not.toBe(timestampOffset);
    numbers.of(LOCAL, 80, REMOTE, 1024, 99_999);
    expect(numbers.timestampOffset).toBe(timestampOffset);
  });
});
