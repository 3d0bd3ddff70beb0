/** Every sequence of messages and records, right and wrong, for the tests of their order. */
import { Random } from '@atoll/sim/random';
import { expect } from 'vitest';
import type { ClientConfig, Target } from '../src/client/config.ts';
import { tlsClient } from '../src/client.ts';
import type { TlsConnection } from '../src/connection.ts';
import { CONTENT } from '../src/record.ts';
import type { ServerConfig } from '../src/server/config.ts';
import { tlsServer } from '../src/server.ts';
import { CLIENT, NOW, SERVER } from './kit.ts';
import { contentsOf } from './toy.ts';

export interface Letter {
  readonly name: string;
  /** A handshake message; without one, the letter is a record. */
  readonly message?: Uint8Array;
}

export type Role = 'client' | 'server';

/** The letter is taken, it ends the connection quietly (an alert of the peer), or with an alert of ours. */
export type Verdict = 'taken' | 'over' | number;

/** One end of a handshake as the RFC would have it. */
export interface Referee {
  /** Whether whatever comes next comes under keys. */
  readonly isSealed: boolean;
  readonly isConnected: boolean;
  judge(letter: Letter): Verdict;
}

/** What is tried, and what it has to be like; both anew for each sequence. */
export interface Trial {
  connect(): TlsConnection;
  rules(): Referee;
  /** What comes when all goes well. */
  readonly path: readonly Letter[];
  recordOf(letter: Letter, isSealed: boolean): Uint8Array;
  /** Letters that are not heard after the end. */
  readonly late: readonly Letter[];
}

/** With the randomness of a `Pair`, so that it takes the same messages. */
export function connectionOf(
  role: Role,
  client: Partial<ClientConfig>,
  server: Partial<ServerConfig>,
  target: Target,
): TlsConnection {
  if (role === 'server') return tlsServer({ ...SERVER, ...server }, new Random(2));
  const connection = tlsClient({ ...CLIENT, ...client }, target, new Random(1), NOW);
  connection.start();
  return connection;
}

/**
 * Tries every sequence of up to `depth` letters, but for what would follow the end of a connection: then
 * nothing is heard. Answers the sequences of messages that make a connection.
 */
export function explore(trial: Trial, alphabet: readonly Letter[], depth: number): string[] {
  const { path } = trial;
  const connected = new Set<string>();
  const isRightful = ({ name }: Letter) => path.some((letter) => letter.name === name);
  const attempt = (letters: readonly Letter[]): boolean => {
    const connection = trial.connect();
    const rules = trial.rules();
    let expected: Verdict = 'taken';
    let found: Verdict = 'taken';
    for (const letter of letters) {
      const record = trial.recordOf(letter, rules.isSealed);
      expected = rules.judge(letter);
      found = verdictOf(connection, record);
    }
    const isAsExpected = found === expected && connection.isConnected === rules.isConnected;
    if (!isAsExpected) {
      expect([spell(letters), found, connection.isConnected]).toEqual([
        ...[spell(letters), expected, rules.isConnected],
      ]);
    }
    if (found !== 'taken') expectSilence(trial, connection);
    else if (connection.isConnected) connected.add(spell(letters.filter(isRightful)));
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

export function spell(letters: readonly Letter[]): string {
  return letters.map(({ name }) => name).join(', ');
}

/** What the connection made of a record; an alert that is not sent is none. */
function verdictOf(connection: TlsConnection, record: Uint8Array): Verdict {
  const { failure, send } = connection.handle(record, NOW);
  if (failure === undefined) return connection.isReadClosed ? 'over' : 'taken';
  if (failure.blame === 'alert') return send.length === 0 ? 'over' : -1;
  const last = contentsOf(send).at(-1);
  if (last?.type !== CONTENT.ALERT) return -1;
  // Under keys of TLS 1.2, a nonce is before it and a tag behind it.
  const alert = last.content.length === 2 ? last.content : last.content.slice(8, -16);
  return String(alert) === `2,${failure.alert}` ? failure.alert : -1;
}

function expectSilence({ late, recordOf }: Trial, connection: TlsConnection): void {
  for (const letter of late) {
    const { send, deliver, events, failure } = connection.handle(recordOf(letter, true), NOW);
    if (send.length + deliver.length + events.length > 0 || failure) {
      throw new Error(`${letter.name} is heard after the end`);
    }
  }
}
