/** The handshake messages whose form is the same in TLS 1.2 and 1.3 (RFC 8446, 4): bytes <-> values. */
import type { Reader } from '@atoll/bytes/reader';
import type { Writer } from '@atoll/bytes/writer';
import { ok, type Result } from '@atoll/result/result';
import { ALERT, abort, type TlsFailure } from './alert.ts';
import { HANDSHAKE, malformed } from './frame.ts';
import {
  type ClientHello,
  emitClientHello,
  emitServerHello,
  parseClientHello,
  parseServerHello,
  type ServerHello,
} from './hello.ts';
import { isWhole, vector16, writeVector16 } from './vector.ts';

export interface CertificateVerify {
  readonly type: typeof HANDSHAKE.CERTIFICATE_VERIFY;
  readonly scheme: number;
  readonly signature: Uint8Array;
}

export interface Finished {
  readonly type: typeof HANDSHAKE.FINISHED;
  readonly verifyData: Uint8Array;
}

export type CommonMessage = ClientHello | ServerHello | CertificateVerify | Finished;

/** The message of `type` with `body`; one of another type is unexpected_message. */
export function parseCommon(type: number, body: Reader): Result<CommonMessage, TlsFailure> {
  switch (type) {
    case HANDSHAKE.CLIENT_HELLO:
      return parseClientHello(body);
    case HANDSHAKE.SERVER_HELLO:
      return parseServerHello(body);
    case HANDSHAKE.CERTIFICATE_VERIFY:
      return parseCertificateVerify(body);
    case HANDSHAKE.FINISHED:
      return ok({ type, verifyData: body.rest() });
    default:
      return abort(ALERT.UNEXPECTED_MESSAGE, `handshake message ${type}`);
  }
}

/** Writes the body of `message`. */
export function emitCommon(out: Writer, message: CommonMessage): void {
  switch (message.type) {
    case HANDSHAKE.CLIENT_HELLO:
      emitClientHello(out, message);
      break;
    case HANDSHAKE.SERVER_HELLO:
      emitServerHello(out, message);
      break;
    case HANDSHAKE.CERTIFICATE_VERIFY:
      out.u16(message.scheme);
      writeVector16(out, message.signature);
      break;
    case HANDSHAKE.FINISHED:
      out.bytes(message.verifyData);
      break;
  }
}

function parseCertificateVerify(body: Reader): Result<CertificateVerify, TlsFailure> {
  const scheme = body.u16();
  const signature = vector16(body);
  if (!isWhole(body)) return malformed('CertificateVerify is cut off or too long');
  return ok({ type: HANDSHAKE.CERTIFICATE_VERIFY, scheme, signature });
}

/** Certificates in one message; longer chains are not for verifying, but for keeping us busy. */
export const CHAIN_LONGEST = 10;
