import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { ALERT } from '../src/alert.ts';
import type { ClientConfig, Target } from '../src/client/config.ts';
import { stepClient } from '../src/client/engine.ts';
import { firstHello } from '../src/client/hello.ts';
import type { ClientState } from '../src/client/state.ts';
import { emitMessage, HANDSHAKE, parseMessage } from '../src/message.ts';
import type { ServerConfig } from '../src/server/config.ts';
import { ReplayGuard } from '../src/server/early.ts';
import { stepServer } from '../src/server/engine.ts';
import type { ServerState } from '../src/server/state.ts';
import { TicketKeys } from '../src/server/ticket.ts';
import type { Stepped } from '../src/step.ts';
import {
  CLIENT,
  credentials,
  GROUPS,
  NOW,
  Pair,
  SERVER,
  SUITES,
  sessionOf,
  verifier,
} from './kit.ts';

/** One end, made anew for each sequence with the same randomness, so that it takes the same messages. */
interface Role {
  /** Takes a message: `undefined` when it was refused, with the alert in `alert`. */
  take(bytes: Uint8Array): readonly Uint8Array[] | undefined;
  alert: number | undefined;
  connected: boolean;
  /** The state that it is in. */
  expects: string;
}

function role<State extends { expects: string }>(
  start: State,
  step: (state: State, received: Parameters<typeof stepClient>[2]) => Stepped<State>,
): Role {
  let state = start;
  return {
    alert: undefined,
    connected: false,
    expects: start.expects,
    take(bytes) {
      const message = parseMessage(bytes);
      if (!message.ok) throw new Error(message.error.reason);
      const stepped = step(state, { message: message.value, bytes });
      if (!stepped.ok) {
        this.alert = stepped.error.alert;
        return undefined;
      }
      state = stepped.value.state;
      this.expects = state.expects;
      const { actions } = stepped.value;
      this.connected ||= actions.some((action) => action.do === 'connect');
      return actions.flatMap((action) => (action.do === 'send' ? [action.message] : []));
    },
  };
}

function client(
  config: ClientConfig,
  target: Target = { serverName: 'host' },
): { role: Role; hello: Uint8Array } {
  const random = new Random(1);
  const { state } = firstHello(config, target, random, NOW);
  if (state.expects !== 'ServerHello') throw new Error(state.expects);
  const made = role<ClientState>(state, (now, received) =>
    stepClient(config, now, received, random, NOW),
  );
  return { role: made, hello: state.bytes };
}

function server(config: ServerConfig): Role {
  const random = new Random(2);
  // Each is the first that sees the hello.
  const { earlyData: early, ...rest } = config;
  const fresh = early ? { ...rest, earlyData: { ...early, guard: new ReplayGuard() } } : rest;
  const start: ServerState = { expects: 'ClientHello' };
  return role<ServerState>(start, (now, received) => stepServer(fresh, now, received, random, NOW));
}

/** What each end sends in a handshake that goes well. */
function record(clientConfig: ClientConfig, serverConfig: ServerConfig, target?: Target) {
  const { role: us, hello } = client(clientConfig, target);
  const them = server(serverConfig);
  const toServer = [hello];
  const toClient: Uint8Array[] = [];
  for (let at = 0, back = 0; at < toServer.length || back < toClient.length; ) {
    if (at < toServer.length) toClient.push(...(them.take(toServer[at++]) ?? []));
    else toServer.push(...(us.take(toClient[back++]) ?? []));
  }
  expect([us.connected, them.connected]).toEqual([true, true]);
  return { toServer, toClient };
}

/** Every kind of message, each of them well formed. */
function others(...known: readonly Uint8Array[]): Uint8Array[] {
  const { toServer, toClient } = record({ ...CLIENT, credentials: ME }, ASKING);
  const ticket = { lifetime: 1, ageAdd: 1, nonce: HASH, ticket: HASH, extensions: [] };
  const more = [
    emitMessage({ type: HANDSHAKE.NEW_SESSION_TICKET, ...ticket }),
    emitMessage({ type: HANDSHAKE.KEY_UPDATE, requested: true }),
    emitMessage({ type: HANDSHAKE.END_OF_EARLY_DATA }),
    emitMessage({ type: HANDSHAKE.FINISHED, verifyData: HASH }),
  ];
  const kinds = new Set(known.map(([type]) => type));
  return [...known, ...[...toServer, ...toClient, ...more].filter(([type]) => !kinds.has(type))];
}

const HASH = new Uint8Array(32);
const ME = credentials({ purpose: 'client', name: 'me' });
const TICKETS = new TicketKeys(SUITES.aes128.aead);
const ASKING: ServerConfig = { ...SERVER, clients: { verifier, required: true } };

/** Which messages a state takes, where it is more than the one in its name. */
const NAMES: Record<number, string> = {
  [HANDSHAKE.CLIENT_HELLO]: 'ClientHello',
  [HANDSHAKE.SERVER_HELLO]: 'ServerHello',
  [HANDSHAKE.NEW_SESSION_TICKET]: 'NewSessionTicket',
  [HANDSHAKE.END_OF_EARLY_DATA]: 'EndOfEarlyData',
  [HANDSHAKE.ENCRYPTED_EXTENSIONS]: 'EncryptedExtensions',
  [HANDSHAKE.CERTIFICATE]: 'Certificate',
  [HANDSHAKE.CERTIFICATE_REQUEST]: 'CertificateRequest',
  [HANDSHAKE.CERTIFICATE_VERIFY]: 'CertificateVerify',
  [HANDSHAKE.FINISHED]: 'Finished',
};

/** Tries every sequence of up to `depth` letters; answers those that end in a connection. */
function explore(make: () => Role, alphabet: readonly Uint8Array[], depth: number): string[] {
  const connected: string[] = [];
  const visit = (prefix: readonly Uint8Array[]): void => {
    for (const letter of alphabet) {
      const end = make();
      for (const bytes of prefix) end.take(bytes);
      const { expects, connected: before } = end;
      const taken = end.take(letter);
      const words = expects.split(/ or | /);
      if (!words.includes(NAMES[letter[0]])) expect(end.alert).toBe(ALERT.UNEXPECTED_MESSAGE);
      if (taken === undefined) continue;
      const sequence = [...prefix, letter];
      if (end.connected && !before) connected.push(sequence.map(([type]) => NAMES[type]).join(' '));
      if (sequence.length < depth) visit(sequence);
    }
  };
  visit([]);
  return connected;
}

describe('every sequence of messages but the right one is refused', () => {
  it.each([
    ['', CLIENT, SERVER],
    [' after a retry', CLIENT, { ...SERVER, groups: [GROUPS.p256] }],
    [' that shows its certificate', { ...CLIENT, credentials: ME }, ASKING],
  ])('by a client%s', (_, clientConfig, serverConfig) => {
    const { toClient } = record(clientConfig, serverConfig);
    const right = toClient.map(([type]) => NAMES[type]).join(' ');
    const alphabet = others(...toClient);
    expect(explore(() => client(clientConfig).role, alphabet, 6)).toEqual([right]);
  });

  it.each([
    ['', CLIENT, { ...SERVER, tickets: TICKETS }],
    [' after a retry', CLIENT, { ...SERVER, groups: [GROUPS.p256] }],
    [' that asks for a certificate', { ...CLIENT, credentials: ME }, ASKING],
  ])('by a server%s', (_, clientConfig, serverConfig) => {
    const { toServer } = record(clientConfig, serverConfig);
    const right = toServer.map(([type]) => NAMES[type]).join(' ');
    const alphabet = others(...toServer);
    expect(explore(() => server(serverConfig), alphabet, 5)).toEqual([right]);
  });

  it('by both after a hello with early data', () => {
    const earlyData = { most: 100, guard: new ReplayGuard() };
    const config = { ...SERVER, tickets: TICKETS, earlyData };
    const session = sessionOf(new Pair({}, config).run().client);
    const target = { serverName: 'host', session, earlyData: HASH };
    const { toServer, toClient } = record(CLIENT, config, target);
    const ours = explore(() => client(CLIENT, target).role, others(...toClient), 6);
    expect(ours).toEqual(['ServerHello EncryptedExtensions Finished']);
    const theirs = explore(() => server(config), others(...toServer), 5);
    expect(theirs).toEqual(['ClientHello EndOfEarlyData Finished']);
  });
});
