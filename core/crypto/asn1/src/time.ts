/**
 * Times as RFC 5280, 4.1.2.5 wants them, in milliseconds since 1970-01-01 UTC: whole seconds, in UTC, with the
 * seconds written. The calendar is Gregorian without end, leap seconds do not exist.
 */

/** `YYMMDDHHMMSSZ`, from 1950 to 2049. */
export function decodeUtcTime(contents: Uint8Array): number | undefined {
  const digits = digitsOf(contents, 12);
  if (digits === undefined) return undefined;
  const year = Number(digits.slice(0, 2));
  return milliseconds(year + (year < 50 ? 2000 : 1900), digits.slice(2));
}

/** `YYYYMMDDHHMMSSZ`, without fractions; from 1950 to 2049, it must be UTCTime. */
export function decodeGeneralizedTime(contents: Uint8Array): number | undefined {
  const digits = digitsOf(contents, 14);
  if (digits !== undefined && digits >= '1950' && digits < '2050') return undefined;
  return digits === undefined
    ? undefined
    : milliseconds(Number(digits.slice(0, 4)), digits.slice(4));
}

/** `YYYYMMDDHHMMSS` of a time from the year 0 to 9999; others throw. */
export function encodeDigits(time: number): string {
  const days = Math.floor(time / DAY);
  const { year, month, day } = dateOf(days);
  if (!(year >= 0 && year <= 9999)) throw new RangeError(`the time ${time} cannot be written`);
  const seconds = Math.floor((time - days * DAY) / 1000);
  const parts = [
    month,
    day,
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  return `${year}`.padStart(4, '0') + parts.map((part) => `${part}`.padStart(2, '0')).join('');
}

function digitsOf(contents: Uint8Array, count: number): string | undefined {
  if (contents.length !== count + 1 || contents[count] !== 0x5a) return undefined;
  const text = String.fromCharCode(...contents.subarray(0, count));
  return /^\d*$/.test(text) ? text : undefined;
}

/** `rest` is `MMDDHHMMSS`. */
function milliseconds(year: number, rest: string): number | undefined {
  const parts = [0, 2, 4, 6, 8].map((at) => Number(rest.slice(at, at + 2)));
  const [month, day, hour, minute, second] = parts;
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59)
    return undefined;
  const days = dayNumber(year, month, day);
  // The day after the last of a month is one of the next.
  if (dateOf(days).month !== month) return undefined;
  return days * DAY + ((hour * 60 + minute) * 60 + second) * 1000;
}

/** Days since 1970-01-01; years begin in March, so that the leap day is the last. */
function dayNumber(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const inEra = y - era * 400;
  const inYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const days = inEra * 365 + Math.floor(inEra / 4) - Math.floor(inEra / 100) + inYear;
  return era * ERA + days - EPOCH;
}

function dateOf(days: number): { year: number; month: number; day: number } {
  const shifted = days + EPOCH;
  const era = Math.floor(shifted / ERA);
  const inEra = shifted - era * ERA;
  const leaps =
    Math.floor(inEra / 1460) - Math.floor(inEra / 36_524) + Math.floor(inEra / (ERA - 1));
  const year = Math.floor((inEra - leaps) / 365);
  const inYear = inEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const shiftedMonth = Math.floor((5 * inYear + 2) / 153);
  const day = inYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: era * 400 + year + (month <= 2 ? 1 : 0), month, day };
}

const DAY = 86_400_000;
/** Days of 400 years. */
const ERA = 146_097;
/** Days from 0000-03-01 to 1970-01-01. */
const EPOCH = 719_468;
