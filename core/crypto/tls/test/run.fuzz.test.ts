/** Records that are opened and sealed in runs, beside the same ones by one: nobody can tell the difference. */
import { withReferenceRuns } from '@atoll/primitives/reference/records';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import type { TlsFailure } from '../src/alert.ts';
import type { Output, TlsConnection } from '../src/connection.ts';
import { CONTENT } from '../src/record.ts';
import { cipherSuite } from '../src/suite.ts';
import { join } from './join.ts';
import { credentials, flipped, NOW, Pair, SUITES } from './kit.ts';
import { sealedRecord, TOY, toyCredentials } from './toy.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 60);
const SEED = Number(process.env.ATOLL_SEED ?? 21);

/** What became of a stream. */
interface Outcome {
  readonly content: number[];
  readonly sent: number[];
  readonly events: string[];
  failure: TlsFailure | undefined;
  /** Runs that were opened. */
  runs: number;
}

/** Gives `tls` the stream piece by piece, and what it leaves of one again, as a socket does. */
function read(tls: TlsConnection, pieces: readonly Uint8Array[], withRuns: boolean): Outcome {
  const outcome: Outcome = { content: [], sent: [], events: [], failure: undefined, runs: 0 };
  for (const piece of pieces) {
    let rest = piece.slice();
    while (rest.length > 0 && !tls.isReadClosed) {
      const run = withRuns ? tls.openRun(rest) : undefined;
      if (run !== undefined) {
        outcome.content.push(...run.content);
        outcome.runs++;
        rest = rest.subarray(run.length);
        continue;
      }
      const length = tls.span(rest);
      const output: Output = tls.handle(rest.subarray(0, length), NOW);
      for (const bytes of output.deliver) outcome.content.push(...bytes);
      outcome.sent.push(...output.send);
      outcome.events.push(...output.events.map(({ kind }) => kind));
      outcome.failure ??= output.failure;
      rest = rest.subarray(length);
    }
  }
  return outcome;
}

function expectSame([one, other]: readonly [Outcome, Outcome]): void {
  expect({ ...one, runs: 0 }).toEqual({ ...other, runs: 0 });
}

function cut(stream: Uint8Array, random: Random): Uint8Array[] {
  const longest = random.pick([1, 7, 100, 2000, 65_536]);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < stream.length; ) {
    const end = at + 1 + random.below(longest);
    pieces.push(stream.slice(at, end));
    at = end;
  }
  return pieces;
}

/** Pairs that are alike but for the runs of both ends of the second. */
function alike(make: (withRuns: boolean) => Pair): readonly [Pair, Pair] {
  return [make(false).run(), make(true).run()];
}

it(`sends the same and reads the same in ${RUNS} streams`, { timeout: 600_000 }, () => {
  const random = new Random(SEED);
  let [runs, failures] = [0, 0];
  for (let count = 0; count < RUNS; count++) {
    const recordSizeLimit = random.pick([64, 500, 2 ** 14 + 1]);
    const name = random.pick(['aes128', 'chacha'] as const);
    const pairs = alike((withRuns) => {
      const { aead, hash } = SUITES[name];
      const suites = [cipherSuite(withRuns ? withReferenceRuns(aead) : aead, hash)];
      const identity = { credentials: () => [credentials({ purpose: 'server', name: 'host' })] };
      return new Pair({ suites }, { suites, recordSizeLimit, ...identity });
    });
    const seed = random.below(2 ** 32);
    const [stream, alsoStream] = pairs.map(({ client }) =>
      talk(client.connection, new Random(seed)),
    );
    expect(alsoStream).toEqual(stream);
    const damaged = random.chance(0.5) ? flipped(stream, random.below(stream.length)) : stream;
    const pieces = cut(damaged, random);
    const [one, other] = pairs.map(({ server }, index) => {
      return read(server.connection, pieces, index === 1);
    });
    expectSame([one, other]);
    runs += other.runs;
    if (one.failure) failures++;
  }
  expect(runs).toBeGreaterThan(RUNS);
  expect(failures).toBeGreaterThan(RUNS / 8);
});

/** A stream of data, padded and not, with new keys in between; it may end. */
function talk(tls: TlsConnection, random: Random): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let left = 1 + random.below(12); left > 0; left--) {
    const data = random.bytes(1 + random.below(random.pick([20, 300, 3000])));
    const dice = random.below(10);
    if (dice === 0) parts.push(tls.updateKeys(random.chance(0.5)));
    else parts.push(tls.send(data, dice < 3 ? 32 : 1));
  }
  if (random.chance(0.3)) parts.push(tls.close());
  return join(...parts);
}

it(`reads the same of ${RUNS} streams that no sender would make`, { timeout: 600_000 }, () => {
  const random = new Random(SEED + 1);
  let [runs, failures] = [0, 0];
  for (let count = 0; count < RUNS; count++) {
    const recordSizeLimit = random.pick([100, 2 ** 14 + 1]);
    const pairs = alike((withRuns) => {
      const { aead, hash } = TOY.suite;
      const suites = [cipherSuite(withRuns ? withReferenceRuns(aead) : aead, hash)];
      const groups = [TOY.x25519];
      return new Pair(
        { suites, groups, verifier: TOY.verifier },
        { suites, groups, recordSizeLimit, credentials: () => [toyCredentials('host')] },
      );
    });
    const kinds = random.chance(0.5) ? GOOD : [...GOOD, ...BAD];
    const parts = Array.from({ length: 1 + random.below(80) }, () => random.pick(kinds)(random));
    const pieces = cut(join(...parts), random);
    const [one, other] = pairs.map(({ server }, index) => {
      return read(server.connection, pieces, index === 1);
    });
    expectSame([one, other]);
    runs += other.runs;
    if (one.failure) failures++;
  }
  expect(runs).toBeGreaterThan(RUNS);
  expect(failures).toBeGreaterThan(RUNS / 8);
});

type Kind = (random: Random) => Uint8Array;

const data = (content: Uint8Array) => sealedRecord(CONTENT.APPLICATION_DATA, content);
const GOOD: readonly Kind[] = [
  (random) => data(random.bytes(1 + random.below(90))),
  (random) => data(random.bytes(1 + random.below(90))),
  // Its content ends like padding, and like a type.
  () => data(Uint8Array.of(1, 0, 0, CONTENT.APPLICATION_DATA)),
  // Padded.
  () => sealedRecord(0, Uint8Array.of(5, CONTENT.APPLICATION_DATA, 0, 0)),
  // Empty, and empty with padding.
  () => data(new Uint8Array(0)),
  () => sealedRecord(0, Uint8Array.of(CONTENT.APPLICATION_DATA, 0)),
  // A KeyUpdate.
  () => sealedRecord(CONTENT.HANDSHAKE, Uint8Array.of(24, 0, 0, 1, 0)),
];
const BAD: readonly Kind[] = [
  // Zeros only, other types, alerts.
  () => sealedRecord(0, new Uint8Array(9)),
  () => sealedRecord(CONTENT.CHANGE_CIPHER_SPEC, Uint8Array.of(1)),
  () => sealedRecord(CONTENT.ALERT, Uint8Array.of(1, 0)),
  () => sealedRecord(99, Uint8Array.of(1, 0)),
  // Part of a message, behind which data must not come.
  () => sealedRecord(CONTENT.HANDSHAKE, Uint8Array.of(24, 0, 0)),
  // Another tag, an odd length, another type outside.
  (random) => flipped(data(Uint8Array.of(1)), random.pick([3, 4, 7, 20])),
  () => Uint8Array.of(CONTENT.APPLICATION_DATA, 3, 3, 0, 16, ...new Uint8Array(16)),
  () => Uint8Array.of(CONTENT.APPLICATION_DATA, 3, 3, 0x41, 1),
  () => Uint8Array.of(CONTENT.ALERT, 3, 3, 0, 2, 2, 40),
  // More than any limit.
  () => data(new Uint8Array(101).fill(1)),
  () => data(new Uint8Array(2 ** 14 + 1).fill(1)),
];
