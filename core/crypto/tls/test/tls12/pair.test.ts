import { describe, expect, it } from 'vitest';
import { ALERT } from '../../src/alert.ts';
import { TicketKeys } from '../../src/server/ticket.ts';
import { tls12Client } from '../../src/tls12/client.ts';
import { connectedOf, credentials, GROUPS, Pair, SUITES, sessionOf, verifier } from '../kit.ts';
import {
  BOTH_CLIENT,
  BOTH_SERVER,
  OLD_CLIENT,
  OLD_SERVER,
  pair12,
  QUICK,
  SUITES12,
} from './kit.ts';

const HELLO = Uint8Array.of(1, 2, 3);

function expectDataBothWays(pair: Pair): void {
  const { client, server } = pair;
  pair.post(client, client.connection.send(HELLO)).run();
  pair.post(server, server.connection.send(HELLO)).run();
  expect([client.failure, server.failure]).toEqual([undefined, undefined]);
  expect(server.got.slice(-3)).toEqual([...HELLO]);
  expect(client.got.slice(-3)).toEqual([...HELLO]);
}

describe.each(Object.entries(SUITES12))('%s', (_, suite) => {
  it.each(['x25519', 'p256', 'p384'] as const)('with %s', (name) => {
    const group = GROUPS[name];
    const pair = pair12({ tls12: tls12Client([suite]) }, { groups: [group] }).run();
    const agreed = { version: 'TLS 1.2', group: group.kem.name, resumed: false };
    expect(connectedOf(pair.client)).toMatchObject(agreed);
    expect(connectedOf(pair.server)).toEqual({ ...connectedOf(pair.client), peerChain: [] });
    expectDataBothWays(pair);
  });
});

describe('a handshake', () => {
  it.each([
    ['both speak both', BOTH_CLIENT, BOTH_SERVER, 'TLS 1.3'],
    ['the server is old', BOTH_CLIENT, OLD_SERVER, 'TLS 1.2'],
    ['the client is old', OLD_CLIENT, BOTH_SERVER, 'TLS 1.2'],
    ['the server is new', BOTH_CLIENT, {}, 'TLS 1.3'],
    ['the client is new', {}, BOTH_SERVER, 'TLS 1.3'],
  ])('is of the best version that is common when %s', (_, client, server, version) => {
    const pair = new Pair(client, server).run();
    expect(connectedOf(pair.client).version).toBe(version);
    expect(connectedOf(pair.server).version).toBe(version);
    expectDataBothWays(pair);
  });

  it('goes the same way, however the stream is cut', () => {
    for (const pieces of [1, 2, 7, 100]) {
      const pair = pair12({}, QUICK);
      pair.pieces = pieces;
      expectDataBothWays(pair.run());
    }
  });
});

describe('a resumption', () => {
  it('needs no certificate and no key exchange', () => {
    const tickets = new TicketKeys(SUITES.aes256.aead, { lifetime: 100 });
    const session = sessionOf(pair12({}, { tickets }).run().client);
    const pair = pair12({}, { tickets }, { serverName: 'host', session }, 9).run();
    expect(connectedOf(pair.client)).toMatchObject({ resumed: true, group: undefined });
    expect(connectedOf(pair.server)).toMatchObject({ resumed: true, serverName: 'host' });
    expectDataBothWays(pair);
  });
});

describe('client certificates', () => {
  it('are shown when the server asks', () => {
    const own = credentials({ purpose: 'client', name: 'me' });
    const clients = { verifier, required: true };
    const pair = pair12({ credentials: own }, { clients }).run();
    expect(connectedOf(pair.server).peerChain).toEqual(own.chain);
    expectDataBothWays(pair);
    const without = pair12({}, { clients }).run();
    expect(without.server.failure?.alert).toBe(ALERT.HANDSHAKE_FAILURE);
  });
});
