import { encodeLatin1 } from '@atoll/bytes/latin1';
import { Headers } from './headers.ts';
import type { Response } from './message.ts';
import { listElements } from './syntax.ts';

/** Octets from `start` up to, and without, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The ranges of a `Range` field (RFC 9110 section 14.2) within `length` octets; `undefined` when it is to be
 * ignored, because it is malformed, of another unit, or an attack (CVE-2011-3192): too many ranges, or ranges
 * that overlap. No ranges at all when none of them is satisfiable.
 */
export function parseRange(value: string, length: number): readonly ByteRange[] | undefined {
  const [, list] = /^bytes=(.*)$/i.exec(value) ?? [];
  if (list === undefined) return undefined;
  const elements = listElements(list);
  if (elements.length === 0 || elements.length > MOST_RANGES) return undefined;
  const ranges: ByteRange[] = [];
  for (const element of elements) {
    const [, first, last] = /^([0-9]{0,15})-([0-9]{0,15})$/.exec(element) ?? [];
    if (first === undefined || (first === '' && last === '')) return undefined;
    if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
    const start = first === '' ? Math.max(0, length - Number(last)) : Number(first);
    const end = first === '' || last === '' ? length : Math.min(length, Number(last) + 1);
    if (start < end) ranges.push({ start, end });
  }
  return overlap(ranges) ? undefined : ranges;
}

/**
 * The answer to a GET for `ranges` of `bytes`: 206 with one part, or with several as multipart/byteranges, or
 * 416. `headers` are those of the whole; `boundary` must not occur in `bytes`.
 */
export function rangeResponse(
  bytes: Uint8Array,
  ranges: readonly ByteRange[],
  headers: Headers,
  boundary: string,
): Response {
  const [range, ...others] = ranges;
  if (range === undefined) {
    // What is said of the whole is not said of an error.
    const unsatisfied = new Headers({ 'content-range': `bytes */${bytes.length}` });
    return { status: 416, headers: unsatisfied };
  }
  if (others.length === 0) {
    const body = bytes.subarray(range.start, range.end);
    return { status: 206, headers: headers.copy().set('content-range', text(range, bytes)), body };
  }
  const type = headers.get('content-type');
  const typeLine = type === undefined ? '' : `content-type: ${type}\r\n`;
  const body = ranges.flatMap((one) => [
    encodeLatin1(`\r\n--${boundary}\r\n${typeLine}content-range: ${text(one, bytes)}\r\n\r\n`),
    bytes.subarray(one.start, one.end),
  ]);
  body.push(encodeLatin1(`\r\n--${boundary}--\r\n`));
  const multipart = `multipart/byteranges; boundary=${boundary}`;
  return { status: 206, headers: headers.copy().set('content-type', multipart), body };
}

function text({ start, end }: ByteRange, { length }: Uint8Array): string {
  return `bytes ${start}-${end - 1}/${length}`;
}

function overlap(ranges: readonly ByteRange[]): boolean {
  const sorted = ranges.toSorted((one, other) => one.start - other.start);
  return sorted.some(({ start }, at) => at > 0 && start < sorted[at - 1].end);
}

const MOST_RANGES = 16;
