import type { Gzip } from './fast.ts';
import { Headers } from './headers.ts';
import type { Body, Request, Response } from './message.ts';
import { acceptedCoding } from './negotiation.ts';

/**
 * `response` compressed, when the client can read that, the body is bytes of text, and it becomes shorter. Its entity tag
 * becomes a weak one.
 *
 * What holds a secret and repeats what a stranger wrote should not be compressed: its length tells of the secret
 * (BREACH).
 */
export function compressed(request: Request, response: Response, gzip: Gzip): Response {
  const { status, headers = new Headers(), body } = response;
  if (!isBytes(body) || body.length < SHORTEST || status !== 200) return response;
  if (headers.has('content-encoding') || !TEXT.test(headers.get('content-type') ?? '')) {
    return response;
  }
  const varied = headers.copy().append('vary', 'accept-encoding');
  const isAccepted = acceptedCoding(request.headers, CODINGS) === 'gzip';
  const shorter = isAccepted ? gzip(body) : undefined;
  if (shorter === undefined) return { ...response, headers: varied };
  const tag = varied.get('etag');
  if (tag?.startsWith('"')) varied.set('etag', `W/${tag}`);
  return { ...response, headers: varied.append('content-encoding', 'gzip'), body: shorter };
}

function isBytes(body: Body | undefined): body is Uint8Array {
  return body instanceof Uint8Array;
}

const CODINGS = ['gzip'] as const;
const TEXT = /^(?:text\/|application\/(?:json|javascript|xml|[\w.-]+\+(?:json|xml))|image\/svg)/i;
/** Fewer octets fit into one segment anyway. */
const SHORTEST = 1024;
