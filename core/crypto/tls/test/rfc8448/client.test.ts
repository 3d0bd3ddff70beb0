/** Our client in the place of the client in RFC 8448: what it sends is what the RFC has. */
import { describe, expect, it } from 'vitest';
import type { ClientConfig, Target } from '../../src/client/config.ts';
import { firstHello } from '../../src/client/hello.ts';
import type { TlsConnection } from '../../src/connection.ts';
import type { Credentials } from '../../src/credentials.ts';
import { KeySchedule } from '../../src/key-schedule.ts';
import { emitMessage } from '../../src/message.ts';
import { Protection } from '../../src/record.ts';
import type { Action } from '../../src/step.ts';
import { retriedTranscript } from '../../src/transcript.ts';
import { join } from '../join.ts';
import { NOW, SUITES } from '../kit.ts';
import { ASKED } from './asked.ts';
import { clientIn, sent, simpleSession } from './client.ts';
import { COMPATIBLE } from './compatible.ts';
import { messageOf } from './messages.ts';
import {
  CLIENT,
  DATA,
  drawing,
  EARLY_DATA,
  FEW_GROUPS,
  helloOf,
  P256,
  publicKey,
  randomOf,
  SIGNATURES,
} from './replay.ts';
import { RESUMED } from './resumed.ts';
import { RETRIED } from './retried.ts';
import { SIMPLE } from './simple.ts';

/** In the hellos of the traces, never in ours: padding, session_ticket and renegotiation_info. */
const FOREIGN = [21, 35, 0xff01];

/** The ClientHello in `record` without what is {@link FOREIGN}. */
function ours(record: Uint8Array): Uint8Array {
  const hello = helloOf(record);
  const extensions = hello.extensions.filter(({ type }) => !FOREIGN.includes(type));
  return emitMessage({ ...hello, extensions });
}

/** Our hello in the place of the one in `record`. */
function hello(
  record: Uint8Array,
  privateKey: Uint8Array,
  config: ClientConfig = CLIENT,
  more: Partial<Target> = {},
): Uint8Array {
  const { sessionId } = helloOf(record);
  const entropy = drawing(
    randomOf(record),
    ...(sessionId.length > 0 ? [sessionId] : []),
    privateKey,
  );
  const [action] = firstHello(config, { serverName: 'server', ...more }, entropy, NOW + 6).actions;
  if (action.do !== 'send') throw new Error(action.do);
  return action.message;
}

describe('as the client, with our own hello', () => {
  it.each([
    ['3', SIMPLE.clientHello, SIMPLE.clientPrivate, CLIENT],
    ['5', RETRIED.firstHello, RETRIED.firstPrivate, { ...CLIENT, groups: FEW_GROUPS }],
    ['6', ASKED.clientHello, ASKED.clientPrivate, CLIENT],
    ['7', COMPATIBLE.clientHello, COMPATIBLE.clientPrivate, { ...CLIENT, compatibility: true }],
  ])('section %s: it is that of the trace without three extensions', (_, record, key, config) => {
    expect(hello(record, key, config)).toEqual(ours(record));
  });

  it('section 4: likewise, up to the binder, which is over all of the hello', () => {
    const target = { session: simpleSession(), earlyData: EARLY_DATA };
    const made = hello(RESUMED.clientHello, RESUMED.clientPrivate, CLIENT, target);
    expect(made.slice(0, -32)).toEqual(ours(RESUMED.clientHello).slice(0, -32));
  });

  it('section 5: likewise after a HelloRetryRequest', () => {
    const first = sent(RETRIED.firstHello, RETRIED.firstPrivate);
    const entropy = drawing(RETRIED.clientPrivate);
    const client = clientIn(first, undefined, { ...CLIENT, groups: FEW_GROUPS }, entropy);
    expect(client.start().send).toEqual(RETRIED.firstHello);
    const { send } = client.handle(RETRIED.retry.slice(), NOW);
    expect(messageOf(send)).toEqual(ours(RETRIED.clientHello));
  });
});

describe('as the client, after the hello of the trace', () => {
  it('section 3: a full handshake, data and close_notify', () => {
    const client = clientIn(sent(SIMPLE.clientHello, SIMPLE.clientPrivate));
    expect(client.start().send).toEqual(SIMPLE.clientHello);
    expectAnswer(client, SIMPLE);
    expect(client.handle(SIMPLE.ticket.slice(), NOW).events).toMatchObject([{ kind: 'session' }]);
    expectData(client, SIMPLE);
    expectClosing(client, SIMPLE);
  });

  it('section 4: a resumption with early data', () => {
    const session = simpleSession();
    const { suite, actions } = withEarlyData(session.psk);
    const more = { session: { ...session, suite: suite.code }, early: true };
    const start = sent(RESUMED.clientHello, RESUMED.clientPrivate, undefined, more);
    const client = clientIn(start, actions);
    expect(client.start().send).toEqual(join(RESUMED.clientHello, RESUMED.earlyData));
    expectAnswer(client, RESUMED);
    expectData(client, RESUMED);
    expectClosing(client, RESUMED);
  });

  it('section 5: after a HelloRetryRequest', () => {
    const suite = SUITES.aes128;
    const transcript = retriedTranscript(suite.hash, messageOf(RETRIED.firstHello));
    transcript.add(messageOf(RETRIED.retry));
    const more = { retried: { suite, transcript } };
    const client = clientIn(sent(RETRIED.clientHello, RETRIED.clientPrivate, P256, more), []);
    expectAnswer(client, RETRIED);
    expectClosing(client, RETRIED);
  });

  it('section 6: showing its certificate', () => {
    const start = sent(ASKED.clientHello, ASKED.clientPrivate);
    const client = clientIn(start, undefined, { ...CLIENT, credentials: SIGNED });
    expect(client.start().send).toEqual(ASKED.clientHello);
    expectAnswer(client, ASKED);
    expectClosing(client, ASKED);
  });

  it('section 7: looking like TLS 1.2', () => {
    const client = clientIn(sent(COMPATIBLE.clientHello, COMPATIBLE.clientPrivate));
    expect(client.start().send).toEqual(COMPATIBLE.clientHello);
    expectAnswer(client, COMPATIBLE);
    expectClosing(client, COMPATIBLE);
  });
});

/** The trace from the ServerHello to the client's Finished. */
function expectAnswer(
  client: TlsConnection,
  trace: {
    readonly serverHello: Uint8Array;
    readonly serverFlight: Uint8Array;
    readonly clientFlight: Uint8Array;
  },
): void {
  const { send, events } = client.handle(join(trace.serverHello, trace.serverFlight), NOW);
  expect(send).toEqual(trace.clientFlight);
  expect(events).toMatchObject([{ kind: 'connected' }]);
}

function expectData(client: TlsConnection, trace: typeof SIMPLE | typeof RESUMED): void {
  expect(client.send(DATA)).toEqual(trace.clientData);
  expect(client.handle(trace.serverData.slice(), NOW).deliver).toEqual([DATA]);
}

function expectClosing(
  client: TlsConnection,
  trace: { readonly clientClose: Uint8Array; readonly serverClose: Uint8Array },
): void {
  expect(client.close()).toEqual(trace.clientClose);
  expect(client.handle(trace.serverClose.slice(), NOW).events).toEqual([{ kind: 'closed' }]);
}

/** What a client does that sends the hello of section 4: the keys of early data are over all of it. */
function withEarlyData(psk: Uint8Array) {
  const suite = SUITES.aes128;
  const message = messageOf(RESUMED.clientHello);
  const schedule = new KeySchedule(suite.hash, psk);
  const secret = schedule.derive('c e traffic', suite.hash.digest(message));
  const actions: Action[] = [
    { do: 'send', message },
    { do: 'write-with', protection: new Protection(suite, secret) },
    { do: 'send-early', data: EARLY_DATA },
  ];
  return { suite, actions };
}

/** Has the signature of the trace, for the content that it is of: the key is not in the RFC. */
const SIGNED: Credentials = {
  chain: [ASKED.clientCertificate],
  signers: [
    {
      scheme: 0x0804,
      sign(message) {
        const key = publicKey(ASKED.clientCertificate);
        expect(SIGNATURES[1].verify(key, message, ASKED.clientSignature)).toBe(true);
        return ASKED.clientSignature;
      },
    },
  ],
};
