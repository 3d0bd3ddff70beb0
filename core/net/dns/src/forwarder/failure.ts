import { extendedError } from '../answer.ts';
import { EDNS_OPTION } from '../edns.ts';
import type { Message } from '../message.ts';
import { RCODE } from '../type.ts';
import type { Failure } from './state.ts';

/** What the client is told: the server's code where it means something to clients, and why. */
export function failureOf(response: Message): Failure {
  const { rcode } = response;
  const passed = rcode === RCODE.REFUSED || rcode === RCODE.YXDOMAIN ? rcode : RCODE.SERVFAIL;
  const reasons = response.edns?.options.filter(
    ({ code, data }) => code === EDNS_OPTION.EXTENDED_ERROR && data.length <= REASON_LIMIT,
  );
  return { rcode: passed, options: reasons?.slice(0, 1) ?? [] };
}

/** Extended errors "Network Error" and "No Reachable Authority" (RFC 8914 sections 4.24 and 4.23), and "Other". */
export const LAME: Failure = {
  rcode: RCODE.SERVFAIL,
  options: [extendedError(23, 'upstream does not resolve')],
};
export const UNREACHABLE: Failure = { rcode: RCODE.SERVFAIL, options: [extendedError(22)] };
export const LOOP: Failure = {
  rcode: RCODE.SERVFAIL,
  options: [extendedError(0, 'CNAME chain too long')],
};

/** The longest extended error that is passed on, in octets. */
const REASON_LIMIT = 128;
