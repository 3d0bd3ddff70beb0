import { trimWhitespace } from '../syntax.ts';

/** Lower-case names and values, in their order. */
export interface Fields {
  readonly names: string[];
  readonly values: string[];
}

/** Takes field lines apart that were found good, each with its CRLF. */
export function splitFields(lines: string): Fields {
  const split = lines.split('\r\n');
  const count = split.length - 1;
  // The native one takes this octet for white space as well, which no other rule would let through.
  const mayTrim = !lines.includes('\u00a0');
  const names = new Array<string>(count);
  const values = new Array<string>(count);
  for (let at = 0; at < count; at++) {
    const line = split[at];
    const colon = line.indexOf(':');
    names[at] = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1);
    values[at] = mayTrim ? value.trim() : trimWhitespace(value);
  }
  return { names, values };
}

/**
 * The value of the only line of `name` among `lines`, which have lower-case names and an LF before the first one;
 * `undefined` when there is none, or more than one.
 */
export function onlyValue(lines: string, name: string): string | undefined {
  const mark = `\n${name}:`;
  const at = lines.indexOf(mark);
  if (at < 0 || lines.indexOf(mark, at + mark.length) >= 0) return undefined;
  const start = at + mark.length;
  return trimWhitespace(lines.slice(start, lines.indexOf('\r', start)));
}
