import { daysUntil } from '@atoll/calendar/calendar';

/** Milliseconds since 1970 of a time of RFC 3339; `undefined` when `value` is none. Fractions are cut. */
export function parseTimestamp(value: unknown): number | undefined {
  const parts = typeof value === 'string' && value.length < 64 ? FORM.exec(value) : null;
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number);
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= 31;
  if (!isDay || hour > 23 || minute > 59 || second > 60) return undefined;
  const [sign, aheadHours, aheadMinutes] = [parts[7], Number(parts[8] ?? 0), Number(parts[9] ?? 0)];
  const ahead = (sign === '-' ? -1 : 1) * (aheadHours * 60 + aheadMinutes);
  const days = daysUntil({ year, month: month - 1, day });
  return (days * 86_400 + (hour * 60 + minute - ahead) * 60 + second) * 1000;
}

const FORM =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
