import { Writer } from '@atoll/bytes/writer';

export interface DomainList {
  /** In lower case, without a dot at their ends. */
  readonly domains: readonly string[];
  /** The offset behind the last of them. */
  readonly end: number;
}

/**
 * The domain names in `bytes[start, end)`, one after the other as RFC 1035 section 3.1 writes them, without
 * compression. Reading stops at the first that is no host's name, because where the next would begin is then
 * anybody's guess; the root is none, so it stops at padding as well.
 */
export function readDomains(bytes: Uint8Array, start: number, end: number): DomainList {
  const domains: string[] = [];
  let done = start;
  let labels: string[] = [];
  for (let at = start; at < end; ) {
    if (bytes[at] === 0) {
      at++;
      if (labels.length === 0 || at - done > LONGEST_NAME) break;
      domains.push(labels.join('.'));
      labels = [];
      done = at;
    } else {
      const label = labelAt(bytes, at, end);
      if (label === undefined) break;
      labels.push(label);
      at += 1 + label.length;
    }
  }
  return { domains, end: done };
}

/** The inverse of {@link readDomains}, of names whose labels have 1 to 63 ASCII characters. */
export function emitDomains(domains: readonly string[]): Uint8Array {
  const out = new Writer(64);
  for (const domain of domains) {
    for (const label of domain.split('.')) {
      out.u8(label.length);
      for (let at = 0; at < label.length; at++) out.u8(label.charCodeAt(at));
    }
    out.u8(0);
  }
  return out.finish();
}

/** The label at `at`, in lower case; `undefined` when it is not made of letters, digits, `-` and `_`. */
function labelAt(bytes: Uint8Array, at: number, end: number): string | undefined {
  const length = bytes[at];
  if (length > LONGEST_LABEL || at + 1 + length > end) return undefined;
  const label = String.fromCharCode(...bytes.subarray(at + 1, at + 1 + length));
  return /^[-_0-9A-Za-z]+$/.test(label) ? label.toLowerCase() : undefined;
}

/** In octets (RFC 1035 section 2.3.4). */
const LONGEST_LABEL = 63;
const LONGEST_NAME = 255;
