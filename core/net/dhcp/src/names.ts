/**
 * Lists of domain names in options: the search list of RFC 3397, whose names are compressed as in DNS,
 * with pointers counted from the option's first octet.
 */
import type { Failure, Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';

/** The octets of `names`, which are ASCII and may end with a dot. */
export function emitNames(
  names: readonly string[],
  { compressed } = { compressed: true },
): Result<Uint8Array, Failure> {
  const bytes: number[] = [];
  const known = new Map<string, number>();
  for (const name of names) {
    const labels = name.replace(/\.$/, '').split('.');
    if (!labels.every(isLabel) || name.length > 253) {
      return misconfigured(`expected a domain name, not "${name}"`);
    }
    let index = 0;
    for (; index < labels.length; index++) {
      const suffix = labels.slice(index).join('.').toLowerCase();
      const pointer = compressed ? known.get(suffix) : undefined;
      if (pointer !== undefined) {
        bytes.push(POINTER | (pointer >>> 8), pointer & 0xff);
        break;
      }
      if (bytes.length < POINTER_LIMIT) known.set(suffix, bytes.length);
      bytes.push(labels[index].length);
      for (const character of labels[index]) bytes.push(character.charCodeAt(0));
    }
    if (index === labels.length) bytes.push(0);
  }
  return ok(Uint8Array.from(bytes));
}

/** The inverse of {@link emitNames}; `undefined` when `bytes` are no list of printable names. */
export function parseNames(bytes: Uint8Array): string[] | undefined {
  const names: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const labels: string[] = [];
    const end = parseName(bytes, at, labels);
    if (end === undefined) return undefined;
    names.push(labels.join('.'));
    at = end;
  }
  return names;
}

/** Adds the labels of the name at `start`; answers the offset behind it. */
function parseName(bytes: Uint8Array, start: number, labels: string[]): number | undefined {
  let at = start;
  let end: number | undefined;
  let size = 1;
  for (;;) {
    if (at >= bytes.length) return undefined;
    const length = bytes[at];
    if (length >= POINTER) {
      if (at + 1 >= bytes.length) return undefined;
      end ??= at + 2;
      const target = ((length & ~POINTER) << 8) | bytes[at + 1];
      // Only backwards, and labels add up to 255 octets at most: no name is endless.
      if (target >= at) return undefined;
      at = target;
      continue;
    }
    if (length === 0) return end ?? at + 1;
    size += length + 1;
    if (length > 63 || size > 255 || at + 1 + length > bytes.length) return undefined;
    let label = '';
    for (let index = at + 1; index <= at + length; index++) {
      label += String.fromCharCode(bytes[index]);
    }
    if (!/^[!-~]+$/.test(label)) return undefined;
    labels.push(label);
    at += 1 + length;
  }
}

function isLabel(label: string): boolean {
  return /^[!-~]{1,63}$/.test(label);
}

/** The two bits that mark a pointer (RFC 1035 section 4.1.4), and the first offset it cannot reach. */
const POINTER = 0xc0;
const POINTER_LIMIT = 0x4000;
