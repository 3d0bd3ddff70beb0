/** Handshake messages of TLS 1.2 (RFC 5246, 7.4; RFC 8422, 5; RFC 5077, 3.3): bytes <-> values. */
import type { Reader } from '@atoll/bytes/reader';
import { Writer } from '@atoll/bytes/writer';
import { ok, type Result } from '@atoll/result/result';
import { ALERT, abort, type TlsFailure } from '../alert.ts';
import { CHAIN_LONGEST, type CommonMessage, emitCommon, parseCommon } from '../common.ts';
import { u16s } from '../extension.ts';
import { frame, HANDSHAKE, malformed, unframe } from '../frame.ts';
import {
  around16,
  filled,
  isWhole,
  valuesIn,
  vector8,
  vector16,
  vector24,
  writeVector8,
  writeVector16,
  writeVector24,
} from '../vector.ts';

export interface HelloRequest {
  readonly type: typeof HANDSHAKE.HELLO_REQUEST;
}

export interface Certificate12 {
  readonly type: typeof HANDSHAKE.CERTIFICATE;
  /** DER, the end entity's first; none when a client has nothing that suits. */
  readonly chain: readonly Uint8Array[];
}

export interface ServerKeyExchange {
  readonly type: typeof HANDSHAKE.SERVER_KEY_EXCHANGE;
  readonly group: number;
  readonly key: Uint8Array;
  readonly scheme: number;
  readonly signature: Uint8Array;
}

export interface CertificateRequest12 {
  readonly type: typeof HANDSHAKE.CERTIFICATE_REQUEST;
  /** Kinds of keys, see {@link CERTIFICATE_TYPE}. */
  readonly certificateTypes: readonly number[];
  readonly signatureSchemes: readonly number[];
  /** Distinguished names in DER. */
  readonly authorities: readonly Uint8Array[];
}

export interface ServerHelloDone {
  readonly type: typeof HANDSHAKE.SERVER_HELLO_DONE;
}

export interface ClientKeyExchange {
  readonly type: typeof HANDSHAKE.CLIENT_KEY_EXCHANGE;
  readonly key: Uint8Array;
}

export interface NewSessionTicket12 {
  readonly type: typeof HANDSHAKE.NEW_SESSION_TICKET;
  /** Seconds; 0 says nothing about it. */
  readonly lifetime: number;
  /** Empty when the server changed its mind. */
  readonly ticket: Uint8Array;
}

export type Message12 =
  | CommonMessage
  | HelloRequest
  | Certificate12
  | ServerKeyExchange
  | CertificateRequest12
  | ServerHelloDone
  | ClientKeyExchange
  | NewSessionTicket12;

/** RFC 5246, 7.4.4; RFC 8422, 5.5. */
export const CERTIFICATE_TYPE = { rsa: 1, ecdsa: 64 } as const;

/**
 * Parses one whole message, its header included; what is in the value are views of `bytes`. A message
 * that is no message of TLS 1.2 is unexpected_message, anything wrong with one a decode_error.
 */
export function parseMessage12(bytes: Uint8Array): Result<Message12, TlsFailure> {
  const framed = unframe(bytes);
  if (!framed.ok) return framed;
  const { type, body } = framed.value;
  switch (type) {
    case HANDSHAKE.HELLO_REQUEST:
      return body.remaining === 0 ? ok({ type }) : malformed('HelloRequest is not empty');
    case HANDSHAKE.CERTIFICATE:
      return parseCertificate(body);
    case HANDSHAKE.SERVER_KEY_EXCHANGE:
      return parseServerKeyExchange(body);
    case HANDSHAKE.CERTIFICATE_REQUEST:
      return parseCertificateRequest(body);
    case HANDSHAKE.SERVER_HELLO_DONE:
      return body.remaining === 0 ? ok({ type }) : malformed('ServerHelloDone is not empty');
    case HANDSHAKE.CLIENT_KEY_EXCHANGE:
      return parseClientKeyExchange(body);
    case HANDSHAKE.NEW_SESSION_TICKET:
      return parseNewSessionTicket(body);
    default:
      return parseCommon(type, body);
  }
}

/** The whole message with its header; a value that does not fit its field throws. */
export function emitMessage12(message: Message12): Uint8Array {
  const body = new Writer();
  emitBody(body, message);
  return frame(message.type, body.view());
}

/** What a ServerKeyExchange says of the key exchange, which its signature covers. */
export function emitParameters(out: Writer, group: number, key: Uint8Array): void {
  out.u8(NAMED_CURVE);
  out.u16(group);
  writeVector8(out, key);
}

function parseCertificate(body: Reader): Result<Certificate12, TlsFailure> {
  const list = vector24(body);
  if (!isWhole(body)) return malformed('Certificate is cut off or too long');
  const chain = valuesIn(list, 0, (reader) => filled(vector24(reader)));
  if (chain === undefined) return malformed('a certificate is cut off');
  if (chain.length > CHAIN_LONGEST) {
    return abort(ALERT.BAD_CERTIFICATE, `a chain of over ${CHAIN_LONGEST} certificates`);
  }
  return ok({ type: HANDSHAKE.CERTIFICATE, chain });
}

function parseServerKeyExchange(body: Reader): Result<ServerKeyExchange, TlsFailure> {
  const curve = body.u8();
  if (!body.truncated && curve !== NAMED_CURVE) {
    return abort(ALERT.ILLEGAL_PARAMETER, 'a curve without a name');
  }
  const group = body.u16();
  const key = vector8(body);
  const scheme = body.u16();
  const signature = vector16(body);
  if (!isWhole(body)) return malformed('ServerKeyExchange is cut off or too long');
  if (key.length === 0) return malformed('a ServerKeyExchange without a key');
  return ok({ type: HANDSHAKE.SERVER_KEY_EXCHANGE, group, key, scheme, signature });
}

function parseCertificateRequest(body: Reader): Result<CertificateRequest12, TlsFailure> {
  const types = vector8(body);
  const schemes = u16s(vector16(body));
  const names = vector16(body);
  if (!isWhole(body)) return malformed('CertificateRequest is cut off or too long');
  const authorities = valuesIn(names, 0, (reader) => filled(vector16(reader)));
  if (types.length === 0 || schemes === undefined || authorities === undefined) {
    return malformed('a list in a CertificateRequest');
  }
  return ok({
    type: HANDSHAKE.CERTIFICATE_REQUEST,
    certificateTypes: [...types],
    signatureSchemes: schemes,
    authorities,
  });
}

function parseClientKeyExchange(body: Reader): Result<ClientKeyExchange, TlsFailure> {
  const key = vector8(body);
  if (!isWhole(body)) return malformed('ClientKeyExchange is cut off or too long');
  if (key.length === 0) return malformed('a ClientKeyExchange without a key');
  return ok({ type: HANDSHAKE.CLIENT_KEY_EXCHANGE, key });
}

function parseNewSessionTicket(body: Reader): Result<NewSessionTicket12, TlsFailure> {
  const lifetime = body.u32();
  const ticket = vector16(body);
  if (!isWhole(body)) return malformed('NewSessionTicket is cut off or too long');
  return ok({ type: HANDSHAKE.NEW_SESSION_TICKET, lifetime, ticket });
}

function emitBody(out: Writer, message: Message12): void {
  switch (message.type) {
    case HANDSHAKE.HELLO_REQUEST:
    case HANDSHAKE.SERVER_HELLO_DONE:
      break;
    case HANDSHAKE.CERTIFICATE: {
      const list = new Writer();
      for (const certificate of message.chain) writeVector24(list, certificate);
      writeVector24(out, list.view());
      break;
    }
    case HANDSHAKE.SERVER_KEY_EXCHANGE:
      emitParameters(out, message.group, message.key);
      out.u16(message.scheme);
      writeVector16(out, message.signature);
      break;
    case HANDSHAKE.CERTIFICATE_REQUEST:
      writeVector8(out, Uint8Array.from(message.certificateTypes));
      around16(out, () => {
        for (const scheme of message.signatureSchemes) out.u16(scheme);
      });
      around16(out, () => {
        for (const name of message.authorities) writeVector16(out, name);
      });
      break;
    case HANDSHAKE.CLIENT_KEY_EXCHANGE:
      writeVector8(out, message.key);
      break;
    case HANDSHAKE.NEW_SESSION_TICKET:
      out.u32(message.lifetime);
      writeVector16(out, message.ticket);
      break;
    default:
      emitCommon(out, message);
  }
}

const NAMED_CURVE = 3;
