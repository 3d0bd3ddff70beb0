import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import {
  eui64InterfaceId,
  isReserved,
  SECRET_LENGTH,
  stableInterfaceId,
} from '../src/interface-id.ts';

const SECRET = new Random(1).bytes(SECRET_LENGTH);
const INPUT = { prefix: 0x2001_0db8n << 96n, name: 'service', conflicts: 0 };

describe('stableInterfaceId', () => {
  it('stays the same for ever', () => {
    // Whoever changes this gives every host a new address.
    expect(stableInterfaceId(SECRET, INPUT).toString(16)).toBe('5543f8182dfe17ea');
    expect(stableInterfaceId(SECRET.slice(), { ...INPUT, network: '' })).toBe(
      stableInterfaceId(SECRET, INPUT),
    );
  });

  it('depends on all that it is made of', () => {
    const ids = [
      stableInterfaceId(SECRET, INPUT),
      stableInterfaceId(new Random(2).bytes(SECRET_LENGTH), INPUT),
      stableInterfaceId(SECRET, { ...INPUT, prefix: INPUT.prefix + (1n << 64n) }),
      stableInterfaceId(SECRET, { ...INPUT, name: 'management' }),
      stableInterfaceId(SECRET, { ...INPUT, network: 'home' }),
      stableInterfaceId(SECRET, { ...INPUT, conflicts: 1 }),
      stableInterfaceId(SECRET, { ...INPUT, name: 'servic', network: 'e' }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id >= 0n && id < 1n << 64n).toBe(true);
  });

  it('spreads over all bits', () => {
    let ones = 0n;
    let zeros = 0n;
    for (let conflicts = 0; conflicts < 64; conflicts++) {
      const id = stableInterfaceId(SECRET, { ...INPUT, conflicts });
      ones |= id;
      zeros |= ~id;
    }
    expect([ones, BigInt.asUintN(64, zeros)]).toEqual([(1n << 64n) - 1n, (1n << 64n) - 1n]);
  });
});

describe('eui64InterfaceId', () => {
  it('is made of a hardware address', () => {
    // RFC 2464 section 4.
    expect(eui64InterfaceId(0x3456_789a_bcde)).toBe(0x3656_78ff_fe9a_bcden);
    expect(eui64InterfaceId(0x0200_0000_0001)).toBe(0x0000_00ff_fe00_0001n);
  });
});

describe('isReserved', () => {
  it.each([
    [0n, true],
    [1n, false],
    [0xfdff_ffff_ffff_ff7fn, false],
    [0xfdff_ffff_ffff_ff80n, true],
    [0xfdff_ffff_ffff_ffffn, true],
    [0xfe00_0000_0000_0000n, false],
    [0x0200_5eff_fdff_ffffn, false],
    [0x0200_5eff_fe00_0000n, true],
    [0x0200_5eff_feff_ffffn, true],
    [0x0200_5eff_ff00_0000n, false],
  ])('of %o is %s', (id, is) => {
    expect(isReserved(id)).toBe(is);
  });
});
