/** The lexical rules that all header fields share (RFC 9110 section 5.6). Texts are latin1: a character for each octet. */

/** Whether `text` is a token: a method, a field name, the name of a parameter. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Whether `text` can be the value of a field: no control character but the tab. */
export function isFieldValue(text: string): boolean {
  return FIELD_VALUE.test(text);
}

/** `text` without spaces and tabs at either end (OWS); `trim()` would take other white space as well. */
export function trimWhitespace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhitespace(text.charCodeAt(start))) start++;
  while (end > start && isWhitespace(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/**
 * The elements of a list `#element` (RFC 9110 section 5.6.1), without empty ones. Commas in quoted
 * strings do not separate; a quoted string that never ends reaches to the end.
 */
export function listElements(value: string): string[] {
  return split(value, ',').filter((element) => element !== '');
}

/** What stands before the first semicolon, and the parameters behind it, by lower-case name. */
export interface Parameterised {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Reads `value;name=token;name="quoted string"`; of a parameter that comes twice the first one counts. */
export function parseParameters(text: string): Parameterised {
  const [value, ...rest] = split(text, ';');
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const equals = parameter.indexOf('=');
    if (equals <= 0) continue;
    const name = trimWhitespace(parameter.slice(0, equals)).toLowerCase();
    if (!parameters.has(name)) {
      parameters.set(name, unquote(trimWhitespace(parameter.slice(equals + 1))));
    }
  }
  return { value, parameters };
}

/** `text` as a quoted string (RFC 9110 section 5.6.4). */
export function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  const end = text.endsWith('"') && text.length > 1 ? -1 : undefined;
  return text.slice(1, end).replaceAll(/\\(.)/g, '$1');
}

/** Splits at `separator` outside of quoted strings; the parts come without white space around them. */
function split(text: string, separator: string): string[] {
  if (!text.includes('"')) return text.split(separator).map(trimWhitespace);
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) at += character === '\\' ? 1 : 0;
    else if (character === separator) {
      parts.push(trimWhitespace(text.slice(start, at)));
      start = at + 1;
    }
  }
  parts.push(trimWhitespace(text.slice(start)));
  return parts;
}

function isWhitespace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
