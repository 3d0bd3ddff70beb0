/** Options: lists of them, their codes, and those with a simple value (RFC 9915 section 21). */
import { u16, u32, writeU16 } from '@atoll/bytes/field';
import { decodeUtf8, encodeUtf8 } from '@atoll/bytes/utf8';
import type { Writer } from '@atoll/bytes/writer';
import { readDomains } from '@atoll/domain-list/packet';
import { addressAt, writeAddress } from '@atoll/ipv6/address';

export const OPTION = {
  CLIENT_ID: 1,
  SERVER_ID: 2,
  IA_NA: 3,
  IA_ADDRESS: 5,
  OPTION_REQUEST: 6,
  PREFERENCE: 7,
  ELAPSED_TIME: 8,
  STATUS_CODE: 13,
  RAPID_COMMIT: 14,
  DNS_SERVERS: 23,
  DOMAIN_LIST: 24,
  INFORMATION_REFRESH_TIME: 32,
  SOL_MAX_RT: 82,
  INF_MAX_RT: 83,
} as const;

export interface Option {
  readonly code: number;
  readonly data: Uint8Array;
}

const HEADER_LENGTH = 4;

/**
 * The options in `bytes` from `start` to the end, their data as views; `undefined` when they do not come
 * out even.
 */
export function parseOptions(bytes: Uint8Array, start: number): Option[] | undefined {
  const options: Option[] = [];
  let at = start;
  while (at < bytes.length) {
    const dataAt = at + HEADER_LENGTH;
    if (dataAt > bytes.length) return undefined;
    const end = dataAt + u16(bytes, at + 2);
    if (end > bytes.length) return undefined;
    options.push({ code: u16(bytes, at), data: bytes.subarray(dataAt, end) });
    at = end;
  }
  return options;
}

export function emitOptions(out: Writer, options: readonly Option[]): void {
  for (const { code, data } of options) {
    if (data.length > 0xffff) throw new RangeError(`option of ${data.length} octets`);
    out.u16(code);
    out.u16(data.length);
    out.bytes(data);
  }
}

/** The data of the first option `code`. */
export function findOption(options: readonly Option[], code: number): Uint8Array | undefined {
  return options.find((option) => option.code === code)?.data;
}

/** RFC 9915 section 21.13. */
export const STATUS = {
  SUCCESS: 0,
  UNSPEC_FAIL: 1,
  NO_ADDRS_AVAIL: 2,
  NO_BINDING: 3,
  NOT_ON_LINK: 4,
  USE_MULTICAST: 5,
} as const;

export interface Status {
  readonly code: number;
  /** For people, and without a meaning. */
  readonly message: string;
}

/** The status among `options`; without one all is well (RFC 9915 section 21.13). */
export function statusOf(options: readonly Option[]): Status {
  const data = findOption(options, OPTION.STATUS_CODE);
  if (data === undefined || data.length < 2) return { code: STATUS.SUCCESS, message: '' };
  return { code: u16(data, 0), message: decodeUtf8(data.subarray(2)) };
}

export function statusOption({ code, message }: Status): Option {
  const text = encodeUtf8(message);
  const data = new Uint8Array(2 + text.length);
  writeU16(data, 0, code);
  data.set(text, 2);
  return { code: OPTION.STATUS_CODE, data };
}

/** An option whose value is a list of 16-bit numbers, such as {@link OPTION.OPTION_REQUEST}. */
export function numbersOption(code: number, values: readonly number[]): Option {
  const data = new Uint8Array(values.length * 2);
  for (const [index, value] of values.entries()) writeU16(data, index * 2, value);
  return { code, data };
}

/** The 32-bit number in `data`; `undefined` when it is not one. */
export function numberIn(data: Uint8Array | undefined): number | undefined {
  return data?.length === 4 ? u32(data, 0) : undefined;
}

/** An option whose value is a list of addresses (RFC 3646 section 3). */
export function addressesOption(code: number, addresses: readonly bigint[]): Option {
  const data = new Uint8Array(addresses.length * 16);
  for (const [index, address] of addresses.entries()) writeAddress(data, index * 16, address);
  return { code, data };
}

/** The addresses in `data`; `undefined` when their octets do not come out even. */
export function addressesIn(data: Uint8Array): bigint[] | undefined {
  if (data.length % 16 !== 0) return undefined;
  const addresses: bigint[] = [];
  for (let at = 0; at < data.length; at += 16) addresses.push(addressAt(data, at));
  return addresses;
}

/** The domain names in `data`; `undefined` when there is anything else (RFC 9915 section 10). */
export function domainsIn(data: Uint8Array): readonly string[] | undefined {
  const { domains, end } = readDomains(data, 0, data.length);
  return end === data.length ? domains : undefined;
}
