import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import type { DerReader } from '../src/reader.ts';
import { compareBytes, readDer } from '../src/reader.ts';
import { element, integer, oid, sequence, setOf, tagged, time, utf8String } from '../src/writer.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 5000);
const SEED = Number(process.env.ATOLL_SEED ?? 1);

const VALID = sequence(
  tagged(0, integer(2)),
  setOf(sequence(oid('2.5.4.3'), utf8String('a name')), sequence(oid('2.5.4.6'), utf8String('b'))),
  time(1_700_000_000_000),
  element(0x30, sequence(element(0x03, Uint8Array.of(1, 2)))),
);

/** Writes down again what is read, element by element. */
function rewrite(reader: DerReader): Uint8Array {
  const tag = reader.peek();
  if (tag < 0 || (tag & 0x20) === 0) return element(tag, reader.contents(tag));
  return reader.within(tag, (inner) => {
    const parts: Uint8Array[] = [];
    while (inner.more) parts.push(rewrite(inner));
    return element(tag, ...parts);
  });
}

it(`DER is written in one way only (${INPUTS} inputs, seed ${SEED})`, () => {
  let read = 0;
  for (let input = 0; input < INPUTS; input++) {
    const random = new Random(SEED + input);
    const bytes = random.chance(0.1) ? random.bytes(random.below(40)) : mutate(random, VALID);
    const result = readDer(bytes, 'it', rewrite);
    if (!result.ok) {
      expect(result.error.reason).toMatch(/^it: .*, at byte \d+$/);
      continue;
    }
    read++;
    expect(compareBytes(result.value, bytes)).toBe(0);
  }
  expect(read).toBeGreaterThan(INPUTS / 50);
});

it(`every type survives any bytes (${INPUTS} inputs, seed ${SEED})`, () => {
  const READS: readonly ((reader: DerReader) => unknown)[] = [
    (reader) => reader.boolean(),
    (reader) => reader.small(1000),
    (reader) => reader.namedBits(),
    (reader) => reader.oid(),
    (reader) => reader.string(),
    (reader) => reader.time(),
    (reader) => reader.setOf((item) => item.element()),
    (reader) => reader.sequence((inner) => inner.flag()),
    (reader) => reader.optional(0, (inner) => inner.integer()),
  ];
  let fine = 0;
  for (let input = 0; input < INPUTS; input++) {
    const random = new Random(SEED + input);
    const tag = random.pick([1, 2, 3, 6, 10, 12, 19, 22, 23, 24, 28, 30, 48, 49, 0xa0]);
    const bytes = element(tag, random.bytes(random.below(20)));
    if (readDer(bytes, 'it', random.pick(READS)).ok) fine++;
  }
  expect(fine).toBeGreaterThan(INPUTS / 500);
});
