import { describe, expect, it } from 'vitest';
import { ALERT } from '../src/alert.ts';
import { TicketKeys } from '../src/server/ticket.ts';
import { connectedOf, credentials, GROUPS, Pair, SUITES, sessionOf, verifier } from './kit.ts';

const HELLO = Uint8Array.of(1, 2, 3);

function expectDataBothWays(pair: Pair): void {
  const { client, server } = pair;
  pair.post(client, client.connection.send(HELLO)).run();
  pair.post(server, server.connection.send(HELLO)).run();
  expect([client.failure, server.failure]).toEqual([undefined, undefined]);
  expect(server.got.slice(-3)).toEqual([...HELLO]);
  expect(client.got.slice(-3)).toEqual([...HELLO]);
}

describe.each(Object.entries(SUITES))('%s', (_, suite) => {
  it.each(Object.entries(GROUPS))('with %s', (_, group) => {
    const pair = new Pair({ suites: [suite], groups: [group] }).run();
    expect(connectedOf(pair.client)).toMatchObject({ suite: suite.name, group: group.kem.name });
    expect(connectedOf(pair.server)).toMatchObject({ suite: suite.name, group: group.kem.name });
    expectDataBothWays(pair);
    const { client, server } = pair;
    const exported = client.connection.exportKeyingMaterial('EXPORTER-a', HELLO, 40);
    expect(server.connection.exportKeyingMaterial('EXPORTER-a', HELLO, 40)).toEqual(exported);
  });
});

describe('a handshake', () => {
  it('goes the same way, however the stream is cut', () => {
    for (const pieces of [1, 2, 7, 100]) {
      const pair = new Pair();
      pair.pieces = pieces;
      expectDataBothWays(pair.run());
    }
  });

  it('is traced', () => {
    const { client } = new Pair().run();
    const lines = client.events.flatMap((event) => (event.kind === 'trace' ? [event.line] : []));
    expect(lines.map((line) => line.split(/[ ,]/, 2).join(' '))).toEqual([
      '> ClientHello',
      '< ServerHello',
      '< EncryptedExtensions',
      '< Certificate',
      '< CertificateVerify',
      '< Finished',
      '> Finished',
    ]);
  });

  it('asks again for a group whose key was not sent', () => {
    const pair = new Pair({}, { groups: [GROUPS.p384] }).run();
    expect(connectedOf(pair.client).group).toBe('secp384r1');
    expect(pair.flights.length).toBe(5);
    expectDataBothWays(pair);
  });

  it('sends two keys when it shall', () => {
    const pair = new Pair({ keyShares: 2 }, { groups: [GROUPS.p256] }).run();
    expect(pair.flights.length).toBe(3);
    expectDataBothWays(pair);
  });

  it('works without looking like TLS 1.2', () => {
    const pair = new Pair({ compatibility: false }).run();
    const types = pair.flights.map(({ bytes }) => bytes[0]);
    expect(types).toEqual([22, 22, 23]);
    expectDataBothWays(pair);
  });

  it('agrees on a protocol, as the server prefers', () => {
    const pair = new Pair({ protocols: ['http/1.1', 'h2'] }, { protocols: ['h2', 'http/1.1'] });
    expect(connectedOf(pair.run().client).protocol).toBe('h2');
    expect(connectedOf(pair.server).protocol).toBe('h2');
  });

  it('chooses the certificate by name and by what the client can verify', () => {
    const choose = {
      credentials: (name = 'none') => [
        credentials({ purpose: 'server', name }, 'ed25519'),
        credentials({ purpose: 'server', name }),
      ],
    };
    const pair = new Pair({}, choose, { serverName: 'One.Example' }).run();
    expect(connectedOf(pair.server).serverName).toBe('one.example');
    expect(connectedOf(pair.client).peerChain).toEqual(choose.credentials('one.example')[0].chain);
    const only = { ...verifier, schemes: verifier.schemes.slice(0, 1) };
    const other = new Pair({ verifier: only }, choose, { serverName: 'b' }).run();
    expect(connectedOf(other.client).peerChain).toEqual(choose.credentials('b')[1].chain);
  });

  it('shows the certificate of the client when it is asked', () => {
    const own = credentials({ purpose: 'client', name: 'me' });
    const clients = { verifier, required: true };
    const pair = new Pair({ credentials: own }, { clients }).run();
    expect(connectedOf(pair.server).peerChain).toEqual(own.chain);
    expectDataBothWays(pair);
    const without = new Pair({}, { clients: { verifier, required: false } }).run();
    expect(connectedOf(without.server).peerChain).toEqual([]);
    expectDataBothWays(without);
  });
});

describe('a handshake fails', () => {
  const clients = { verifier, required: true };
  it.each([
    [
      'suites',
      { suites: [SUITES.ccm] },
      { suites: [SUITES.chacha] },
      'server',
      ALERT.HANDSHAKE_FAILURE,
    ],
    [
      'groups',
      { groups: [GROUPS.p256] },
      { groups: [GROUPS.p384] },
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
    ['client certificate', {}, { clients }, 'server', ALERT.CERTIFICATE_REQUIRED],
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
      'scheme',
      { verifier: { ...verifier, schemes: [0x0806] } },
      {},
      'server',
      ALERT.HANDSHAKE_FAILURE,
    ],
    [
      'right signature',
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
  ] as const)('without a common or right %s', (_, client, server, where, alert) => {
    const pair = new Pair(client, server).run();
    const other = where === 'client' ? 'server' : 'client';
    expect(pair[where].failure).toMatchObject({ blame: 'peer', alert });
    expect(pair[other].failure).toMatchObject({ blame: 'alert', alert });
    expect(pair.server.connection.isConnected).toBe(false);
  });

  it('when nobody has the name', () => {
    const pair = new Pair({}, {}, { serverName: 'nobody' }).run();
    expect(pair.client.failure).toMatchObject({ blame: 'alert', alert: ALERT.UNRECOGNIZED_NAME });
  });
});

describe('a resumption', () => {
  const tickets = () => new TicketKeys(SUITES.aes256.aead, { lifetime: 100 });
  const first = (keys: TicketKeys) => sessionOf(new Pair({}, { tickets: keys }).run().client);

  it('needs no certificate, and gives a new ticket', () => {
    const keys = tickets();
    const session = first(keys);
    const pair = new Pair({}, { tickets: keys }, { serverName: 'host', session }, 9).run();
    expect(connectedOf(pair.client)).toMatchObject({ resumed: true, peerChain: [] });
    expect(connectedOf(pair.server)).toMatchObject({ resumed: true, serverName: 'host' });
    expect(sessionOf(pair.client)?.ticket).not.toEqual(session?.ticket);
    expectDataBothWays(pair);
  });

  it('also with a HelloRetryRequest', () => {
    const keys = tickets();
    const server = { tickets: keys, groups: [GROUPS.p256] };
    const target = { serverName: 'host', session: first(keys) };
    const pair = new Pair({}, server, target, 9).run();
    expect(connectedOf(pair.client)).toMatchObject({ resumed: true, group: 'secp256r1' });
    expectDataBothWays(pair);
  });

  it.each([
    ['after its time', {}, {}, 100_000],
    ['when a client must show who it is', {}, { clients: { verifier, required: false } }, 0],
    ['with a suite of another hash', { suites: [SUITES.aes256] }, {}, 0],
    ['when the server chooses another hash', {}, { suites: [SUITES.aes256] }, 0],
    ['with keys that the server forgot', {}, { tickets: tickets() }, 0],
  ])('is a full handshake %s', (_, client, server, later) => {
    const keys = tickets();
    const target = { serverName: 'host', session: first(keys) };
    const now = new Pair().now + later;
    const pair = new Pair(client, { tickets: keys, ...server }, target, 9, now).run();
    expect(connectedOf(pair.client).resumed).toBe(false);
    expect(connectedOf(pair.server).resumed).toBe(false);
    expectDataBothWays(pair);
  });

  it('with a wrong key is a decrypt_error', () => {
    const keys = tickets();
    const session = first(keys);
    if (session === undefined) throw new Error('no session');
    const forged = { ...session, psk: session.psk.map((byte) => byte ^ 1) };
    const pair = new Pair({}, { tickets: keys }, { serverName: 'host', session: forged }).run();
    expect(pair.server.failure?.alert).toBe(ALERT.DECRYPT_ERROR);
  });

  it('is not for another name', () => {
    const keys = tickets();
    const session = first(keys);
    const pair = new Pair({}, { tickets: keys }, { serverName: 'other', session }).run();
    expect(connectedOf(pair.server).resumed).toBe(false);
  });
});

describe('a connection', () => {
  it('updates keys, by itself or together with the peer', () => {
    const pair = new Pair().run();
    const { client, server } = pair;
    pair.post(client, client.connection.updateKeys(false)).run();
    expectDataBothWays(pair);
    pair.post(server, server.connection.updateKeys(true)).run();
    expectDataBothWays(pair);
    expect(client.events.at(-1)).toEqual({ kind: 'trace', line: '> KeyUpdate' });
  });

  it('updates worn keys before the next data', () => {
    const worn = { ...SUITES.aes128, recordLimit: 2 };
    const pair = new Pair({ suites: [worn] }).run();
    for (let turn = 0; turn < 6; turn++) expectDataBothWays(pair);
    const updates = pair.client.events.filter(
      (event) => event.kind === 'trace' && event.line === '> KeyUpdate',
    );
    expect(updates.length).toBe(2);
  });

  it('closes one way, then the other', () => {
    const pair = new Pair().run();
    const { client, server } = pair;
    pair.post(client, client.connection.close()).run();
    expect(server.events.at(-1)).toEqual({ kind: 'closed' });
    expect([server.connection.isReadClosed, server.connection.isWriteClosed]).toEqual([
      true,
      false,
    ]);
    pair.post(server, server.connection.send(HELLO)).run();
    expect(client.got).toEqual([...HELLO]);
    expect(() => client.connection.send(HELLO)).toThrow();
    expect(client.connection.close().length).toBe(0);
    pair.post(server, server.connection.close()).run();
    expect(client.connection.isReadClosed).toBe(true);
    expect([client.failure, server.failure]).toEqual([undefined, undefined]);
  });

  it('keeps to the record size limit of each side', () => {
    const pair = new Pair({ recordSizeLimit: 64 }, { recordSizeLimit: 200 }).run();
    const { client, server } = pair;
    const data = Uint8Array.from({ length: 1000 }, (_, index) => index);
    const fromServer = server.connection.send(data);
    const fromClient = client.connection.send(data);
    expect([fromServer[4], fromClient[4]]).toEqual([64 + 16, 200 + 16]);
    pair.post(client, fromClient).post(server, fromServer).run();
    expect(server.got).toEqual([...data]);
    expect(client.got).toEqual([...data]);
    for (const { from, bytes } of pair.flights.slice(1, 3)) {
      expect(longestProtected(bytes)).toBeLessThanOrEqual(from === 'server' ? 64 + 16 : 200 + 16);
    }
  });

  it('hides how long data are', () => {
    const { client, server } = new Pair().run();
    const lengths = [1, 50, 100].map((length) =>
      client.connection.send(new Uint8Array(length), 100),
    );
    expect(new Set(lengths.map((bytes) => bytes.length)).size).toBe(1);
    for (const [index, bytes] of lengths.entries()) {
      const { deliver } = server.connection.handle(bytes, 0);
      expect(deliver.map(({ length }) => length)).toEqual([[1], [50], [100]][index]);
    }
  });

  it('sends what is longer than a record in several', () => {
    const pair = new Pair().run();
    const data = new Uint8Array(40_000).map((_, index) => index % 251);
    const bytes = pair.client.connection.send(data);
    expect(bytes.length).toBe(40_000 + 3 * 22);
    pair.post(pair.client, bytes).run();
    expect(Uint8Array.from(pair.server.got)).toEqual(data);
  });

  it('does not let itself be kept busy by KeyUpdates', () => {
    const pair = new Pair().run();
    const { client, server } = pair;
    for (let turn = 0; turn < 33; turn++) pair.post(client, client.connection.updateKeys(false));
    pair.run();
    expect(server.failure?.alert).toBe(ALERT.UNEXPECTED_MESSAGE);
  });
});

/** The most bytes that a protected record in `bytes` has behind its header. */
function longestProtected(bytes: Uint8Array): number {
  let most = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = (bytes[at + 3] << 8) | bytes[at + 4];
    if (bytes[at] === 23) most = Math.max(most, length);
    at += 5 + length;
  }
  return most;
}
