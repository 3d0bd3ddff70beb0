import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { tlsClient } from '../../src/client.ts';
import type { TlsConnection } from '../../src/connection.ts';
import { CONTENT } from '../../src/record.ts';
import { tlsServer } from '../../src/server.ts';
import { CLIENT, NOW, SERVER } from '../kit.ts';
import { contentsOf } from '../toy.ts';
import {
  type Letter,
  messageLetters,
  RECORD_LETTERS,
  type Role,
  recordOf,
  rightPath,
  SCENARIOS,
} from './alphabet.ts';
import { Rules, type Verdict } from './rules.ts';
import type { Scenario } from './scenario.ts';

/** With the randomness of the pair in the scenario, so that it takes the same messages. */
function connectionOf({ client, server, target }: Scenario, role: Role): TlsConnection {
  if (role === 'server') return tlsServer({ ...SERVER, ...server() }, new Random(2));
  const connection = tlsClient({ ...CLIENT, ...client }, target, new Random(1), NOW);
  connection.start();
  return connection;
}

/** What the connection made of a record; an alert that is not sent is none. */
function verdictOf(connection: TlsConnection, record: Uint8Array): Verdict {
  const { failure, send } = connection.handle(record, NOW);
  if (failure === undefined) return connection.isReadClosed ? 'over' : 'taken';
  if (failure.blame === 'alert') return send.length === 0 ? 'over' : -1;
  const last = contentsOf(send).at(-1);
  const isTold = last?.type === CONTENT.ALERT && String(last.content) === `2,${failure.alert}`;
  return isTold ? failure.alert : -1;
}

/**
 * Tries every sequence of up to `depth` letters, but for what would follow the end of a connection: then
 * nothing is heard. Answers the sequences of messages that make a connection.
 */
function explore(
  scenario: Scenario,
  role: Role,
  alphabet: readonly Letter[],
  depth: number,
): string[] {
  const path = rightPath(scenario, role);
  const connected = new Set<string>();
  const attempt = (letters: readonly Letter[]): boolean => {
    const connection = connectionOf(scenario, role);
    const rules = new Rules(scenario, role, path);
    let expected: Verdict = 'taken';
    let found: Verdict = 'taken';
    for (const letter of letters) {
      const record = recordOf(letter, rules.isSealed);
      expected = rules.judge(letter);
      found = verdictOf(connection, record);
    }
    const isAsExpected = found === expected && connection.isConnected === rules.isConnected;
    if (!isAsExpected) expect([spell(letters), found]).toEqual([spell(letters), expected]);
    if (found !== 'taken') expectSilence(connection);
    else if (connection.isConnected) connected.add(spell(letters.filter(isRightful(path))));
    return found === 'taken';
  };
  const visit = (prefix: readonly Letter[]): void => {
    for (const letter of alphabet) {
      const letters = [...prefix, letter];
      if (attempt(letters) && letters.length < depth) visit(letters);
    }
  };
  visit([]);
  return [...connected];
}

function isRightful(path: readonly Letter[]) {
  return ({ name }: Letter) => path.some((letter) => letter.name === name);
}

function spell(letters: readonly Letter[]): string {
  return letters.map(({ name }) => name).join(', ');
}

function expectSilence(connection: TlsConnection): void {
  for (const letter of RECORD_LETTERS) {
    const { send, deliver, events, failure } = connection.handle(recordOf(letter, true), NOW);
    if (send.length + deliver.length + events.length > 0 || failure) {
      throw new Error(`${letter.name} is heard after the end`);
    }
  }
}

describe.each(SCENARIOS)('in $name', (scenario) => {
  it.each(['client', 'server'] as const)('the %s takes only what belongs there', (role) => {
    const messages = messageLetters(scenario, role);
    const path = rightPath(scenario, role);
    const connected = explore(scenario, role, [...messages, ...RECORD_LETTERS], 5);
    expect(connected).toEqual(path.length > 5 ? [] : [spell(path)]);
    expect(explore(scenario, role, messages, path.length + 1)).toEqual([spell(path)]);
  });
});
