import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';

/**
 * A URL that requests may go to: `https`, at most {@link LONGEST} printable characters, without user information and
 * fragment. `http` only where `allowsHttp` says so, as tests do. Another origin than that of the directory is fine.
 */
export function checkUrl(text: unknown, allowsHttp = false): Result<string> {
  if (typeof text !== 'string' || text.length > LONGEST) return malformed('no URL');
  const scheme = allowsHttp ? 'https?' : 'https';
  const host = String.raw`(?:[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])`;
  const form = new RegExp(String.raw`^${scheme}://${host}(:[0-9]{1,5})?(/[\x21\x24-\x7e]*)?$`, 'i');
  return form.test(text) ? ok(text) : malformed(`a URL that is not good: ${printable(text)}`);
}

function printable(text: string): string {
  return JSON.stringify(text.slice(0, 80).replace(/[^\x20-\x7e]/g, '?'));
}

const LONGEST = 1024;
