import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BROADCAST_MAC, isGroup, macAt, macText, parseMac, writeMac } from '../src/address.ts';

const MAC = fc.nat(BROADCAST_MAC);

describe('parseMac', () => {
  it.each([
    ['02:00:5e:10:00:01', 0x0200_5e10_0001],
    ['02-00-5E-10-00-01', 0x0200_5e10_0001],
    ['ff:ff:ff:ff:ff:ff', BROADCAST_MAC],
  ])('takes %s', (text, mac) => {
    expect(parseMac(text)).toEqual({ ok: true, value: mac });
  });

  it.each(['', '02005e100001', '02:00:5e:10:00', '02:00:5e:10:00:1', '02:00:5e:10:00:01:02', 'g'])(
    'refuses %j',
    (text) => {
      expect(parseMac(text)).toMatchObject({ ok: false, error: { blame: 'config' } });
    },
  );

  it('reads what macText writes', () => {
    fc.assert(
      fc.property(MAC, (mac) => {
        expect(parseMac(macText(mac))).toEqual({ ok: true, value: mac });
      }),
    );
  });
});

describe('macAt', () => {
  it('reads what writeMac writes', () => {
    fc.assert(
      fc.property(MAC, (mac) => {
        const bytes = new Uint8Array(8);
        writeMac(bytes, 1, mac);
        expect([macAt(bytes, 1), bytes[0], bytes[7]]).toEqual([mac, 0, 0]);
      }),
    );
  });
});

describe('isGroup', () => {
  it.each([
    [0x0200_0000_0001, false],
    [0x0100_5e00_0001, true],
    [BROADCAST_MAC, true],
    [0xfeff_ffff_ffff, false],
  ])('%d: %s', (mac, expected) => {
    expect(isGroup(mac)).toBe(expected);
  });
});
