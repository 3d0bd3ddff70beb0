import { dateText } from './date.ts';
import type { Headers } from './headers.ts';
import { isToken } from './syntax.ts';

/** The cookies that a client sent (RFC 6265 section 4.2), by name; of one that comes twice the first, which has the longer path. */
export function parseCookies(headers: Headers): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const line of headers.all('cookie')) {
    for (const pair of line.split(';', MOST_COOKIES)) {
      const equals = pair.indexOf('=');
      const name = pair.slice(0, Math.max(0, equals)).trim();
      if (name === '' || cookies.has(name)) continue;
      const value = pair.slice(equals + 1).trim();
      cookies.set(name, /^".*"$/.test(value) ? value.slice(1, -1) : value);
    }
  }
  return cookies;
}

/** What is left out is as safe as it can be: only for us, not for scripts, not from other sites, until the browser closes. */
export interface CookieOptions {
  /** For hosts below this one as well. */
  readonly domain?: string;
  /** `/` when left out. */
  readonly path?: string;
  /** Seconds; 0 removes the cookie. */
  readonly maxAge?: number;
  /** Milliseconds since 1970. */
  readonly expires?: number;
  /** Only over TLS; true when left out. */
  readonly secure?: boolean;
  /** Not for scripts; true when left out. */
  readonly httpOnly?: boolean;
  /** `Lax` when left out. */
  readonly sameSite?: 'Strict' | 'Lax' | 'None';
}

/**
 * The value of a `Set-Cookie` field. Throws for what browsers would not take: a bad name or value, `__Host-` with
 * a domain, another path than `/` or without `Secure`, `__Secure-` or `SameSite=None` without `Secure`.
 */
export function setCookie(name: string, value: string, options: CookieOptions = {}): string {
  const { domain, path = '/', maxAge, expires } = options;
  const { secure = true, httpOnly = true, sameSite = 'Lax' } = options;
  if (!isToken(name)) throw new TypeError(`${JSON.stringify(name)} is no name of a cookie`);
  if (!/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/.test(value)) {
    throw new TypeError(`the cookie ${name} cannot be ${JSON.stringify(value)}`);
  }
  if (/[^\x20-\x3a\x3c-\x7e]/.test(path + (domain ?? ''))) throw new TypeError('a bad attribute');
  const prefix = /^__(?:Host|Secure)-/i.exec(name)?.[0].toLowerCase();
  if (prefix === '__host-' && (domain !== undefined || path !== '/')) {
    throw new TypeError(`${name} has a domain or a path`);
  }
  if (!secure && (prefix !== undefined || sameSite === 'None')) {
    throw new TypeError(`${name} is not secure`);
  }
  let text = `${name}=${value}; Path=${path}`;
  if (domain !== undefined) text += `; Domain=${domain}`;
  if (maxAge !== undefined) text += `; Max-Age=${Math.floor(maxAge)}`;
  if (expires !== undefined) text += `; Expires=${dateText(expires)}`;
  if (secure) text += '; Secure';
  if (httpOnly) text += '; HttpOnly';
  return `${text}; SameSite=${sameSite}`;
}

const MOST_COOKIES = 100;
