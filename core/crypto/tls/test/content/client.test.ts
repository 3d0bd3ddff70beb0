/** What a client makes of messages that come in the right order, and are wrong. */
import { describe, expect, it } from 'vitest';
import { ALERT } from '../../src/alert.ts';
import { EXTENSION, type Extension } from '../../src/extension.ts';
import { HANDSHAKE } from '../../src/frame.ts';
import { connectedOf, sessionOf } from '../kit.ts';
import { scenariosWith } from '../order/scenario.ts';
import { having, without } from '../tls12/hello.ts';
import { TOY } from '../toy.ts';
import { type Change, expectRefused, runChanged } from './change.ts';

const [FULL, RETRIED, RESUMED, , ASKED] = scenariosWith(TOY.suite);
const { DECODE_ERROR, ILLEGAL_PARAMETER, MISSING_EXTENSION, UNSUPPORTED_EXTENSION } = ALERT;
const {
  ALPN,
  COOKIE,
  EARLY_DATA,
  KEY_SHARE,
  PRE_SHARED_KEY,
  RECORD_SIZE_LIMIT,
  SERVER_NAME,
  SIGNATURE_ALGORITHMS,
  SUPPORTED_GROUPS,
  SUPPORTED_VERSIONS,
} = EXTENSION;

interface Extended {
  readonly extensions: readonly Extension[];
}

const lacking =
  (...types: number[]) =>
  ({ extensions }: Extended) => ({ extensions: without(extensions, ...types) });
const saying =
  (type: number, ...data: number[]) =>
  ({ extensions }: Extended) => ({ extensions: having(extensions, type, ...data) });

const KEY = new Array<number>(32).fill(1);
const X25519 = 0x1d;
const P256 = 0x17;
const P384 = 0x18;

describe('a client refuses a ServerHello with', () => {
  it.each<[string, Change<typeof HANDSHAKE.SERVER_HELLO>, number]>([
    ['no version', lacking(SUPPORTED_VERSIONS), ALERT.PROTOCOL_VERSION],
    ['TLS 1.2 as its version', saying(SUPPORTED_VERSIONS, 3, 3), ILLEGAL_PARAMETER],
    ['a version to come', saying(SUPPORTED_VERSIONS, 3, 5), ILLEGAL_PARAMETER],
    ['two versions', saying(SUPPORTED_VERSIONS, 3, 4, 3, 3), DECODE_ERROR],
    ['another legacy version', () => ({ legacyVersion: 0x0304 }), ILLEGAL_PARAMETER],
    ['another session ID', () => ({ sessionId: new Uint8Array(32) }), ILLEGAL_PARAMETER],
    ['no session ID', () => ({ sessionId: new Uint8Array(0) }), ILLEGAL_PARAMETER],
    ['a session ID of 33 bytes', () => ({ sessionId: new Uint8Array(33) }), DECODE_ERROR],
    ['a compression method (CRIME)', () => ({ compression: 1 }), ILLEGAL_PARAMETER],
    ['a cipher suite that was not offered', () => ({ suite: 0x1302 }), ILLEGAL_PARAMETER],
    ['a cipher suite of TLS 1.2', () => ({ suite: 0xc02f }), ILLEGAL_PARAMETER],
    ['no key share', lacking(KEY_SHARE), MISSING_EXTENSION],
    ['a key share for another group', saying(KEY_SHARE, 0, P256, 0, 32, ...KEY), ILLEGAL_PARAMETER],
    ['two key shares', saying(KEY_SHARE, 0, X25519, 0, 32, ...KEY, 0, P256, 0, 1, 1), DECODE_ERROR],
    ['an empty key', saying(KEY_SHARE, 0, X25519, 0, 0), DECODE_ERROR],
    ['a ticket that was not offered', saying(PRE_SHARED_KEY, 0, 0), UNSUPPORTED_EXTENSION],
    ['a cookie', saying(COOKIE, 0, 1, 1), UNSUPPORTED_EXTENSION],
    ['what belongs into EncryptedExtensions', saying(SERVER_NAME), ILLEGAL_PARAMETER],
    ['an extension that nobody knows', saying(0x7a7a), UNSUPPORTED_EXTENSION],
  ])('%s', (_, change, alert) => {
    const { client, server } = runChanged(FULL, 1, HANDSHAKE.SERVER_HELLO, change);
    expectRefused(client, server, alert);
  });

  it.each([1, 0xffff])('a ticket number %i, of one', (index) => {
    const change = saying(PRE_SHARED_KEY, index >> 8, index & 0xff);
    const { client, server } = runChanged(RESUMED, 1, HANDSHAKE.SERVER_HELLO, change);
    expectRefused(client, server, ILLEGAL_PARAMETER);
  });
});

describe('a client refuses a HelloRetryRequest with', () => {
  it.each<[string, Change<typeof HANDSHAKE.SERVER_HELLO>, number]>([
    ['nothing to change', lacking(KEY_SHARE), ILLEGAL_PARAMETER],
    ['a group whose key was sent', saying(KEY_SHARE, 0, X25519), ILLEGAL_PARAMETER],
    ['a group that was not offered', saying(KEY_SHARE, 0, P384), ILLEGAL_PARAMETER],
    ['a whole key share', saying(KEY_SHARE, 0, P256, 0, 32, ...KEY), DECODE_ERROR],
    ['an empty cookie', saying(COOKIE, 0, 0), DECODE_ERROR],
    ['another version', saying(SUPPORTED_VERSIONS, 3, 3), ILLEGAL_PARAMETER],
    ['another cipher suite', () => ({ suite: 0x1302 }), ILLEGAL_PARAMETER],
    ['another session ID', () => ({ sessionId: new Uint8Array(32) }), ILLEGAL_PARAMETER],
    ['a ticket', saying(PRE_SHARED_KEY, 0, 0), UNSUPPORTED_EXTENSION],
    ['an extension that nobody knows', saying(0x7a7a), UNSUPPORTED_EXTENSION],
  ])('%s', (_, change, alert) => {
    const { client, server } = runChanged(RETRIED, 1, HANDSHAKE.SERVER_HELLO, change);
    expectRefused(client, server, alert);
  });
});

it('a client sends a cookie back', () => {
  const cookie = saying(COOKIE, 0, 3, 1, 2, 3);
  const { client } = runChanged(RETRIED, 1, HANDSHAKE.SERVER_HELLO, cookie);
  const hellos = client.events.filter(
    (event) => event.kind === 'trace' && event.line.startsWith('> ClientHello'),
  );
  expect(hellos[1]).toMatchObject({ line: expect.stringContaining('cookie of 3 bytes') });
});

describe('a client refuses EncryptedExtensions with', () => {
  it.each<[string, Change<typeof HANDSHAKE.ENCRYPTED_EXTENSIONS>, number]>([
    ['a protocol that was not offered', saying(ALPN, 0, 2, 1, 97), UNSUPPORTED_EXTENSION],
    ['early data that was not sent', saying(EARLY_DATA), UNSUPPORTED_EXTENSION],
    ['a name in server_name', saying(SERVER_NAME, 1), DECODE_ERROR],
    ['no groups in supported_groups', saying(SUPPORTED_GROUPS, 0, 0), DECODE_ERROR],
    ['a record size limit of 63', saying(RECORD_SIZE_LIMIT, 0, 63), ILLEGAL_PARAMETER],
    [
      'a record size limit above all records',
      saying(RECORD_SIZE_LIMIT, 0x40, 2),
      ILLEGAL_PARAMETER,
    ],
    ['what belongs into the ServerHello', saying(KEY_SHARE, 0, X25519), ILLEGAL_PARAMETER],
    ['signature algorithms', saying(SIGNATURE_ALGORITHMS, 0, 2, 8, 7), ILLEGAL_PARAMETER],
    ['an extension that nobody knows', saying(0x7a7a), UNSUPPORTED_EXTENSION],
    [
      'an extension twice',
      ({ extensions }) => ({ extensions: [...extensions, extensions[0]] }),
      ILLEGAL_PARAMETER,
    ],
  ])('%s', (_, change, alert) => {
    const { client, server } = runChanged(FULL, 1, HANDSHAKE.ENCRYPTED_EXTENSIONS, change);
    expectRefused(client, server, alert);
  });

  it.each([
    ['two protocols', [0, 4, 1, 97, 1, 98]],
    ['another protocol', [0, 2, 1, 99]],
  ])('%s', (_, data) => {
    const offering = { ...FULL, client: { ...FULL.client, protocols: ['a', 'b'] } };
    const change = saying(ALPN, ...data);
    const { client, server } = runChanged(offering, 1, HANDSHAKE.ENCRYPTED_EXTENSIONS, change);
    expectRefused(client, server, ILLEGAL_PARAMETER);
  });
});

describe('a client refuses a CertificateRequest with', () => {
  it.each<[string, Change<typeof HANDSHAKE.CERTIFICATE_REQUEST>, number]>([
    ['a context', () => ({ context: Uint8Array.of(1) }), ILLEGAL_PARAMETER],
    ['no signature_algorithms', lacking(SIGNATURE_ALGORITHMS), MISSING_EXTENSION],
    ['an empty signature_algorithms', saying(SIGNATURE_ALGORITHMS, 0, 0), DECODE_ERROR],
  ])('%s', (_, change, alert) => {
    const { client, server } = runChanged(ASKED, 1, HANDSHAKE.CERTIFICATE_REQUEST, change);
    expectRefused(client, server, alert);
  });
});

describe('a client refuses a Certificate with', () => {
  const entry = { certificate: Uint8Array.of(1), extensions: [] };
  const status = [{ type: EXTENSION.STATUS_REQUEST, data: Uint8Array.of(1, 0, 0, 1, 0x30) }];
  it.each<[string, Change<typeof HANDSHAKE.CERTIFICATE>, number]>([
    ['a context', () => ({ context: Uint8Array.of(1) }), ILLEGAL_PARAMETER],
    ['no certificate', () => ({ entries: [] }), DECODE_ERROR],
    ['eleven of them', () => ({ entries: Array(11).fill(entry) }), ALERT.BAD_CERTIFICATE],
    [
      'an OCSP response that was not asked for',
      () => ({ entries: [{ ...entry, extensions: status }] }),
      UNSUPPORTED_EXTENSION,
    ],
  ])('%s', (_, change, alert) => {
    const { client, server } = runChanged(FULL, 1, HANDSHAKE.CERTIFICATE, change);
    expectRefused(client, server, alert);
  });
});

describe('a client refuses a signature with', () => {
  it.each([
    ['a scheme that was not offered', { scheme: 0x0403 }, ILLEGAL_PARAMETER],
    ['PKCS#1 v1.5', { scheme: 0x0401 }, ILLEGAL_PARAMETER],
    ['another key', { signature: new Uint8Array(32) }, ALERT.DECRYPT_ERROR],
    ['nothing', { signature: new Uint8Array(0) }, ALERT.DECRYPT_ERROR],
  ])('%s', (_, change, alert) => {
    const { client, server } = runChanged(FULL, 1, HANDSHAKE.CERTIFICATE_VERIFY, () => change);
    expectRefused(client, server, alert);
  });
});

it.each([0, 31, 33, 64])('a client refuses a Finished of %i bytes', (length) => {
  const verifyData = new Uint8Array(length);
  const { client, server } = runChanged(FULL, 1, HANDSHAKE.FINISHED, () => ({ verifyData }));
  expectRefused(client, server, ALERT.DECRYPT_ERROR);
});

describe('of a ticket, a client', () => {
  const take = (change: Change<typeof HANDSHAKE.NEW_SESSION_TICKET>) =>
    runChanged(FULL, 3, HANDSHAKE.NEW_SESSION_TICKET, change).client;

  it.each<[string, Change<typeof HANDSHAKE.NEW_SESSION_TICKET>, number]>([
    ['a lifetime of over a week', () => ({ lifetime: 604_801 }), ILLEGAL_PARAMETER],
    ['no content', () => ({ ticket: new Uint8Array(0) }), DECODE_ERROR],
    ['half a number', saying(EARLY_DATA, 0, 0), DECODE_ERROR],
  ])('refuses %s', (_, change, alert) => {
    const client = take(change);
    expect(client.failure).toMatchObject({ blame: 'peer', alert });
    expect(sessionOf(client)).toBe(undefined);
  });

  it('keeps none that ends at once, and looks at no extension that it does not know', () => {
    const client = take(() => ({ lifetime: 0 }));
    expect([client.failure, sessionOf(client)]).toEqual([undefined, undefined]);
    expect(connectedOf(client).resumed).toBe(false);
    expect(sessionOf(take(saying(0x7a7a, 1)))?.ticket.length).toBeGreaterThan(0);
  });
});
