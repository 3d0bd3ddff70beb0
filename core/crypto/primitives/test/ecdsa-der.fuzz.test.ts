import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { derOfRaw, rawOfDer } from '../src/ecdsa-der.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 2000);

/** Like random scalars, with zeros in front more often. */
function scalars(random: Random, length: number): Uint8Array {
  const raw = random.bytes(2 * length);
  for (const start of [0, length]) {
    raw.fill(0, start, start + random.pick([0, 0, 1, length - 1]));
    raw[start + length - 1] |= 1;
  }
  return raw;
}

describe('rawOfDer', () => {
  it('gives back what derOfRaw was given', () => {
    const random = new Random(3279);
    for (let input = 0; input < INPUTS; input++) {
      const length = random.pick([32, 48, 66]);
      const raw = scalars(random, length);
      expect(rawOfDer(derOfRaw(raw), length)).toEqual(raw);
    }
  });

  it('takes any bytes, and of those that it accepts there is one form only', () => {
    const random = new Random(690);
    let accepted = 0;
    for (let input = 0; input < INPUTS; input++) {
      const length = random.pick([32, 48, 66]);
      const valid = derOfRaw(scalars(random, length));
      const der = random.chance(0.1) ? random.bytes(random.below(140)) : mutate(random, valid);
      const raw = rawOfDer(der, length);
      if (raw === undefined) continue;
      accepted++;
      expect(derOfRaw(raw)).toEqual(der);
    }
    expect(accepted).toBeGreaterThan(INPUTS / 20);
  });

  it('refuses zero, negative numbers, and numbers that are too long', () => {
    const of = (...der: number[]) => rawOfDer(Uint8Array.from(der), 2);
    expect(of(0x30, 6, 2, 1, 1, 2, 1, 1)).toEqual(Uint8Array.of(0, 1, 0, 1));
    expect(of(0x30, 6, 2, 1, 0, 2, 1, 1)).toBe(undefined);
    expect(of(0x30, 6, 2, 1, 0x80, 2, 1, 1)).toBe(undefined);
    expect(of(0x30, 8, 2, 3, 1, 0, 0, 2, 1, 1)).toBe(undefined);
    expect(of(0x30, 6, 2, 1, 1, 2, 1, 1, 0)).toBe(undefined);
    expect(of(0x30, 0x81, 6, 2, 1, 1, 2, 1, 1)).toBe(undefined);
  });
});
