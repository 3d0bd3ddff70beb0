import type { Headers } from '../headers.ts';
import type { Judged } from '../refusal.ts';
import { refused } from '../refusal.ts';
import { listElements } from '../syntax.ts';
import type { Target } from '../target.ts';
import { parseTarget } from '../target.ts';
import { parseFields } from './fields.ts';
import { requestFraming } from './framing.ts';

/** A request without its body. */
export interface RequestHead extends Target {
  readonly method: string;
  /** HTTP/1.0 and not 1.1. */
  readonly isOld: boolean;
  readonly headers: Headers;
  /** Octets of the body, or chunks. */
  readonly framing: number | 'chunked';
  /** Whether the client wants to send more requests. */
  readonly isPersistent: boolean;
  /** Whether the client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
}

/** Reads a head as {@link HeadCollector} gives it (RFC 9112 sections 3 to 6). */
export function parseRequest(text: string, fieldLimit: number): Judged<RequestHead> {
  const end = text.indexOf('\r\n');
  const line = REQUEST_LINE.exec(text.slice(0, end));
  if (line === null) return refused(400, 'a bad request line');
  // No destructuring of arrays here: each would run an iterator.
  const method = line[1];
  if (line[3] !== '1') return refused(505, `HTTP/${line[3]}.${line[4]}`);
  if (method === 'CONNECT') return refused(501, 'CONNECT');
  const fields = parseFields(text.slice(end + 2), fieldLimit);
  if (!fields.ok) return fields;
  const headers = fields.value;
  const isOld = line[4] === '0';
  const hosts = headers.all('host');
  if (hosts.length > 1) return refused(400, 'more than one Host');
  const host = hosts.length === 0 ? '' : hosts[0];
  if (host === '' && !isOld) return refused(400, 'no Host');
  const place = parseTarget(line[2], method, host);
  if (!place.ok) return place;
  const { authority, path, query } = place.value;
  const framing = requestFraming(headers, isOld);
  if (!framing.ok) return framing;
  const expectation = headers.get('expect')?.toLowerCase();
  if (expectation !== undefined && expectation !== '100-continue') return refused(417, 'Expect');
  return {
    ok: true,
    value: {
      method,
      authority,
      path,
      query,
      isOld,
      headers,
      framing: framing.value,
      isPersistent: isPersistent(headers, isOld),
      // What has no body, or cannot understand the answer, is not waited for (RFC 9110 section 10.1.1).
      expectsContinue: expectation !== undefined && !isOld && framing.value !== 0,
    },
  };
}

/** Whether the connection goes on after a message (RFC 9112 section 9.3). */
export function isPersistent(headers: Headers, isOld: boolean): boolean {
  const connection = headers.get('connection');
  if (connection === undefined) return !isOld;
  // What browsers say.
  if (connection === 'keep-alive') return true;
  const options = listElements(connection.toLowerCase());
  return !options.includes('close') && (!isOld || options.includes('keep-alive'));
}

const REQUEST_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e]+) HTTP\/([0-9])\.([0-9])$/;
