/** Everything that may come, right or wrong, at any time. */
import { ALERT } from '../../src/alert.ts';
import { EXTENSION } from '../../src/extension.ts';
import { HANDSHAKE } from '../../src/frame.ts';
import { isRetry } from '../../src/hello.ts';
import { emitMessage, type Message, parseMessage } from '../../src/message.ts';
import { CONTENT } from '../../src/record.ts';
import { join } from '../join.ts';
import type { Letter, Role } from '../sequences.ts';
import { plainRecord, sealedRecord, TOY } from '../toy.ts';
import { type Scenario, scenariosWith } from './scenario.ts';

/** Records are read and written without keys. */
export const SCENARIOS: readonly Scenario[] = scenariosWith(TOY.suite);

/** What `role` gets when all goes well, up to where it is connected. */
export function rightPath(scenario: Scenario, role: Role): Letter[] {
  const letters = received(scenario, role);
  return letters.slice(0, letters.findIndex(({ name }) => name === 'Finished') + 1);
}

/** All messages there are, those of `scenario` first of their kind, and some that are wrong. */
export function messageLetters(scenario: Scenario, role: Role): Letter[] {
  const other = role === 'client' ? 'server' : 'client';
  const letters = new Map<string, Letter>();
  const all = [scenario, ...SCENARIOS];
  for (const letter of [
    ...all.flatMap((one) => received(one, role)),
    ...received(scenario, other),
  ]) {
    if (!letters.has(letter.name)) letters.set(letter.name, letter);
  }
  for (const one of all.flatMap((one) => received(one, other))) {
    if (!letters.has(one.name)) letters.set(one.name, one);
  }
  return [...letters.values(), ...[...letters.values()].flatMap(distort), ...NOWHERE];
}

export const RECORD_LETTERS: readonly Letter[] = [
  'change_cipher_spec',
  'wrong change_cipher_spec',
  'data',
  'sealed with other keys',
  'empty record',
  'handshake without protection',
  'alert without protection',
  'fatal alert',
  'user_canceled',
  'close_notify',
  'heartbeat',
].map((name) => ({ name }));

/** The record of a letter for a reader with keys (`isSealed`) or without. */
export function recordOf({ name, message }: Letter, isSealed: boolean): Uint8Array {
  const make = isSealed ? sealedRecord : plainRecord;
  if (message) return make(CONTENT.HANDSHAKE, message);
  switch (name) {
    case 'change_cipher_spec':
      return plainRecord(CONTENT.CHANGE_CIPHER_SPEC, Uint8Array.of(1));
    case 'wrong change_cipher_spec':
      return plainRecord(CONTENT.CHANGE_CIPHER_SPEC, Uint8Array.of(2));
    case 'data':
      return make(CONTENT.APPLICATION_DATA, Uint8Array.of(1, 2, 3));
    case 'sealed with other keys':
      return plainRecord(CONTENT.APPLICATION_DATA, new Uint8Array(40).fill(0x5a));
    case 'empty record':
      return make(CONTENT.HANDSHAKE, new Uint8Array(0));
    case 'handshake without protection':
      return plainRecord(CONTENT.HANDSHAKE, WRONG_FINISHED);
    case 'alert without protection':
      return plainRecord(CONTENT.ALERT, Uint8Array.of(2, ALERT.HANDSHAKE_FAILURE));
    case 'fatal alert':
      return make(CONTENT.ALERT, Uint8Array.of(2, ALERT.HANDSHAKE_FAILURE));
    case 'user_canceled':
      return make(CONTENT.ALERT, Uint8Array.of(1, ALERT.USER_CANCELED));
    case 'close_notify':
      return make(CONTENT.ALERT, Uint8Array.of(1, ALERT.CLOSE_NOTIFY));
    case 'heartbeat':
      return plainRecord(24, Uint8Array.of(1));
  }
  throw new Error(name);
}

function received({ toClient, toServer }: Scenario, role: Role): Letter[] {
  let hellos = 0;
  return (role === 'client' ? toClient : toServer).map((message) => {
    const name = nameOf(parsed(message));
    return { name: name === 'ClientHello' && hellos++ > 0 ? `second ${name}` : name, message };
  });
}

function parsed(bytes: Uint8Array): Message {
  const message = parseMessage(bytes);
  if (!message.ok) throw new Error(message.error.reason);
  return message.value;
}

function nameOf(message: Message): string {
  switch (message.type) {
    case HANDSHAKE.CLIENT_HELLO:
      return 'ClientHello';
    case HANDSHAKE.SERVER_HELLO:
      return isRetry(message) ? 'HelloRetryRequest' : 'ServerHello';
    case HANDSHAKE.NEW_SESSION_TICKET:
      return 'NewSessionTicket';
    case HANDSHAKE.END_OF_EARLY_DATA:
      return 'EndOfEarlyData';
    case HANDSHAKE.ENCRYPTED_EXTENSIONS:
      return 'EncryptedExtensions';
    case HANDSHAKE.CERTIFICATE:
      return message.entries.length > 0 ? 'Certificate' : 'empty Certificate';
    case HANDSHAKE.CERTIFICATE_REQUEST:
      return 'CertificateRequest';
    case HANDSHAKE.CERTIFICATE_VERIFY:
      return 'CertificateVerify';
    case HANDSHAKE.FINISHED:
      return 'Finished';
    case HANDSHAKE.KEY_UPDATE:
      return 'KeyUpdate';
  }
}

/** What is wrong about a message that may be in its place. */
function distort({ name, message: bytes }: Letter): Letter[] {
  if (bytes === undefined) return [];
  const message = parsed(bytes);
  switch (message.type) {
    case HANDSHAKE.CLIENT_HELLO:
    case HANDSHAKE.SERVER_HELLO: {
      const { SUPPORTED_VERSIONS, PRE_SHARED_KEY } = EXTENSION;
      const extensions = message.extensions.filter(
        ({ type }) => type !== SUPPORTED_VERSIONS && type !== PRE_SHARED_KEY,
      );
      return [{ name: `${name} of TLS 1.2`, message: emitMessage({ ...message, extensions }) }];
    }
    case HANDSHAKE.ENCRYPTED_EXTENSIONS: {
      const extensions = [{ type: EXTENSION.COOKIE, data: Uint8Array.of(0, 1, 0) }];
      return [{ name: `unasked ${name}`, message: emitMessage({ ...message, extensions }) }];
    }
    case HANDSHAKE.CERTIFICATE_VERIFY: {
      const signature = new Uint8Array(32);
      return [{ name: `wrong ${name}`, message: emitMessage({ ...message, signature }) }];
    }
    case HANDSHAKE.FINISHED:
      return [{ name: `wrong ${name}`, message: WRONG_FINISHED }];
    default:
      return [];
  }
}

const WRONG_FINISHED = emitMessage({ type: HANDSHAKE.FINISHED, verifyData: new Uint8Array(32) });

/** Well formed, and right at no time of a handshake. */
const NOWHERE: readonly Letter[] = [
  { name: 'KeyUpdate', message: emitMessage({ type: HANDSHAKE.KEY_UPDATE, requested: true }) },
  { name: 'HelloRequest', message: Uint8Array.of(0, 0, 0, 0) },
  { name: 'message_hash', message: join(Uint8Array.of(254, 0, 0, 32), new Uint8Array(32)) },
];
