import { parseDate } from './date.ts';
import { isSameStrongly, isSameWeakly, isTag, parseTags } from './entity-tag.ts';
import type { Headers } from './headers.ts';

/** What tells one state of a resource from another. */
export interface Validators {
  /** An entity tag as it is written, `"abc"` or `W/"abc"`. */
  readonly tag?: string | undefined;
  /** When it changed, in milliseconds since 1970. */
  readonly modified?: number | undefined;
}

/**
 * What the preconditions of a request come to, in the order of RFC 9110 section 13.2.2: the status to answer
 * instead, or `undefined` when the method is to be carried out. `current` is `undefined` when there is nothing at the
 * target yet. Evaluate them only where the answer without them would be 2xx.
 */
export function evaluateConditions(
  method: string,
  headers: Headers,
  current: Validators | undefined,
  now: number,
): 304 | 412 | undefined {
  const match = headers.get('if-match');
  if (match !== undefined) {
    if (!matches(match, current, isSameStrongly)) return 412;
  } else if (isModifiedSince(headers.get('if-unmodified-since'), current, now) === true) {
    return 412;
  }
  const isReading = method === 'GET' || method === 'HEAD';
  const noneMatch = headers.get('if-none-match');
  if (noneMatch !== undefined) {
    if (matches(noneMatch, current, isSameWeakly)) return isReading ? 304 : 412;
  } else if (
    isReading &&
    isModifiedSince(headers.get('if-modified-since'), current, now) === false
  ) {
    return 304;
  }
  return undefined;
}

/** Whether a Range is to be applied: without If-Range, or when that names the current state (RFC 9110 section 13.1.5). */
export function isRangeCurrent(headers: Headers, current: Validators, now: number): boolean {
  const condition = headers.get('if-range');
  if (condition === undefined) return true;
  if (isTag(condition)) return current.tag !== undefined && isSameStrongly(condition, current.tag);
  // A date is exact only when nothing can have changed within that second.
  const { modified } = current;
  const date = parseDate(condition, now);
  return modified !== undefined && date === wholeSecond(modified) && now - date >= 1000;
}

function matches(
  value: string,
  current: Validators | undefined,
  isSame: (one: string, other: string) => boolean,
): boolean {
  const tags = parseTags(value);
  if (tags === '*') return current !== undefined;
  const tag = current?.tag;
  return tag !== undefined && tags.some((one) => isSame(one, tag));
}

/** `undefined` when that cannot be said: no date, or no time of the last change. */
function isModifiedSince(
  value: string | undefined,
  current: Validators | undefined,
  now: number,
): boolean | undefined {
  const date = value === undefined ? undefined : parseDate(value, now);
  if (date === undefined || current?.modified === undefined) return undefined;
  return wholeSecond(current.modified) > date;
}

function wholeSecond(time: number): number {
  return Math.floor(time / 1000) * 1000;
}
