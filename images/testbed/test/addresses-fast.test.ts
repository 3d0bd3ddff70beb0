import { addressAt, writeAddress } from '@atoll/ipv6/address';
import type { AddressReader } from '@atoll/ipv6/fast';
import { fastAddresses } from '@atoll/ipv6/fast';
import { Random } from '@atoll/sim/random';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nodeFastPaths } from '../src/fast.ts';

const CAPACITY = 64;

describe('fastAddresses', () => {
  let fastPaths: Awaited<ReturnType<typeof nodeFastPaths>>;
  let region: { bytes: Uint8Array; address: number };
  let addresses: AddressReader;
  beforeAll(async () => {
    fastPaths = await nodeFastPaths(['ipv6']);
    region = fastPaths.allocate(CAPACITY);
  });
  beforeEach(() => {
    addresses = fastAddresses(fastPaths);
  });

  it('knows the unspecified address from the beginning', () => {
    region.bytes.fill(0);
    expect(addresses.at(region, 3)).toBe(0n);
  });

  it('answers what is there, however often and whatever was there before', () => {
    const random = new Random(1);
    // More than it remembers, so that they drive each other out; many differ in one half only.
    const known = Array.from({ length: 200 }, () => {
      const half = () => BigInt(random.below(8)) << BigInt(random.below(61));
      return (half() << 64n) | half();
    });
    for (let round = 0; round < 20_000; round++) {
      const offset = random.below(CAPACITY - 15);
      const address = random.chance(0.9) ? random.pick(known) : addressAt(random.bytes(16), 0);
      writeAddress(region.bytes, offset, address);
      if (addresses.at(region, offset) !== address) throw new Error(`not ${address.toString(16)}`);
    }
  });

  it('remembers: the second time the bytes are not read by the interpreter', () => {
    writeAddress(region.bytes, 0, 0x2001_0db8n << 96n);
    const address = addresses.at(region, 0);
    // The same memory by its address, and a view that shows something else.
    const other = { bytes: new Uint8Array(16), address: region.address };
    expect(addresses.at(other, 0)).toBe(address);
  });

  it('reads nothing outside of its region', () => {
    expect(() => addresses.at(region, -1)).toThrow(RangeError);
    expect(() => addresses.at(region, CAPACITY - 15)).toThrow(RangeError);
    expect(() => addresses.at(region, CAPACITY - 16)).not.toThrow();
  });
});
