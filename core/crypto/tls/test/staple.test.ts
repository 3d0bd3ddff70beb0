import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { ALERT } from '../src/alert.ts';
import type { Credentials } from '../src/credentials.ts';
import { EXTENSION } from '../src/extension.ts';
import { HANDSHAKE } from '../src/frame.ts';
import { emitMessage, parseMessage } from '../src/message.ts';
import { CONTENT } from '../src/record.ts';
import { tlsServer } from '../src/server.ts';
import { hex } from './hex.ts';
import { connectedOf, NOW, Pair, SERVER } from './kit.ts';
import { contentsOf, plainRecord, TOY, toyCredentials } from './toy.ts';

const TOYS = { suites: [TOY.suite], groups: [TOY.x25519] };
const STAPLED = { ocspResponse: Uint8Array.of(0x30, 3, 0x0a, 1, 0) };
const [CERTIFICATE] = toyCredentials('server').chain;

/** What a server answers to a hello with `request` as its status_request, if there is one. */
function answer(request: Uint8Array | undefined, more: Partial<Credentials> = STAPLED) {
  const chain = [CERTIFICATE, CERTIFICATE];
  const credentials = () => [{ ...toyCredentials('server'), ...more, chain }];
  const [{ bytes }] = new Pair({ ...TOYS, verifier: TOY.verifier }).flights;
  const hello = parseMessage(bytes.slice(5));
  if (!hello.ok || hello.value.type !== HANDSHAKE.CLIENT_HELLO) throw new Error('no ClientHello');
  const asked = request ? [{ type: EXTENSION.STATUS_REQUEST, data: request }] : [];
  const extensions = [...asked, ...hello.value.extensions];
  const message = emitMessage({ ...hello.value, extensions });
  const server = tlsServer({ ...SERVER, ...TOYS, credentials }, new Random(2));
  return server.handle(plainRecord(CONTENT.HANDSHAKE, message), NOW);
}

/** The extensions of each certificate in an answer. */
function shown({ send }: ReturnType<typeof answer>) {
  const flight = contentsOf(send)[2].content;
  // Behind EncryptedExtensions.
  const start = 4 + ((flight[2] << 8) | flight[3]);
  const end = start + 4 + ((flight[start + 2] << 8) | flight[start + 3]);
  const message = parseMessage(flight.slice(start, end));
  if (!message.ok || message.value.type !== HANDSHAKE.CERTIFICATE)
    throw new Error('no Certificate');
  return message.value.entries.map(({ extensions }) => extensions);
}

it('an OCSP response goes with the first certificate, for a client that asks', () => {
  const status = { type: EXTENSION.STATUS_REQUEST, data: hex('01 000005 30030a0100') };
  expect(shown(answer(hex('0100000000')))).toEqual([[status], []]);
  expect(shown(answer(hex('010003000161 0000')))).toEqual([[status], []]);
});

it('there is none where nobody asks, for another kind, or when we have none', () => {
  expect(shown(answer(undefined))).toEqual([[], []]);
  expect(shown(answer(hex('020000')))).toEqual([[], []]);
  expect(shown(answer(hex('0100000000'), {}))).toEqual([[], []]);
});

it.each(['', '01', '0100000001', '010000000000'])('a request of %j is malformed', (request) => {
  expect(answer(hex(request)).failure?.alert).toBe(ALERT.DECODE_ERROR);
});

it('our client does not ask', () => {
  const credentials = () => [{ ...toyCredentials('server'), ...STAPLED }];
  const pair = new Pair({ ...TOYS, verifier: TOY.verifier }, { ...TOYS, credentials }).run();
  expect(connectedOf(pair.client).peerChain).toEqual([CERTIFICATE]);
});
