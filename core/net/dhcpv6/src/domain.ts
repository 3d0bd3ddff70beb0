/** Lists of domain names in options: as in DNS, but never compressed (RFC 9915 section 10). */
import { Writer } from '@atoll/bytes/writer';

/** The octets of `names`, whose labels have 1 to 63 ASCII characters. */
export function emitDomains(names: readonly string[]): Uint8Array {
  const out = new Writer(64);
  for (const name of names) {
    for (const label of name.split('.')) {
      out.u8(label.length);
      for (let at = 0; at < label.length; at++) out.u8(label.charCodeAt(at));
    }
    out.u8(0);
  }
  return out.finish();
}

/**
 * The inverse of {@link emitDomains}, in lower case; `undefined` when `bytes` are no list of names made of
 * letters, digits, hyphens and underscores. The root is none.
 */
export function parseDomains(bytes: Uint8Array): string[] | undefined {
  const names: string[] = [];
  let labels: string[] = [];
  let start = 0;
  let at = 0;
  while (at < bytes.length) {
    const length = bytes[at++];
    if (length === 0) {
      if (labels.length === 0 || at - start > LONGEST_NAME) return undefined;
      names.push(labels.join('.'));
      labels = [];
      start = at;
      continue;
    }
    if (length > LONGEST_LABEL || at + length > bytes.length) return undefined;
    const label = String.fromCharCode(...bytes.subarray(at, at + length));
    if (!/^[a-z0-9_-]+$/i.test(label)) return undefined;
    labels.push(label.toLowerCase());
    at += length;
  }
  return labels.length === 0 ? names : undefined;
}

const LONGEST_LABEL = 63;
const LONGEST_NAME = 255;
