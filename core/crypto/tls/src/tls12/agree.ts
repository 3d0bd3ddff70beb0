/** What both roles do alike between the hellos and the Finished messages. */
import { equalBytes } from '@atoll/primitives/equal';
import { ok, type Result } from '@atoll/result/result';
import { ALERT, abort, type TlsFailure } from '../alert.ts';
import type { Finished } from '../common.ts';
import type { Purpose } from '../credentials.ts';
import { HANDSHAKE } from '../frame.ts';
import type { Group } from '../group.ts';
import { emitMessage } from '../message.ts';
import { nameOf } from '../names.ts';
import { checkedLimit, INNER_LONGEST } from '../record.ts';
import type { Action } from '../step.ts';
import { exporter12, protections, type Randoms, verifyData } from './prf.ts';
import type { Protection12 } from './protection.ts';
import { ECDHE_SUITES, type EcdheSuite, type KeyKind } from './suite.ts';
import type { Transcript12 } from './transcript.ts';

/** What is known from the hellos on. */
export interface Hellos {
  readonly suite: EcdheSuite;
  readonly kind: KeyKind;
  readonly randoms: Randoms;
  readonly transcript: Transcript12;
  readonly protocol: string | undefined;
  readonly serverName: string | undefined;
}

/** What is known once there is a master secret. */
export interface Agreed {
  readonly hellos: Hellos;
  /** `undefined` after a resumption. */
  readonly group: Group | undefined;
  readonly master: Uint8Array;
  readonly protections: { readonly [Role in Purpose]: Protection12 };
  /** DER; none when the peer showed none now. */
  readonly peerChain: readonly Uint8Array[];
}

/** Makes the keys of `master`, which it takes over. */
export function agree(
  hellos: Hellos,
  group: Group | undefined,
  master: Uint8Array,
  peerChain: readonly Uint8Array[],
): Agreed {
  const made = protections(hellos.suite, master, hellos.randoms);
  return { hellos, group, master, protections: made, peerChain };
}

/** Our change_cipher_spec and Finished, which is added to the transcript. */
export function finish({ hellos, master, protections }: Agreed, role: Purpose): Action[] {
  const { suite, transcript } = hellos;
  const finished = emitMessage({
    type: HANDSHAKE.FINISHED,
    verifyData: verifyData(suite.hash, master, role, transcript.digest()),
  });
  transcript.add(finished);
  return [
    { do: 'change-cipher-spec' },
    { do: 'write-with', protection: protections[role] },
    { do: 'send', message: finished },
  ];
}

/** Whether the peer, whose role is `role`, has the same secret and transcript, to which its Finished is added. */
export function verifyFinished12(
  { hellos, master }: Agreed,
  role: Purpose,
  message: Finished,
  bytes: Uint8Array,
): Result<undefined, TlsFailure> {
  const { suite, transcript } = hellos;
  const expected = verifyData(suite.hash, master, role, transcript.digest());
  if (!equalBytes(expected, message.verifyData)) {
    return abort(ALERT.DECRYPT_ERROR, 'Finished does not fit the handshake');
  }
  transcript.add(bytes);
  return ok(undefined);
}

export function connect({ hellos, group, master, peerChain }: Agreed): Action {
  const { suite, kind, randoms, protocol, serverName } = hellos;
  return {
    do: 'connect',
    exporter: exporter12(suite.hash, master, randoms),
    connected: {
      version: 'TLS 1.2',
      suite: nameOf(ECDHE_SUITES, suite.codes[kind] ?? 0),
      group: group?.kem.name,
      resumed: group === undefined,
      earlyData: false,
      protocol,
      serverName,
      peerChain,
    },
  };
}

/** Whether TLS 1.2 knows `group`: it has elliptic curves only (RFC 8422, 5.1.1). */
export function isEllipticCurve({ code }: Group): boolean {
  return code < 0x100;
}

/** What records may hold from now on. Here a limit counts the content alone, and we count a type with it (RFC 8449, 4). */
export function limits(own: number | undefined, offered: number | undefined): Action[] {
  if (offered === undefined) return [];
  const inner = (limit: number) => Math.min(limit + 1, INNER_LONGEST);
  return [{ do: 'limit', read: inner(checkedLimit(own)), written: inner(offered) }];
}

/** The largest record_size_limit that TLS 1.2 may have. */
export const LIMIT_LARGEST = INNER_LONGEST - 1;
