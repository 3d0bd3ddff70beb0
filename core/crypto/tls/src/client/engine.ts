/** The client's side of a handshake (RFC 8446, A.1). */
import type { Entropy } from '@atoll/device/system';
import { ok } from '@atoll/result/result';
import { ALERT, abort } from '../alert.ts';
import { ENCRYPTED_ANSWER, REQUEST, TICKET_ANSWER } from '../answer.ts';
import type { CertificateVerify, Finished } from '../common.ts';
import { signsHandshakes } from '../credentials.ts';
import { describeMessage } from '../describe.ts';
import { readExtensions } from '../extension.ts';
import { HANDSHAKE } from '../frame.ts';
import { exporter, finishedMac, resumptionPsk } from '../key-schedule.ts';
import {
  type Certificate,
  type CertificateRequest,
  type EncryptedExtensions,
  emitMessage,
  type NewSessionTicket,
} from '../message.ts';
import {
  authenticate,
  entriesOf,
  verifyCertificate,
  verifyFinished,
  verifySignature,
} from '../proof.ts';
import { checkedLimit, INNER_LONGEST, Protection } from '../record.ts';
import { LIFETIME_LONGEST, type Session } from '../session.ts';
import type { Action, Received, Stepped } from '../step.ts';
import type { CipherSuite } from '../suite.ts';
import type { ClientConfig } from './config.ts';
import { handleServerHello } from './server-hello.ts';
import type { Agreed, ClientState } from './state.ts';

/** What happens to `state` when `received` comes. A message that it does not expect is unexpected_message. */
export function stepClient(
  config: ClientConfig,
  state: ClientState,
  { message, bytes }: Received,
  entropy: Entropy,
  now: number,
): Stepped<ClientState> {
  switch (state.expects) {
    case 'ServerHello':
      if (message.type !== HANDSHAKE.SERVER_HELLO) break;
      return handleServerHello(config, state, message, bytes, entropy, now);
    case 'EncryptedExtensions':
      if (message.type !== HANDSHAKE.ENCRYPTED_EXTENSIONS) break;
      state.transcript.add(bytes);
      return handleEncryptedExtensions(config, state, message);
    case 'Certificate or CertificateRequest':
      if (message.type === HANDSHAKE.CERTIFICATE_REQUEST) {
        state.transcript.add(bytes);
        return handleCertificateRequest(state, message);
      }
      if (message.type !== HANDSHAKE.CERTIFICATE) break;
      state.transcript.add(bytes);
      return handleCertificate(config, state, message, now);
    case 'Certificate':
      if (message.type !== HANDSHAKE.CERTIFICATE) break;
      state.transcript.add(bytes);
      return handleCertificate(config, state, message, now);
    case 'CertificateVerify':
      if (message.type !== HANDSHAKE.CERTIFICATE_VERIFY) break;
      return handleCertificateVerify(config, state, message, bytes);
    case 'Finished':
      if (message.type !== HANDSHAKE.FINISHED) break;
      return handleFinished(config, state, message, bytes, entropy);
    case 'NewSessionTicket':
      if (message.type !== HANDSHAKE.NEW_SESSION_TICKET) break;
      return handleTicket(state, message, now);
    case 'nothing':
      break;
  }
  const reason = `${describeMessage(message)}, where ${state.expects} belongs`;
  return abort(ALERT.UNEXPECTED_MESSAGE, reason);
}

function handleEncryptedExtensions(
  config: ClientConfig,
  state: Agreed,
  { extensions }: EncryptedExtensions,
): Stepped<ClientState> {
  const read = readExtensions(ENCRYPTED_ANSWER, extensions, state.asked);
  if (!read.ok) return read;
  const { protocols, recordSizeLimit, earlyData = false } = read.value;
  if (protocols && (protocols.length > 1 || !config.protocols?.includes(protocols[0]))) {
    return abort(ALERT.ILLEGAL_PARAMETER, 'a protocol that was not offered');
  }
  const { early, suite, clientSecret } = state;
  if (earlyData && !(state.resumed && early && isAsBefore(early, suite, protocols?.[0]))) {
    return abort(ALERT.ILLEGAL_PARAMETER, 'early data is taken for another session');
  }
  const actions: Action[] = [];
  if (early && !earlyData) {
    actions.push({ do: 'write-with', protection: new Protection(suite, clientSecret.slice()) });
  }
  if (recordSizeLimit !== undefined) {
    if (recordSizeLimit < 64 || recordSizeLimit > INNER_LONGEST) {
      return abort(ALERT.ILLEGAL_PARAMETER, `a record size limit of ${recordSizeLimit}`);
    }
    const own = checkedLimit(config.recordSizeLimit);
    actions.push({ do: 'limit', read: own, written: recordSizeLimit });
  }
  const expects = state.resumed ? 'Finished' : 'Certificate or CertificateRequest';
  return ok({ state: { ...state, expects, protocol: protocols?.[0], earlyData }, actions });
}

/** Whether what the server chose is what the session had (RFC 8446, 4.2.10). */
function isAsBefore(session: Session, suite: CipherSuite, protocol: string | undefined): boolean {
  return session.suite === suite.code && session.protocol === protocol;
}

function handleCertificateRequest(
  state: Agreed,
  { context, extensions }: CertificateRequest,
): Stepped<ClientState> {
  if (context.length > 0) return abort(ALERT.ILLEGAL_PARAMETER, 'a request with a context');
  const read = readExtensions(REQUEST, extensions);
  if (!read.ok) return read;
  const requested = read.value.signatureSchemes;
  if (requested === undefined) {
    return abort(ALERT.MISSING_EXTENSION, 'a CertificateRequest without signature_algorithms');
  }
  return ok({ state: { ...state, expects: 'Certificate', requested }, actions: [] });
}

function handleCertificate(
  config: ClientConfig,
  state: Agreed,
  certificate: Certificate,
  now: number,
): Stepped<ClientState> {
  const { context, entries } = certificate;
  if (context.length > 0) return abort(ALERT.ILLEGAL_PARAMETER, 'a certificate with a context');
  if (entries.length === 0) return abort(ALERT.DECODE_ERROR, 'the server has no certificate');
  const verified = verifyCertificate(config.verifier, certificate, state.serverName, 'server', now);
  if (!verified.ok) return verified;
  const { peerKey, peerChain } = verified.value;
  const longest = now + 1000 * LIFETIME_LONGEST;
  const peerExpires = Math.min(peerKey.expires ?? longest, longest);
  return ok({
    state: { ...state, expects: 'CertificateVerify', peerKey, peerChain, peerExpires },
    actions: [],
  });
}

function handleCertificateVerify(
  config: ClientConfig,
  state: Extract<ClientState, { expects: 'CertificateVerify' }>,
  message: CertificateVerify,
  bytes: Uint8Array,
): Stepped<ClientState> {
  const { peerKey, transcript } = state;
  const verified = verifySignature(config.verifier, peerKey, message, 'server', transcript);
  if (!verified.ok) return verified;
  transcript.add(bytes);
  return ok({ state: { ...state, expects: 'Finished' }, actions: [] });
}

function handleFinished(
  config: ClientConfig,
  state: Agreed,
  message: Finished,
  bytes: Uint8Array,
  entropy: Entropy,
): Stepped<ClientState> {
  const { suite, transcript, schedule, clientSecret, serverSecret, serverName } = state;
  const verified = verifyFinished(suite.hash, serverSecret, transcript, message);
  if (!verified.ok) return verified;
  transcript.add(bytes);
  schedule.toMaster();
  const digest = transcript.digest();
  const clientTraffic = schedule.derive('c ap traffic', digest);
  const serverTraffic = schedule.derive('s ap traffic', digest);
  const exporterSecret = schedule.derive('exp master', digest);

  const end: Action[] = [];
  if (state.earlyData) {
    const endOfEarlyData = emitMessage({ type: HANDSHAKE.END_OF_EARLY_DATA });
    transcript.add(endOfEarlyData);
    end.push({ do: 'send', message: endOfEarlyData });
    end.push({ do: 'write-with', protection: new Protection(suite, clientSecret.slice()) });
  }
  const messages = state.requested ? answerRequest(config, state, state.requested, entropy) : [];
  const mac = finishedMac(suite.hash, clientSecret, transcript.digest());
  const finished = emitMessage({ type: HANDSHAKE.FINISHED, verifyData: mac });
  transcript.add(finished);
  const resumptionSecret = schedule.derive('res master', transcript.digest());
  schedule.wipe();
  clientSecret.fill(0);
  serverSecret.fill(0);
  return ok({
    state: {
      expects: 'NewSessionTicket',
      suite,
      serverName,
      protocol: state.protocol,
      resumptionSecret,
      peerExpires: state.peerExpires,
    },
    actions: [
      ...end,
      ...messages.map((message) => ({ do: 'send', message }) as const),
      { do: 'send', message: finished },
      { do: 'read-with', protection: new Protection(suite, serverTraffic) },
      { do: 'write-with', protection: new Protection(suite, clientTraffic) },
      {
        do: 'connect',
        exporter: exporter(suite.hash, exporterSecret),
        connected: {
          version: 'TLS 1.3',
          suite: suite.name,
          group: state.group.kem.name,
          resumed: state.resumed,
          earlyData: state.earlyData,
          protocol: state.protocol,
          serverName,
          peerChain: state.peerChain,
        },
      },
    ],
  });
}

/** Who we are, with a key that the server can verify, if we have one. */
function answerRequest(
  { credentials }: ClientConfig,
  { transcript }: Agreed,
  requested: readonly number[],
  entropy: Entropy,
): Uint8Array[] {
  const signer = credentials?.signers.find(
    ({ scheme }) => signsHandshakes(scheme) && requested.includes(scheme),
  );
  const entries = entriesOf(credentials?.chain ?? []);
  return authenticate(entries, signer, 'client', transcript, entropy);
}

function handleTicket(
  state: Extract<ClientState, { expects: 'NewSessionTicket' }>,
  { lifetime, ageAdd, nonce, ticket, extensions }: NewSessionTicket,
  now: number,
): Stepped<ClientState> {
  if (lifetime > LIFETIME_LONGEST) {
    return abort(ALERT.ILLEGAL_PARAMETER, `a ticket for ${lifetime} seconds`);
  }
  const read = readExtensions(TICKET_ANSWER, extensions);
  if (!read.ok) return read;
  if (lifetime === 0) return ok({ state, actions: [] });
  const { hash } = state.suite;
  const session: Session = {
    version: 'TLS 1.3',
    serverName: state.serverName,
    suite: state.suite.code,
    hash: hash.name,
    psk: resumptionPsk(hash, state.resumptionSecret, nonce),
    ticket: ticket.slice(),
    ageAdd,
    protocol: state.protocol,
    earlyDataMost: read.value.earlyData ?? 0,
    issued: now,
    expires: Math.min(now + 1000 * lifetime, state.peerExpires),
    peerExpires: state.peerExpires,
  };
  return ok({ state, actions: [{ do: 'remember', session }] });
}
