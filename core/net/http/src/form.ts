import { encodeLatin1 } from '@atoll/bytes/latin1';
import { decodeUtf8 } from '@atoll/bytes/utf8';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';

/**
 * Reads `application/x-www-form-urlencoded` (WHATWG URL), of a body or of a query: names and values in their
 * order. A percent sign that encodes nothing stands for itself, and what is no UTF-8 becomes U+FFFD.
 */
export function parseForm(text: string): Result<readonly (readonly [string, string])[]> {
  const pairs = text.split('&', MOST_PAIRS + 1).filter((pair) => pair !== '');
  if (pairs.length > MOST_PAIRS) return malformed(`more than ${MOST_PAIRS} fields`);
  return ok(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 0) return [decode(pair), ''] as const;
      return [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))] as const;
    }),
  );
}

function decode(text: string): string {
  if (!/[%+\x80-\xff]/.test(text)) return text;
  const octets = text
    .replaceAll('+', ' ')
    .replaceAll(/%([0-9A-Fa-f]{2})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
  return decodeUtf8(encodeLatin1(octets));
}

const MOST_PAIRS = 1000;
