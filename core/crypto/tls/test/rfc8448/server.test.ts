/** Our server in the place of the server in RFC 8448: what it sends is what the RFC has, byte for byte. */
import { describe, expect, it } from 'vitest';
import { TlsConnection } from '../../src/connection.ts';
import type { Credentials } from '../../src/credentials.ts';
import { EXTENSION } from '../../src/extension.ts';
import { HANDSHAKE } from '../../src/frame.ts';
import { handshake13 } from '../../src/handshake.ts';
import { TLS13 } from '../../src/hello.ts';
import { emitMessage, parseMessage } from '../../src/message.ts';
import { constantOf } from '../../src/server/choose.ts';
import type { ServerConfig } from '../../src/server/config.ts';
import { ReplayGuard } from '../../src/server/early.ts';
import { stepServer } from '../../src/server/engine.ts';
import type { ServerState } from '../../src/server/state.ts';
import { type TicketContent, TicketKeys } from '../../src/server/ticket.ts';
import { tlsServer } from '../../src/server.ts';
import { retriedTranscript } from '../../src/transcript.ts';
import { join } from '../join.ts';
import { NOW, SUITES } from '../kit.ts';
import { ASKED } from './asked.ts';
import { simpleSession } from './client.ts';
import { COMPATIBLE } from './compatible.ts';
import { messageOf } from './messages.ts';
import {
  DATA,
  drawing,
  EARLY_DATA,
  helloOf,
  P256,
  publicKey,
  RETRY_GROUPS,
  randomOf,
  SERVER,
  SIGNATURES,
  VERIFIER,
} from './replay.ts';
import { RESUMED } from './resumed.ts';
import { RETRIED } from './retried.ts';
import { SIMPLE } from './simple.ts';

interface Trace {
  readonly serverPrivate: Uint8Array;
  readonly salt?: Uint8Array;
  readonly serverHello: Uint8Array;
}

/** In the order in which our server draws: its key, its random, the salt of its signature. */
function entropyOf({ serverPrivate, serverHello, salt }: Trace) {
  return drawing(serverPrivate, randomOf(serverHello), ...(salt ? [salt] : []));
}

function serverOf(trace: Trace, config: ServerConfig = SERVER): TlsConnection {
  return tlsServer(config, entropyOf(trace));
}

describe('as the server', () => {
  it('section 3: a full handshake, data and close_notify', () => {
    const server = serverOf(SIMPLE, { ...SERVER, tickets: new TicketKeys(SUITES.aes128.aead) });
    const { send } = server.handle(SIMPLE.clientHello.slice(), NOW);
    expect(send).toEqual(join(SIMPLE.serverHello, SIMPLE.serverFlight));
    // The ticket is our own, but takes one record as well.
    expect(server.handle(SIMPLE.clientFlight.slice(), NOW).events[0].kind).toBe('connected');
    expect(server.handle(SIMPLE.clientData.slice(), NOW).deliver).toEqual([DATA]);
    expect(server.send(DATA)).toEqual(SIMPLE.serverData);
    expect(server.handle(SIMPLE.clientClose.slice(), NOW).events).toEqual([{ kind: 'closed' }]);
    expect(server.close()).toEqual(SIMPLE.serverClose);
  });

  it('section 4: a resumption with early data', () => {
    const session = simpleSession();
    const tickets = new TheirTickets({
      version: TLS13,
      issued: NOW,
      suite: session.suite,
      hash: session.hash,
      ageAdd: session.ageAdd,
      protocol: '',
      psk: session.psk,
      serverName: 'server',
    });
    const earlyData = { most: 0x400, guard: new ReplayGuard() };
    const config: { tickets?: TicketKeys } & ServerConfig = { ...SERVER, tickets, earlyData };
    const server = serverOf(RESUMED, config);
    const flight = join(RESUMED.clientHello, RESUMED.earlyData);
    const { send, early } = server.handle(flight, NOW + 6);
    expect(send).toEqual(join(RESUMED.serverHello, RESUMED.serverFlight));
    expect(early).toEqual([EARLY_DATA]);
    // Another ticket is not in the trace.
    delete config.tickets;
    expect(server.handle(RESUMED.clientFlight.slice(), NOW).events[0].kind).toBe('connected');
    expect(server.handle(RESUMED.clientData.slice(), NOW).deliver).toEqual([DATA]);
    expect(server.send(DATA)).toEqual(RESUMED.serverData);
    expectClosing(server, RESUMED);
  });

  it('section 5: the HelloRetryRequest, but for its cookie', () => {
    const server = serverOf(RETRIED, { ...SERVER, groups: [P256] });
    const { send } = server.handle(RETRIED.firstHello.slice(), NOW);
    const theirs = parseMessage(messageOf(RETRIED.retry));
    if (!theirs.ok || theirs.value.type !== HANDSHAKE.SERVER_HELLO) throw new Error('no retry');
    const extensions = theirs.value.extensions.filter(({ type }) => type !== EXTENSION.COOKIE);
    expect(messageOf(send)).toEqual(emitMessage({ ...theirs.value, extensions }));
  });

  it('section 5: the handshake after the HelloRetryRequest of the trace', () => {
    const server = afterRetry({ ...SERVER, groups: RETRY_GROUPS });
    const { send } = server.handle(RETRIED.clientHello.slice(), NOW);
    expect(send).toEqual(join(RETRIED.serverHello, RETRIED.serverFlight));
    expect(server.handle(RETRIED.clientFlight.slice(), NOW).events[0].kind).toBe('connected');
    expectClosing(server, RETRIED);
  });

  it('section 6: asking for a certificate', () => {
    const config = { credentials: () => [SIGNED], clients: { verifier: VERIFIER, required: true } };
    const server = serverOf(ASKED, { ...SERVER, ...config });
    const { send } = server.handle(ASKED.clientHello.slice(), NOW);
    expect(send).toEqual(join(ASKED.serverHello, ASKED.serverFlight));
    const [event] = server.handle(ASKED.clientFlight.slice(), NOW).events;
    expect(event).toMatchObject({ connected: { peerChain: [ASKED.clientCertificate] } });
    expectClosing(server, ASKED);
  });

  it('section 7: looking like TLS 1.2', () => {
    const server = serverOf(COMPATIBLE);
    const { send } = server.handle(COMPATIBLE.clientHello.slice(), NOW);
    expect(send).toEqual(join(COMPATIBLE.serverHello, COMPATIBLE.serverFlight));
    expect(server.handle(COMPATIBLE.clientFlight.slice(), NOW).events[0].kind).toBe('connected');
    expectClosing(server, COMPATIBLE);
  });
});

function expectClosing(
  server: TlsConnection,
  trace: { readonly clientClose: Uint8Array; readonly serverClose: Uint8Array },
): void {
  expect(server.handle(trace.clientClose.slice(), NOW).events).toEqual([{ kind: 'closed' }]);
  expect(server.close()).toEqual(trace.serverClose);
}

/** Knows the one ticket of the traces. */
class TheirTickets extends TicketKeys {
  readonly #content: TicketContent;

  constructor(content: TicketContent) {
    super(SUITES.aes128.aead);
    this.#content = content;
  }

  override open(): TicketContent {
    return this.#content;
  }
}

/** A server that sent the HelloRetryRequest of the trace, whose cookie ours would not make. */
function afterRetry(config: ServerConfig): TlsConnection {
  const entropy = entropyOf(RETRIED);
  const transcript = retriedTranscript(SUITES.aes128.hash, messageOf(RETRIED.firstHello));
  transcript.add(messageOf(RETRIED.retry));
  const constant = constantOf(helloOf(RETRIED.firstHello), SUITES.aes128.hash);
  const first: ServerState = {
    expects: 'second ClientHello',
    retried: { constant, suite: SUITES.aes128, group: P256, transcript },
  };
  const handshake = handshake13<ServerState>(first, (state, received, now) =>
    stepServer(config, state, received, entropy, now),
  );
  return new TlsConnection(handshake, [], false);
}

/** Has the signature of the trace, for the content that it is of: the key is not in the RFC. */
const SIGNED: Credentials = {
  chain: [ASKED.serverCertificate],
  signers: [
    {
      scheme: 0x0403,
      sign(message) {
        const key = publicKey(ASKED.serverCertificate);
        expect(SIGNATURES[0].verify(key, message, ASKED.serverSignature)).toBe(true);
        return ASKED.serverSignature;
      },
    },
  ],
};
