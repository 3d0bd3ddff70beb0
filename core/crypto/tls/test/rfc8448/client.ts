/** Our client in the place of the client in RFC 8448, which sent another hello than ours would be. */
import type { Entropy } from '@atoll/device/system';
import type { ClientConfig } from '../../src/client/config.ts';
import { stepClient } from '../../src/client/engine.ts';
import type { ClientState, ExpectServerHello } from '../../src/client/state.ts';
import { TlsConnection } from '../../src/connection.ts';
import { readExtensions } from '../../src/extension.ts';
import type { Group } from '../../src/group.ts';
import { handshake13 } from '../../src/handshake.ts';
import { OFFER } from '../../src/offer.ts';
import type { Session } from '../../src/session.ts';
import type { Action } from '../../src/step.ts';
import { NOW } from '../kit.ts';
import { messageOf } from './messages.ts';
import { CLIENT, drawing, helloOf, X25519 } from './replay.ts';
import { SIMPLE } from './simple.ts';

/** The state of who sent the ClientHello in `record` and has `privateKey` for the key share in it. */
export function sent(
  record: Uint8Array,
  privateKey: Uint8Array,
  group: Group = X25519,
  more: Partial<ExpectServerHello> = {},
): ExpectServerHello {
  const hello = helloOf(record);
  const offer = readExtensions(OFFER, hello.extensions);
  if (!offer.ok) throw new Error(offer.error.reason);
  const publicKey = offer.value.keyShares?.[0].key ?? new Uint8Array(0);
  return {
    expects: 'ServerHello',
    serverName: 'server',
    hello,
    offer: offer.value,
    bytes: messageOf(record),
    keys: [{ group, pair: { privateKey: privateKey.slice(), publicKey } }],
    session: undefined,
    early: false,
    older: [],
    retried: undefined,
    ...more,
  };
}

/** A client in `start`, after `actions`. */
export function clientIn(
  start: ExpectServerHello,
  actions: readonly Action[] = [{ do: 'send', message: start.bytes }],
  config: ClientConfig = CLIENT,
  entropy: Entropy = drawing(),
): TlsConnection {
  const handshake = handshake13<ClientState>(start, (state, received, now) =>
    stepClient(config, state, received, entropy, now),
  );
  return new TlsConnection(handshake, actions, false);
}

/** What our client remembers of section 3, which section 4 resumes. */
export function simpleSession(): Session {
  const client = clientIn(sent(SIMPLE.clientHello, SIMPLE.clientPrivate));
  for (const record of [SIMPLE.serverHello, SIMPLE.serverFlight])
    client.handle(record.slice(), NOW);
  const [event] = client.handle(SIMPLE.ticket.slice(), NOW).events;
  if (event?.kind !== 'session') throw new Error('no session');
  return event.session;
}
