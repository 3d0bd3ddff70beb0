import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { ALERT } from '../src/alert.ts';
import { stepClient } from '../src/client/engine.ts';
import { firstHello } from '../src/client/hello.ts';
import type { ClientState } from '../src/client/state.ts';
import { TlsConnection } from '../src/connection.ts';
import { EXTENSION } from '../src/extension.ts';
import { handshake13 } from '../src/handshake.ts';
import { emitMessage } from '../src/message.ts';
import { ReplayGuard } from '../src/server/early.ts';
import { TicketKeys } from '../src/server/ticket.ts';
import { tlsServer } from '../src/server.ts';
import { CLIENT, connectedOf, GROUPS, NOW, Pair, SERVER, SUITES, sessionOf } from './kit.ts';

/** A client that says that it sends early data, which ours never does. */
function earlyClient(): TlsConnection {
  const random = new Random(1);
  const first = firstHello(CLIENT, { serverName: 'host' }, random, NOW);
  const { state } = first;
  if (state.expects !== 'ServerHello') throw new Error(state.expects);
  const early = { type: EXTENSION.EARLY_DATA, data: new Uint8Array(0) };
  const hello = { ...state.hello, extensions: [...state.hello.extensions, early] };
  const bytes = emitMessage(hello);
  const start: ClientState = { ...state, hello, bytes };
  const handshake = handshake13<ClientState>(start, (before, received, now) =>
    stepClient(CLIENT, before, received, random, now),
  );
  return new TlsConnection(handshake, [{ do: 'send', message: bytes }], false);
}

/** A record under keys that nobody here has. */
function earlyRecord(length: number): Uint8Array {
  const record = new Uint8Array(5 + length).fill(0x5a);
  record.set([23, 3, 3, length >> 8, length]);
  return record;
}

it.each([
  ['', SERVER],
  [' before a second hello', { ...SERVER, groups: [GROUPS.p256] }],
])('a server drops early data%s, and never delivers it', (_, config) => {
  const client = earlyClient();
  const server = tlsServer(config, new Random(2));
  let { send } = server.handle(client.start().send, NOW);
  for (let turn = 0; turn < 3; turn++) {
    expect(server.handle(earlyRecord(1000), NOW)).toMatchObject({ deliver: [], events: [] });
  }
  while (send.length > 0) ({ send } = server.handle(client.handle(send, NOW).send, NOW));
  expect([client.isConnected, server.isConnected]).toEqual([true, true]);
  const data = server.handle(client.send(Uint8Array.of(7)), NOW);
  expect(data.deliver.map((bytes) => [...bytes])).toEqual([[7]]);
  expect(server.handle(earlyRecord(1000), NOW).failure?.alert).toBe(ALERT.BAD_RECORD_MAC);
});

it('a server does not drop early data without end, nor any that was not announced', () => {
  const server = tlsServer(SERVER, new Random(2));
  server.handle(earlyClient().start().send, NOW);
  for (let turn = 0; turn < 4; turn++) {
    expect(server.handle(earlyRecord(16_000), NOW).failure).toBe(undefined);
  }
  expect(server.handle(earlyRecord(16_000), NOW).failure?.alert).toBe(ALERT.BAD_RECORD_MAC);
});

const DATA = Uint8Array.of(1, 2, 3, 4);

/** A server that takes early data, with its own memory of hellos. */
function taking(most = 100) {
  const earlyData = { most, guard: new ReplayGuard() };
  return { tickets: new TicketKeys(SUITES.aes128.aead), protocols: ['a', 'b'], earlyData };
}

const SPEAKING = { protocols: ['a', 'b'] };

function target(server: ReturnType<typeof taking>) {
  const session = sessionOf(new Pair(SPEAKING, server).run().client);
  return { serverName: 'host', session, earlyData: DATA };
}

describe('early data', () => {
  it('comes with the hello, apart from other data', () => {
    const server = taking();
    const pair = new Pair(SPEAKING, server, target(server), 5).run();
    expect([pair.client.failure, pair.server.failure]).toEqual([undefined, undefined]);
    expect(pair.server.early).toEqual([...DATA]);
    expect(pair.server.got).toEqual([]);
    expect(connectedOf(pair.client)).toMatchObject({ resumed: true, earlyData: true });
    expect(connectedOf(pair.server)).toMatchObject({ resumed: true, earlyData: true });
    const { client } = pair;
    pair.post(client, client.connection.send(DATA)).run();
    expect(pair.server.got).toEqual([...DATA]);
  });

  it('stays at home where the server takes none', () => {
    const { earlyData: _, ...without } = taking();
    const session = sessionOf(new Pair(SPEAKING, without).run().client);
    const pair = new Pair(SPEAKING, without, {
      serverName: 'host',
      session,
      earlyData: DATA,
    }).run();
    expect(pair.client.failure).toBe(undefined);
    expect(connectedOf(pair.client)).toMatchObject({ resumed: true, earlyData: false });
  });

  it.each([
    ['after a retry', SPEAKING, { groups: [GROUPS.p256] }],
    ['with another suite of the same hash', SPEAKING, { suites: [SUITES.chacha] }],
    ['with another protocol', SPEAKING, { protocols: ['b'] }],
    ['when it was switched off', SPEAKING, { earlyData: undefined }],
    ['when its tickets were lost', SPEAKING, { tickets: new TicketKeys(SUITES.aes128.aead) }],
  ])('is not taken %s, and the connection goes on', (_, clientConfig, change) => {
    const server = taking();
    const to = target(server);
    const { earlyData, ...rest } = { ...server, ...change };
    const changed = earlyData ? { ...rest, earlyData } : rest;
    const pair = new Pair(clientConfig, changed, to, 5).run();
    expect([pair.client.failure, pair.server.failure]).toEqual([undefined, undefined]);
    expect(connectedOf(pair.client).earlyData).toBe(false);
    const { client } = pair;
    pair.post(client, client.connection.send(DATA)).run();
    expect([pair.server.early, pair.server.got]).toEqual([[], [...DATA]]);
  });

  it('is not taken again, nor when it is old', () => {
    const server = taking();
    const to = target(server);
    const flight = new Pair(SPEAKING, server, to, 5).flights[0].bytes;
    const takenAt = (now: number) =>
      tlsServer({ ...SERVER, ...server }, new Random(3)).handle(flight.slice(), now).early.length;
    expect([takenAt(NOW), takenAt(NOW), takenAt(NOW + 5000)]).toEqual([1, 0, 0]);
    const other = new Pair(SPEAKING, server, to, 6).flights[0].bytes;
    const late = tlsServer({ ...SERVER, ...server }, new Random(3)).handle(other, NOW + 10_001);
    expect([late.failure, late.early]).toEqual([undefined, []]);
  });

  it('beyond what the ticket allows ends the connection', () => {
    const server = taking();
    const to = target(server);
    const less = { ...server, earlyData: { most: 3, guard: new ReplayGuard() } };
    const pair = new Pair(SPEAKING, less, to, 5).run();
    expect(pair.server.failure?.alert).toBe(ALERT.UNEXPECTED_MESSAGE);
    expect(pair.server.early).toEqual([]);
  });

  it('longer than the session allows stays at home', () => {
    const server = taking(3);
    const pair = new Pair(SPEAKING, server, target(server), 5).run();
    expect(connectedOf(pair.server)).toMatchObject({ resumed: true, earlyData: false });
  });
});

describe('the guard against replays', () => {
  const hello = (number: number) => new Uint8Array(32).fill(number);

  it('admits each hello once while it is fresh', () => {
    const guard = new ReplayGuard();
    for (let now = 0; now < 100_000; now += 7000) {
      expect(guard.admits(hello(now / 7000), now)).toBe(true);
      expect(guard.admits(hello(now / 7000), now)).toBe(false);
      if (now >= 14_000) expect(guard.admits(hello(now / 7000 - 2), now)).toBe(false);
    }
  });

  it('admits none when it is full, or the clock went back', () => {
    const guard = new ReplayGuard(2);
    expect([1, 2, 3].map((number) => guard.admits(hello(number), 5))).toEqual([true, true, false]);
    expect(guard.admits(hello(4), 100_000)).toBe(true);
    expect(guard.admits(hello(5), 99_999)).toBe(false);
  });
});
