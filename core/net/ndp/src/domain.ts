import { encodeUtf8 } from '@atoll/bytes/utf8';
import type { Writer } from '@atoll/bytes/writer';

/**
 * The domain names in `bytes[start, end)`, one after the other as RFC 1035 section 3.1 writes them, without
 * compression, zeros behind the last (RFC 8106 section 5.2). Reading stops at the first that is no host's
 * name, because where the next would begin is then anybody's guess.
 */
export function domainsIn(bytes: Uint8Array, start: number, end: number): string[] {
  const domains: string[] = [];
  let at = start;
  while (at < end && bytes[at] !== 0) {
    const first = at;
    const labels: string[] = [];
    while (at < end && bytes[at] !== 0) {
      const label = labelAt(bytes, at, end);
      if (label === undefined) return domains;
      labels.push(label);
      at += 1 + bytes[at];
    }
    // Without the root's label the name was cut off.
    if (at >= end || at - first >= LONGEST_NAME) return domains;
    domains.push(labels.join('.'));
    at++;
  }
  return domains;
}

/** Writes `domain`, which has labels of 1 to 63 characters. */
export function writeDomain(writer: Writer, domain: string): void {
  for (const label of domain.split('.')) {
    const bytes = encodeUtf8(label);
    writer.u8(bytes.length);
    writer.bytes(bytes);
  }
  writer.u8(0);
}

/** The label at `at`, in lower case; `undefined` when it is not made of letters, digits, `-` and `_`. */
function labelAt(bytes: Uint8Array, at: number, end: number): string | undefined {
  const length = bytes[at];
  if (length > LONGEST_LABEL || at + 1 + length > end) return undefined;
  const label = String.fromCharCode(...bytes.subarray(at + 1, at + 1 + length));
  return /^[-_0-9A-Za-z]+$/.test(label) ? label.toLowerCase() : undefined;
}

const LONGEST_LABEL = 63;
const LONGEST_NAME = 255;
