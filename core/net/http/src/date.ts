import { dayOf, daysUntil } from '@atoll/calendar/calendar';

/** Dates of HTTP (RFC 9110 section 5.6.7). Times are milliseconds since 1970-01-01 UTC; leap seconds do not exist. */

/** `Sun, 06 Nov 1994 08:49:37 GMT`, fractions of a second left out. */
export function dateText(wall: number): string {
  const seconds = Math.floor(wall / 1000);
  const days = Math.floor(seconds / DAY);
  const { year, month, day } = dayOf(days);
  const weekday = WEEKDAYS[(((days + 4) % 7) + 7) % 7];
  const clock = seconds - days * DAY;
  const time = [clock / 3600, (clock / 60) % 60, clock % 60].map((part) => two(Math.floor(part)));
  return `${weekday}, ${two(day)} ${MONTHS[month]} ${String(year).padStart(4, '0')} ${time.join(':')} GMT`;
}

/** The time that any of the three forms of a date names; `undefined` for anything else. `now` tells the century. */
export function parseDate(text: string, now: number): number | undefined {
  const fixed = /^[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/.exec(
    text,
  );
  if (fixed !== null) return time(Number(fixed[3]), fixed[2], fixed[1], fixed.slice(4));
  const asctime = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})$/.exec(
    text,
  );
  if (asctime !== null) {
    return time(Number(asctime[6]), asctime[1], asctime[2], asctime.slice(3, 6));
  }
  const old = /^[A-Z][a-z]{5,8}, (\d\d)-([A-Z][a-z]{2})-(\d\d) (\d\d):(\d\d):(\d\d) GMT$/.exec(
    text,
  );
  if (old === null) return undefined;
  // A year of two digits that seems to be more than 50 years ahead is one of the past.
  const thisYear = dayOf(Math.floor(now / 1000 / DAY)).year;
  const year = Math.floor(thisYear / 100) * 100 + Number(old[3]);
  return time(year > thisYear + 50 ? year - 100 : year, old[2], old[1], old.slice(4));
}

function time(
  year: number,
  monthName: string,
  dayText: string,
  clock: readonly string[],
): number | undefined {
  const month = MONTHS.indexOf(monthName);
  const day = Number(dayText);
  const [hours, minutes, seconds] = clock.map(Number);
  if (month < 0 || hours > 23 || minutes > 59 || seconds > 60) return undefined;
  const days = daysUntil({ year, month, day });
  const there = dayOf(days);
  if (there.month !== month || there.day !== day) return undefined;
  return (days * DAY + hours * 3600 + minutes * 60 + seconds) * 1000;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY = 86_400;
