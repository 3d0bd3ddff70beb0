import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipv6Text, writeAddress } from '../src/address.ts';
import { withoutZone, withZone, zoneOf } from '../src/zone.ts';

const ADDRESS = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
const NEIGHBOUR = (0xfe80n << 112n) | 1n;

describe('a zone', () => {
  it('comes with an address and can be taken off again', () => {
    fc.assert(
      fc.property(ADDRESS, fc.nat(0xffff_ffff), (address, zone) => {
        const zoned = withZone(address, zone);
        expect([withoutZone(zoned), zoneOf(zoned)]).toEqual([address, zone]);
      }),
    );
  });

  it('makes addresses differ, except the default one', () => {
    expect(withZone(NEIGHBOUR, 0)).toBe(NEIGHBOUR);
    expect(new Set([0, 1, 2].map((zone) => withZone(NEIGHBOUR, zone))).size).toBe(3);
  });

  it('is seen in text and not on the wire', () => {
    expect(ipv6Text(withZone(NEIGHBOUR, 3))).toBe('fe80::1%3');
    const [plain, zoned] = [new Uint8Array(16), new Uint8Array(16)];
    writeAddress(plain, 0, NEIGHBOUR);
    writeAddress(zoned, 0, withZone(NEIGHBOUR, 3));
    expect(zoned).toEqual(plain);
  });
});
