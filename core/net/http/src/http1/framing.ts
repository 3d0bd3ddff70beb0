import type { Headers } from '../headers.ts';
import type { Judged } from '../refusal.ts';
import { refused } from '../refusal.ts';
import { listElements } from '../syntax.ts';

/**
 * The framing of a request (RFC 9112 section 6.3). Two answers to where a body ends are refused, as are two
 * lengths that are the same: who forwarded the message may have taken the other one.
 */
export function requestFraming(headers: Headers, isOld: boolean): Judged<number | 'chunked'> {
  const framing = statedFraming(headers);
  if (!framing.ok) return framing;
  if (framing.value === 'chunked' && isOld) return refused(400, 'chunks in HTTP/1.0');
  return framing.value === undefined ? NO_BODY : { ok: true, value: framing.value };
}

/** What the fields of a message say; `undefined` when nothing. */
export function statedFraming(headers: Headers): Judged<number | 'chunked' | undefined> {
  const codings = headers.get('transfer-encoding');
  const lengths = headers.all('content-length');
  if (codings !== undefined) {
    if (lengths.length > 0) return refused(400, 'Transfer-Encoding beside Content-Length');
    const [coding, ...others] = listElements(codings);
    if (coding?.toLowerCase() === 'chunked' && others.length === 0) return CHUNKED;
    const isLast = listElements(codings).at(-1)?.toLowerCase() === 'chunked';
    return refused(isLast ? 501 : 400, `the transfer coding ${codings.slice(0, 40)}`);
  }
  if (lengths.length === 0) return UNSAID;
  const length = lengths[0];
  if (lengths.length > 1 || !/^[0-9]{1,15}$/.test(length))
    return refused(400, 'a bad Content-Length');
  return { ok: true, value: Number(length) };
}

const NO_BODY = { ok: true, value: 0 } as const;
const UNSAID = { ok: true, value: undefined } as const;
const CHUNKED = { ok: true, value: 'chunked' } as const;
