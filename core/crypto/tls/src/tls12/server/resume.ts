/** Tickets that come back (RFC 5077, 3.1 and 3.4; RFC 7627, 5.3). */
import { type ClientHello, TLS12 } from '../../hello.ts';
import type { ServerConfig } from '../../server/config.ts';
import { type EcdheSuite, type KeyKind, suiteOf } from '../suite.ts';
import type { Terms } from './choose.ts';

export interface Resumed12 {
  readonly suite: EcdheSuite;
  readonly kind: KeyKind;
  readonly master: Uint8Array;
}

/** What is in the client's ticket, when it is ours and fits; otherwise there is a full handshake. */
export function resume12(
  { tickets, clients }: ServerConfig,
  suites: readonly EcdheSuite[],
  hello: ClientHello,
  { ticket, serverName }: Terms['offer'],
  now: number,
): Resumed12 | undefined {
  if (ticket === undefined || ticket.length === 0) return undefined;
  if (tickets === undefined || clients) return undefined;
  const content = tickets.open(ticket, now);
  if (content?.version !== TLS12 || content.serverName !== (serverName ?? '')) return undefined;
  const found = suiteOf(suites, content.suite);
  if (found === undefined || !hello.suites.includes(content.suite)) return undefined;
  return { ...found, master: content.psk };
}
