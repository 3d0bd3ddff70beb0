/** Whether an answer is one to what we asked. DHCP has no other protection than these numbers. */
import { isDuid, isSameDuid } from '../duid.ts';
import { findOption, OPTION } from '../option.ts';
import { type Dhcpv6Message, MESSAGE_TYPE } from '../packet.ts';
import { serverOf } from './message.ts';
import type { State } from './state.ts';

/** Why `message` is no answer for `duid` in `state`; `undefined` when it may be (RFC 9915 sections 16.3 and 16.10). */
export function strangeness(
  { type, transactionId, options }: Dhcpv6Message,
  duid: Uint8Array,
  state: State,
): string | undefined {
  if (!('sent' in state) || state.sent === 0) return 'nothing was asked for';
  if (type !== MESSAGE_TYPE.ADVERTISE && type !== MESSAGE_TYPE.REPLY) return 'it is no answer';
  if (transactionId !== state.transactionId) return 'it belongs to another transaction';
  const client = findOption(options, OPTION.CLIENT_ID);
  if (client === undefined || !isSameDuid(client, duid)) return 'it is for another client';
  const server = findOption(options, OPTION.SERVER_ID);
  if (server === undefined || !isDuid(server)) return 'it does not say who the server is';
  const expected = serverOf(state);
  const isExpected = expected === undefined || isSameDuid(server, expected);
  return isExpected ? undefined : 'it comes from another server';
}
