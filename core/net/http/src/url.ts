import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import { isAuthority } from './target.ts';

/** Whom to connect to. */
export interface Origin {
  readonly scheme: 'http' | 'https';
  /** A name in lower case, an IPv4 address, or an IPv6 address in brackets. */
  readonly host: string;
  readonly port: number;
}

/** An address of the web without its fragment. */
export interface Url extends Origin {
  /** The path and the query, as they go into a request. */
  readonly target: string;
}

/** Reads an absolute URL of `http` or `https` (RFC 9110 section 4.2), percent-encoded; user information is refused. */
export function parseUrl(text: string): Result<Url> {
  const parts = /^(https?):\/\/([^/?#]*)([^#]*)(?:#.*)?$/is.exec(text);
  if (parts === null) return malformed('no URL of http or https');
  const [, schemeText, authority, rest] = parts;
  if (!isAuthority(authority)) return malformed('a bad host in a URL');
  if (/[^\x21-\x7e]/.test(rest)) return malformed('a character in a URL that is not encoded');
  const scheme = schemeText.toLowerCase() === 'https' ? 'https' : 'http';
  const [, host, portText] = /^(.*?)(?::([0-9]*))?$/.exec(authority) ?? [];
  const port = portText ? Number(portText) : DEFAULT_PORTS[scheme];
  if (port < 1 || port > 0xffff) return malformed('a bad port in a URL');
  const target = rest.startsWith('/') ? rest : `/${rest}`;
  return ok({ scheme, host: host.toLowerCase(), port, target });
}

/** What `reference` means in a document from `base` (RFC 3986 section 5.2). */
export function resolveUrl(reference: string, base: Url): Result<Url> {
  const [text] = reference.split('#', 1);
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(text)) return parseUrl(text);
  if (text.startsWith('//')) return parseUrl(`${base.scheme}:${text}`);
  const [path, query] = splitTarget(base.target);
  const [newPath, newQuery] = splitTarget(text);
  const queryText = (one: string | undefined) => (one === undefined ? '' : `?${one}`);
  let target: string;
  if (newPath === '') target = path + queryText(newQuery ?? query);
  else if (newPath.startsWith('/')) target = withoutDots(newPath) + queryText(newQuery);
  else target = withoutDots(path.replace(/[^/]*$/, newPath)) + queryText(newQuery);
  return parseUrl(`${originText(base)}${target}`);
}

/** `https://www.example.org`, the port left out when it is the usual one. */
export function originText(origin: Origin): string {
  return `${origin.scheme}://${authorityText(origin)}`;
}

/** What goes into the field Host. */
export function authorityText({ scheme, host, port }: Origin): string {
  return port === DEFAULT_PORTS[scheme] ? host : `${host}:${port}`;
}

function splitTarget(target: string): [path: string, query: string | undefined] {
  const question = target.indexOf('?');
  return question < 0
    ? [target, undefined]
    : [target.slice(0, question), target.slice(question + 1)];
}

/** An absolute path without `.` and `..` (RFC 3986 section 5.2.4). */
function withoutDots(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [at, segment] of segments.entries()) {
    const isLast = at === segments.length - 1;
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
    if (isLast && (segment === '..' || segment === '.')) kept.push('');
  }
  return `/${kept.join('/')}`;
}

const DEFAULT_PORTS = { http: 80, https: 443 } as const;
