import { daysUntil } from '@atoll/calendar/calendar';

/** How many milliseconds to wait as Retry-After has it (RFC 9110, 10.2.3); `undefined` when it says nothing that counts. */
export function retryAfter(value: string | undefined, wall: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^[0-9]{1,9}$/.test(value)) return Math.min(Number(value) * 1000, LONGEST);
  const date = DATE.exec(value);
  if (date === null) return undefined;
  const [day, year, hour, minute, second] = [1, 3, 4, 5, 6].map((at) => Number(date[at]));
  const month = MONTHS.indexOf(date[2]);
  if (month < 0) return undefined;
  const time =
    (daysUntil({ year, month, day }) * 86_400 + (hour * 60 + minute) * 60 + second) * 1000;
  return Math.min(Math.max(0, time - wall), LONGEST);
}

/** Nobody is kept waiting for longer by one answer. */
const LONGEST = 86_400_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DATE = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
