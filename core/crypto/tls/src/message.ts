/** Handshake messages of TLS 1.3 (RFC 8446, 4): bytes <-> values. */
import { Reader } from '@atoll/bytes/reader';
import { Writer } from '@atoll/bytes/writer';
import { ok, type Result } from '@atoll/result/result';
import { ALERT, abort, type TlsFailure } from './alert.ts';
import { CHAIN_LONGEST, type CommonMessage, emitCommon, parseCommon } from './common.ts';
import { type Extension, emitExtensions, parseExtensions } from './extension.ts';
import { frame, HANDSHAKE, malformed, unframe } from './frame.ts';
import {
  isWhole,
  vector8,
  vector16,
  vector24,
  writeVector8,
  writeVector16,
  writeVector24,
} from './vector.ts';

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

export interface KeyUpdate {
  readonly type: typeof HANDSHAKE.KEY_UPDATE;
  /** Whether the receiver must update its own keys too. */
  readonly requested: boolean;
}

export interface EndOfEarlyData {
  readonly type: typeof HANDSHAKE.END_OF_EARLY_DATA;
}

export type Message =
  | CommonMessage
  | NewSessionTicket
  | EndOfEarlyData
  | EncryptedExtensions
  | Certificate
  | CertificateRequest
  | KeyUpdate;

/**
 * Parses one whole message, its header included; what is in the value are views of `bytes`. A message
 * that is no message of TLS 1.3 is unexpected_message, anything wrong with one a decode_error or an
 * illegal_parameter.
 */
export function parseMessage(bytes: Uint8Array): Result<Message, TlsFailure> {
  const framed = unframe(bytes);
  if (!framed.ok) return framed;
  const { type, body } = framed.value;
  switch (type) {
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
    case HANDSHAKE.KEY_UPDATE:
      return parseKeyUpdate(body);
    default:
      return parseCommon(type, body);
  }
}

/** The whole message with its header; a value that does not fit its field throws. */
export function emitMessage(message: Message): Uint8Array {
  const body = new Writer();
  emitBody(body, message);
  return frame(message.type, body.view());
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

function parseKeyUpdate(body: Reader): Result<KeyUpdate, TlsFailure> {
  const request = body.u8();
  if (!isWhole(body)) return malformed('KeyUpdate is cut off or too long');
  if (request > 1) return abort(ALERT.ILLEGAL_PARAMETER, `KeyUpdate asks for ${request}`);
  return ok({ type: HANDSHAKE.KEY_UPDATE, requested: request === 1 });
}

function emitBody(out: Writer, message: Message): void {
  switch (message.type) {
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
    case HANDSHAKE.KEY_UPDATE:
      out.u8(message.requested ? 1 : 0);
      break;
    default:
      emitCommon(out, message);
  }
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
