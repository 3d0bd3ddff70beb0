import { Headers } from '../headers.ts';
import type { Judged } from '../refusal.ts';
import { refused } from '../refusal.ts';
import { splitFields } from './field-lines.ts';

/**
 * Reads field lines, each with its CRLF (RFC 9112 section 5). Refused are folded lines, white space before the
 * colon, names that are no tokens and control characters: what one reader sees as two fields and another as one.
 *
 * Native functions of the engine look at the characters: in an interpreter a loop over them would cost
 * twice as much as everything else.
 */
export function parseFields(text: string, limit: number): Judged<Headers> {
  if (text === '') return { ok: true, value: new Headers() };
  if (!FIELD_LINES.test(text)) return refused(400, complaint(text));
  const { names, values } = splitFields(text);
  if (names.length > limit) return refused(431, `${names.length} fields`);
  return { ok: true, value: Headers.ofParsed(names, values) };
}

/** What is wrong with field lines that are not good. */
function complaint(text: string): string {
  for (const line of text.split('\r\n')) {
    if (/^[\t ]/.test(line)) return 'a folded line';
    if (line.includes('\r')) return 'a bare CR';
    if (/^[^:]*[\t ]+:/.test(line)) return 'white space in front of a colon';
    if (line !== '' && !FIELD_LINES.test(`${line}\r\n`)) break;
  }
  return 'a line that is no field';
}

const FIELD_LINES = /^(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)+$/;
