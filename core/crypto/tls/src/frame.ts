/** What is around the handshake messages of all versions (RFC 8446, 4): a type, and a length of 24 bits. */
import { Reader } from '@atoll/bytes/reader';
import { Writer } from '@atoll/bytes/writer';
import { ok, type Result } from '@atoll/result/result';
import { ALERT, abort, type TlsFailure } from './alert.ts';
import { isWhole, vector24, writeVector24 } from './vector.ts';

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

/** The message of `type` with `body`. */
export function frame(type: number, body: Uint8Array): Uint8Array {
  const out = new Writer(HANDSHAKE_HEADER_LENGTH + body.length);
  out.u8(type);
  writeVector24(out, body);
  return out.finish();
}

/** The type and the body of one whole message; anything else is a decode_error. */
export function unframe(bytes: Uint8Array): Result<{ type: number; body: Reader }, TlsFailure> {
  const reader = new Reader(bytes);
  const type = reader.u8();
  const body = new Reader(vector24(reader));
  return isWhole(reader) ? ok({ type, body }) : malformed('a message of another length');
}

/** A message that has not the form of its type. */
export function malformed(reason: string): { readonly ok: false; readonly error: TlsFailure } {
  return abort(ALERT.DECODE_ERROR, reason);
}
