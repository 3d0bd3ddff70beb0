import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { octetString } from '../src/octets.ts';
import { emitRdata, parseRdata, parseRdataText, rdataText } from '../src/rdata.ts';
import { KNOWN_TYPES, rdata } from './arbitrary.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 5000);

const samples = KNOWN_TYPES.flatMap((type) =>
  fc.sample(rdata(type), { seed: type, numRuns: 10 }).map((data) => ({ type, data })),
);

describe('parseRdata', () => {
  it('takes any octets, and writes the same ones again', () => {
    const random = new Random(4034);
    let taken = 0;
    for (let run = 0; run < RUNS; run++) {
      const { type, data } = random.pick(samples);
      const octets = random.chance(0.2) ? random.bytes(random.below(60)) : mutate(random, data);
      const values = parseRdata(type, octets);
      const text = rdataText(type, octets);
      expect(text.startsWith('\\#')).toBe(!values.ok);
      expect(parseRdataText(type, text)).toEqual({ ok: true, value: octets });
      if (!values.ok) continue;
      taken++;
      expect(emitRdata(type, values.value)).toEqual(octets);
    }
    expect(taken).toBeGreaterThan(RUNS / 10);
  });
});

describe('parseRdataText', () => {
  it('takes any text, and prints what it took so that it is taken again', () => {
    const random = new Random(1876);
    const texts = samples.map(({ type, data }) => ({ type, text: rdataText(type, data) }));
    for (let run = 0; run < RUNS; run++) {
      const { type, text } = random.pick(texts);
      const octets = Uint8Array.from(text, (character) => character.charCodeAt(0));
      const damaged = octetString(mutate(random, octets));
      const data = parseRdataText(type, damaged);
      if (data.ok) expect(parseRdataText(type, rdataText(type, data.value))).toEqual(data);
    }
  });
});
