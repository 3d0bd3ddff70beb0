/** Identity associations: the addresses of one interface and their times (RFC 9915 sections 21.4 and 21.6). */
import { u32 } from '@atoll/bytes/field';
import { Writer } from '@atoll/bytes/writer';
import { addressAt, writeAddress } from '@atoll/ipv6/address';
import type { Failure, Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import {
  emitOptions,
  OPTION,
  type Option,
  parseOptions,
  STATUS,
  type Status,
  statusOf,
  statusOption,
} from './option.ts';

/** The option IA_NA. All times in seconds; {@link FOREVER} has no end. */
export interface IdentityAssociation {
  /** By which the client tells its interfaces apart, 32 bits. */
  readonly iaid: number;
  /** 0 where the client is to choose. */
  readonly t1: number;
  readonly t2: number;
  readonly addresses: readonly IaAddress[];
  readonly status: Status;
}

export interface IaAddress {
  readonly address: bigint;
  readonly preferredLifetime: number;
  readonly validLifetime: number;
  readonly status: Status;
}

export const FOREVER = 0xffff_ffff;

export const SUCCESS: Status = { code: STATUS.SUCCESS, message: '' };

const IA_FIXED_LENGTH = 12;
const ADDRESS_FIXED_LENGTH = 24;

/** Parses the data of an option IA_NA. */
export function parseIa(data: Uint8Array): Result<IdentityAssociation, Failure> {
  if (data.length < IA_FIXED_LENGTH) return malformed('an identity association is cut off');
  const options = parseOptions(data, IA_FIXED_LENGTH);
  if (options === undefined) return malformed('an option of an identity association is cut off');
  const addresses: IaAddress[] = [];
  for (const option of options) {
    if (option.code !== OPTION.IA_ADDRESS) continue;
    const address = parseAddress(option.data);
    if (!address.ok) return address;
    addresses.push(address.value);
  }
  const status = statusOf(options);
  return ok({ iaid: u32(data, 0), t1: u32(data, 4), t2: u32(data, 8), addresses, status });
}

function parseAddress(data: Uint8Array): Result<IaAddress, Failure> {
  if (data.length < ADDRESS_FIXED_LENGTH) return malformed('an address option is cut off');
  const options = parseOptions(data, ADDRESS_FIXED_LENGTH);
  if (options === undefined) return malformed('an option of an address is cut off');
  return ok({
    address: addressAt(data, 0),
    preferredLifetime: u32(data, 16),
    validLifetime: u32(data, 20),
    status: statusOf(options),
  });
}

/** The inverse of {@link parseIa}: the whole option. Without a status where all is well. */
export function iaOption(association: IdentityAssociation): Option {
  const out = new Writer(64);
  out.u32(association.iaid);
  out.u32(association.t1);
  out.u32(association.t2);
  const addresses = association.addresses.map(addressOption);
  emitOptions(out, [...addresses, ...statusOptions(association.status)]);
  return { code: OPTION.IA_NA, data: out.finish() };
}

function addressOption(one: IaAddress): Option {
  const out = new Writer(32);
  const octets = new Uint8Array(16);
  writeAddress(octets, 0, one.address);
  out.bytes(octets);
  out.u32(one.preferredLifetime);
  out.u32(one.validLifetime);
  emitOptions(out, statusOptions(one.status));
  return { code: OPTION.IA_ADDRESS, data: out.finish() };
}

function statusOptions(status: Status): Option[] {
  return status.code === STATUS.SUCCESS && status.message === '' ? [] : [statusOption(status)];
}
