/** ClientHello and ServerHello, whose form is the same in TLS 1.2 and 1.3 (RFC 8446, 4.1): bytes <-> values. */
import type { Reader } from '@atoll/bytes/reader';
import type { Writer } from '@atoll/bytes/writer';
import { ok, type Result } from '@atoll/result/result';
import { ALERT, abort, type TlsFailure } from './alert.ts';
import { EXTENSION, type Extension, emitExtensions, parseExtensions } from './extension.ts';
import { HANDSHAKE, malformed } from './frame.ts';
import { isWhole, vector8, vector16, writeVector8 } from './vector.ts';

/** The versions of RFC 8446, 4.1.2 and 4.2.1. */
export const TLS12 = 0x0303;
export const TLS13 = 0x0304;

export interface ClientHello {
  readonly type: typeof HANDSHAKE.CLIENT_HELLO;
  /** {@link TLS12} from all that know TLS 1.3. */
  readonly legacyVersion: number;
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly suites: readonly number[];
  readonly compressions: Uint8Array;
  readonly extensions: readonly Extension[];
}

/** Also a HelloRetryRequest, see {@link isRetry}. */
export interface ServerHello {
  readonly type: typeof HANDSHAKE.SERVER_HELLO;
  readonly legacyVersion: number;
  readonly random: Uint8Array;
  /** What the client sent. */
  readonly sessionId: Uint8Array;
  readonly suite: number;
  readonly compression: number;
  readonly extensions: readonly Extension[];
}

/** Whether a ServerHello is a HelloRetryRequest: by a random that no other would have. */
export function isRetry({ random }: ServerHello): boolean {
  return random.every((byte, index) => byte === RETRY_RANDOM[index]);
}

/** SHA-256 of `HelloRetryRequest` (RFC 8446, 4.1.3). */
export const RETRY_RANDOM: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  ...[0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8],
  ...[0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8],
  ...[0x33, 0x9c],
);

/** Whether a random says that its server speaks better versions than that of its hello. */
export function isDowngraded({ random }: ServerHello): boolean {
  const end = random.subarray(RANDOM_LENGTH - DOWNGRADED.length);
  // The last byte tells TLS 1.2 from what is older.
  return end.every((byte, index) => byte === DOWNGRADED[index] || (index === 7 && byte === 0));
}

/** `DOWNGRD` and 1 (RFC 8446, 4.1.3). */
export const DOWNGRADED: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  ...[0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 0x01],
);

export function parseClientHello(body: Reader): Result<ClientHello, TlsFailure> {
  const legacyVersion = body.u16();
  const random = body.take(RANDOM_LENGTH);
  const sessionId = vector8(body);
  const codes = vector16(body);
  const compressions = vector8(body);
  // Before TLS 1.3, there may be none; then no version that we speak is offered.
  const list = body.remaining === 0 ? NOTHING : vector16(body);
  if (!isWhole(body)) return malformed('ClientHello is cut off or too long');
  if (sessionId.length > SESSION_ID_LONGEST) return malformed('a session ID of over 32 bytes');
  if (codes.length === 0 || codes.length % 2 !== 0) return malformed('a bad list of cipher suites');
  if (compressions.length === 0) return malformed('no compression method');
  const extensions = parseExtensions(list);
  if (!extensions.ok) return extensions;
  const last = extensions.value.findIndex(({ type }) => type === EXTENSION.PRE_SHARED_KEY);
  if (last !== -1 && last !== extensions.value.length - 1) {
    return abort(ALERT.ILLEGAL_PARAMETER, 'pre_shared_key is not the last extension');
  }
  const suites = new Array<number>(codes.length / 2);
  for (let at = 0; at < suites.length; at++) suites[at] = (codes[2 * at] << 8) | codes[2 * at + 1];
  return ok({
    type: HANDSHAKE.CLIENT_HELLO,
    legacyVersion,
    random,
    sessionId,
    suites,
    compressions,
    extensions: extensions.value,
  });
}

export function parseServerHello(body: Reader): Result<ServerHello, TlsFailure> {
  const legacyVersion = body.u16();
  const random = body.take(RANDOM_LENGTH);
  const sessionId = vector8(body);
  const suite = body.u16();
  const compression = body.u8();
  const list = body.remaining === 0 ? NOTHING : vector16(body);
  if (!isWhole(body)) return malformed('ServerHello is cut off or too long');
  if (sessionId.length > SESSION_ID_LONGEST) return malformed('a session ID of over 32 bytes');
  const extensions = parseExtensions(list);
  if (!extensions.ok) return extensions;
  return ok({
    type: HANDSHAKE.SERVER_HELLO,
    legacyVersion,
    random,
    sessionId,
    suite,
    compression,
    extensions: extensions.value,
  });
}

export function emitClientHello(out: Writer, hello: ClientHello): void {
  out.u16(hello.legacyVersion);
  out.bytes(hello.random);
  writeVector8(out, hello.sessionId);
  out.u16(2 * hello.suites.length);
  for (const suite of hello.suites) out.u16(suite);
  writeVector8(out, hello.compressions);
  emitExtensions(out, hello.extensions);
}

export function emitServerHello(out: Writer, hello: ServerHello): void {
  out.u16(hello.legacyVersion);
  out.bytes(hello.random);
  writeVector8(out, hello.sessionId);
  out.u16(hello.suite);
  out.u8(hello.compression);
  emitExtensions(out, hello.extensions);
}

const RANDOM_LENGTH = 32;
const SESSION_ID_LONGEST = 32;
const NOTHING = new Uint8Array(0);
