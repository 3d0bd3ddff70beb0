/** The server's side of a handshake (RFC 8446, A.2). */
import type { Entropy } from '@atoll/device/system';
import { ok } from '@atoll/result/result';
import { ALERT, abort } from '../alert.ts';
import { emitTicketAnswer } from '../answer.ts';
import type { CertificateVerify, Finished } from '../common.ts';
import { describeMessage } from '../describe.ts';
import { HANDSHAKE } from '../frame.ts';
import { TLS13 } from '../hello.ts';
import { exporter, resumptionPsk } from '../key-schedule.ts';
import { type Certificate, emitMessage } from '../message.ts';
import { verifyCertificate, verifyFinished, verifySignature } from '../proof.ts';
import { Protection } from '../record.ts';
import type { Action, Received, Stepped } from '../step.ts';
import type { ServerConfig } from './config.ts';
import { handleClientHello } from './hello.ts';
import type { Agreed, ServerState } from './state.ts';
import { fitsTicket } from './ticket.ts';

/** What happens to `state` when `received` comes. A message that it does not expect is unexpected_message. */
export function stepServer(
  config: ServerConfig,
  state: ServerState,
  { message, bytes }: Received,
  entropy: Entropy,
  now: number,
): Stepped<ServerState> {
  switch (state.expects) {
    case 'ClientHello':
    case 'second ClientHello':
      if (message.type !== HANDSHAKE.CLIENT_HELLO) break;
      return handleClientHello(config, state.retried, message, bytes, entropy, now);
    case 'Certificate':
      if (message.type !== HANDSHAKE.CERTIFICATE) break;
      state.transcript.add(bytes);
      return handleCertificate(config, state, message, now);
    case 'CertificateVerify':
      if (message.type !== HANDSHAKE.CERTIFICATE_VERIFY) break;
      return handleCertificateVerify(config, state, message, bytes);
    case 'EndOfEarlyData':
      if (message.type !== HANDSHAKE.END_OF_EARLY_DATA) break;
      state.transcript.add(bytes);
      return ok({
        state: { ...state, expects: 'Finished' },
        actions: [
          { do: 'read-with', protection: new Protection(state.suite, state.clientSecret.slice()) },
        ],
      });
    case 'Finished':
      if (message.type !== HANDSHAKE.FINISHED) break;
      return handleFinished(config, state, message, bytes, entropy, now);
    case 'nothing':
      break;
  }
  const reason = `${describeMessage(message)}, where ${state.expects} belongs`;
  return abort(ALERT.UNEXPECTED_MESSAGE, reason);
}

function handleCertificate(
  { clients }: ServerConfig,
  state: Agreed,
  certificate: Certificate,
  now: number,
): Stepped<ServerState> {
  if (clients === undefined) return abort(ALERT.UNEXPECTED_MESSAGE, 'nobody asked who you are');
  const { context, entries } = certificate;
  if (context.length > 0) return abort(ALERT.ILLEGAL_PARAMETER, 'a context that was not requested');
  if (entries.length === 0) {
    if (clients.required) return abort(ALERT.CERTIFICATE_REQUIRED, 'the client has no certificate');
    return ok({ state: { ...state, expects: 'Finished' }, actions: [] });
  }
  const verified = verifyCertificate(clients.verifier, certificate, undefined, 'client', now);
  if (!verified.ok) return verified;
  const { peerKey, peerChain } = verified.value;
  const peerExpires = peerKey.expires ?? Number.POSITIVE_INFINITY;
  return ok({
    state: { ...state, expects: 'CertificateVerify', peerKey, peerChain, peerExpires },
    actions: [],
  });
}

function handleCertificateVerify(
  { clients }: ServerConfig,
  state: Extract<ServerState, { expects: 'CertificateVerify' }>,
  message: CertificateVerify,
  bytes: Uint8Array,
): Stepped<ServerState> {
  if (clients === undefined) return abort(ALERT.UNEXPECTED_MESSAGE, 'nobody asked who you are');
  const { peerKey, transcript } = state;
  const verified = verifySignature(clients.verifier, peerKey, message, 'client', transcript);
  if (!verified.ok) return verified;
  transcript.add(bytes);
  return ok({ state: { ...state, expects: 'Finished' }, actions: [] });
}

function handleFinished(
  config: ServerConfig,
  state: Agreed,
  message: Finished,
  bytes: Uint8Array,
  entropy: Entropy,
  now: number,
): Stepped<ServerState> {
  const { suite, transcript, clientSecret, schedule } = state;
  const verified = verifyFinished(suite.hash, clientSecret, transcript, message);
  clientSecret.fill(0);
  if (!verified.ok) return verified;
  transcript.add(bytes);
  const actions: Action[] = [
    { do: 'read-with', protection: new Protection(suite, state.clientTraffic) },
    {
      do: 'connect',
      exporter: exporter(suite.hash, state.exporterSecret),
      connected: {
        version: 'TLS 1.3',
        suite: suite.name,
        group: state.group.kem.name,
        resumed: state.resumed,
        earlyData: state.earlyData,
        protocol: state.protocol,
        serverName: state.serverName,
        peerChain: state.peerChain,
      },
    },
  ];
  const given = ticket(config, state, entropy, now);
  if (given) actions.push({ do: 'send', message: given });
  schedule.wipe();
  return ok({ state: { expects: 'nothing' }, actions });
}

/** A NewSessionTicket, the only one of the connection, if there is one. */
function ticket(
  { tickets, clients, earlyData }: ServerConfig,
  agreed: Agreed,
  entropy: Entropy,
  now: number,
): Uint8Array | undefined {
  const { suite, schedule, transcript, serverName, protocol, peerChain, peerExpires } = agreed;
  if (tickets === undefined || !agreed.wantsTicket) return undefined;
  // Who was asked and had nothing to show is asked again the next time.
  if (clients && (peerChain.length === 0 || !fitsTicket(peerChain))) return undefined;
  const lifetime = Math.min(tickets.lifetime, Math.floor((peerExpires - now) / 1000));
  if (lifetime < 1) return undefined;
  const resumptionSecret = schedule.derive('res master', transcript.digest());
  const nonce = Uint8Array.of(0);
  const psk = resumptionPsk(suite.hash, resumptionSecret, nonce);
  resumptionSecret.fill(0);
  const { name: hash } = suite.hash;
  const [a, b, c, d] = randomBytes(entropy);
  const ageAdd = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  const content = {
    version: TLS13,
    issued: now,
    suite: suite.code,
    hash,
    ageAdd,
    protocol: protocol ?? '',
    psk,
    serverName: serverName ?? '',
    expires: now + 1000 * lifetime,
    peerChain,
  };
  const sealed = tickets.seal(content, entropy, now);
  psk.fill(0);
  const type = HANDSHAKE.NEW_SESSION_TICKET;
  const extensions = emitTicketAnswer(earlyData ? { earlyData: earlyData.most } : {});
  return emitMessage({ type, lifetime, ageAdd, nonce, ticket: sealed, extensions });
}

function randomBytes(entropy: Entropy): Uint8Array {
  const bytes = new Uint8Array(4);
  entropy.fill(bytes);
  return bytes;
}
