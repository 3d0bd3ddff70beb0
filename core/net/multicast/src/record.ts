import { u16, writeU16 } from '@atoll/bytes/field';

/**
 * What a report of IGMPv3 or MLDv2 says about one group. Of the records, those about a state answer a
 * query, the others tell of a change. For who takes a group from all sources, the list of sources is empty.
 */
export interface GroupRecord<Address> {
  readonly type: number;
  readonly group: Address;
  readonly sources: readonly Address[];
}

/** Types of records, the same in both protocols (RFC 9776 section 4.2.13, RFC 9777 section 5.2.12). */
export const MODE_IS_INCLUDE = 1;
export const MODE_IS_EXCLUDE = 2;
export const CHANGE_TO_INCLUDE = 3;
export const CHANGE_TO_EXCLUDE = 4;
export const ALLOW_NEW_SOURCES = 5;
export const BLOCK_OLD_SOURCES = 6;

/** How addresses of one family lie in a message. */
export interface AddressField<Address> {
  /** In bytes. */
  readonly size: number;
  read(bytes: Uint8Array, offset: number): Address;
  write(bytes: Uint8Array, offset: number, address: Address): void;
}

/** Parses `count` records from `start` of `bytes` on; `undefined` when they are not all there. */
export function recordsAt<Address>(
  bytes: Uint8Array,
  start: number,
  end: number,
  count: number,
  field: AddressField<Address>,
): GroupRecord<Address>[] | undefined {
  const records: GroupRecord<Address>[] = [];
  let at = start;
  for (let index = 0; index < count; index++) {
    const sourcesAt = at + HEADER_LENGTH + field.size;
    if (sourcesAt > end) return undefined;
    const sources = addressesAt(bytes, sourcesAt, end, u16(bytes, at + 2), field);
    if (sources === undefined) return undefined;
    const group = field.read(bytes, at + HEADER_LENGTH);
    records.push({ type: bytes[at], group, sources });
    // Auxiliary data, counted in words, has no meaning in any version.
    at = sourcesAt + sources.length * field.size + bytes[at + 1] * 4;
    if (at > end) return undefined;
  }
  return records;
}

/** Parses `count` addresses from `start` of `bytes` on; `undefined` when they are not all there. */
export function addressesAt<Address>(
  bytes: Uint8Array,
  start: number,
  end: number,
  count: number,
  field: AddressField<Address>,
): Address[] | undefined {
  if (count * field.size > end - start) return undefined;
  const addresses: Address[] = [];
  for (let index = 0; index < count; index++) {
    addresses.push(field.read(bytes, start + index * field.size));
  }
  return addresses;
}

/** The length of `records` in a message, in bytes. */
export function recordsLength<Address>(
  records: readonly GroupRecord<Address>[],
  { size }: AddressField<Address>,
): number {
  return records.reduce((sum, { sources }) => sum + HEADER_LENGTH + (1 + sources.length) * size, 0);
}

/** Writes `records` to `bytes` from `start` on. */
export function writeRecords<Address>(
  bytes: Uint8Array,
  start: number,
  records: readonly GroupRecord<Address>[],
  field: AddressField<Address>,
): void {
  let at = start;
  for (const { type, group, sources } of records) {
    bytes[at] = type;
    bytes[at + 1] = 0;
    writeU16(bytes, at + 2, sources.length);
    field.write(bytes, at + HEADER_LENGTH, group);
    at += HEADER_LENGTH + field.size;
    at = writeAddresses(bytes, at, sources, field);
  }
}

/** Writes `addresses` to `bytes` from `start` on, and answers where they end. */
export function writeAddresses<Address>(
  bytes: Uint8Array,
  start: number,
  addresses: readonly Address[],
  field: AddressField<Address>,
): number {
  let at = start;
  for (const address of addresses) {
    field.write(bytes, at, address);
    at += field.size;
  }
  return at;
}

/** Type, length of auxiliary data, number of sources. */
const HEADER_LENGTH = 4;
