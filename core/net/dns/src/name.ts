import { malformed, ok, type Result } from '@atoll/result/result';
import { octetString, stringOctets } from './octets.ts';

/**
 * A domain name in uncompressed wire form, one character (code 0 to 255) an octet:
 * `www.example.` is `\x03www\x07example\x00`. At most 255 octets, labels of 1 to 63.
 *
 * As a string a name is a key of a `Map`, and a suffix of it is an ancestor. Two names are the same
 * domain when their {@link canonicalName}s are equal (RFC 4343).
 */
export type Name = string;

export const ROOT: Name = '\0';

/** The most octets that a name has, with the length octets and the root's (RFC 1035 section 2.3.4). */
export const NAME_LIMIT = 255;

/** The most octets that a label has (RFC 1035 section 2.3.4). */
export const LABEL_LIMIT = 63;

/**
 * The name that a master file writes as `text` (RFC 1035 section 5.1): labels with dots between, where
 * `\DDD` is the octet of that decimal value and `\X` the character X without its meaning. A name
 * without the last dot is taken as absolute; `.` is the root. A character above 255 is refused: an
 * internationalised name is written in its `xn--` form.
 */
export function parseName(text: string): Result<Name> {
  if (text === '.') return ok(ROOT);
  if (text === '') return malformed('empty domain name');
  let name = '';
  let label = '';
  let at = 0;
  while (at < text.length) {
    const character = text[at];
    if (character === '.') {
      if (label === '') return malformed(`empty label in ${text}`);
      name += String.fromCharCode(label.length) + label;
      label = '';
      at++;
      continue;
    }
    const step = character === '\\' ? escapeLength(text, at) : 1;
    const octet = step === 4 ? Number(text.slice(at + 1, at + 4)) : text.charCodeAt(at + step - 1);
    if (step === 0 || !(octet <= 0xff)) return malformed(`bad character or escape in ${text}`);
    label += String.fromCharCode(octet);
    if (label.length > LABEL_LIMIT) return malformed(`label above 63 octets in ${text}`);
    at += step;
  }
  if (label !== '') name += String.fromCharCode(label.length) + label;
  name += ROOT;
  return name.length > NAME_LIMIT ? malformed(`name above 255 octets: ${text}`) : ok(name);
}

/**
 * How many characters the escape at `at` takes, 4 for `\DDD` and 2 for `\X`; 0 when it is cut short or
 * has one digit or two only.
 */
export function escapeLength(text: string, at: number): number {
  const next = text.charCodeAt(at + 1);
  if (next >= 0x30 && next <= 0x39) return /^[0-9]{3}/.test(text.slice(at + 1, at + 4)) ? 4 : 0;
  return at + 1 < text.length ? 2 : 0;
}

/** The name as a master file writes it, always absolute: `www.example.`, and `.` for the root. */
export function nameText(name: Name): string {
  if (name === ROOT) return '.';
  let text = '';
  for (let at = 0; name.charCodeAt(at) !== 0; at += name.charCodeAt(at) + 1) {
    const label = name.slice(at + 1, at + 1 + name.charCodeAt(at));
    text += `${PLAIN_LABEL.test(label) ? label : label.replace(UNUSUAL, escapeOctet)}.`;
  }
  return text;
}

/** The name with its ASCII letters in lower case and all other octets as they are (RFC 4343). */
export function canonicalName(name: Name): Name {
  // Lengths are at most 63 and thus no letters. Names mostly are lower case and ASCII already.
  const lower = name.toLowerCase();
  if (lower === name || !BEYOND_ASCII.test(name)) return lower;
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Whether `name` is `ancestor` or below it, letter case aside. */
export function isSubdomain(name: Name, ancestor: Name): boolean {
  const start = name.length - ancestor.length;
  if (start < 0) return false;
  let at = 0;
  while (at < start) at += name.charCodeAt(at) + 1;
  if (at !== start) return false;
  return name.endsWith(ancestor) || canonicalName(name).endsWith(canonicalName(ancestor));
}

/** The name without its first label; `undefined` for the root. */
export function parentName(name: Name): Name | undefined {
  return name === ROOT ? undefined : name.slice(name.charCodeAt(0) + 1);
}

/** The labels from the first one to the top-level domain, as octets without lengths; none for the root. */
export function labels(name: Name): string[] {
  const found: string[] = [];
  for (let at = 0; name.charCodeAt(at) !== 0; at += name.charCodeAt(at) + 1) {
    found.push(name.slice(at + 1, at + 1 + name.charCodeAt(at)));
  }
  return found;
}

/** How many labels the name has, without the root's: 0 for the root, 2 for `www.example.`. */
export function labelCount(name: Name): number {
  let count = 0;
  for (let at = 0; name.charCodeAt(at) !== 0; at += name.charCodeAt(at) + 1) count++;
  return count;
}

/** The labels of `first` with those of `second` behind them; `undefined` when that is above 255 octets. */
export function concat(first: Name, second: Name): Name | undefined {
  const length = first.length - 1 + second.length;
  return length > NAME_LIMIT ? undefined : first.slice(0, -1) + second;
}

/** The octets of the name. */
export function nameOctets(name: Name): Uint8Array {
  return stringOctets(name);
}

/**
 * The uncompressed name at `start` of `octets`, such as the target in CNAME record data; `undefined`
 * when there is none.
 */
export function nameAt(octets: Uint8Array, start = 0): Name | undefined {
  const end = nameEnd(octets, start);
  if (end < 0) return undefined;
  const all = start === 0 && end === octets.length;
  return octetString(all ? octets : octets.subarray(start, end));
}

/** Where the uncompressed name at `start` of `octets` ends (exclusive); negative when there is none. */
export function nameEnd(octets: Uint8Array, start: number): number {
  const limit = Math.min(octets.length, start + NAME_LIMIT);
  let at = start;
  while (at < limit) {
    const length = octets[at];
    if (length === 0) return at + 1;
    if (length > LABEL_LIMIT) return -1;
    at += length + 1;
  }
  return -1;
}

/** `\X` for what master files give a meaning to, `\DDD` for what is not printable (RFC 1035 section 5.1). */
export function escapeOctet(character: string): string {
  const code = character.charCodeAt(0);
  if (code > 0x20 && code < 0x7f) return `\\${character}`;
  return `\\${String(code).padStart(3, '0')}`;
}

const PLAIN_LABEL = /^[A-Za-z0-9_*/-]+$/;
const UNUSUAL = /[^!#%&'*+,\-/0-9:<=>?A-Z[\]^_`a-z{|}~]/g;
const BEYOND_ASCII = /[\x80-\xff]/;
