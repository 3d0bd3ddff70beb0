import { decodeBase64, encodeBase64 } from '@atoll/bytes/base64';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';

/** What stands between a `BEGIN` and an `END`. */
export interface PemBlock {
  /** `CERTIFICATE`, `PRIVATE KEY`. */
  readonly label: string;
  readonly bytes: Uint8Array;
}

/**
 * The blocks of `text` (RFC 7468), in order. Text around them is for people and passed over; what is
 * in them must be Base64 and nothing else. No block at all is a failure.
 */
export function parsePem(text: string): Result<PemBlock[]> {
  const blocks: PemBlock[] = [];
  const lines = text.split(/\r\n|\r|\n/);
  for (let at = 0; at < lines.length; at++) {
    const label = BEGIN.exec(lines[at])?.[1];
    if (label === undefined) continue;
    const end = lines.indexOf(`-----END ${label}-----`, at);
    const place = `the ${label} in line ${at + 1}`;
    if (end < 0) return malformed(`${place} has no end`);
    const inside = lines.slice(at + 1, end).map((line) => line.trim());
    if (inside.some((line) => line.startsWith('Proc-Type:'))) {
      return malformed(`${place} is encrypted in the way before PKCS #8`);
    }
    const bytes = decodeBase64(inside.join(''));
    if (bytes === undefined) return malformed(`${place} is not Base64`);
    blocks.push({ label, bytes });
    at = end;
  }
  return blocks.length > 0 ? ok(blocks) : malformed('no PEM block');
}

/** One block, in lines of 64 characters. */
export function emitPem({ label, bytes }: PemBlock): string {
  const lines = encodeBase64(bytes).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

const BEGIN = /^-----BEGIN ([A-Z0-9][A-Z0-9 ]*)-----\s*$/;
