import { encodeLatin1 } from '@atoll/bytes/latin1';
import type { Headers } from '../headers.ts';
import { hasBody, REASONS } from '../status.ts';

/** How a body is sent: not at all, so many octets, by chunks, or until the connection ends. */
export type Sending = 'none' | number | 'chunked' | 'close';

export interface ResponseHead {
  readonly status: number;
  readonly headers: Headers;
  /** Octets of the body; `undefined` when nobody knows. */
  readonly length: number | undefined;
  /** The field line of the date. */
  readonly date: Uint8Array;
  /** Whether the request was HTTP/1.0. */
  readonly isOld: boolean;
  readonly isPersistent: boolean;
  /** Whether the request was HEAD. */
  readonly isHead: boolean;
}

/** A head, or all of a response, and how what is left of the body is to be sent. */
export interface Emitted {
  readonly bytes: Uint8Array;
  readonly sending: Sending;
}

/** Status line and fields (RFC 9112 sections 4 and 6). Throws when `headers` say what is not theirs to say. */
export function emitHead(head: ResponseHead): Emitted {
  const { status, headers, length, date, isOld, isPersistent, isHead } = head;
  const pieces = [statusLine(status)];
  if (!headers.has('date')) pieces.push(date);
  if (!isPersistent) pieces.push(CLOSE);
  else if (isOld) pieces.push(KEEP_ALIVE);
  let sending: Sending = 'none';
  if (hasBody(status)) {
    if (length !== undefined) {
      pieces.push(lengthLine(length));
      sending = length;
    } else if (isOld) {
      sending = 'close';
    } else {
      pieces.push(CHUNKED);
      sending = 'chunked';
    }
  }
  pieces.push(headers.lines(), END);
  return { bytes: joined(pieces), sending: isHead ? 'none' : sending };
}

/** `HTTP/1.1 200 OK` with its CRLF. */
function statusLine(status: number): Uint8Array {
  let line = STATUS_LINES.get(status);
  if (line === undefined) {
    if (!(status >= 200 && status <= 599)) throw new RangeError(`${status} is no final status`);
    line = encodeLatin1(`HTTP/1.1 ${status} ${REASONS[status] ?? ''}\r\n`);
    STATUS_LINES.set(status, line);
  }
  return line;
}

function lengthLine(length: number): Uint8Array {
  let line = LENGTH_LINES.get(length);
  if (line === undefined) {
    line = encodeLatin1(`content-length: ${length}\r\n`);
    if (LENGTH_LINES.size === MOST_LENGTH_LINES) LENGTH_LINES.clear();
    LENGTH_LINES.set(length, line);
  }
  return line;
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (let index = 0; index < pieces.length; index++) length += pieces[index].length;
  const bytes = new Uint8Array(length);
  for (let index = 0, at = 0; index < pieces.length; index++) {
    const piece = pieces[index];
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Lines that are written again and again: to encode one costs more than to find it. */
const STATUS_LINES = new Map<number, Uint8Array>();
const LENGTH_LINES = new Map<number, Uint8Array>();
const MOST_LENGTH_LINES = 256;

const CLOSE = encodeLatin1('connection: close\r\n');
const KEEP_ALIVE = encodeLatin1('connection: keep-alive\r\n');
const CHUNKED = encodeLatin1('transfer-encoding: chunked\r\n');
const END = encodeLatin1('\r\n');
export const CONTINUE = encodeLatin1('HTTP/1.1 100 Continue\r\n\r\n');
