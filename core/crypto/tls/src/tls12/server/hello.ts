/** What a server answers to a ClientHello (RFC 5246, 7.3; RFC 5077, 3.1; RFC 8422, 5). */
import type { Entropy } from '@atoll/device/system';
import { ok } from '@atoll/result/result';
import { HANDSHAKE } from '../../frame.ts';
import { type ClientHello, DOWNGRADED, TLS12 } from '../../hello.ts';
import { emitMessage } from '../../message.ts';
import type { Offer } from '../../offer.ts';
import { checkedLimit } from '../../record.ts';
import type { ServerConfig } from '../../server/config.ts';
import type { Stepped } from '../../step.ts';
import { agree, finish, type Hellos, LIMIT_LARGEST, limits } from '../agree.ts';
import { emitHelloAnswer12, type HelloAnswer12, UNCOMPRESSED } from '../extension.ts';
import { CERTIFICATE_TYPE, emitMessage12 } from '../message.ts';
import { signedParameters } from '../proof.ts';
import { type EcdheSuite, KINDS, kindOf } from '../suite.ts';
import { Transcript12 } from '../transcript.ts';
import {
  chooseGroup,
  chooseIdentity12,
  chooseTerms,
  signalsRenegotiation,
  type Terms,
} from './choose.ts';
import { type Resumed12, resume12 } from './resume.ts';
import type { Server12State } from './state.ts';

/** A ClientHello, what it offers beside what only TLS 1.2 has, and its bytes. */
export interface ReceivedHello {
  readonly hello: ClientHello;
  readonly offer: Partial<Offer>;
  readonly bytes: Uint8Array;
}

export function handleClientHello12(
  config: ServerConfig,
  suites: readonly EcdheSuite[],
  received: ReceivedHello,
  entropy: Entropy,
  now: number,
): Stepped<Server12State> {
  const { hello, offer } = received;
  const chosen = chooseTerms(config, hello, offer);
  if (!chosen.ok) return chosen;
  const terms = chosen.value;
  const resumed = resume12(config, suites, hello, terms.offer, now);
  if (resumed) return ok(resumption(config, received, terms, resumed, entropy));
  return full(config, suites, received, terms, entropy);
}

/** Goes on with the secret of a ticket. No new ticket: the secret stays the same, and must end with the old one. */
function resumption(
  config: ServerConfig,
  received: ReceivedHello,
  terms: Terms,
  { master, ...chosen }: Resumed12,
  entropy: Entropy,
) {
  const { sessionId } = received.hello;
  const { message, hellos } = sayHello(config, received, terms, chosen, sessionId, {}, entropy);
  const agreed = agree(hellos, undefined, master, []);
  const state: Server12State = { expects: 'ChangeCipherSpec', agreed, givesTicket: false };
  const actions = [
    { do: 'send', message } as const,
    ...limits(config.recordSizeLimit, terms.offer.recordSizeLimit),
    ...finish(agreed, 'server'),
  ];
  return { state, actions };
}

function full(
  config: ServerConfig,
  suites: readonly EcdheSuite[],
  received: ReceivedHello,
  terms: Terms,
  entropy: Entropy,
): Stepped<Server12State> {
  const { hello } = received;
  const { offer } = terms;
  const group = chooseGroup(config, offer);
  if (!group.ok) return group;
  const identity = chooseIdentity12(config, suites, hello, terms);
  if (!identity.ok) return identity;
  const { credentials, signer } = identity.value;
  const asks = config.clients !== undefined;
  const givesTicket = config.tickets !== undefined && !asks && offer.ticket !== undefined;
  const answer = {
    ...(offer.serverName && { serverName: true as const }),
    ...(givesTicket && { ticket: true as const }),
  };
  // Without a session ID: nothing is remembered here.
  const said = sayHello(config, received, terms, identity.value, NOTHING, answer, entropy);
  const { message, hellos } = said;
  const { privateKey, publicKey } = group.value.kem.generate(entropy);
  const { code } = group.value;
  const signed = signedParameters(hellos.randoms, code, publicKey);
  const flight = [
    emitMessage12({ type: HANDSHAKE.CERTIFICATE, chain: credentials.chain }),
    emitMessage12({
      type: HANDSHAKE.SERVER_KEY_EXCHANGE,
      group: code,
      key: publicKey,
      scheme: signer.scheme,
      signature: signer.sign(signed, entropy),
    }),
    ...(asks ? [certificateRequest(config)] : []),
    emitMessage12({ type: HANDSHAKE.SERVER_HELLO_DONE }),
  ];
  for (const part of flight) hellos.transcript.add(part);
  return ok({
    state: {
      expects: asks ? 'Certificate' : 'ClientKeyExchange',
      hellos,
      group: group.value,
      privateKey,
      givesTicket,
      peer: undefined,
    },
    actions: [
      ...[message, ...flight].map((part) => ({ do: 'send', message: part }) as const),
      ...limits(config.recordSizeLimit, offer.recordSizeLimit),
    ],
  });
}

/** Our ServerHello, and what is known from it on. */
function sayHello(
  config: ServerConfig,
  { hello, bytes }: ReceivedHello,
  { offer, protocol }: Terms,
  { suite, kind }: Pick<Hellos, 'suite' | 'kind'>,
  sessionId: Uint8Array,
  answer: Partial<HelloAnswer12>,
  entropy: Entropy,
): { message: Uint8Array; hellos: Hellos } {
  const random = new Uint8Array(32);
  entropy.fill(random);
  // Tells a client that speaks TLS 1.3 that somebody hid it from us (RFC 8446, 4.1.3).
  if (config.suites.length > 0) random.set(DOWNGRADED, random.length - DOWNGRADED.length);
  const message = emitMessage({
    type: HANDSHAKE.SERVER_HELLO,
    legacyVersion: TLS12,
    random,
    sessionId,
    suite: suite.codes[kind] ?? 0,
    compression: 0,
    extensions: emitHelloAnswer12({
      ...answer,
      extendedMasterSecret: true,
      ...(signalsRenegotiation(hello, offer) && { renegotiation: NOTHING }),
      ...(offer.pointFormats && { pointFormats: [UNCOMPRESSED] }),
      ...(protocol !== undefined && { protocols: [protocol] }),
      ...(offer.recordSizeLimit !== undefined && {
        recordSizeLimit: Math.min(checkedLimit(config.recordSizeLimit), LIMIT_LARGEST),
      }),
    }),
  });
  const transcript = new Transcript12(suite.hash, config.clients !== undefined);
  transcript.add(bytes);
  transcript.add(message);
  // A view would keep the whole hello.
  const randoms = { client: hello.random.slice(), server: random };
  const serverName = offer.serverName || undefined;
  return { message, hellos: { suite, kind, randoms, transcript, protocol, serverName } };
}

function certificateRequest({ clients }: ServerConfig): Uint8Array {
  const schemes = clients?.verifier.schemes ?? [];
  const kinds = KINDS.filter((kind) => schemes.some((scheme) => kindOf(scheme) === kind));
  return emitMessage12({
    type: HANDSHAKE.CERTIFICATE_REQUEST,
    certificateTypes: kinds.map((kind) => CERTIFICATE_TYPE[kind]),
    signatureSchemes: schemes,
    authorities: clients?.verifier.authorities ?? [],
  });
}

const NOTHING = new Uint8Array(0);
