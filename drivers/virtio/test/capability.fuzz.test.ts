import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import type { ReadConfiguration } from '../src/capability.ts';
import { readCapabilities } from '../src/capability.ts';
import { validSpace } from './space.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 5000);

/** Reads from `space`; bytes behind its end are ones, as on a bus without an answer. */
function reader(space: Uint8Array, count: { reads: number }): ReadConfiguration {
  return (offset, size) => {
    count.reads++;
    if (offset < 0 || offset + size > 256 || offset % size !== 0) {
      throw new RangeError(`${size} bytes at ${offset}`);
    }
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (space[offset + i] ?? 0xff);
    return value;
  };
}

describe('the capabilities of a PCI function', () => {
  it('are found', () => {
    expect(readCapabilities(reader(validSpace(), { reads: 0 }))).toEqual({
      ok: true,
      value: {
        common: { bar: 4, offset: 0, length: 0x1000 },
        notify: { bar: 4, offset: 0x3000, length: 0x1000 },
        notifyMultiplier: 4,
        device: { bar: 4, offset: 0x2000, length: 0x1000 },
        messages: { offset: 0x98, table: { bar: 1, offset: 0, length: 64 } },
      },
    });
  });

  it('are none where the list is missing or has nothing of virtio', () => {
    const space = validSpace();
    space[0x06] = 0;
    expect(readCapabilities(reader(space, { reads: 0 }))).toEqual({ ok: true, value: undefined });
    const other = validSpace();
    other[0x34] = 0x98;
    other[0x99] = 0;
    expect(readCapabilities(reader(other, { reads: 0 }))).toEqual({ ok: true, value: undefined });
  });

  it('may not form a loop', () => {
    const space = validSpace();
    space[0x41] = 0x98;
    const result = readCapabilities(reader(space, { reads: 0 }));
    expect(result).toMatchObject({ ok: false, error: { reason: expect.stringContaining('loop') } });
  });

  it('with a reserved base address register do not count', () => {
    const space = validSpace();
    space[0x44] = 6;
    expect(readCapabilities(reader(space, { reads: 0 }))).toEqual({ ok: true, value: undefined });
  });

  it(`give a result whatever the device says (${INPUTS} inputs)`, () => {
    const random = new Random(11);
    const valid = validSpace();
    for (let input = 0; input < INPUTS; input++) {
      const space = random.chance(0.2) ? random.bytes(256) : mutate(random, valid);
      const count = { reads: 0 };
      const result = readCapabilities(reader(space, count));
      expect(count.reads).toBeLessThan(500);
      if (!result.ok || result.value === undefined) continue;
      for (const place of [result.value.common, result.value.notify, result.value.device]) {
        expect(place?.bar ?? 0).toBeLessThanOrEqual(5);
      }
      expect(result.value.common.length).toBeGreaterThanOrEqual(56);
    }
  });
});
