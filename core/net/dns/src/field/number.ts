/** Fields that are numbers, or codes that have names. */
import { ipv4Text } from '@atoll/ipv4/address';
import { parseIpv4 } from '../address.ts';
import { decimal } from '../text.ts';
import { parseType, typeText } from '../type.ts';
import type { Field } from './field.ts';

export const U8: Field<number> = {
  parse: (reader) => reader.u8(),
  emit: (writer, value) => writer.u8(checked(value, 0xff)),
  print: String,
  scan: (words) => decimal(words.next(), 0xff),
};

export const U16: Field<number> = {
  parse: (reader) => reader.u16(),
  emit: (writer, value) => writer.u16(checked(value, 0xffff)),
  print: String,
  scan: (words) => decimal(words.next(), 0xffff),
};

export const U32: Field<number> = {
  parse: (reader) => reader.u32(),
  emit: (writer, value) => writer.u32(checked(value, 0xffff_ffff)),
  print: String,
  scan: (words) => decimal(words.next(), 0xffff_ffff),
};

/** Seconds; in a master file also with units, as in `1h30m`. */
export const PERIOD: Field<number> = { ...U32, scan: (words) => parsePeriod(words.next()) };

/** The address in a record of type A, as a 32-bit number. */
export const IPV4: Field<number> = {
  ...U32,
  print: ipv4Text,
  scan: (words) => parseIpv4(words.next()),
};

/** An RR type (RFC 4034 section 3.2). */
export const RR_TYPE: Field<number> = {
  ...U16,
  print: typeText,
  scan: (words) => parseType(words.next()),
};

/** A DNSSEC algorithm: a number, for which a master file may have a mnemonic (RFC 4034 appendix A.1). */
export const ALGORITHM: Field<number> = {
  ...U8,
  scan(words) {
    const word = words.next();
    return ALGORITHMS.get(word.toUpperCase()) ?? decimal(word, 0xff);
  },
};

/** Seconds since 1970 modulo 2^32, as `YYYYMMDDHHmmSS` in text (RFC 4034 section 3.2). */
export const TIME: Field<number> = {
  ...U32,
  print: timeText,
  scan(words) {
    const word = words.next();
    return word.length === 14 ? parseTime(word) : decimal(word, 0xffff_ffff);
  },
};

function checked(value: number, limit: number): number {
  if (!Number.isInteger(value) || value < 0 || value > limit) {
    throw new RangeError(`${value} is not a number from 0 to ${limit}`);
  }
  return value;
}

function parsePeriod(word: string): number | undefined {
  if (/^[0-9]+$/.test(word)) return decimal(word, 0xffff_ffff);
  const match = PERIOD_TEXT.exec(word);
  if (match === null || word === '') return undefined;
  let seconds = 0;
  for (let index = 0; index < UNIT_SECONDS.length; index++) {
    seconds += Number(match[index + 1] ?? 0) * UNIT_SECONDS[index];
  }
  return seconds <= 0xffff_ffff ? seconds : undefined;
}

/** The text of seconds since 1970, without leap seconds, in the Gregorian calendar. */
function timeText(seconds: number): string {
  const days = Math.floor(seconds / DAY);
  let year = 1970;
  let left = days;
  for (; left >= daysOfYear(year); year++) left -= daysOfYear(year);
  let month = 1;
  for (; left >= daysOfMonth(year, month); month++) left -= daysOfMonth(year, month);
  const second = seconds % DAY;
  const parts = [
    month,
    left + 1,
    Math.floor(second / 3600),
    Math.floor(second / 60) % 60,
    second % 60,
  ];
  return year + parts.map((part) => String(part).padStart(2, '0')).join('');
}

function parseTime(word: string): number | undefined {
  const match = /^([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})$/.exec(word);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > daysOfMonth(year, month)) {
    return undefined;
  }
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  let days = day - 1;
  for (let before = 1970; before < year; before++) days += daysOfYear(before);
  for (let before = 1; before < month; before++) days += daysOfMonth(year, before);
  // Later than 2106 the field wraps: it is compared in serial number arithmetic (RFC 4034 section 3.1.5).
  return (days * DAY + hour * 3600 + minute * 60 + second) % 0x1_0000_0000;
}

function daysOfYear(year: number): number {
  return isLeapYear(year) ? 366 : 365;
}

function daysOfMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Seconds. */
const DAY = 86_400;
const PERIOD_TEXT =
  /^(?:([0-9]{1,10})w)?(?:([0-9]{1,10})d)?(?:([0-9]{1,10})h)?(?:([0-9]{1,10})m)?(?:([0-9]{1,10})s)?$/i;
const UNIT_SECONDS = [7 * DAY, DAY, 3600, 60, 1];

/** IANA's registry "DNS Security Algorithm Numbers". */
const ALGORITHMS: ReadonlyMap<string, number> = new Map([
  ['RSAMD5', 1],
  ['DH', 2],
  ['DSA', 3],
  ['RSASHA1', 5],
  ['DSA-NSEC3-SHA1', 6],
  ['RSASHA1-NSEC3-SHA1', 7],
  ['RSASHA256', 8],
  ['RSASHA512', 10],
  ['ECC-GOST', 12],
  ['ECDSAP256SHA256', 13],
  ['ECDSAP384SHA384', 14],
  ['ED25519', 15],
  ['ED448', 16],
  ['INDIRECT', 252],
  ['PRIVATEDNS', 253],
  ['PRIVATEOID', 254],
]);
