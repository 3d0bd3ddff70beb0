/** What each end does about hellos that are not as they should be, or that somebody changed. */
import { describe, expect, it } from 'vitest';
import { ALERT } from '../../src/alert.ts';
import type { ClientConfig } from '../../src/client/config.ts';
import { EXTENSION } from '../../src/extension.ts';
import { HANDSHAKE } from '../../src/frame.ts';
import type { ClientHello, ServerHello } from '../../src/hello.ts';
import { TicketKeys } from '../../src/server/ticket.ts';
import { connectedOf, credentials, GROUPS, Pair, SUITES, sessionOf } from '../kit.ts';
import { having, withClientHello, without, withServerHello } from './hello.ts';
import { BOTH_CLIENT, BOTH_SERVER, OLD_CLIENT, OLD_SERVER, pair12, QUICK } from './kit.ts';

const POINT_FORMATS = 11;
const EXTENDED_MASTER_SECRET = 23;
const RENEGOTIATION_INFO = 0xff01;
const { HANDSHAKE_FAILURE, ILLEGAL_PARAMETER, PROTOCOL_VERSION } = ALERT;

/** Lets the server hear another hello than the client said. */
function sendChanged(pair: Pair, change: (hello: ClientHello) => Partial<ClientHello>): Pair {
  pair.resend(withClientHello(pair.flights[0].bytes, change));
  return pair.run();
}

function answerChanged(pair: Pair, change: (hello: ServerHello) => Partial<ServerHello>): Pair {
  pair.damage = (bytes, nth) => (nth === 1 ? withServerHello(bytes, change) : bytes);
  return pair.run();
}

function expectRefused(pair: Pair, who: 'client' | 'server', alert: number): void {
  expect(pair[who].failure).toMatchObject({ blame: 'peer', alert });
  const other = who === 'client' ? 'server' : 'client';
  expect(pair[other].failure).toMatchObject({ blame: 'alert', alert });
  expect([pair.client, pair.server].map(({ connection }) => connection.isConnected)).toEqual([
    false,
    false,
  ]);
}

type ChangedClientHello = [string, (hello: ClientHello) => Partial<ClientHello>, number];

describe('a server refuses', () => {
  it.each<ChangedClientHello>([
    [
      'no extended_master_secret (triple handshake)',
      ({ extensions }) => ({ extensions: without(extensions, EXTENDED_MASTER_SECRET) }),
      HANDSHAKE_FAILURE,
    ],
    [
      'a first handshake that renegotiates (CVE-2009-3555)',
      ({ extensions }) => ({ extensions: having(extensions, RENEGOTIATION_INFO, 1, 7) }),
      HANDSHAKE_FAILURE,
    ],
    [
      'point formats without uncompressed',
      ({ extensions }) => ({ extensions: having(extensions, POINT_FORMATS, 1, 1) }),
      ILLEGAL_PARAMETER,
    ],
    [
      'no groups',
      ({ extensions }) => ({ extensions: without(extensions, EXTENSION.SUPPORTED_GROUPS) }),
      HANDSHAKE_FAILURE,
    ],
    [
      'a group of finite fields and one of a post-quantum hybrid only',
      ({ extensions }) => ({
        extensions: having(extensions, EXTENSION.SUPPORTED_GROUPS, 0, 4, 1, 0, 0x11, 0xec),
      }),
      HANDSHAKE_FAILURE,
    ],
    [
      'no signature algorithms, which means SHA-1 (SLOTH)',
      ({ extensions }) => ({ extensions: without(extensions, EXTENSION.SIGNATURE_ALGORITHMS) }),
      HANDSHAKE_FAILURE,
    ],
    [
      'signatures with MD5 and SHA-1 only (SLOTH)',
      ({ extensions }) => ({
        extensions: having(extensions, EXTENSION.SIGNATURE_ALGORITHMS, 0, 4, 1, 3, 2, 3),
      }),
      HANDSHAKE_FAILURE,
    ],
    ['compression methods without none', () => ({ compressions: Uint8Array.of(1) }), 47],
    ['RSA key exchange (ROBOT)', () => ({ suites: [0x009c, 0x002f] }), HANDSHAKE_FAILURE],
    ['CBC (Lucky Thirteen)', () => ({ suites: [0xc009, 0xc023] }), HANDSHAKE_FAILURE],
    ['DHE and export grades (Logjam, FREAK)', () => ({ suites: [0x9e, 0x14] }), HANDSHAKE_FAILURE],
    ['suites for RSA keys only', () => ({ suites: [0xc02f, 0xcca8] }), HANDSHAKE_FAILURE],
    ['TLS 1.1', () => ({ legacyVersion: 0x0302 }), PROTOCOL_VERSION],
    [
      'a record size limit of 63',
      ({ extensions }) => ({ extensions: having(extensions, EXTENSION.RECORD_SIZE_LIMIT, 0, 63) }),
      ILLEGAL_PARAMETER,
    ],
  ])('%s', (_, change, alert) => {
    expectRefused(sendChanged(pair12({}, QUICK), change), 'server', alert);
  });

  it('a certificate on a curve that is no group of the client', () => {
    const pair = pair12({ groups: [GROUPS.x25519] }).run();
    expectRefused(pair, 'server', HANDSHAKE_FAILURE);
  });

  it('a client that fell back although both speak TLS 1.3 (POODLE)', () => {
    const fallback = ({ suites }: ClientHello) => ({ suites: [...suites, 0x5600] });
    const pair = sendChanged(new Pair(OLD_CLIENT, { ...BOTH_SERVER, ...QUICK }), fallback);
    expectRefused(pair, 'server', ALERT.INAPPROPRIATE_FALLBACK);
    const only13 = sendChanged(new Pair(OLD_CLIENT, QUICK), fallback);
    expectRefused(only13, 'server', ALERT.INAPPROPRIATE_FALLBACK);
    const old = sendChanged(new Pair(OLD_CLIENT, { ...OLD_SERVER, ...QUICK }), fallback);
    expect(old.flights[1].bytes[5]).toBe(HANDSHAKE.SERVER_HELLO);
  });
});

describe('a server takes', () => {
  it.each<[string, (hello: ClientHello) => Partial<ClientHello>]>([
    ['a hello of TLS 1.3 in its legacy version', () => ({ legacyVersion: 0x0304 })],
    ['compression methods with none', () => ({ compressions: Uint8Array.of(1, 0) })],
    [
      'no point formats, and extensions that nobody knows',
      ({ extensions }) => ({
        extensions: having(without(extensions, POINT_FORMATS), 0x7a7a, 1, 2, 3),
      }),
    ],
  ])('%s', (_, change) => {
    const pair = sendChanged(pair12({}, QUICK), change);
    expect(pair.flights[1].bytes[5]).toBe(HANDSHAKE.SERVER_HELLO);
    // What the client sent is not what the server heard, so that they have other keys.
    expect(pair.server.failure?.alert).toBe(ALERT.BAD_RECORD_MAC);
  });

  it('the cipher suite that stands for renegotiation_info, and says that it heard', () => {
    const heard = (change: (hello: ClientHello) => Partial<ClientHello>) => {
      const pair = sendChanged(pair12({}, QUICK), change);
      const line = pair.server.events.find(
        (event) => event.kind === 'trace' && event.line.startsWith('> ServerHello'),
      );
      return line?.kind === 'trace' && line.line.includes('renegotiation');
    };
    const none = ({ extensions }: ClientHello) => without(extensions, RENEGOTIATION_INFO);
    const scsv = (hello: ClientHello) => ({
      suites: [...hello.suites, 0x00ff],
      extensions: none(hello),
    });
    expect(heard(scsv)).toBe(true);
    expect(heard((hello) => ({ extensions: none(hello) }))).toBe(false);
  });
});

type ChangedServerHello = [string, (hello: ServerHello) => Partial<ServerHello>, number];

describe('a client refuses', () => {
  it.each<ChangedServerHello>([
    [
      'no extended_master_secret (triple handshake)',
      ({ extensions }) => ({ extensions: without(extensions, EXTENDED_MASTER_SECRET) }),
      HANDSHAKE_FAILURE,
    ],
    [
      'no renegotiation_info (CVE-2009-3555)',
      ({ extensions }) => ({ extensions: without(extensions, RENEGOTIATION_INFO) }),
      HANDSHAKE_FAILURE,
    ],
    [
      'a renegotiation_info of another handshake',
      ({ extensions }) => ({ extensions: having(extensions, RENEGOTIATION_INFO, 1, 7) }),
      HANDSHAKE_FAILURE,
    ],
    [
      'point formats without uncompressed',
      ({ extensions }) => ({ extensions: having(extensions, POINT_FORMATS, 1, 1) }),
      ILLEGAL_PARAMETER,
    ],
    [
      'an extension that it did not send',
      ({ extensions }) => ({ extensions: having(extensions, 0x7a7a) }),
      ALERT.UNSUPPORTED_EXTENSION,
    ],
    [
      'an extension that is in the wrong message',
      ({ extensions }) => ({ extensions: having(extensions, EXTENSION.SUPPORTED_GROUPS, 0) }),
      ILLEGAL_PARAMETER,
    ],
    [
      'a record size limit that TLS 1.2 has not',
      ({ extensions }) => ({ extensions: having(extensions, EXTENSION.RECORD_SIZE_LIMIT, 64, 1) }),
      ILLEGAL_PARAMETER,
    ],
    [
      'a protocol that it did not offer',
      ({ extensions }) => ({ extensions: having(extensions, EXTENSION.ALPN, 0, 2, 1, 98) }),
      ILLEGAL_PARAMETER,
    ],
    ['compression (CRIME)', () => ({ compression: 1 }), ILLEGAL_PARAMETER],
    ['RSA key exchange (ROBOT)', () => ({ suite: 0x009c }), ILLEGAL_PARAMETER],
    ['a suite for RSA keys that it cannot verify', () => ({ suite: 0xc02f }), ILLEGAL_PARAMETER],
    ['a suite of TLS 1.3', () => ({ suite: 0x1301 }), ILLEGAL_PARAMETER],
    ['TLS 1.1', () => ({ legacyVersion: 0x0302 }), PROTOCOL_VERSION],
  ])('%s', (_, change, alert) => {
    const pair = pair12({ protocols: ['a'] }, { ...QUICK, protocols: ['a'] });
    expectRefused(answerChanged(pair, change), 'client', alert);
  });

  it('its session ID for a session that there is not', () => {
    const pair = new Pair(BOTH_CLIENT, { ...OLD_SERVER, ...QUICK });
    const [{ bytes }] = pair.flights;
    const sessionId = bytes.slice(44, 76);
    expectRefused(
      answerChanged(pair, () => ({ sessionId })),
      'client',
      ILLEGAL_PARAMETER,
    );
  });

  it('another suite than that of the session', () => {
    const tickets = new TicketKeys(SUITES.aes128.aead);
    const session = sessionOf(pair12({}, { ...QUICK, tickets }).run().client);
    const pair = pair12({}, { ...QUICK, tickets }, { serverName: 'host', session });
    expectRefused(
      answerChanged(pair, () => ({ suite: 0xc02c })),
      'client',
      ILLEGAL_PARAMETER,
    );
  });
});

describe('nobody can lower the version of two that speak TLS 1.3', () => {
  const server = { ...BOTH_SERVER, ...QUICK };
  const hide = ({ extensions }: ClientHello) => ({
    extensions: without(extensions, EXTENSION.SUPPORTED_VERSIONS),
  });

  it('by hiding it from the server: its random tells', () => {
    const pair = sendChanged(new Pair(BOTH_CLIENT, server), hide);
    expectRefused(pair, 'client', ILLEGAL_PARAMETER);
    expect(pair.client.failure?.reason).toBe('somebody lowered the version');
  });

  it('and by changing that random, too: the signature covers it', () => {
    const pair = sendChanged(new Pair(BOTH_CLIENT, server), hide);
    const hello = pair.flights[1].bytes;
    const other = new Pair(BOTH_CLIENT, server);
    const changed = withServerHello(hello, ({ random }) => ({
      random: random.map((byte, at) => (at < 24 ? byte : 0)),
    }));
    const { failure } = other.client.connection.handle(changed, other.now);
    expect(failure).toMatchObject({ blame: 'peer', alert: ALERT.DECRYPT_ERROR });
  });

  it('by a random that tells of TLS 1.1', () => {
    const pair = new Pair(BOTH_CLIENT, { ...OLD_SERVER, ...QUICK });
    const random = Uint8Array.from([...new Array(24).fill(1), 68, 79, 87, 78, 71, 82, 68, 0]);
    expectRefused(
      answerChanged(pair, () => ({ random })),
      'client',
      ILLEGAL_PARAMETER,
    );
  });

  it('after a HelloRetryRequest, or early data', () => {
    const tickets = new TicketKeys(SUITES.aes128.aead);
    const old = new Pair(OLD_CLIENT, { ...OLD_SERVER, ...QUICK }).run().flights[1].bytes;
    const retried = new Pair(BOTH_CLIENT, { ...server, groups: [GROUPS.p384] });
    retried.damage = (bytes, nth) => (nth === 3 ? old : bytes);
    expect(retried.run().client.failure?.alert).toBe(ILLEGAL_PARAMETER);
    const session = sessionOf(new Pair(BOTH_CLIENT, { ...server, tickets }).run().client);
    if (session === undefined) throw new Error('no session');
    const generous = { ...session, earlyDataMost: 10 };
    const target = { serverName: 'host', session: generous, earlyData: Uint8Array.of(1) };
    const early = new Pair(BOTH_CLIENT, server, target);
    expect(early.client.connection.handle(old, early.now).failure?.alert).toBe(PROTOCOL_VERSION);
  });

  it('by a second hello of TLS 1.2', () => {
    const pair = new Pair(BOTH_CLIENT, { ...server, groups: [GROUPS.p384] });
    pair.damage = (bytes, nth) => (nth === 2 ? withClientHello(bytes.slice(6), hide) : bytes);
    expect(pair.run().server.failure?.alert).toBe(ILLEGAL_PARAMETER);
  });
});

describe('a warning', () => {
  const unrecognizedName = Uint8Array.of(21, 3, 3, 0, 2, 1, 112);
  const meet = (client: Partial<ClientConfig>) => {
    const pair = new Pair(client, { ...OLD_SERVER, ...QUICK });
    pair.damage = (bytes, nth) =>
      nth === 1 ? Uint8Array.from([...unrecognizedName, ...bytes]) : bytes;
    return pair.run();
  };

  it('before the ServerHello ends nothing where TLS 1.2 may follow', () => {
    expect(connectedOf(meet(BOTH_CLIENT).client).version).toBe('TLS 1.2');
    expect(meet({}).client.failure).toMatchObject({ blame: 'alert', alert: 112 });
  });

  it('comes only so often', () => {
    const pair = new Pair(BOTH_CLIENT, QUICK);
    const { connection } = pair.client;
    for (let turn = 0; turn < 32; turn++) {
      expect(connection.handle(unrecognizedName.slice(), pair.now).failure).toBe(undefined);
    }
    const { failure } = connection.handle(unrecognizedName.slice(), pair.now);
    expect(failure?.alert).toBe(ALERT.UNEXPECTED_MESSAGE);
  });
});

it('a client of TLS 1.2 names neither versions nor key shares nor a session', () => {
  const own = credentials({ purpose: 'server', name: 'host' });
  const pair = pair12({}, { credentials: () => [own] });
  let types: number[] = [];
  withClientHello(pair.flights[0].bytes, ({ extensions }) => {
    types = extensions.map(({ type }) => type);
    return {};
  });
  expect(types).not.toContain(EXTENSION.SUPPORTED_VERSIONS);
  expect(types).not.toContain(EXTENSION.KEY_SHARE);
  expect(types).toEqual(expect.arrayContaining([EXTENDED_MASTER_SECRET, RENEGOTIATION_INFO]));
  expect(pair.flights[0].bytes[43]).toBe(0);
});
