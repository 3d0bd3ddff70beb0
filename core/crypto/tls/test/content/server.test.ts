/** What a server makes of messages that are well formed records in the right order, and wrong. */
import { describe, expect, it } from 'vitest';
import { ALERT } from '../../src/alert.ts';
import { EXTENSION, type Extension } from '../../src/extension.ts';
import { HANDSHAKE } from '../../src/frame.ts';
import type { ClientHello } from '../../src/hello.ts';
import { scenariosWith } from '../order/scenario.ts';
import { having, without } from '../tls12/hello.ts';
import { TOY } from '../toy.ts';
import { type Change, expectRefused, runChanged } from './change.ts';

const [FULL, RETRIED, RESUMED, , ASKED] = scenariosWith(TOY.suite);
const { DECODE_ERROR, HANDSHAKE_FAILURE, ILLEGAL_PARAMETER, MISSING_EXTENSION, PROTOCOL_VERSION } =
  ALERT;
const {
  ALPN,
  COOKIE,
  EARLY_DATA,
  KEY_SHARE,
  PRE_SHARED_KEY,
  PSK_KEY_EXCHANGE_MODES,
  RECORD_SIZE_LIMIT,
  SERVER_NAME,
  SIGNATURE_ALGORITHMS,
  SUPPORTED_GROUPS,
  SUPPORTED_VERSIONS,
} = EXTENSION;

type HelloChange = (hello: ClientHello) => Partial<ClientHello>;

const lacking =
  (...types: number[]): HelloChange =>
  ({ extensions }) => ({ extensions: without(extensions, ...types) });
const saying =
  (type: number, ...data: number[]): HelloChange =>
  ({ extensions }) => ({ extensions: having(extensions, type, ...data) });
/** With other bytes in what the hello has for `type`, in its place. */
const changing =
  (type: number, change: (data: Uint8Array) => readonly number[]): HelloChange =>
  ({ extensions }) => ({
    extensions: extensions.map(
      (one): Extension =>
        one.type === type ? { type, data: Uint8Array.from(change(one.data)) } : one,
    ),
  });

/** Two key shares of 32 bytes. */
function shares(first: number, second: number): number[] {
  const share = (group: number) => [0, group, 0, 32, ...new Array<number>(32).fill(1)];
  return [0, 72, ...share(first), ...share(second)];
}

const X25519 = 0x1d;
const P256 = 0x17;
const P384 = 0x18;

describe('a server refuses a ClientHello with', () => {
  it.each<[string, HelloChange, number]>([
    [
      'a compression method (CRIME)',
      () => ({ compressions: Uint8Array.of(1, 0) }),
      ILLEGAL_PARAMETER,
    ],
    [
      'another compression method than none',
      () => ({ compressions: Uint8Array.of(1) }),
      ILLEGAL_PARAMETER,
    ],
    ['no compression method', () => ({ compressions: new Uint8Array(0) }), DECODE_ERROR],
    ['a session ID of 33 bytes', () => ({ sessionId: new Uint8Array(33) }), DECODE_ERROR],
    ['no cipher suites', () => ({ suites: [] }), DECODE_ERROR],
    ['cipher suites of TLS 1.2 only', () => ({ suites: [0xc02f, 0x009c] }), HANDSHAKE_FAILURE],
    ['no supported_versions', lacking(SUPPORTED_VERSIONS), PROTOCOL_VERSION],
    ['only TLS 1.2 in supported_versions', saying(SUPPORTED_VERSIONS, 2, 3, 3), PROTOCOL_VERSION],
    ['only a version to come', saying(SUPPORTED_VERSIONS, 2, 3, 5), PROTOCOL_VERSION],
    ['no versions', saying(SUPPORTED_VERSIONS, 0), DECODE_ERROR],
    ['half a version', saying(SUPPORTED_VERSIONS, 3, 3, 4, 3), DECODE_ERROR],
    ['no signature_algorithms', lacking(SIGNATURE_ALGORITHMS), MISSING_EXTENSION],
    ['an empty signature_algorithms', saying(SIGNATURE_ALGORITHMS, 0, 0), DECODE_ERROR],
    ['signatures with SHA-1 only', saying(SIGNATURE_ALGORITHMS, 0, 2, 2, 3), HANDSHAKE_FAILURE],
    ['PKCS#1 v1.5 only', saying(SIGNATURE_ALGORITHMS, 0, 2, 4, 1), HANDSHAKE_FAILURE],
    ['no supported_groups', lacking(SUPPORTED_GROUPS), MISSING_EXTENSION],
    ['no key_share', lacking(KEY_SHARE), MISSING_EXTENSION],
    ['neither of them', lacking(SUPPORTED_GROUPS, KEY_SHARE), MISSING_EXTENSION],
    [
      'groups that nobody has',
      (hello) =>
        saying(
          KEY_SHARE,
          0,
          0,
        )({
          ...hello,
          ...saying(SUPPORTED_GROUPS, 0, 2, 1, 0)(hello),
        }),
      HANDSHAKE_FAILURE,
    ],
    [
      'a key share for no group of its own',
      saying(SUPPORTED_GROUPS, 0, 2, 0, P256),
      ILLEGAL_PARAMETER,
    ],
    [
      'two key shares for one group',
      saying(KEY_SHARE, ...shares(X25519, X25519)),
      ILLEGAL_PARAMETER,
    ],
    ['an empty key', saying(KEY_SHARE, 0, 4, 0, X25519, 0, 0), DECODE_ERROR],
    [
      'an extension twice',
      ({ extensions }) => ({ extensions: [...extensions, extensions[0]] }),
      ILLEGAL_PARAMETER,
    ],
    ['an empty server_name', saying(SERVER_NAME, 0, 0), DECODE_ERROR],
    ['two host names', saying(SERVER_NAME, 0, 8, 0, 0, 1, 97, 0, 0, 1, 98), DECODE_ERROR],
    ['a zero in its host name', saying(SERVER_NAME, 0, 6, 0, 0, 3, 97, 0, 98), DECODE_ERROR],
    ['an empty list of protocols', saying(ALPN, 0, 0), DECODE_ERROR],
    ['an empty name of a protocol', saying(ALPN, 0, 3, 1, 97, 0), DECODE_ERROR],
    ['a record size limit of 63', saying(RECORD_SIZE_LIMIT, 0, 63), ILLEGAL_PARAMETER],
    ['a record size limit of three bytes', saying(RECORD_SIZE_LIMIT, 0, 64, 0), DECODE_ERROR],
    ['an empty cookie', saying(COOKIE, 0, 0), DECODE_ERROR],
    ['no modes of PSKs', saying(PSK_KEY_EXCHANGE_MODES, 0), DECODE_ERROR],
    ['early data in the hello', saying(EARLY_DATA, 1), DECODE_ERROR],
  ])('%s', (_, change, alert) => {
    const { server, client } = runChanged(FULL, 0, HANDSHAKE.CLIENT_HELLO, change);
    expectRefused(server, client, alert);
  });
});

describe('a server refuses a ticket with', () => {
  it.each<[string, HelloChange, number]>([
    ['no modes', lacking(PSK_KEY_EXCHANGE_MODES), MISSING_EXTENSION],
    [
      'another extension behind it',
      ({ extensions }) => ({
        extensions: [...extensions, { type: 0x7a7a, data: new Uint8Array(0) }],
      }),
      ILLEGAL_PARAMETER,
    ],
    ['no identity', changing(PRE_SHARED_KEY, (data) => [0, 0, ...data.slice(-35)]), DECODE_ERROR],
    [
      'a wrong binder',
      changing(PRE_SHARED_KEY, (data) => [...data.slice(0, -1), data[data.length - 1] ^ 1]),
      ALERT.DECRYPT_ERROR,
    ],
    [
      'a binder that is too short',
      changing(PRE_SHARED_KEY, (data) => [...data.slice(0, -35), 0, 32, 31, ...data.slice(-31)]),
      DECODE_ERROR,
    ],
    [
      'a binder too many',
      changing(PRE_SHARED_KEY, (data) => [
        ...data.slice(0, -35),
        0,
        66,
        ...data.slice(-33),
        ...data.slice(-33),
      ]),
      ILLEGAL_PARAMETER,
    ],
  ])('%s', (_, change, alert) => {
    const { server, client } = runChanged(RESUMED, 0, HANDSHAKE.CLIENT_HELLO, change);
    expectRefused(server, client, alert);
  });
});

describe('a server takes a ClientHello with', () => {
  it.each<[string, HelloChange]>([
    ['any legacy version', () => ({ legacyVersion: 0x0301 })],
    ['TLS 1.3 as its legacy version', () => ({ legacyVersion: 0x0304 })],
    ['cipher suites that nobody knows', ({ suites }) => ({ suites: [0x0a0a, 0x00ff, ...suites] })],
    ['extensions that nobody knows', saying(0x7a7a, 1, 2, 3)],
    ['padding', saying(21, 0, 0, 0)],
    ['versions that nobody knows', saying(SUPPORTED_VERSIONS, 6, 0x7a, 0x7a, 3, 5, 3, 4)],
    ['groups that nobody knows', saying(SUPPORTED_GROUPS, 0, 4, 0x1a, 0x1a, 0, X25519)],
    ['modes that nobody knows', saying(PSK_KEY_EXCHANGE_MODES, 2, 7, 1)],
    ['a server name of another kind', saying(SERVER_NAME, 0, 4, 7, 0, 1, 97)],
    ['no server name', lacking(SERVER_NAME)],
    ['a record size limit above all records', saying(RECORD_SIZE_LIMIT, 0xff, 0xff)],
  ])('%s', (_, change) => {
    const { server, client } = runChanged(FULL, 0, HANDSHAKE.CLIENT_HELLO, change);
    expect(server.failure).toMatchObject({ blame: 'alert' });
    // The client said another hello than the server heard.
    expect(client.failure).toMatchObject({ blame: 'peer', alert: ALERT.DECRYPT_ERROR });
  });
});

describe('a server refuses a second ClientHello with', () => {
  it.each<[string, HelloChange]>([
    ['another random', () => ({ random: new Uint8Array(32) })],
    ['another session ID', () => ({ sessionId: new Uint8Array(32) })],
    ['more cipher suites', ({ suites }) => ({ suites: [...suites, 0x1303] })],
    ['an extension more', saying(0x7a7a)],
    ['an extension less', lacking(SERVER_NAME)],
    [
      'another group than was asked for',
      saying(
        KEY_SHARE,
        ...shares(P384, P384)
          .slice(0, 2 + 36)
          .with(1, 36),
      ),
    ],
    ['two key shares', saying(KEY_SHARE, ...shares(P256, X25519))],
    ['no key share', saying(KEY_SHARE, 0, 0)],
  ])('%s', (_, change) => {
    const { server, client } = runChanged(RETRIED, 2, HANDSHAKE.CLIENT_HELLO, change);
    expectRefused(server, client, ILLEGAL_PARAMETER);
  });
});

describe('a server refuses of a client', () => {
  it('a certificate with a context', () => {
    const change = () => ({ context: Uint8Array.of(1) });
    const { server } = runChanged(ASKED, 2, HANDSHAKE.CERTIFICATE, change);
    expect(server.failure).toMatchObject({ blame: 'peer', alert: ILLEGAL_PARAMETER });
  });

  it('a certificate with an extension that it did not ask for', () => {
    const change: Change<typeof HANDSHAKE.CERTIFICATE> = ({ entries }) => ({
      entries: entries.map(({ certificate }) => ({
        certificate,
        extensions: [{ type: EXTENSION.STATUS_REQUEST, data: Uint8Array.of(1, 0, 0, 0) }],
      })),
    });
    const { server } = runChanged(ASKED, 2, HANDSHAKE.CERTIFICATE, change);
    expect(server.failure?.alert).toBe(ALERT.UNSUPPORTED_EXTENSION);
  });

  it.each([
    ['another scheme', { scheme: 0x0403 }, ILLEGAL_PARAMETER],
    ['PKCS#1 v1.5', { scheme: 0x0401 }, ILLEGAL_PARAMETER],
    ['another key', { signature: new Uint8Array(32) }, ALERT.DECRYPT_ERROR],
  ])('a signature with %s', (_, change, alert) => {
    const { server } = runChanged(ASKED, 2, HANDSHAKE.CERTIFICATE_VERIFY, () => change);
    expect(server.failure).toMatchObject({ blame: 'peer', alert });
    expect(server.connection.isConnected).toBe(false);
  });
});
