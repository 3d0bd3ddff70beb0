import { fromHex } from '@atoll/bytes/hex';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emitDomains, readDomains } from '../src/packet.ts';

const LABEL = fc.stringMatching(/^[-_0-9a-z]{1,63}$/);
const DOMAIN = fc.array(LABEL, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'));

describe('a list of domains', () => {
  it('is the same after emit and read, wherever it lies and whatever padding follows', () => {
    fc.assert(
      fc.property(fc.array(DOMAIN), fc.nat(9), fc.nat(7), (domains, before, padding) => {
        const list = emitDomains(domains);
        const bytes = new Uint8Array(before + list.length + padding);
        bytes.set(list, before);
        const read = readDomains(bytes, before, bytes.length);
        expect(read).toEqual({ domains, end: before + list.length });
      }),
    );
  });

  it('comes in lower case', () => {
    expect(readDomains(emitDomains(['LAN.Example']), 0, 13).domains).toEqual(['lan.example']);
  });

  it.each([
    ['the root', '00'],
    ['a name without an end', '036c616e'],
    ['a label that is cut off', '046c616e'],
    ['a pointer', 'c000'],
    ['a label and a pointer', '036c616ec000'],
    ['a space', '036c206e00'],
    ['a dot in a label', '03612e6200'],
    ['a name above 255 octets', `${`3f${'61'.repeat(63)}`.repeat(4)}00`],
  ])('ends before %s', (_, text) => {
    const bytes = fromHex(`036c616e00${text}`) ?? new Uint8Array();
    expect(readDomains(bytes, 0, bytes.length)).toEqual({ domains: ['lan'], end: 5 });
  });

  it('holds names of 255 octets', () => {
    const [long, longer] = [61, 62].map((last) =>
      [63, 63, 63, last].map((length) => 'a'.repeat(length)).join('.'),
    );
    const whole = emitDomains([long]);
    expect(whole.length).toBe(255);
    expect(readDomains(whole, 0, 255).domains).toEqual([long]);
    expect(readDomains(emitDomains([longer]), 0, 256).domains).toEqual([]);
  });
});
