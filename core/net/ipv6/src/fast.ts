import type { Located } from '@atoll/bytes/fast';
import type { FastPaths } from '@atoll/device/fast';
import { addressAt } from './address.ts';

/** Reads the addresses of packets. */
export interface AddressReader {
  /** The address at `offset` of `region`, whose 16 bytes must be there. */
  at(region: Located, offset: number): bigint;
}

/** The reference in TypeScript: it makes every address anew. */
export const plainAddresses: AddressReader = {
  at: ({ bytes }, offset) => addressAt(bytes, offset),
};

/**
 * The same with a memory: an address that came lately is found by its bytes, in `assembly/index.ts`, and
 * answered as the bigint that was made of it then. Making one costs the interpreter several microseconds,
 * and most packets are from few hosts to few addresses. Who fills the memory with others makes it as slow
 * as the reference, not slower.
 */
export function fastAddresses(fast: FastPaths): AddressReader {
  const { find } = fast.load('ipv6');
  const table = fast.allocate(SLOTS * ADDRESS_LENGTH);
  const tableAt = table.address;
  // A slot of zeros holds the unspecified address, so all of them are right from the beginning.
  const known = new Array<bigint>(SLOTS).fill(0n);
  return {
    at(region, offset) {
      if (offset < 0 || offset + ADDRESS_LENGTH > region.bytes.length)
        throw new RangeError(OUTSIDE);
      const slot = find(tableAt, region.address + offset);
      if (slot >= 0) return known[slot];
      const address = addressAt(region.bytes, offset);
      known[~slot] = address;
      return address;
    },
  };
}

/** As in `assembly/index.ts`. */
const SLOTS = 64;
const ADDRESS_LENGTH = 16;
const OUTSIDE = 'an address out of bounds';
