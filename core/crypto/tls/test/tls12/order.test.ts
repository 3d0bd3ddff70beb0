import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { ALERT } from '../../src/alert.ts';
import { tlsClient } from '../../src/client.ts';
import type { TlsConnection } from '../../src/connection.ts';
import { CONTENT } from '../../src/record.ts';
import { tlsServer } from '../../src/server.ts';
import { ecdheSuite } from '../../src/tls12/suite.ts';
import { hex } from '../hex.ts';
import { join } from '../join.ts';
import { CLIENT, NOW, SERVER } from '../kit.ts';
import { plainRecord, TOY } from '../toy.ts';
import { type Role, Rules12, type Verdict } from './rules.ts';
import {
  CHANGE,
  type Scenario12,
  type Step12,
  scenarios12,
  sealedRecord12,
  stepsOf,
} from './scenario.ts';

const SCENARIOS = scenarios12(ecdheSuite(TOY.suite.aead, TOY.hash));
const WRONG_FINISHED = join(hex('1400000c'), new Uint8Array(12));

/** Those that belong nowhere, or that belong somewhere else. */
const OTHERS: readonly Step12[] = [
  { name: 'wrong Finished', message: WRONG_FINISHED },
  { name: 'HelloRequest', message: hex('00000000') },
  { name: 'EncryptedExtensions', message: hex('080000020000') },
  { name: 'EndOfEarlyData', message: hex('05000000') },
  { name: 'KeyUpdate', message: hex('1800000100') },
  { name: 'CertificateStatus', message: hex('1600000101') },
];

const RECORDS: readonly Step12[] = [
  CHANGE,
  'data',
  'plain Finished',
  'fatal alert',
  'no_renegotiation',
  'user_canceled',
  'close_notify',
].map((name) => ({ name, message: undefined }));

/** What `role` gets in `scenario`, and all else that it might. */
function lettersFor(scenario: Scenario12, role: Role): Step12[] {
  const letters = new Map<string, Step12>();
  const other = role === 'client' ? 'server' : 'client';
  const all = [scenario, ...SCENARIOS].flatMap((one) => stepsOf(one, other));
  const back = [scenario, ...SCENARIOS].flatMap((one) => stepsOf(one, role));
  for (const step of [...all, ...back, ...OTHERS]) {
    if (step.message && !letters.has(step.name)) letters.set(step.name, step);
  }
  return [...letters.values()];
}

function recordOf({ name, message }: Step12, isSealed: boolean): Uint8Array {
  const make = isSealed ? sealedRecord12 : plainRecord;
  if (message) return make(CONTENT.HANDSHAKE, message);
  switch (name) {
    case CHANGE:
      return make(CONTENT.CHANGE_CIPHER_SPEC, Uint8Array.of(1));
    case 'data':
      return make(CONTENT.APPLICATION_DATA, Uint8Array.of(1, 2, 3));
    case 'plain Finished':
      return plainRecord(CONTENT.HANDSHAKE, join(hex('14000020'), new Uint8Array(32).fill(7)));
    case 'fatal alert':
      return make(CONTENT.ALERT, Uint8Array.of(2, ALERT.HANDSHAKE_FAILURE));
    case 'no_renegotiation':
      return make(CONTENT.ALERT, Uint8Array.of(1, ALERT.NO_RENEGOTIATION));
    case 'user_canceled':
      return make(CONTENT.ALERT, Uint8Array.of(1, ALERT.USER_CANCELED));
    case 'close_notify':
      return make(CONTENT.ALERT, Uint8Array.of(1, ALERT.CLOSE_NOTIFY));
  }
  throw new Error(name);
}

/** With the randomness of the pair in the scenario, so that it takes the same messages. */
function connectionOf({ client, server, target }: Scenario12, role: Role): TlsConnection {
  if (role === 'server') return tlsServer({ ...SERVER, ...server }, new Random(2));
  const connection = tlsClient({ ...CLIENT, ...client }, target, new Random(1), NOW);
  connection.start();
  return connection;
}

function verdictOf(connection: TlsConnection, record: Uint8Array): Verdict {
  const { failure, send } = connection.handle(record, NOW);
  if (failure === undefined) return connection.isReadClosed ? 'over' : 'taken';
  if (failure.blame === 'alert') return send.length === 0 ? 'over' : -1;
  return failure.alert;
}

/** Tries every sequence of up to `depth` letters; answers the sequences that make a connection. */
function explore(
  scenario: Scenario12,
  role: Role,
  alphabet: readonly Step12[],
  depth: number,
): string[] {
  const path = stepsOf(scenario, role === 'client' ? 'server' : 'client');
  const connected = new Set<string>();
  const attempt = (letters: readonly Step12[]): boolean => {
    const connection = connectionOf(scenario, role);
    const rules = new Rules12(scenario, role, path);
    let expected: Verdict = 'taken';
    let found: Verdict = 'taken';
    for (const letter of letters) {
      const record = recordOf(letter, rules.isSealed);
      expected = rules.judge(letter.name);
      found = verdictOf(connection, record);
    }
    const wasConnected = found === 'taken' || rules.isConnected;
    if (found !== expected || (wasConnected && connection.isConnected !== rules.isConnected)) {
      expect([spell(letters), found]).toEqual([spell(letters), expected]);
      expect([spell(letters), connection.isConnected]).toEqual(['', rules.isConnected]);
    }
    const isRight = ({ name }: Step12) => path.some((step) => step.name === name);
    if (connection.isConnected) connected.add(spell(letters.filter(isRight)));
    return found === 'taken';
  };
  const visit = (prefix: readonly Step12[]): void => {
    for (const letter of alphabet) {
      const letters = [...prefix, letter];
      if (attempt(letters) && letters.length < depth) visit(letters);
    }
  };
  visit([]);
  return [...connected];
}

function spell(letters: readonly Step12[]): string {
  return letters.map(({ name }) => name).join(', ');
}

describe.each(SCENARIOS)('in $name', (scenario) => {
  it.each(['client', 'server'] as const)('the %s takes only what belongs there', (role) => {
    const messages = lettersFor(scenario, role);
    const path = stepsOf(scenario, role === 'client' ? 'server' : 'client');
    const right = spell(path);
    const all = explore(scenario, role, [...messages, ...RECORDS], 5);
    expect(all.filter((one) => !one.startsWith(right))).toEqual([]);
    expect(all.includes(right)).toBe(path.length <= 5);
    const deep = explore(scenario, role, [...messages, ...RECORDS.slice(0, 3)], path.length + 1);
    expect(deep.filter((one) => !one.startsWith(right))).toEqual([]);
    expect(deep).toContain(right);
  });
});

describe('a change_cipher_spec', () => {
  const [scenario] = SCENARIOS;
  const flight = () =>
    join(
      ...stepsOf(scenario, 'server')
        .slice(0, 4)
        .map(({ message }) => message ?? new Uint8Array(0)),
    );

  it('between the parts of a message ends the connection (CVE-2014-0224)', () => {
    const messages = flight();
    for (let cut = 1; cut < messages.length; cut++) {
      const connection = connectionOf(scenario, 'client');
      const first = connection.handle(plainRecord(CONTENT.HANDSHAKE, messages.slice(0, cut)), NOW);
      expect(first.failure).toBe(undefined);
      const { failure } = connection.handle(hex('140303000101'), NOW);
      expect(failure?.alert, `after ${cut} bytes`).toBe(ALERT.UNEXPECTED_MESSAGE);
    }
  });

  it('that is not one byte ends the connection', () => {
    for (const content of ['00', '02', '0101', '']) {
      const connection = connectionOf(scenario, 'client');
      connection.handle(plainRecord(CONTENT.HANDSHAKE, flight()), NOW);
      const { failure } = connection.handle(
        plainRecord(CONTENT.CHANGE_CIPHER_SPEC, hex(content)),
        NOW,
      );
      expect(failure?.alert).toBe(ALERT.UNEXPECTED_MESSAGE);
    }
  });
});
