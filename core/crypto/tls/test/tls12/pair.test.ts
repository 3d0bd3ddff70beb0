import { describe, expect, it } from 'vitest';
import { ALERT } from '../../src/alert.ts';
import { schemeCode } from '../../src/credentials.ts';
import { tls12Client } from '../../src/tls12/client.ts';
import { tls12Server } from '../../src/tls12/server.ts';
import { connectedOf, credentials, GROUPS, Pair, verifier } from '../kit.ts';
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

  it.each([
    ['TLS 1.2', OLD_CLIENT],
    ['TLS 1.3', BOTH_CLIENT],
  ])('of %s shows who the server is for what was agreed on', (version, client) => {
    const asked: unknown[] = [];
    const own = credentials({ purpose: 'server', name: 'host' });
    const server = {
      ...BOTH_SERVER,
      protocols: ['a', 'b'],
      credentials: (...about: unknown[]) => {
        asked.push(about);
        return [own];
      },
    };
    for (const protocols of [['b'], ['b', 'a'], undefined]) {
      const pair = new Pair({ ...client, ...(protocols && { protocols }) }, server).run();
      expect(connectedOf(pair.client).version).toBe(version);
    }
    expect(asked).toEqual([
      ['host', 'b'],
      ['host', 'a'],
      ['host', undefined],
    ]);
  });

  it('goes the same way, however the stream is cut', () => {
    for (const pieces of [1, 2, 7, 100]) {
      const pair = pair12({}, QUICK);
      pair.pieces = pieces;
      expectDataBothWays(pair.run());
    }
  });
});

describe('client certificates', () => {
  it('are shown when the server asks', () => {
    const own = credentials({ purpose: 'client', name: 'me' });
    const clients = { verifier, required: true };
    const pair = pair12({ credentials: own }, { clients }).run();
    expect(connectedOf(pair.server).peerChain).toEqual(own.chain);
    expectDataBothWays(pair);
    const without = pair12({}, { clients: { ...clients, required: false } }).run();
    expect(connectedOf(without.server).peerChain).toEqual([]);
    expectDataBothWays(without);
  });

  it('are not shown when the server cannot verify them', () => {
    const own = credentials({ purpose: 'client', name: 'me' });
    const other = { ...verifier, schemes: [schemeCode('ed25519')] };
    const pair = pair12({ credentials: own }, { clients: { verifier: other, required: false } });
    expect(connectedOf(pair.run().server).peerChain).toEqual([]);
  });
});

describe('a server', () => {
  it('chooses the certificate by name, by scheme, and a suite for its kind of key', () => {
    const config = {
      credentials: (name = 'none') => [
        // Nobody offers suites for it here.
        { ...credentials({ purpose: 'server', name }), signers: [PKCS1] },
        credentials({ purpose: 'server', name }, 'ed25519'),
        credentials({ purpose: 'server', name }),
      ],
    };
    const schemes = [PKCS1.scheme, ...verifier.schemes];
    const ecdsaOnly = { tls12: tls12Client([SUITES12.ccm]), verifier: { ...verifier, schemes } };
    const pair = pair12(ecdsaOnly, config, { serverName: 'One.Example' }).run();
    expect(connectedOf(pair.server)).toMatchObject({
      serverName: 'one.example',
      suite: 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM',
    });
    expect(connectedOf(pair.client).peerChain).toEqual(config.credentials('one.example')[1].chain);
  });

  it('agrees on a protocol, as it prefers', () => {
    const pair = pair12({ protocols: ['http/1.1', 'h2'] }, { protocols: ['h2', 'http/1.1'] }).run();
    expect([connectedOf(pair.client).protocol, connectedOf(pair.server).protocol]).toEqual([
      'h2',
      'h2',
    ]);
  });

  it('does not sign TLS 1.3 with PKCS #1 v1.5', () => {
    const { chain } = credentials({ purpose: 'server', name: 'host' });
    const schemes = [PKCS1.scheme, ...verifier.schemes];
    const config = { credentials: () => [{ chain, signers: [PKCS1] }] };
    const client = { verifier: { ...verifier, schemes } };
    const pair = new Pair({ ...BOTH_CLIENT, ...client }, { ...BOTH_SERVER, ...config }).run();
    expect(pair.server.failure?.alert).toBe(ALERT.HANDSHAKE_FAILURE);
  });
});

describe('a handshake fails', () => {
  const clients = { verifier, required: true };
  it.each([
    [
      'suites',
      { tls12: tls12Client([SUITES12.ccm]) },
      { tls12: tls12Server([SUITES12.chacha]) },
      'server',
      ALERT.HANDSHAKE_FAILURE,
    ],
    [
      'protocols',
      { protocols: ['a'] },
      { protocols: ['b'] },
      'server',
      ALERT.NO_APPLICATION_PROTOCOL,
    ],
    ['client certificate', {}, { clients }, 'server', ALERT.HANDSHAKE_FAILURE],
    [
      'client certificate for its role',
      { credentials: credentials({ purpose: 'server', name: 'me' }) },
      { clients },
      'server',
      ALERT.UNSUPPORTED_CERTIFICATE,
    ],
    [
      'server certificate for its role',
      {},
      { credentials: () => [credentials({ purpose: 'client', name: 'host' })] },
      'client',
      ALERT.UNSUPPORTED_CERTIFICATE,
    ],
    [
      'certificate for the name',
      {},
      { credentials: () => [credentials({ purpose: 'server', name: 'other' })] },
      'client',
      ALERT.BAD_CERTIFICATE,
    ],
    [
      'signature of the server',
      {},
      {
        credentials: () => [
          {
            chain: credentials({ purpose: 'server', name: 'host' }).chain,
            signers: credentials({ purpose: 'server', name: 'else!' }).signers,
          },
        ],
      },
      'client',
      ALERT.DECRYPT_ERROR,
    ],
    [
      'signature of the client',
      {
        credentials: {
          chain: credentials({ purpose: 'client', name: 'me' }).chain,
          signers: credentials({ purpose: 'client', name: 'else!' }).signers,
        },
      },
      { clients },
      'server',
      ALERT.DECRYPT_ERROR,
    ],
    ['name', {}, { credentials: () => [] }, 'server', ALERT.UNRECOGNIZED_NAME],
  ] as const)('without a common or right %s', (_, client, server, where, alert) => {
    const pair = pair12(client, server).run();
    const other = where === 'client' ? 'server' : 'client';
    expect(pair[where].failure).toMatchObject({ blame: 'peer', alert });
    expect(pair[other].failure).toMatchObject({ blame: 'alert', alert });
    expect(pair.server.connection.isConnected).toBe(false);
  });

  it('without a version, there is no configuration', () => {
    expect(() => new Pair({ suites: [] })).toThrow('no version');
    expect(() => new Pair({}, { suites: [] })).toThrow('no version');
  });
});

/** Of a key that nobody here has. */
const PKCS1 = { scheme: schemeCode('rsa_pkcs1_sha256'), sign: () => new Uint8Array(256) };
