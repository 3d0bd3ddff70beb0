/** What a client offers, and what it makes of a ServerHello (RFC 5246, 7.4.1; RFC 5746, 3.4; RFC 7627, 5). */
import { ok, type Result } from '@atoll/result/result';
import { ALERT, abort, type TlsFailure } from '../../alert.ts';
import type { ClientConfig } from '../../client/config.ts';
import type { ExpectServerHello } from '../../client/state.ts';
import { type Extension, readExtensions } from '../../extension.ts';
import type { ServerHello } from '../../hello.ts';
import type { Session } from '../../session.ts';
import type { Stepped } from '../../step.ts';
import { agree, type Hellos, LIMIT_LARGEST, limits } from '../agree.ts';
import { emitOffer12, HELLO_ANSWER12, type HelloAnswer12, UNCOMPRESSED } from '../extension.ts';
import { type EcdheSuite, KINDS, kindOf, suiteOf } from '../suite.ts';
import { Transcript12 } from '../transcript.ts';
import type { Client12State } from './state.ts';

/** Suites for the kinds of keys that we can verify, and the extensions. */
export function offer12(
  { verifier }: ClientConfig,
  suites: readonly EcdheSuite[],
  session: Session | undefined,
): { suites: number[]; extensions: Extension[] } {
  const kinds = KINDS.filter((kind) => verifier.schemes.some((scheme) => kindOf(scheme) === kind));
  const codes = suites.flatMap((suite) => kinds.flatMap((kind) => suite.codes[kind] ?? []));
  const extensions = emitOffer12({
    pointFormats: [UNCOMPRESSED],
    extendedMasterSecret: true,
    ticket: session?.version === 'TLS 1.2' ? session.ticket : NOTHING,
    renegotiation: NOTHING,
  });
  return { suites: codes, extensions };
}

export function handleServerHello12(
  config: ClientConfig,
  suites: readonly EcdheSuite[],
  state: ExpectServerHello,
  hello: ServerHello,
  bytes: Uint8Array,
): Stepped<Client12State> {
  if (hello.compression !== 0) return illegal('a compression method');
  const chosen = suiteOf(suites, hello.suite);
  if (chosen === undefined || !state.hello.suites.includes(hello.suite)) {
    return illegal('a cipher suite that was not offered');
  }
  const asked = new Set(state.hello.extensions.map(({ type }) => type));
  const read = readExtensions(HELLO_ANSWER12, hello.extensions, asked);
  if (!read.ok) return read;
  const answer = read.value;
  const checked = checkAnswer(config, answer);
  if (!checked.ok) return checked;
  const resumed = resumedSession(state, hello);
  if (!resumed.ok) return resumed;

  // The messages are needed until it is clear that nobody wants them signed.
  const transcript = new Transcript12(chosen.suite.hash, config.credentials !== undefined);
  transcript.add(state.bytes);
  transcript.add(bytes);
  const hellos: Hellos = {
    ...chosen,
    randoms: { client: state.hello.random, server: hello.random.slice() },
    transcript,
    protocol: answer.protocols?.[0],
    serverName: state.serverName,
  };
  const actions = limits(config.recordSizeLimit, answer.recordSizeLimit);
  const getsTicket = answer.ticket ?? false;
  const session = resumed.value;
  if (session === undefined) {
    return ok({ state: { expects: 'Certificate', hellos, getsTicket }, actions });
  }
  const agreed = agree(hellos, undefined, session.psk.slice(), []);
  const expects = getsTicket ? 'NewSessionTicket' : 'ChangeCipherSpec';
  const { peerExpires = session.expires } = session;
  return ok({ state: { expects, agreed, peerExpires, ticket: undefined }, actions });
}

function checkAnswer(
  { protocols: ours }: ClientConfig,
  answer: Partial<HelloAnswer12>,
): Result<undefined, TlsFailure> {
  const { extendedMasterSecret, renegotiation, pointFormats, protocols, recordSizeLimit } = answer;
  // Without it a handshake could be spliced into another one (triple handshake).
  if (!extendedMasterSecret) {
    return abort(ALERT.HANDSHAKE_FAILURE, 'the server has no extended_master_secret');
  }
  if (renegotiation === undefined || renegotiation.length > 0) {
    return abort(ALERT.HANDSHAKE_FAILURE, 'the server has no secure renegotiation');
  }
  if (pointFormats !== undefined && !pointFormats.includes(UNCOMPRESSED)) {
    return illegal('point formats without uncompressed');
  }
  if (protocols && (protocols.length > 1 || !ours?.includes(protocols[0]))) {
    return illegal('a protocol that was not offered');
  }
  if (recordSizeLimit !== undefined && (recordSizeLimit < 64 || recordSizeLimit > LIMIT_LARGEST)) {
    return illegal(`a record size limit of ${recordSizeLimit}`);
  }
  return ok(undefined);
}

/** What is resumed when the server repeats our session ID (RFC 5077, 3.4). */
function resumedSession(
  { hello, session }: ExpectServerHello,
  { sessionId, suite }: ServerHello,
): Result<Session | undefined, TlsFailure> {
  const repeats = sessionId.length > 0 && String(sessionId) === String(hello.sessionId);
  if (!repeats) return ok(undefined);
  if (session?.version !== 'TLS 1.2') return illegal('a session ID that stands for nothing');
  if (session.suite !== suite) return illegal('another cipher suite than that of the session');
  return ok(session);
}

function illegal(reason: string) {
  return abort(ALERT.ILLEGAL_PARAMETER, reason);
}

const NOTHING = new Uint8Array(0);
