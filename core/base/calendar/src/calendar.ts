/** Days count from 1970-01-01, months from 0. Times are milliseconds since 1970-01-01 UTC; leap seconds do not exist. */
export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** `2026-01-31T23:59:59.999Z` (RFC 3339) for years from 0 to 9999. */
export function timestampText(wall: number): string {
  const milliseconds = Math.floor(wall);
  const days = Math.floor(milliseconds / DAY_MS);
  const { year, month, day } = dayOf(days);
  const rest = milliseconds - days * DAY_MS;
  const [hours, minutes, seconds] = [3_600_000, 60_000, 1000].map((unit) =>
    Math.floor(rest / unit),
  );
  const date = `${digits(year, 4)}-${digits(month + 1, 2)}-${digits(day, 2)}`;
  const time = `${digits(hours, 2)}:${digits(minutes % 60, 2)}:${digits(seconds % 60, 2)}`;
  return `${date}T${time}.${digits(rest % 1000, 3)}Z`;
}

/** Which day of the Gregorian calendar, which also holds for times before it, is so many days from 1970-01-01. */
export function dayOf(days: number): Day {
  const shifted = days + MARCH_OF_YEAR_0;
  const era = Math.floor(shifted / DAYS_IN_400_YEARS);
  const dayOfEra = shifted - era * DAYS_IN_400_YEARS;
  const leaps =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = (shiftedMonth + 2) % 12;
  return { year: yearOfEra + era * 400 + (month < 2 ? 1 : 0), month, day };
}

/** How many days `day` is from 1970-01-01. */
export function daysUntil({ year, month, day }: Day): number {
  // Years that start in March have their odd day at the end.
  const shifted = month < 2 ? year - 1 : year;
  const leaps = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  const dayOfYear = Math.floor((153 * ((month + 10) % 12) + 2) / 5) + day - 1;
  return shifted * 365 + leaps + dayOfYear - MARCH_OF_YEAR_0;
}

function digits(number: number, count: number): string {
  return String(number).padStart(count, '0');
}

const DAY_MS = 86_400_000;
const DAYS_IN_400_YEARS = 146_097;
/** Days from 0000-03-01 to 1970-01-01. */
const MARCH_OF_YEAR_0 = 719_468;
