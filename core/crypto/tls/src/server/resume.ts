/** Tickets that come back (RFC 8446, 4.2.11). */
import { equalBytes } from '@atoll/primitives/equal';
import { ok, type Result } from '@atoll/result/result';
import { ALERT, abort, type TlsFailure } from '../alert.ts';
import { TLS13 } from '../hello.ts';
import { finishedMac, KeySchedule } from '../key-schedule.ts';
import { bindersLength, PSK_DHE_KE } from '../offer.ts';
import type { ClientsConfig, ServerConfig } from './config.ts';
import type { Choice } from './state.ts';
import type { TicketContent } from './ticket.ts';

export interface Resumed {
  /** Which of the client's identities it was. */
  readonly index: number;
  readonly ticket: TicketContent;
}

/**
 * What is in the first ticket that is ours and fits. `digest` is the hash of the transcript up to and with
 * the part of the hello that binders cover. A wrong binder is a decrypt_error.
 */
export function resume(
  { tickets, clients }: ServerConfig,
  { offer, suite }: Choice,
  hello: Uint8Array,
  digest: (covered: Uint8Array) => Uint8Array,
  now: number,
): Result<Resumed | undefined, TlsFailure> {
  const { preSharedKey, pskModes, serverName } = offer;
  if (preSharedKey === undefined) return ok(undefined);
  if (pskModes === undefined) {
    return abort(ALERT.MISSING_EXTENSION, 'pre_shared_key without psk_key_exchange_modes');
  }
  const { identities, binders } = preSharedKey;
  if (identities.length !== binders.length) {
    return abort(ALERT.ILLEGAL_PARAMETER, 'not as many binders as identities');
  }
  if (tickets === undefined || !pskModes.includes(PSK_DHE_KE)) return ok(undefined);
  for (const [index, { identity }] of identities.slice(0, TRIED).entries()) {
    const ticket = tickets.open(identity, now);
    if (ticket === undefined) continue;
    const { version, hash, psk, peerChain = [] } = ticket;
    if (version !== TLS13 || hash !== suite.hash.name) continue;
    if (ticket.serverName !== (serverName ?? '')) continue;
    // Who was not asked, or had nothing to show, is asked now.
    if ((clients !== undefined) !== peerChain.length > 0) continue;
    const schedule = new KeySchedule(suite.hash, psk);
    const key = schedule.binderKey();
    schedule.wipe();
    const covered = hello.subarray(0, hello.length - bindersLength(preSharedKey));
    const expected = finishedMac(suite.hash, key, digest(covered));
    key.fill(0);
    if (!equalBytes(expected, binders[index])) {
      return abort(ALERT.DECRYPT_ERROR, 'a binder is wrong');
    }
    if (!clients || isStillGood(clients, peerChain, now)) return ok({ index, ticket });
  }
  return ok(undefined);
}

/** Otherwise the client shows its certificates again, and is told what is wrong with them. */
function isStillGood(
  { verifier, trustsTickets = false }: ClientsConfig,
  peerChain: readonly Uint8Array[],
  now: number,
): boolean {
  return trustsTickets || verifier.verify(peerChain, undefined, 'client', now).ok;
}

/** More tickets than that are not looked at. */
const TRIED = 4;
