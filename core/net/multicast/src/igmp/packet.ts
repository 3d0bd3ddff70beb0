import { internetChecksum } from '@atoll/bytes/checksum';
import { u16, u32, writeU16, writeU32 } from '@atoll/bytes/field';
import { ipv4Text } from '@atoll/ipv4/address';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import { codeOf, timeOf } from '../code.ts';
import type { AddressField, GroupRecord } from '../record.ts';
import { addressesAt, recordsAt, recordsLength, writeAddresses, writeRecords } from '../record.ts';

/** The protocol number of IGMP in IPv4 headers. */
export const PROTOCOL_IGMP = 2;

/** Message types (RFC 2236 section 2, RFC 9776 section 4). */
export const QUERY = 0x11;
export const V1_REPORT = 0x12;
export const V2_REPORT = 0x16;
export const LEAVE = 0x17;
export const V3_REPORT = 0x22;

export type IgmpMessage = IgmpQuery | IgmpNotice | IgmpReport;

export interface IgmpQuery {
  readonly type: typeof QUERY;
  /** What tells the versions apart is the length, and of short queries the response time. */
  readonly version: 1 | 2 | 3;
  /** Tenths of a second in which to answer; of version 1 always 100. */
  readonly maxResponse: number;
  /** 0 asks for all groups. */
  readonly group: number;
  /** Only of version 3, otherwise false, 0, 0 and empty: routers shall not start their timers anew. */
  readonly isSuppressed: boolean;
  /** How many losses in a row are to be survived, plus one; 0 says nothing about it. */
  readonly robustness: number;
  /** Seconds between queries. */
  readonly interval: number;
  readonly sources: readonly number[];
}

/** A report of one group in version 1 or 2, or the end of it. */
export interface IgmpNotice {
  readonly type: typeof V1_REPORT | typeof V2_REPORT | typeof LEAVE;
  readonly group: number;
}

export interface IgmpReport {
  readonly type: typeof V3_REPORT;
  readonly records: readonly GroupRecord<number>[];
}

/** Parses the message in `bytes[start, end)`, which is all of the payload of its datagram. */
export function parseIgmp(bytes: Uint8Array, start = 0, end = bytes.length): Result<IgmpMessage> {
  if (end - start < SHORT_LENGTH) return TOO_SHORT;
  if (internetChecksum(bytes, start, end) !== 0) return malformed('the IGMP checksum is wrong');
  const type = bytes[start];
  switch (type) {
    case QUERY:
      return parseQuery(bytes, start, end);
    case V1_REPORT:
    case V2_REPORT:
    case LEAVE:
      return ok({ type, group: u32(bytes, start + 4) });
    case V3_REPORT: {
      const count = u16(bytes, start + 6);
      const records = recordsAt(bytes, start + SHORT_LENGTH, end, count, IPV4_FIELD);
      return records === undefined ? TOO_SHORT : ok({ type, records });
    }
    default:
      return malformed(`the IGMP type ${type} is unknown`);
  }
}

export function emitIgmp(message: IgmpMessage): Uint8Array {
  const bytes = new Uint8Array(lengthOf(message));
  bytes[0] = message.type;
  if (message.type === V3_REPORT) {
    writeU16(bytes, 6, message.records.length);
    writeRecords(bytes, SHORT_LENGTH, message.records, IPV4_FIELD);
  } else {
    writeU32(bytes, 4, message.group);
    if (message.type === QUERY) writeQuery(bytes, message);
  }
  writeU16(bytes, 2, internetChecksum(bytes, 0, bytes.length));
  return bytes;
}

/** `IGMPv3 query for 239.1.2.3`, `IGMPv2 report of 239.1.2.3`, `IGMPv3 report of 2 groups`. */
export function describeIgmp(message: IgmpMessage): string {
  switch (message.type) {
    case QUERY: {
      const { version, group } = message;
      return `IGMPv${version} query for ${group === 0 ? 'all groups' : ipv4Text(group)}`;
    }
    case V1_REPORT:
      return `IGMPv1 report of ${ipv4Text(message.group)}`;
    case V2_REPORT:
      return `IGMPv2 report of ${ipv4Text(message.group)}`;
    case LEAVE:
      return `IGMPv2 leave of ${ipv4Text(message.group)}`;
    case V3_REPORT:
      return `IGMPv3 report of ${message.records.length} groups`;
  }
}

function parseQuery(bytes: Uint8Array, start: number, end: number): Result<IgmpQuery> {
  const length = end - start;
  const code = bytes[start + 1];
  const group = u32(bytes, start + 4);
  const short: Omit<IgmpQuery, 'version' | 'maxResponse'> = {
    type: QUERY,
    group,
    isSuppressed: false,
    robustness: 0,
    interval: 0,
    sources: [],
  };
  if (length === SHORT_LENGTH) {
    if (code === 0) return ok({ ...short, version: 1, maxResponse: V1_RESPONSE });
    return ok({ ...short, version: 2, maxResponse: code });
  }
  // "Query messages that do not match any of the above conditions MUST be silently ignored" (RFC 9776 section 7.1).
  if (length < QUERY_LENGTH) return TOO_SHORT;
  const count = u16(bytes, start + 10);
  const sources = addressesAt(bytes, start + QUERY_LENGTH, end, count, IPV4_FIELD);
  if (sources === undefined) return TOO_SHORT;
  return ok({
    type: QUERY,
    version: 3,
    maxResponse: timeOf(code, 8),
    group,
    isSuppressed: (bytes[start + 8] & SUPPRESS) !== 0,
    robustness: bytes[start + 8] & ROBUSTNESS,
    interval: timeOf(bytes[start + 9], 8),
    sources,
  });
}

function writeQuery(bytes: Uint8Array, query: IgmpQuery): void {
  if (query.version === 1) return;
  if (query.version === 2) {
    bytes[1] = query.maxResponse;
    return;
  }
  bytes[1] = codeOf(query.maxResponse, 8);
  bytes[8] = (query.isSuppressed ? SUPPRESS : 0) | query.robustness;
  bytes[9] = codeOf(query.interval, 8);
  writeU16(bytes, 10, query.sources.length);
  writeAddresses(bytes, QUERY_LENGTH, query.sources, IPV4_FIELD);
}

function lengthOf(message: IgmpMessage): number {
  if (message.type === V3_REPORT) return SHORT_LENGTH + recordsLength(message.records, IPV4_FIELD);
  if (message.type !== QUERY || message.version < 3) return SHORT_LENGTH;
  return QUERY_LENGTH + message.sources.length * IPV4_FIELD.size;
}

const IPV4_FIELD: AddressField<number> = { size: 4, read: u32, write: writeU32 };

/** Of all messages of versions 1 and 2, and of what is before the records of a report. */
const SHORT_LENGTH = 8;
/** Of a query of version 3 without sources. */
const QUERY_LENGTH = 12;
const SUPPRESS = 0x08;
const ROBUSTNESS = 0x07;
/** Ten seconds (RFC 2236 section 4). */
const V1_RESPONSE = 100;
const TOO_SHORT = malformed('the IGMP message is too short');
