import { u32 } from '@atoll/bytes/field';
import type { ResourceRecord } from './message.ts';
import { canonicalName, nameEnd } from './name.ts';
import { TYPE } from './type.ts';

/** All in seconds. */
export interface TtlLimits {
  /** A positive answer that may be kept at all is kept this long at least. */
  readonly minimum: number;
  readonly maximum: number;
  readonly maximumNegative: number;
}

export interface Timed {
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** Seconds for which the whole may be kept: the least TTL in it; 0 when it may not be. */
  readonly lifetime: number;
}

/**
 * An answer with its TTLs as they are to be kept and passed on: alike within an RRset (RFC 2181
 * section 5.2), within `limits`, and that of the SOA record in a negative answer the lesser of its TTL
 * and its MINIMUM field (RFC 2308 section 5). A negative answer without SOA may not be kept.
 */
export function settleTtls(
  answers: readonly ResourceRecord[],
  authorities: readonly ResourceRecord[],
  negative: boolean,
  limits: TtlLimits,
): Timed {
  const timedAnswers = clampSets(answers, limits);
  const timedAuthorities = clampSets(
    negative ? authorities.map((record) => negativeTtl(record, limits)) : authorities,
    limits,
  );
  let lifetime = limits.maximum;
  for (const { ttl } of timedAnswers) lifetime = Math.min(lifetime, ttl);
  for (const { ttl } of timedAuthorities) lifetime = Math.min(lifetime, ttl);
  if (negative && !authorities.some((record) => record.type === TYPE.SOA)) lifetime = 0;
  return { answers: timedAnswers, authorities: timedAuthorities, lifetime };
}

/** The records, each RRset with the least of its TTLs. RRSIG records count by the type they cover. */
function clampSets(records: readonly ResourceRecord[], limits: TtlLimits): ResourceRecord[] {
  const least = new Map<string, number>();
  for (const record of records) {
    const key = setKey(record);
    least.set(key, Math.min(least.get(key) ?? limits.maximum, record.ttl));
  }
  return records.map((record) => {
    const ttl = least.get(setKey(record)) ?? record.ttl;
    // A TTL of 0 says that the record must not be kept, and the minimum is for positive answers.
    const settled = ttl === 0 || record.type === TYPE.SOA ? ttl : Math.max(ttl, limits.minimum);
    return settled === record.ttl ? record : { ...record, ttl: settled };
  });
}

function negativeTtl(record: ResourceRecord, limits: TtlLimits): ResourceRecord {
  if (record.type !== TYPE.SOA) return record;
  const ttl = Math.min(record.ttl, minimumField(record.data), limits.maximumNegative);
  return { ...record, ttl };
}

/** The last field of SOA record data. */
function minimumField(data: Uint8Array): number {
  const at = data.length - 4;
  if (at < 0) return 0;
  return u32(data, at);
}

function setKey(record: ResourceRecord): string {
  const { type, data } = record;
  const covered = type === TYPE.RRSIG && data.length > 1 ? (data[0] << 8) | data[1] : 0;
  return String.fromCharCode(type, record.class, covered) + canonicalName(record.name);
}

/**
 * Where the TTL fields of the records in `message` stand: a message that was emitted here, with one
 * question. Not that of OPT, whose field means something else.
 */
export function ttlOffsets(message: Uint8Array): number[] {
  const offsets: number[] = [];
  let at = nameEnd(message, 12) + 4;
  while (at < message.length) {
    while (message[at] !== 0 && message[at] < POINTER) at += message[at] + 1;
    const fixed = at + (message[at] < POINTER ? 1 : 2);
    const type = (message[fixed] << 8) | message[fixed + 1];
    if (type !== TYPE.OPT) offsets.push(fixed + 4);
    at = fixed + 10 + ((message[fixed + 8] << 8) | message[fixed + 9]);
  }
  return offsets;
}

/** The two top bits of the octet that starts a pointer (RFC 1035 section 4.1.4). */
const POINTER = 0xc0;
