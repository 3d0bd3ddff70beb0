import { ok } from '@atoll/result/result';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { ALERT } from '../src/alert.ts';
import { stepClient } from '../src/client/engine.ts';
import { firstHello } from '../src/client/hello.ts';
import { TlsConnection } from '../src/connection.ts';
import { EXTENSION } from '../src/extension.ts';
import { emitMessage } from '../src/message.ts';
import { tlsServer } from '../src/server.ts';
import { CLIENT, GROUPS, NOW, SERVER } from './kit.ts';

/** A client that says that it sends early data, which ours never does. */
function earlyClient(): TlsConnection {
  const random = new Random(1);
  const first = firstHello(CLIENT, { serverName: 'host' }, random, NOW);
  let { state } = first;
  if (state.expects !== 'ServerHello') throw new Error(state.expects);
  const early = { type: EXTENSION.EARLY_DATA, data: new Uint8Array(0) };
  const hello = { ...state.hello, extensions: [...state.hello.extensions, early] };
  const bytes = emitMessage(hello);
  state = { ...state, hello, bytes };
  return new TlsConnection(
    (received, now) => {
      const stepped = stepClient(CLIENT, state, received, random, now);
      if (!stepped.ok) return stepped;
      state = stepped.value.state;
      return ok(stepped.value.actions);
    },
    [{ do: 'send', message: bytes }],
    false,
  );
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
