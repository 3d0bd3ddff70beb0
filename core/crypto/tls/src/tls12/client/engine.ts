/** The client's side of a handshake (RFC 5246, 7.3). */
import type { Entropy } from '@atoll/device/system';
import { ok } from '@atoll/result/result';
import { ALERT, abort } from '../../alert.ts';
import type { ClientConfig } from '../../client/config.ts';
import type { Finished } from '../../common.ts';
import { HANDSHAKE } from '../../frame.ts';
import { emitMessage } from '../../message.ts';
import { LIFETIME_LONGEST, type Session } from '../../session.ts';
import type { Action, Stepped } from '../../step.ts';
import { agree, connect, finish, isEllipticCurve, verifyFinished12 } from '../agree.ts';
import { CHANGE_CIPHER_SPEC, nameOfReceived, type Received12 } from '../handshake.ts';
import {
  CERTIFICATE_TYPE,
  type Certificate12,
  type CertificateRequest12,
  emitMessage12,
  type ServerKeyExchange,
} from '../message.ts';
import { masterSecret } from '../prf.ts';
import { signedParameters, verifySignature12 } from '../proof.ts';
import { kindOf } from '../suite.ts';
import type { Certified, Client12State, Exchanged, Finishing, Greeted } from './state.ts';

/** What happens to `state` when `received` comes. A message that it does not expect is unexpected_message. */
export function stepClient12(
  config: ClientConfig,
  state: Client12State,
  received: Received12,
  entropy: Entropy,
  now: number,
): Stepped<Client12State> {
  if (received === CHANGE_CIPHER_SPEC) {
    if (state.expects !== 'ChangeCipherSpec') return unexpected(state, received);
    const { server } = state.agreed.protections;
    return ok({
      state: { ...state, expects: 'Finished' },
      actions: [{ do: 'read-with', protection: server }],
    });
  }
  const { message, bytes } = received;
  if (message.type === HANDSHAKE.HELLO_REQUEST) return handleHelloRequest(state);
  switch (state.expects) {
    case 'Certificate':
      if (message.type !== HANDSHAKE.CERTIFICATE) break;
      return handleCertificate(config, state, message, bytes, now);
    case 'ServerKeyExchange':
      if (message.type !== HANDSHAKE.SERVER_KEY_EXCHANGE) break;
      return handleServerKeyExchange(config, state, message, bytes, entropy);
    case 'CertificateRequest or ServerHelloDone':
    case 'ServerHelloDone':
      if (message.type === HANDSHAKE.CERTIFICATE_REQUEST && state.expects !== 'ServerHelloDone') {
        state.hellos.transcript.add(bytes);
        return ok({
          state: { ...state, expects: 'ServerHelloDone', requested: message },
          actions: [],
        });
      }
      if (message.type !== HANDSHAKE.SERVER_HELLO_DONE) break;
      state.hellos.transcript.add(bytes);
      return ok(answer(config, state, entropy));
    case 'NewSessionTicket':
      if (message.type !== HANDSHAKE.NEW_SESSION_TICKET) break;
      state.agreed.hellos.transcript.add(bytes);
      return ok({ state: { ...state, expects: 'ChangeCipherSpec', ticket: message }, actions: [] });
    case 'Finished':
      if (message.type !== HANDSHAKE.FINISHED) break;
      return handleFinished(state, message, bytes, now);
    case 'ChangeCipherSpec':
    case 'nothing':
      break;
  }
  return unexpected(state, received);
}

/** It may come at any time, is no part of a handshake, and is ignored during one (RFC 5246, 7.4.1.1). */
function handleHelloRequest(state: Client12State): Stepped<Client12State> {
  const isDone = state.expects === 'nothing';
  const action: Action = isDone ? { do: 'warn', alert: ALERT.NO_RENEGOTIATION } : { do: 'ignore' };
  return ok({ state, actions: [action] });
}

function handleCertificate(
  { verifier }: ClientConfig,
  state: Greeted,
  { chain }: Certificate12,
  bytes: Uint8Array,
  now: number,
): Stepped<Client12State> {
  const { transcript, serverName } = state.hellos;
  transcript.add(bytes);
  if (chain.length === 0) return abort(ALERT.DECODE_ERROR, 'the server has no certificate');
  const verified = verifier.verify(chain, serverName, 'server', now);
  if (!verified.ok) return verified;
  const peerKey = verified.value;
  const longest = now + 1000 * LIFETIME_LONGEST;
  const peerExpires = Math.min(peerKey.expires ?? longest, longest);
  const certified: Certified = { ...state, peerChain: chain, peerKey, peerExpires };
  return ok({ state: { ...certified, expects: 'ServerKeyExchange' }, actions: [] });
}

function handleServerKeyExchange(
  config: ClientConfig,
  state: Certified,
  message: ServerKeyExchange,
  bytes: Uint8Array,
  entropy: Entropy,
): Stepped<Client12State> {
  const { randoms, transcript, kind } = state.hellos;
  const group = config.groups.find((one) => isEllipticCurve(one) && one.code === message.group);
  if (group === undefined) return abort(ALERT.ILLEGAL_PARAMETER, 'a group that was not offered');
  const content = signedParameters(randoms, message.group, message.key);
  const verified = verifySignature12(config.verifier, state.peerKey, message, kind, content);
  if (!verified.ok) return verified;
  const encapsulated = group.kem.encapsulate(message.key, entropy);
  if (encapsulated === undefined) {
    return abort(ALERT.ILLEGAL_PARAMETER, 'a key that is none of its group');
  }
  transcript.add(bytes);
  const { ciphertext: publicKey, shared } = encapsulated;
  const exchanged: Exchanged = { ...state, group, publicKey, shared, requested: undefined };
  return ok({
    state: { ...exchanged, expects: 'CertificateRequest or ServerHelloDone' },
    actions: [],
  });
}

/** Our flight, from the Certificate that was requested to the Finished. */
function answer(config: ClientConfig, state: Exchanged, entropy: Entropy) {
  const { hellos, group, publicKey, shared, requested, peerChain, peerExpires, getsTicket } = state;
  const { suite, transcript } = hellos;
  const messages: Uint8Array[] = [];
  const say = (message: Uint8Array) => {
    transcript.add(message);
    messages.push(message);
  };
  const signer = requested && chooseSigner(config, requested);
  if (requested) {
    const chain = signer ? (config.credentials?.chain ?? []) : [];
    say(emitMessage12({ type: HANDSHAKE.CERTIFICATE, chain }));
  }
  say(emitMessage12({ type: HANDSHAKE.CLIENT_KEY_EXCHANGE, key: publicKey }));
  const master = masterSecret(suite.hash, shared, transcript.digest());
  shared.fill(0);
  const kept = transcript.release();
  if (signer) {
    const { scheme } = signer;
    const signature = signer.sign(kept, entropy);
    say(emitMessage({ type: HANDSHAKE.CERTIFICATE_VERIFY, scheme, signature }));
  }
  const agreed = agree(hellos, group, master, peerChain);
  const finishing: Finishing = { agreed, peerExpires, ticket: undefined };
  const expects = getsTicket ? 'NewSessionTicket' : 'ChangeCipherSpec';
  const next: Client12State = { ...finishing, expects };
  const actions: Action[] = messages.map((message) => ({ do: 'send', message }));
  return { state: next, actions: [...actions, ...finish(agreed, 'client')] };
}

/** What the server can verify, of our keys. */
function chooseSigner(
  { credentials }: ClientConfig,
  { certificateTypes, signatureSchemes }: CertificateRequest12,
) {
  return credentials?.signers.find(
    ({ scheme }) =>
      signatureSchemes.includes(scheme) &&
      certificateTypes.includes(CERTIFICATE_TYPE[kindOf(scheme)]),
  );
}

function handleFinished(
  { agreed, peerExpires, ticket }: Finishing,
  message: Finished,
  bytes: Uint8Array,
  now: number,
): Stepped<Client12State> {
  const verified = verifyFinished12(agreed, 'server', message, bytes);
  if (!verified.ok) return verified;
  const actions: Action[] = [];
  // In a resumption, the server's Finished comes first.
  if (agreed.group === undefined) actions.push(...finish(agreed, 'client'));
  actions.push(connect(agreed));
  if (ticket && ticket.ticket.length > 0) {
    actions.push({ do: 'remember', session: newSession(agreed, peerExpires, ticket, now) });
  }
  return ok({ state: { expects: 'nothing' }, actions });
}

/** A session with `ticket`, which ends at `peerExpires` at the latest, like all of this secret. */
function newSession(
  { hellos, master }: Finishing['agreed'],
  peerExpires: number,
  { lifetime, ticket }: NonNullable<Finishing['ticket']>,
  now: number,
): Session {
  const { suite, kind, serverName, protocol } = hellos;
  const seconds = lifetime === 0 ? LIFETIME_UNSAID : lifetime;
  return {
    version: 'TLS 1.2',
    serverName,
    suite: suite.codes[kind] ?? 0,
    hash: suite.hash.name,
    psk: master.slice(),
    ticket: ticket.slice(),
    ageAdd: 0,
    protocol,
    earlyDataMost: 0,
    issued: now,
    expires: Math.min(now + 1000 * seconds, peerExpires),
    peerExpires,
  };
}

function unexpected({ expects }: Client12State, received: Received12) {
  const reason = `${nameOfReceived(received)}, where ${expects} belongs`;
  return abort(ALERT.UNEXPECTED_MESSAGE, reason);
}

/** Seconds that a ticket is good for when its server does not say. */
const LIFETIME_UNSAID = 7_200;
