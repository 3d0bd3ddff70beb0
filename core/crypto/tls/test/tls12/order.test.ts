import { describe, expect, it } from 'vitest';
import { ALERT } from '../../src/alert.ts';
import type { TlsConnection } from '../../src/connection.ts';
import { CONTENT } from '../../src/record.ts';
import { ecdheSuite } from '../../src/tls12/suite.ts';
import { hex } from '../hex.ts';
import { join } from '../join.ts';
import { NOW } from '../kit.ts';
import { connectionOf, explore, type Letter, type Role, spell, type Trial } from '../sequences.ts';
import { plainRecord, TOY } from '../toy.ts';
import { Rules12 } from './rules.ts';
import { CHANGE, type Scenario12, scenarios12, sealedRecord12, stepsOf } from './scenario.ts';

const SCENARIOS = scenarios12(ecdheSuite(TOY.suite.aead, TOY.hash));
const WRONG_FINISHED = join(hex('1400000c'), new Uint8Array(12));

/** Those that belong nowhere, or that belong somewhere else. */
const OTHERS: readonly Letter[] = [
  { name: 'wrong Finished', message: WRONG_FINISHED },
  { name: 'HelloRequest', message: hex('00000000') },
  { name: 'EncryptedExtensions', message: hex('080000020000') },
  { name: 'EndOfEarlyData', message: hex('05000000') },
  { name: 'KeyUpdate', message: hex('1800000100') },
  { name: 'CertificateStatus', message: hex('1600000101') },
];

const RECORDS: readonly Letter[] = [
  CHANGE,
  'data',
  'plain Finished',
  'fatal alert',
  'no_renegotiation',
  'user_canceled',
  'close_notify',
].map((name) => ({ name }));

/** What `role` gets in `scenario`, and all else that it might. */
function lettersFor(scenario: Scenario12, role: Role): Letter[] {
  const letters = new Map<string, Letter>();
  const other = role === 'client' ? 'server' : 'client';
  const all = [scenario, ...SCENARIOS].flatMap((one) => stepsOf(one, other));
  const back = [scenario, ...SCENARIOS].flatMap((one) => stepsOf(one, role));
  for (const step of [...all, ...back, ...OTHERS]) {
    if (step.message && !letters.has(step.name)) letters.set(step.name, step);
  }
  return [...letters.values()];
}

function recordOf({ name, message }: Letter, isSealed: boolean): Uint8Array {
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

function trialOf(scenario: Scenario12, role: Role): Trial {
  const path = stepsOf(scenario, role === 'client' ? 'server' : 'client');
  return {
    connect: () => connectTo(scenario, role),
    rules: () => new Rules12(scenario, role, path),
    path,
    recordOf,
    late: RECORDS,
  };
}

function connectTo({ client, server, target }: Scenario12, role: Role): TlsConnection {
  return connectionOf(role, client, server, target);
}

describe.each(SCENARIOS)('in $name', (scenario) => {
  it.each(['client', 'server'] as const)('the %s takes only what belongs there', (role) => {
    const messages = lettersFor(scenario, role);
    const trial = trialOf(scenario, role);
    const { path } = trial;
    const right = spell(path);
    const all = explore(trial, [...messages, ...RECORDS], 5);
    expect(all.filter((one) => !one.startsWith(right))).toEqual([]);
    expect(all.includes(right)).toBe(path.length <= 5);
    const deep = explore(trial, [...messages, ...RECORDS.slice(0, 3)], path.length + 1);
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
      const connection = connectTo(scenario, 'client');
      const first = connection.handle(plainRecord(CONTENT.HANDSHAKE, messages.slice(0, cut)), NOW);
      expect(first.failure).toBe(undefined);
      const { failure } = connection.handle(hex('140303000101'), NOW);
      expect(failure?.alert, `after ${cut} bytes`).toBe(ALERT.UNEXPECTED_MESSAGE);
    }
  });

  it('that is not one byte ends the connection', () => {
    for (const content of ['00', '02', '0101', '']) {
      const connection = connectTo(scenario, 'client');
      connection.handle(plainRecord(CONTENT.HANDSHAKE, flight()), NOW);
      const { failure } = connection.handle(
        plainRecord(CONTENT.CHANGE_CIPHER_SPEC, hex(content)),
        NOW,
      );
      expect(failure?.alert).toBe(ALERT.UNEXPECTED_MESSAGE);
    }
  });
});
