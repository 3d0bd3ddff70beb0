import { PowerDisk } from '@atoll/sim/power-disk';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { format, hex, Machine, text } from './machine.ts';

const FLIPS = Number(process.env.ATOLL_FLIPS ?? 1_000);

/** A disk with a journal that went round it a few times and was closed in order, and what it holds. */
function filled(seed: number) {
  const random = new Random(seed);
  const blockSize = random.pick([512, 4096]);
  const size = 0x4000 * 20;
  const disk = new PowerDisk(random, { blockSize, blockCount: size / blockSize });
  format(disk);
  const machine = new Machine(disk);
  machine.open();
  const rounds = 50 + random.below(900);
  for (let round = 0; round < rounds; round++) {
    const key = text(`key ${random.below(50)}`);
    const length = random.below(random.chance(0.03) ? 9000 : 600);
    machine.write({ key, value: random.chance(0.2) ? undefined : random.bytes(length) });
  }
  machine.journal.settle();
  machine.run();
  return { disk, size, contents: machine.contents(), random };
}

describe('a journal with one flipped bit', () => {
  it(`names what is damaged, and reads the rest (${FLIPS} flips)`, { timeout: 600_000 }, () => {
    const seen = { intact: 0, values: 0, noticed: 0 };
    for (let seed = 1; seed <= FLIPS / 50; seed++) {
      const { disk, size, contents, random } = filled(seed);
      for (let flip = 0; flip < 50; flip++) {
        const offset = random.chance(0.2) ? random.below(0x4000) : random.below(size);
        const bit = random.below(8);
        disk.flip(offset, bit);
        const machine = new Machine(disk, { isReadOnly: true });
        const opened = machine.open();
        expect(opened.unfinished, `seed ${seed}, offset ${offset}`).toBeLessThanOrEqual(1);
        const { journal } = machine;
        const wrong: string[] = [];
        for (const [key, value] of contents) {
          try {
            const found = machine.read(new Uint8Array(Buffer.from(key, 'hex')));
            if (found === undefined || hex(found) !== value) wrong.push(key);
          } catch {
            seen.values++;
            const { damage } = journal.status;
            const named = damage.some((one) => one.key !== undefined && hex(one.key) === key);
            expect(named, `seed ${seed}, offset ${offset}`).toBe(true);
          }
        }
        const keys = [...journal.keys(new Uint8Array(0))].map(hex);
        const more = keys.filter((key) => !contents.has(key));
        const { damage } = journal.status;
        if (damage.length === 0) {
          seen.intact++;
          expect([...wrong, ...more], `seed ${seed}, offset ${offset}`).toEqual([]);
        } else {
          seen.noticed++;
          const block = Math.floor(offset / disk.blockSize);
          const near = damage.some((one) => Math.abs(one.block - block) <= 0x4000 / disk.blockSize);
          expect(near, `seed ${seed}, offset ${offset}: ${JSON.stringify(damage)}`).toBe(true);
          // One bit never costs more than one record, whatever it hits.
          const lost = [...wrong, ...more].filter(
            (key) => !damage.some((one) => one.key !== undefined && hex(one.key) === key),
          );
          expect(
            lost.length,
            `seed ${seed}, offset ${offset}: ${JSON.stringify(damage)}`,
          ).toBeLessThanOrEqual(1);
        }
        disk.flip(offset, bit);
      }
    }
    expect(Math.min(seen.intact, seen.values, seen.noticed)).toBeGreaterThan(FLIPS / 50);
  });
});
