import type { Judged } from './refusal.ts';
import { refused } from './refusal.ts';

/** What a request is for. */
export interface Target {
  /** `host` or `host:port` in lower case; empty when nobody said it (HTTP/1.0). */
  readonly authority: string;
  /** As it came, percent-encoded, with its first slash; `*` for the server as a whole. */
  readonly path: string;
  /** What follows the question mark; `undefined` without one. */
  readonly query: string | undefined;
}

/**
 * Reads a request target in origin, absolute or asterisk form (RFC 9112 section 3.2). `host` is the value of the
 * Host field; an absolute target goes before it.
 */
export function parseTarget(text: string, method: string, host: string): Judged<Target> {
  if (host !== '' && !isAuthority(host)) return refused(400, 'a Host that is none');
  let authority = host.toLowerCase();
  let rest = text;
  if (text === '*') {
    if (method !== 'OPTIONS') return refused(400, `${method} for everything`);
    return { ok: true, value: { authority, path: text, query: undefined } };
  }
  if (!text.startsWith('/')) {
    const absolute = /^https?:\/\/([^/?]*)(.*)$/i.exec(text);
    if (absolute === null || !isAuthority(absolute[1])) return refused(400, 'a bad request target');
    authority = absolute[1].toLowerCase();
    rest = absolute[2].startsWith('/') ? absolute[2] : `/${absolute[2]}`;
  }
  // A fragment stays with the client.
  if (rest.includes('#')) return refused(400, 'a request target with a fragment');
  const question = rest.indexOf('?');
  const path = question < 0 ? rest : rest.slice(0, question);
  const query = question < 0 ? undefined : rest.slice(question + 1);
  return { ok: true, value: { authority, path, query } };
}

/** `host [ ":" port ]` without user information (RFC 3986 section 3.2); a host must be named. */
export function isAuthority(text: string): boolean {
  return AUTHORITY.test(text);
}

/**
 * The segments of a path, each decoded to latin1 of its octets: `/a%20b/c` is `a b`, `c`. Refused is what reaches elsewhere
 * when somebody else decodes again: bad percent-encoding, encoded slashes, backslashes and control
 * characters, and dot-segments, of which clients send none (RFC 3986 section 6.2.2.3).
 */
export function pathSegments(path: string): Judged<readonly string[]> {
  const segments = path.split('/');
  segments.shift();
  for (let at = 0; at < segments.length; at++) {
    const decoded = segments[at].includes('%') ? percentDecode(segments[at]) : segments[at];
    if (decoded === undefined) return refused(400, 'bad percent-encoding');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    if (/[\x00-\x1f/\\\x7f]/.test(decoded)) return refused(400, 'a bad character in a path');
    if (decoded === '.' || decoded === '..') return refused(400, 'a dot-segment');
    segments[at] = decoded;
  }
  return { ok: true, value: segments };
}

/** Latin1 of the octets; `undefined` when a percent sign is not followed by two hexadecimal digits. */
export function percentDecode(text: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  return text.replaceAll(/%(..)/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

const AUTHORITY = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=%]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?$/;
