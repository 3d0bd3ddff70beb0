/** Handshake messages (RFC 8446, 4): bytes <-> values. */
import { Reader } from '@atoll/bytes/reader';
import { Writer } from '@atoll/bytes/writer';
import { ok, type Result } from '@atoll/result/result';
import { ALERT, abort, type TlsFailure } from './alert.ts';
import { EXTENSION, type Extension, emitExtensions, parseExtensions } from './extension.ts';
import {
  isWhole,
  vector8,
  vector16,
  vector24,
  writeVector8,
  writeVector16,
  writeVector24,
} from './vector.ts';

/** RFC 8446, 4, and what only TLS 1.2 has (RFC 5246, 7.4). */
export const HANDSHAKE = {
  HELLO_REQUEST: 0,
  CLIENT_HELLO: 1,
  SERVER_HELLO: 2,
  NEW_SESSION_TICKET: 4,
  END_OF_EARLY_DATA: 5,
  ENCRYPTED_EXTENSIONS: 8,
  CERTIFICATE: 11,
  SERVER_KEY_EXCHANGE: 12,
  CERTIFICATE_REQUEST: 13,
  SERVER_HELLO_DONE: 14,
  CERTIFICATE_VERIFY: 15,
  CLIENT_KEY_EXCHANGE: 16,
  FINISHED: 20,
  KEY_UPDATE: 24,
  MESSAGE_HASH: 254,
} as const;

export const HANDSHAKE_HEADER_LENGTH = 4;

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

export interface NewSessionTicket {
  readonly type: typeof HANDSHAKE.NEW_SESSION_TICKET;
  /** Seconds. */
  readonly lifetime: number;
  readonly ageAdd: number;
  readonly nonce: Uint8Array;
  readonly ticket: Uint8Array;
  readonly extensions: readonly Extension[];
}

export interface EncryptedExtensions {
  readonly type: typeof HANDSHAKE.ENCRYPTED_EXTENSIONS;
  readonly extensions: readonly Extension[];
}

export interface Certificate {
  readonly type: typeof HANDSHAKE.CERTIFICATE;
  /** What the CertificateRequest had; empty from a server. */
  readonly context: Uint8Array;
  /** The end entity's first; none when a client has nothing that suits. */
  readonly entries: readonly CertificateEntry[];
}

export interface CertificateEntry {
  /** DER. */
  readonly certificate: Uint8Array;
  readonly extensions: readonly Extension[];
}

export interface CertificateRequest {
  readonly type: typeof HANDSHAKE.CERTIFICATE_REQUEST;
  readonly context: Uint8Array;
  readonly extensions: readonly Extension[];
}

export interface CertificateVerify {
  readonly type: typeof HANDSHAKE.CERTIFICATE_VERIFY;
  readonly scheme: number;
  readonly signature: Uint8Array;
}

export interface Finished {
  readonly type: typeof HANDSHAKE.FINISHED;
  readonly verifyData: Uint8Array;
}

export interface KeyUpdate {
  readonly type: typeof HANDSHAKE.KEY_UPDATE;
  /** Whether the receiver must update its own keys too. */
  readonly requested: boolean;
}

export interface EndOfEarlyData {
  readonly type: typeof HANDSHAKE.END_OF_EARLY_DATA;
}

export type Message =
  | ClientHello
  | ServerHello
  | NewSessionTicket
  | EndOfEarlyData
  | EncryptedExtensions
  | Certificate
  | CertificateRequest
  | CertificateVerify
  | Finished
  | KeyUpdate;

/**
 * Parses one whole message, its header included; what is in the value are views of `bytes`. A message
 * that is no message of TLS 1.3 is unexpected_message, anything wrong with one a decode_error or an
 * illegal_parameter.
 */
export function parseMessage(bytes: Uint8Array): Result<Message, TlsFailure> {
  const reader = new Reader(bytes);
  const type = reader.u8();
  const body = new Reader(vector24(reader));
  if (!isWhole(reader)) return malformed('a message of another length');
  switch (type) {
    case HANDSHAKE.CLIENT_HELLO:
      return parseClientHello(body);
    case HANDSHAKE.SERVER_HELLO:
      return parseServerHello(body);
    case HANDSHAKE.NEW_SESSION_TICKET:
      return parseNewSessionTicket(body);
    case HANDSHAKE.END_OF_EARLY_DATA:
      return body.remaining === 0 ? ok({ type }) : malformed('EndOfEarlyData is not empty');
    case HANDSHAKE.ENCRYPTED_EXTENSIONS:
      return parseEncryptedExtensions(body);
    case HANDSHAKE.CERTIFICATE:
      return parseCertificate(body);
    case HANDSHAKE.CERTIFICATE_REQUEST:
      return parseCertificateRequest(body);
    case HANDSHAKE.CERTIFICATE_VERIFY:
      return parseCertificateVerify(body);
    case HANDSHAKE.FINISHED:
      return ok({ type, verifyData: body.rest() });
    case HANDSHAKE.KEY_UPDATE:
      return parseKeyUpdate(body);
    default:
      return abort(ALERT.UNEXPECTED_MESSAGE, `handshake message ${type}`);
  }
}

/** The whole message with its header; a value that does not fit its field throws. */
export function emitMessage(message: Message): Uint8Array {
  const body = new Writer();
  emitBody(body, message);
  return frame(message.type, body.view());
}

/** The message of `type` with `body`. */
export function frame(type: number, body: Uint8Array): Uint8Array {
  const out = new Writer(HANDSHAKE_HEADER_LENGTH + body.length);
  out.u8(type);
  writeVector24(out, body);
  return out.finish();
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

function parseClientHello(body: Reader): Result<ClientHello, TlsFailure> {
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

function parseServerHello(body: Reader): Result<ServerHello, TlsFailure> {
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

function parseNewSessionTicket(body: Reader): Result<NewSessionTicket, TlsFailure> {
  const lifetime = body.u32();
  const ageAdd = body.u32();
  const nonce = vector8(body);
  const ticket = vector16(body);
  const list = vector16(body);
  if (!isWhole(body)) return malformed('NewSessionTicket is cut off or too long');
  if (ticket.length === 0) return malformed('an empty ticket');
  const extensions = parseExtensions(list);
  if (!extensions.ok) return extensions;
  const type = HANDSHAKE.NEW_SESSION_TICKET;
  return ok({ type, lifetime, ageAdd, nonce, ticket, extensions: extensions.value });
}

function parseEncryptedExtensions(body: Reader): Result<EncryptedExtensions, TlsFailure> {
  const list = vector16(body);
  if (!isWhole(body)) return malformed('EncryptedExtensions is cut off or too long');
  const extensions = parseExtensions(list);
  if (!extensions.ok) return extensions;
  return ok({ type: HANDSHAKE.ENCRYPTED_EXTENSIONS, extensions: extensions.value });
}

function parseCertificate(body: Reader): Result<Certificate, TlsFailure> {
  const context = vector8(body);
  const list = new Reader(vector24(body));
  if (!isWhole(body)) return malformed('Certificate is cut off or too long');
  const entries: CertificateEntry[] = [];
  while (list.remaining > 0) {
    const certificate = vector24(list);
    const of = vector16(list);
    if (list.truncated || certificate.length === 0) return malformed('a certificate is cut off');
    if (entries.length === CHAIN_LONGEST) {
      return abort(ALERT.BAD_CERTIFICATE, `a chain of over ${CHAIN_LONGEST} certificates`);
    }
    const extensions = parseExtensions(of);
    if (!extensions.ok) return extensions;
    entries.push({ certificate, extensions: extensions.value });
  }
  return ok({ type: HANDSHAKE.CERTIFICATE, context, entries });
}

function parseCertificateRequest(body: Reader): Result<CertificateRequest, TlsFailure> {
  const context = vector8(body);
  const list = vector16(body);
  if (!isWhole(body)) return malformed('CertificateRequest is cut off or too long');
  const extensions = parseExtensions(list);
  if (!extensions.ok) return extensions;
  return ok({ type: HANDSHAKE.CERTIFICATE_REQUEST, context, extensions: extensions.value });
}

function parseCertificateVerify(body: Reader): Result<CertificateVerify, TlsFailure> {
  const scheme = body.u16();
  const signature = vector16(body);
  if (!isWhole(body)) return malformed('CertificateVerify is cut off or too long');
  return ok({ type: HANDSHAKE.CERTIFICATE_VERIFY, scheme, signature });
}

function parseKeyUpdate(body: Reader): Result<KeyUpdate, TlsFailure> {
  const request = body.u8();
  if (!isWhole(body)) return malformed('KeyUpdate is cut off or too long');
  if (request > 1) return abort(ALERT.ILLEGAL_PARAMETER, `KeyUpdate asks for ${request}`);
  return ok({ type: HANDSHAKE.KEY_UPDATE, requested: request === 1 });
}

function emitBody(out: Writer, message: Message): void {
  switch (message.type) {
    case HANDSHAKE.CLIENT_HELLO:
      emitClientHello(out, message);
      break;
    case HANDSHAKE.SERVER_HELLO:
      emitServerHello(out, message);
      break;
    case HANDSHAKE.NEW_SESSION_TICKET:
      emitNewSessionTicket(out, message);
      break;
    case HANDSHAKE.END_OF_EARLY_DATA:
      break;
    case HANDSHAKE.ENCRYPTED_EXTENSIONS:
      emitExtensions(out, message.extensions);
      break;
    case HANDSHAKE.CERTIFICATE:
      emitCertificate(out, message);
      break;
    case HANDSHAKE.CERTIFICATE_REQUEST:
      writeVector8(out, message.context);
      emitExtensions(out, message.extensions);
      break;
    case HANDSHAKE.CERTIFICATE_VERIFY:
      out.u16(message.scheme);
      writeVector16(out, message.signature);
      break;
    case HANDSHAKE.FINISHED:
      out.bytes(message.verifyData);
      break;
    case HANDSHAKE.KEY_UPDATE:
      out.u8(message.requested ? 1 : 0);
      break;
  }
}

function emitClientHello(out: Writer, hello: ClientHello): void {
  out.u16(hello.legacyVersion);
  out.bytes(hello.random);
  writeVector8(out, hello.sessionId);
  out.u16(2 * hello.suites.length);
  for (const suite of hello.suites) out.u16(suite);
  writeVector8(out, hello.compressions);
  emitExtensions(out, hello.extensions);
}

function emitServerHello(out: Writer, hello: ServerHello): void {
  out.u16(hello.legacyVersion);
  out.bytes(hello.random);
  writeVector8(out, hello.sessionId);
  out.u16(hello.suite);
  out.u8(hello.compression);
  emitExtensions(out, hello.extensions);
}

function emitNewSessionTicket(out: Writer, message: NewSessionTicket): void {
  out.u32(message.lifetime);
  out.u32(message.ageAdd);
  writeVector8(out, message.nonce);
  writeVector16(out, message.ticket);
  emitExtensions(out, message.extensions);
}

function emitCertificate(out: Writer, { context, entries }: Certificate): void {
  writeVector8(out, context);
  const list = new Writer();
  for (const { certificate, extensions } of entries) {
    writeVector24(list, certificate);
    emitExtensions(list, extensions);
  }
  writeVector24(out, list.view());
}

function malformed(reason: string): { readonly ok: false; readonly error: TlsFailure } {
  return abort(ALERT.DECODE_ERROR, reason);
}

const RANDOM_LENGTH = 32;
const SESSION_ID_LONGEST = 32;
/** Certificates in one message; longer chains are not for verifying, but for keeping us busy. */
export const CHAIN_LONGEST = 10;
const NOTHING = new Uint8Array(0);
