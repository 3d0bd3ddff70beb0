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
    (daysSince1970(year, month, day) * 86_400 + (hour * 60 + minute) * 60 + second) * 1000;
  return Math.min(Math.max(0, time - wall), LONGEST);
}

/** Of the Gregorian calendar; `month` counts from 0. */
function daysSince1970(year: number, month: number, day: number): number {
  // Years that begin in March end with the day that is not always there.
  const shifted = month < 2 ? year - 1 : year;
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  const dayOfYear = Math.floor((153 * ((month + 10) % 12) + 2) / 5) + day - 1;
  return shifted * 365 + leapDays + dayOfYear - 719_468;
}

/** Nobody is kept waiting for longer by one answer. */
const LONGEST = 86_400_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DATE = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
