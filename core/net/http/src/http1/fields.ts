import { Headers } from '../headers.ts';
import type { Judged } from '../refusal.ts';
import { refused } from '../refusal.ts';
import { trimWhitespace } from '../syntax.ts';

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
  const lines = text.split('\r\n');
  const count = lines.length - 1;
  if (count > limit) return refused(431, `${count} fields`);
  // The native one takes this octet for white space as well, which no other rule would let through.
  const mayTrim = !text.includes('\u00a0');
  const names = new Array<string>(count);
  const values = new Array<string>(count);
  for (let at = 0; at < count; at++) {
    const line = lines[at];
    const colon = line.indexOf(':');
    names[at] = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1);
    values[at] = mayTrim ? value.trim() : trimWhitespace(value);
  }
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
