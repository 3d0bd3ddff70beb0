import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import { originText, resolveUrl } from '../url.ts';
import type { ClientResponse, Outgoing } from './connection.ts';

/**
 * The request that `response` sends `outgoing` on to (RFC 9110 section 15.4); `undefined` when it does not. What is secret
 * goes to no other origin, and nobody is sent from TLS to without.
 */
export function redirected(
  outgoing: Outgoing,
  { status, headers }: ClientResponse,
): Result<Outgoing> | undefined {
  const location = headers.get('location');
  if (location === undefined || !REDIRECTIONS.includes(status)) return undefined;
  const url = resolveUrl(location, outgoing.url);
  if (!url.ok) return url;
  if (outgoing.url.scheme === 'https' && url.value.scheme === 'http') {
    return malformed('a redirection from https to http');
  }
  const kept = outgoing.headers.copy();
  if (originText(url.value) !== originText(outgoing.url)) {
    for (const name of SECRETS) kept.delete(name);
  }
  const { method, body } = outgoing;
  const isRead = method === 'GET' || method === 'HEAD';
  if (isRead || status === 307 || status === 308) {
    // A body that was made while it was sent cannot be made again.
    if (body !== undefined && 'start' in body) return malformed('a redirection of a stream');
    return ok({ method, url: url.value, headers: kept, body });
  }
  if (status !== 303 && method !== 'POST') return undefined;
  for (const name of OF_BODY) kept.delete(name);
  return ok({ method: 'GET', url: url.value, headers: kept, body: undefined });
}

const REDIRECTIONS = [301, 302, 303, 307, 308];
const SECRETS = ['authorization', 'cookie', 'proxy-authorization'];
const OF_BODY = ['content-type', 'content-encoding', 'content-language', 'content-location'];
