import type { Agreement } from '@atoll/primitives/agreement';
import { aes128Gcm } from '@atoll/primitives/reference/aes-gcm';
import { p256 } from '@atoll/primitives/reference/nist';
import { sha256 } from '@atoll/primitives/reference/sha2';
import { x25519 } from '@atoll/primitives/reference/x25519';
import { expect, it } from 'vitest';
import {
  exportKeyingMaterial,
  finishedMac,
  KeySchedule,
  resumptionPsk,
} from '../../src/key-schedule.ts';
import { bindersLength } from '../../src/offer.ts';
import { CONTENT, INNER_LONGEST, Protection, RECORD_HEADER_LENGTH } from '../../src/record.ts';
import { cipherSuite } from '../../src/suite.ts';
import { retriedTranscript, Transcript } from '../../src/transcript.ts';
import { join } from '../join.ts';
import { ASKED, COMPATIBLE } from './authentication.ts';
import * as others from './others.ts';
import * as simple from './simple.ts';

const suite = cipherSuite(aes128Gcm, sha256);

/** The content of a record that `protection` opens, which must be of `type`. */
function open(protection: Protection, record: Uint8Array, type: number): Uint8Array {
  const bytes = record.slice();
  const opened = protection.open({ bytes, start: 0, end: bytes.length }, INNER_LONGEST);
  if (!opened.ok) throw new Error(opened.error.reason);
  expect(opened.value.type).toBe(type);
  return bytes.slice(opened.value.start, opened.value.end);
}

function seal(protection: Protection, type: number, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(content.length + protection.overhead);
  bytes.set(content, RECORD_HEADER_LENGTH);
  expect(protection.seal(bytes, 0, type, content.length)).toBe(bytes.length);
  return bytes;
}

/** Follows section 3 with both ends' keys at once; answers the PSK of its ticket. */
function followSimple(): Uint8Array {
  const serverShare = x25519.publicKey(simple.SERVER_PRIVATE);
  const shared = x25519.agree(simple.CLIENT_PRIVATE, serverShare);
  if (shared === undefined) throw new Error('no secret');
  const transcript = new Transcript(sha256);
  transcript.add(simple.CLIENT_HELLO);
  transcript.add(simple.SERVER_HELLO);
  const schedule = new KeySchedule(sha256);
  schedule.toHandshake(shared);
  const clientSecret = schedule.derive('c hs traffic', transcript.digest());
  const serverSecret = schedule.derive('s hs traffic', transcript.digest());

  transcript.add(simple.ENCRYPTED_EXTENSIONS);
  transcript.add(simple.CERTIFICATE);
  transcript.add(simple.CERTIFICATE_VERIFY);
  const serverMac = finishedMac(sha256, serverSecret, transcript.digest());
  expect(serverMac).toEqual(simple.SERVER_FINISHED.slice(4));
  transcript.add(simple.SERVER_FINISHED);
  const flight = join(
    simple.ENCRYPTED_EXTENSIONS,
    simple.CERTIFICATE,
    simple.CERTIFICATE_VERIFY,
    simple.SERVER_FINISHED,
  );
  const { HANDSHAKE, APPLICATION_DATA, ALERT } = CONTENT;
  const sealed = seal(new Protection(suite, serverSecret.slice()), HANDSHAKE, flight);
  expect(sealed).toEqual(simple.SERVER_FLIGHT_RECORD);
  const reading = new Protection(suite, serverSecret);
  expect(open(reading, simple.SERVER_FLIGHT_RECORD, HANDSHAKE)).toEqual(flight);

  schedule.toMaster();
  const clientMac = finishedMac(sha256, clientSecret, transcript.digest());
  const client = new Protection(suite, schedule.derive('c ap traffic', transcript.digest()));
  const server = new Protection(suite, schedule.derive('s ap traffic', transcript.digest()));
  const finished = join(Uint8Array.of(20, 0, 0, 32), clientMac);
  const finishing = new Protection(suite, clientSecret);
  expect(seal(finishing, HANDSHAKE, finished)).toEqual(simple.CLIENT_FINISHED_RECORD);
  transcript.add(finished);

  const ticket = open(server, simple.TICKET_RECORD, HANDSHAKE);
  expect(ticket.slice(17, 17 + simple.TICKET.length)).toEqual(simple.TICKET);
  expect(seal(client, APPLICATION_DATA, simple.DATA)).toEqual(simple.CLIENT_DATA_RECORD);
  expect(open(server, simple.SERVER_DATA_RECORD, APPLICATION_DATA)).toEqual(simple.DATA);
  const close = Uint8Array.of(1, 0);
  expect(seal(client, ALERT, close)).toEqual(simple.CLIENT_CLOSE_RECORD);
  expect(open(server, simple.SERVER_CLOSE_RECORD, ALERT)).toEqual(close);
  // Header, lifetime, ageAdd, then the vector of the nonce.
  return resumptionPsk(
    sha256,
    schedule.derive('res master', transcript.digest()),
    ticket.slice(13, 15),
  );
}

it('section 3: every record comes out byte for byte', () => {
  followSimple();
});

it('section 4: a resumption with early data', () => {
  const schedule = new KeySchedule(sha256, followSimple());
  const hello = others.RESUMING_CLIENT_HELLO;
  const binder = hello.slice(-32);
  const covered = hello.slice(0, -bindersLength({ identities: [], binders: [binder] }));
  expect(finishedMac(sha256, schedule.binderKey(), sha256.digest(covered))).toEqual(binder);

  const transcript = new Transcript(sha256);
  transcript.add(hello);
  const early = new Protection(suite, schedule.derive('c e traffic', transcript.digest()));
  const { HANDSHAKE, APPLICATION_DATA } = CONTENT;
  const data = Uint8Array.from('ABCDEF', (letter) => letter.charCodeAt(0));
  expect(seal(early, APPLICATION_DATA, data)).toEqual(others.EARLY_DATA_RECORD);
  schedule.toHandshake(sharedOf(x25519, others.RESUMING_PRIVATE, others.RESUMED_SERVER_HELLO));
  transcript.add(others.RESUMED_SERVER_HELLO);
  const clientSecret = schedule.derive('c hs traffic', transcript.digest());
  const serverSecret = schedule.derive('s hs traffic', transcript.digest());
  transcript.add(others.RESUMED_ENCRYPTED_EXTENSIONS);
  const serverMac = finishedMac(sha256, serverSecret, transcript.digest());
  expect(serverMac).toEqual(others.RESUMED_SERVER_FINISHED.slice(4));
  transcript.add(others.RESUMED_SERVER_FINISHED);
  const flight = join(others.RESUMED_ENCRYPTED_EXTENSIONS, others.RESUMED_SERVER_FINISHED);
  const sealed = seal(new Protection(suite, serverSecret), HANDSHAKE, flight);
  expect(sealed).toEqual(others.RESUMED_FLIGHT_RECORD);

  schedule.toMaster();
  const client = new Protection(suite, schedule.derive('c ap traffic', transcript.digest()));
  const server = new Protection(suite, schedule.derive('s ap traffic', transcript.digest()));
  const end = Uint8Array.of(5, 0, 0, 0);
  expect(seal(early, HANDSHAKE, end)).toEqual(others.END_OF_EARLY_DATA_RECORD);
  transcript.add(end);
  const clientMac = finishedMac(sha256, clientSecret, transcript.digest());
  const finished = join(FINISHED_HEADER, clientMac);
  const finishing = new Protection(suite, clientSecret);
  expect(seal(finishing, HANDSHAKE, finished)).toEqual(others.RESUMED_FINISHED_RECORD);
  const { DATA } = simple;
  expect(seal(client, APPLICATION_DATA, DATA)).toEqual(others.RESUMED_CLIENT_DATA_RECORD);
  expect(seal(server, APPLICATION_DATA, DATA)).toEqual(others.RESUMED_SERVER_DATA_RECORD);
});

it('section 5: a handshake after a HelloRetryRequest', () => {
  const transcript = retriedTranscript(sha256, others.RETRIED_CLIENT_HELLO);
  transcript.add(others.HELLO_RETRY_REQUEST);
  transcript.add(others.SECOND_CLIENT_HELLO);
  transcript.add(others.SECOND_SERVER_HELLO);
  const schedule = new KeySchedule(sha256);
  schedule.toHandshake(sharedOf(p256, others.SECOND_PRIVATE, others.SECOND_SERVER_HELLO));
  const clientSecret = schedule.derive('c hs traffic', transcript.digest());
  const serverSecret = schedule.derive('s hs traffic', transcript.digest());
  transcript.add(others.SECOND_ENCRYPTED_EXTENSIONS);
  transcript.add(simple.CERTIFICATE);
  transcript.add(others.SECOND_CERTIFICATE_VERIFY);
  const serverMac = finishedMac(sha256, serverSecret, transcript.digest());
  expect(serverMac).toEqual(others.SECOND_SERVER_FINISHED.slice(4));
  transcript.add(others.SECOND_SERVER_FINISHED);
  const clientMac = finishedMac(sha256, clientSecret, transcript.digest());
  const finished = seal(new Protection(suite, clientSecret), 22, join(FINISHED_HEADER, clientMac));
  expect(finished).toEqual(others.SECOND_FINISHED_RECORD);
});

it('section 6: a client that shows its certificate', () => {
  const { clientSecret, schedule, transcript } = follow(ASKED, ASKED.flight);
  const { HANDSHAKE, ALERT } = CONTENT;
  const flight = open(new Protection(suite, clientSecret.slice()), ASKED.clientRecord, HANDSHAKE);
  const last = flight.length - FINISHED_HEADER.length - 32;
  const client = new Protection(suite, schedule.derive('c ap traffic', transcript.digest()));
  transcript.add(flight.slice(0, last));
  const mac = finishedMac(sha256, clientSecret, transcript.digest());
  expect(flight.slice(last)).toEqual(join(FINISHED_HEADER, mac));
  expect(seal(new Protection(suite, clientSecret), HANDSHAKE, flight)).toEqual(ASKED.clientRecord);
  expect(seal(client, ALERT, Uint8Array.of(1, 0))).toEqual(ASKED.clientClose);
});

it('section 7: a client that looks like TLS 1.2', () => {
  const { ENCRYPTED_EXTENSIONS, CERTIFICATE } = simple;
  const flight = join(ENCRYPTED_EXTENSIONS, CERTIFICATE, COMPATIBLE.certificateVerify);
  const { clientSecret, transcript } = follow(COMPATIBLE, flight);
  const mac = finishedMac(sha256, clientSecret, transcript.digest());
  const finished = seal(new Protection(suite, clientSecret), 22, join(FINISHED_HEADER, mac));
  expect(finished).toEqual(COMPATIBLE.clientFinished);
});

/** Goes up to the server's Finished, which must be right, with `flight` before it. */
function follow(trace: typeof ASKED | typeof COMPATIBLE, flight: Uint8Array) {
  const transcript = new Transcript(sha256);
  transcript.add(trace.clientHello);
  transcript.add(trace.serverHello);
  const schedule = new KeySchedule(sha256);
  schedule.toHandshake(sharedOf(x25519, trace.clientPrivate, trace.serverHello));
  const clientSecret = schedule.derive('c hs traffic', transcript.digest());
  const serverSecret = schedule.derive('s hs traffic', transcript.digest());
  transcript.add(flight);
  const mac = finishedMac(sha256, serverSecret, transcript.digest());
  expect(trace.serverFinished).toEqual(join(FINISHED_HEADER, mac));
  transcript.add(trace.serverFinished);
  schedule.toMaster();
  return { schedule, clientSecret, transcript };
}

/** The secret of `privateKey` and the key share at the end of `hello`, before supported_versions. */
function sharedOf(agreement: Agreement, privateKey: Uint8Array, hello: Uint8Array): Uint8Array {
  const end = hello.length - 6;
  const shared = agreement.agree(privateKey, hello.slice(end - agreement.publicLength, end));
  if (shared === undefined) throw new Error('no secret');
  return shared;
}

const FINISHED_HEADER = Uint8Array.of(20, 0, 0, 32);

it('exported keying material depends on secret, label, context and length', () => {
  const one = new Uint8Array(32).fill(1);
  const all = [
    exportKeyingMaterial(sha256, one, 'a', one, 32),
    exportKeyingMaterial(
      sha256,
      one.map(() => 2),
      'a',
      one,
      32,
    ),
    exportKeyingMaterial(sha256, one, 'b', one, 32),
    exportKeyingMaterial(sha256, one, 'a', one.slice(1), 32),
    exportKeyingMaterial(sha256, one, 'a', one, 33).slice(0, 32),
  ].map(String);
  expect(new Set(all).size).toBe(all.length);
});
