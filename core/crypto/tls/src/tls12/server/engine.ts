/** The server's side of a handshake (RFC 5246, 7.3). */
import type { Entropy } from '@atoll/device/system';
import { ok } from '@atoll/result/result';
import { ALERT, abort } from '../../alert.ts';
import type { CertificateVerify, Finished } from '../../common.ts';
import { HANDSHAKE } from '../../frame.ts';
import { TLS12 } from '../../hello.ts';
import type { ServerConfig } from '../../server/config.ts';
import type { TicketKeys } from '../../server/ticket.ts';
import type { Action, Stepped } from '../../step.ts';
import { type Agreed, agree, connect, finish, verifyFinished12 } from '../agree.ts';
import { CHANGE_CIPHER_SPEC, nameOfReceived, type Received12 } from '../handshake.ts';
import { type Certificate12, type ClientKeyExchange, emitMessage12 } from '../message.ts';
import { masterSecret } from '../prf.ts';
import { verifySignature12 } from '../proof.ts';
import type { Exchanging, Finishing, Server12State } from './state.ts';

/** What happens to `state` when `received` comes. A message that it does not expect is unexpected_message. */
export function stepServer12(
  config: ServerConfig,
  state: Server12State,
  received: Received12,
  entropy: Entropy,
  now: number,
): Stepped<Server12State> {
  if (received === CHANGE_CIPHER_SPEC) {
    if (state.expects !== 'ChangeCipherSpec') return unexpected(state, received);
    const { client } = state.agreed.protections;
    return ok({
      state: { ...state, expects: 'Finished' },
      actions: [{ do: 'read-with', protection: client }],
    });
  }
  const { message, bytes } = received;
  switch (state.expects) {
    case 'Certificate':
      if (message.type !== HANDSHAKE.CERTIFICATE) break;
      return handleCertificate(config, state, message, bytes, now);
    case 'ClientKeyExchange':
      if (message.type !== HANDSHAKE.CLIENT_KEY_EXCHANGE) break;
      return handleClientKeyExchange(state, message, bytes);
    case 'CertificateVerify':
      if (message.type !== HANDSHAKE.CERTIFICATE_VERIFY) break;
      return handleCertificateVerify(config, state, message, bytes);
    case 'Finished':
      if (message.type !== HANDSHAKE.FINISHED) break;
      return handleFinished(config, state, message, bytes, entropy, now);
    case 'nothing':
      if (message.type !== HANDSHAKE.CLIENT_HELLO) break;
      // There is one handshake for each connection (RFC 5246, 7.2.2; CVE-2009-3555).
      return ok({ state, actions: [{ do: 'warn', alert: ALERT.NO_RENEGOTIATION }] });
    case 'ChangeCipherSpec':
      break;
  }
  return unexpected(state, received);
}

function handleCertificate(
  { clients }: ServerConfig,
  state: Exchanging,
  { chain }: Certificate12,
  bytes: Uint8Array,
  now: number,
): Stepped<Server12State> {
  if (clients === undefined) return abort(ALERT.UNEXPECTED_MESSAGE, 'nobody asked who you are');
  const { transcript } = state.hellos;
  transcript.add(bytes);
  if (chain.length === 0) {
    if (clients.required) return abort(ALERT.HANDSHAKE_FAILURE, 'the client has no certificate');
    return ok({ state: { ...state, expects: 'ClientKeyExchange' }, actions: [] });
  }
  const verified = clients.verifier.verify(chain, undefined, 'client', now);
  if (!verified.ok) return verified;
  const peer = { chain, key: verified.value };
  return ok({ state: { ...state, expects: 'ClientKeyExchange', peer }, actions: [] });
}

function handleClientKeyExchange(
  { hellos, group, privateKey, givesTicket, peer }: Exchanging,
  { key }: ClientKeyExchange,
  bytes: Uint8Array,
): Stepped<Server12State> {
  const shared = group.kem.decapsulate(privateKey, key);
  privateKey.fill(0);
  if (shared === undefined)
    return abort(ALERT.ILLEGAL_PARAMETER, 'a key that is none of its group');
  const { suite, transcript } = hellos;
  transcript.add(bytes);
  const master = masterSecret(suite.hash, shared, transcript.digest());
  shared.fill(0);
  const agreed = agree(hellos, group, master, peer?.chain ?? []);
  const finishing: Finishing = { agreed, givesTicket };
  return ok({
    state: peer
      ? { ...finishing, expects: 'CertificateVerify', peerKey: peer.key }
      : { ...finishing, expects: 'ChangeCipherSpec' },
    actions: [],
  });
}

function handleCertificateVerify(
  { clients }: ServerConfig,
  { agreed, givesTicket, peerKey }: Extract<Server12State, { expects: 'CertificateVerify' }>,
  message: CertificateVerify,
  bytes: Uint8Array,
): Stepped<Server12State> {
  if (clients === undefined) return abort(ALERT.UNEXPECTED_MESSAGE, 'nobody asked who you are');
  const { transcript } = agreed.hellos;
  const messages = transcript.release();
  const verified = verifySignature12(clients.verifier, peerKey, message, undefined, messages);
  if (!verified.ok) return verified;
  transcript.add(bytes);
  return ok({ state: { expects: 'ChangeCipherSpec', agreed, givesTicket }, actions: [] });
}

function handleFinished(
  { tickets }: ServerConfig,
  { agreed, givesTicket }: Finishing,
  message: Finished,
  bytes: Uint8Array,
  entropy: Entropy,
  now: number,
): Stepped<Server12State> {
  const verified = verifyFinished12(agreed, 'client', message, bytes);
  if (!verified.ok) return verified;
  const actions: Action[] = [];
  if (givesTicket && tickets) {
    const given = ticket(tickets, agreed, entropy, now);
    agreed.hellos.transcript.add(given);
    actions.push({ do: 'send', message: given });
  }
  // After a resumption, our Finished went first.
  if (agreed.group !== undefined) actions.push(...finish(agreed, 'server'));
  return ok({ state: { expects: 'nothing' }, actions: [...actions, connect(agreed)] });
}

/** A NewSessionTicket, the only one of the session. */
function ticket(
  tickets: TicketKeys,
  { hellos, master }: Agreed,
  entropy: Entropy,
  now: number,
): Uint8Array {
  const { suite, kind, protocol, serverName } = hellos;
  const content = {
    version: TLS12,
    issued: now,
    suite: suite.codes[kind] ?? 0,
    hash: suite.hash.name,
    ageAdd: 0,
    protocol: protocol ?? '',
    psk: master,
    serverName: serverName ?? '',
  };
  return emitMessage12({
    type: HANDSHAKE.NEW_SESSION_TICKET,
    lifetime: tickets.lifetime,
    ticket: tickets.seal(content, entropy, now),
  });
}

function unexpected({ expects }: Server12State, received: Received12) {
  const reason = `${nameOfReceived(received)}, where ${expects} belongs`;
  return abort(ALERT.UNEXPECTED_MESSAGE, reason);
}
