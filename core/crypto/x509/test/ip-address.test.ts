import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipOctets } from '../src/ip-address.ts';

describe('the octets of an address', () => {
  it.each([
    ['192.0.2.1', [192, 0, 2, 1]],
    ['0.0.0.0', [0, 0, 0, 0]],
    ['255.255.255.255', [255, 255, 255, 255]],
    ['2001:DB8::1', [0x20, 1, 0xd, 0xb8, ...Array<number>(11).fill(0), 1]],
    ['::', Array<number>(16).fill(0)],
    ['1::', [0, 1, ...Array<number>(14).fill(0)]],
    ['1:2:3:4:5:6:7:8', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
    ['::ffff:192.0.2.1', [...Array<number>(10).fill(0), 255, 255, 192, 0, 2, 1]],
    ['1:2:3:4:5:6:192.0.2.1', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 192, 0, 2, 1]],
  ])('%s', (text, octets) => {
    expect(ipOctets(text)).toEqual(Uint8Array.from(octets));
  });

  it.each([
    ...['', '1.2.3', '1.2.3.4.5', '01.2.3.4', '256.1.1.1', '1.2.3.400', '0x1.2.3.4', '1.2.3.-4'],
    ...[':', ':::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7::8:9'],
    ...['::12345', '::g', 'fe80::1%eth0', '[::1]', '1.2.3.4::', '::1.2.3.4:5', '::1.2.3', ':1::'],
  ])('%j has none', (text) => {
    expect(ipOctets(text)).toBe(undefined);
  });

  it('are there when Node.js knows the address', () => {
    const word = fc.constantFrom('', '0', '1', 'ffff', '::', ':', '10.0.0.1', '.', '255', '256');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.ipV4(),
          fc.ipV6(),
          fc.array(word).map((words) => words.join(':')),
        ),
        (text) => {
          expect(ipOctets(text)?.length).toBe([undefined, 4, 16][[0, 4, 6].indexOf(isIP(text))]);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
