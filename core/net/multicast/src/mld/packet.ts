import { u16, writeU16 } from '@atoll/bytes/field';
import type { Icmpv6Message } from '@atoll/icmpv6/packet';
import {
  addressAt,
  ipv6Text,
  isLinkLocal,
  isMulticast,
  UNSPECIFIED,
  writeAddress,
} from '@atoll/ipv6/address';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import { codeOf, timeOf } from '../code.ts';
import type { AddressField, GroupRecord } from '../record.ts';
import { addressesAt, recordsAt, recordsLength, writeAddresses, writeRecords } from '../record.ts';

/** ICMPv6 message types (RFC 2710 section 3.1, RFC 9777 section 5). */
export const QUERY = 130;
export const V1_REPORT = 131;
export const DONE = 132;
export const V2_REPORT = 143;

export type MldMessage = MldQuery | MldNotice | MldReport;

export interface MldQuery {
  readonly type: typeof QUERY;
  /** What tells the versions apart is the length. */
  readonly version: 1 | 2;
  /** Milliseconds in which to answer. */
  readonly maxResponse: number;
  /** 0 asks for all groups. */
  readonly group: bigint;
  /** Only of version 2, otherwise false, 0, 0 and empty: routers shall not start their timers anew. */
  readonly isSuppressed: boolean;
  /** How many losses in a row are to be survived, plus one; 0 says nothing about it. */
  readonly robustness: number;
  /** Seconds between queries. */
  readonly interval: number;
  readonly sources: readonly bigint[];
}

/** A report of one group in version 1, or the end of it. */
export interface MldNotice {
  readonly type: typeof V1_REPORT | typeof DONE;
  readonly group: bigint;
}

export interface MldReport {
  readonly type: typeof V2_REPORT;
  readonly records: readonly GroupRecord<bigint>[];
}

/** What the IPv6 headers of a message said. */
export interface MldEnvelope {
  readonly source: bigint;
  readonly hopLimit: number;
  /** The value of the router alert option; negative without one. */
  readonly routerAlert: number;
}

/** Parses an ICMPv6 message whose checksum was right, with what RFC 9777 section 6.2 asks of it. */
export function parseMld(message: Icmpv6Message, envelope: MldEnvelope): Result<MldMessage> {
  const { source, hopLimit, routerAlert } = envelope;
  // From farther away nobody may ask or tell what is here.
  if (hopLimit !== 1) return malformed('the hop limit of the MLD message is not 1');
  if (routerAlert !== ALERT_MLD) return malformed('the MLD message has no router alert');
  if (!isLinkLocal(source) && (message.type === QUERY || source !== UNSPECIFIED)) {
    return malformed('the MLD message has no link-local source');
  }
  const { type, rest, body } = message;
  switch (type) {
    case QUERY:
      return parseQuery(message);
    case V1_REPORT:
    case DONE:
      if (body.length < GROUP_LENGTH) return TOO_SHORT;
      return ok({ type, group: addressAt(body, 0) });
    case V2_REPORT: {
      const records = recordsAt(body, 0, body.length, rest & 0xffff, IPV6_FIELD);
      return records === undefined ? TOO_SHORT : ok({ type, records });
    }
    default:
      return malformed(`the ICMPv6 type ${type} is none of MLD`);
  }
}

export function emitMld(message: MldMessage): Icmpv6Message {
  const { type } = message;
  switch (type) {
    case QUERY:
      return emitQuery(message);
    case V1_REPORT:
    case DONE: {
      const body = new Uint8Array(GROUP_LENGTH);
      writeAddress(body, 0, message.group);
      return { type, code: 0, rest: 0, body };
    }
    case V2_REPORT: {
      const { records } = message;
      const body = new Uint8Array(recordsLength(records, IPV6_FIELD));
      writeRecords(body, 0, records, IPV6_FIELD);
      return { type, code: 0, rest: records.length, body };
    }
  }
}

/** `MLDv2 query for ff05::2`, `MLDv1 report of ff05::2`, `MLDv2 report of 2 groups`. */
export function describeMld(message: MldMessage): string {
  switch (message.type) {
    case QUERY: {
      const { version, group } = message;
      return `MLDv${version} query for ${group === 0n ? 'all groups' : ipv6Text(group)}`;
    }
    case V1_REPORT:
      return `MLDv1 report of ${ipv6Text(message.group)}`;
    case DONE:
      return `MLDv1 done with ${ipv6Text(message.group)}`;
    case V2_REPORT:
      return `MLDv2 report of ${message.records.length} groups`;
  }
}

function parseQuery({ rest, body }: Icmpv6Message): Result<MldQuery> {
  if (body.length < GROUP_LENGTH) return TOO_SHORT;
  const code = rest >>> 16;
  const group = addressAt(body, 0);
  if (group !== 0n && !isMulticast(group)) return malformed('the MLD query is not for a group');
  const short: Omit<MldQuery, 'version' | 'maxResponse'> = {
    type: QUERY,
    group,
    isSuppressed: false,
    robustness: 0,
    interval: 0,
    sources: [],
  };
  if (body.length === GROUP_LENGTH) return ok({ ...short, version: 1, maxResponse: code });
  // Neither of version 1 nor of version 2 (RFC 9777 section 8.1).
  if (body.length < QUERY_LENGTH) return TOO_SHORT;
  const sources = addressesAt(body, QUERY_LENGTH, body.length, u16(body, 18), IPV6_FIELD);
  if (sources === undefined) return TOO_SHORT;
  return ok({
    type: QUERY,
    version: 2,
    maxResponse: timeOf(code, 16),
    group,
    isSuppressed: (body[16] & SUPPRESS) !== 0,
    robustness: body[16] & ROBUSTNESS,
    interval: timeOf(body[17], 8),
    sources,
  });
}

function emitQuery(query: MldQuery): Icmpv6Message {
  const { version, maxResponse, group, sources } = query;
  const isLong = version === 2;
  const body = new Uint8Array(
    isLong ? QUERY_LENGTH + sources.length * IPV6_FIELD.size : GROUP_LENGTH,
  );
  writeAddress(body, 0, group);
  if (isLong) {
    body[16] = (query.isSuppressed ? SUPPRESS : 0) | query.robustness;
    body[17] = codeOf(query.interval, 8);
    writeU16(body, 18, sources.length);
    writeAddresses(body, QUERY_LENGTH, sources, IPV6_FIELD);
  }
  const code = isLong ? codeOf(maxResponse, 16) : maxResponse;
  return { type: QUERY, code: 0, rest: code * 0x1_0000, body };
}

const IPV6_FIELD: AddressField<bigint> = { size: 16, read: addressAt, write: writeAddress };

/** RFC 2711 section 2.1. */
const ALERT_MLD = 0;
/** Of the body of all messages of version 1. */
const GROUP_LENGTH = 16;
/** Of the body of a query of version 2 without sources. */
const QUERY_LENGTH = 20;
const SUPPRESS = 0x08;
const ROBUSTNESS = 0x07;
const TOO_SHORT = malformed('the MLD message is too short');
