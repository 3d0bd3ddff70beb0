import { u16, u32 } from '@atoll/bytes/field';
import type { Result } from '@atoll/result/result';
import { ok } from '@atoll/result/result';
import type { Fault } from './code.ts';
import { ERROR, errorName, FLAG, fault, HEAD_LENGTH, TYPE } from './code.ts';
import type { Output } from './output.ts';

/**
 * A frame (RFC 9113 section 6). `isEnd` is END_STREAM, `isWhole` END_HEADERS; `padding` are the octets that it
 * takes, its length among them. Of priorities, which count for nothing, only the dependency is read.
 */
export type Frame =
  | {
      readonly type: 'DATA';
      readonly stream: number;
      readonly isEnd: boolean;
      readonly data: Uint8Array;
      readonly padding: number;
    }
  | {
      readonly type: 'HEADERS';
      readonly stream: number;
      readonly isEnd: boolean;
      readonly isWhole: boolean;
      readonly fragment: Uint8Array;
      readonly dependency: number | undefined;
      readonly padding: number;
    }
  | { readonly type: 'PRIORITY'; readonly stream: number; readonly dependency: number }
  | { readonly type: 'RST_STREAM'; readonly stream: number; readonly code: number }
  | { readonly type: 'SETTINGS'; readonly isAck: boolean; readonly settings: Settings }
  | { readonly type: 'PUSH_PROMISE'; readonly stream: number }
  | { readonly type: 'PING'; readonly isAck: boolean; readonly data: Uint8Array }
  | {
      readonly type: 'GOAWAY';
      readonly last: number;
      readonly code: number;
      readonly debug: Uint8Array;
    }
  | { readonly type: 'WINDOW_UPDATE'; readonly stream: number; readonly increment: number }
  | {
      readonly type: 'CONTINUATION';
      readonly stream: number;
      readonly isWhole: boolean;
      readonly fragment: Uint8Array;
    }
  | { readonly type: 'unknown'; readonly code: number; readonly stream: number };

/** Identifiers and values, in their order. */
export type Settings = readonly { readonly id: number; readonly value: number }[];

/** Reads the whole frame at `start`, which ends at `end`. What it has of bytes are views. */
export function parseFrame(bytes: Uint8Array, start: number, end: number): Result<Frame, Fault> {
  const type = bytes[start + 3];
  const flags = bytes[start + 4];
  const stream = u32(bytes, start + 5) & 0x7fff_ffff;
  const at = start + HEAD_LENGTH;
  const length = end - at;
  switch (type) {
    case TYPE.DATA:
      return parseData(bytes, at, end, flags, stream);
    case TYPE.HEADERS:
      return parseHeaders(bytes, at, end, flags, stream);
    case TYPE.PRIORITY:
      if (stream === 0) return misplaced('PRIORITY');
      if (length !== 5) return fault(ERROR.FRAME_SIZE_ERROR, 'a PRIORITY of another size', stream);
      return ok({ type: 'PRIORITY', stream, dependency: u32(bytes, at) & 0x7fff_ffff });
    case TYPE.RST_STREAM:
      if (stream === 0) return misplaced('RST_STREAM');
      if (length !== 4) return missized('RST_STREAM');
      return ok({ type: 'RST_STREAM', stream, code: u32(bytes, at) });
    case TYPE.SETTINGS:
      return parseSettings(bytes, at, end, flags, stream);
    case TYPE.PUSH_PROMISE:
      return ok({ type: 'PUSH_PROMISE', stream });
    case TYPE.PING:
      if (stream !== 0) return misplaced('PING');
      if (length !== 8) return missized('PING');
      return ok({ type: 'PING', isAck: (flags & FLAG.ACK) !== 0, data: bytes.subarray(at, end) });
    case TYPE.GOAWAY: {
      if (stream !== 0) return misplaced('GOAWAY');
      if (length < 8) return missized('GOAWAY');
      const last = u32(bytes, at) & 0x7fff_ffff;
      return ok({
        ...{ type: 'GOAWAY', last, code: u32(bytes, at + 4) },
        debug: bytes.subarray(at + 8, end),
      });
    }
    case TYPE.WINDOW_UPDATE: {
      if (length !== 4) return missized('WINDOW_UPDATE');
      const increment = u32(bytes, at) & 0x7fff_ffff;
      if (increment === 0) return fault(ERROR.PROTOCOL_ERROR, 'an increment of nothing', stream);
      return ok({ type: 'WINDOW_UPDATE', stream, increment });
    }
    case TYPE.CONTINUATION: {
      if (stream === 0) return misplaced('CONTINUATION');
      const isWhole = (flags & FLAG.END_HEADERS) !== 0;
      return ok({ type: 'CONTINUATION', stream, isWhole, fragment: bytes.subarray(at, end) });
    }
    default:
      return ok({ type: 'unknown', code: type, stream });
  }
}

/** Writes `frame` as it is, whether it is allowed or not. */
export function emitFrame(out: Output, frame: Frame): void {
  switch (frame.type) {
    case 'DATA': {
      const { data, padding, stream } = frame;
      const flags = (frame.isEnd ? FLAG.END_STREAM : 0) | (padding > 0 ? FLAG.PADDED : 0);
      out.head(data.length + padding, TYPE.DATA, flags, stream);
      if (padding > 0) out.u8(padding - 1);
      out.put(data);
      out.zeros(padding - 1);
      return;
    }
    case 'HEADERS':
      emitHeaders(out, frame);
      return;
    case 'PRIORITY':
      out.head(5, TYPE.PRIORITY, 0, frame.stream);
      out.u32(frame.dependency);
      out.u8(0);
      return;
    case 'RST_STREAM':
      out.head(4, TYPE.RST_STREAM, 0, frame.stream);
      out.u32(frame.code);
      return;
    case 'SETTINGS':
      out.head(frame.settings.length * 6, TYPE.SETTINGS, frame.isAck ? FLAG.ACK : 0, 0);
      for (const { id, value } of frame.settings) {
        out.u8(id >>> 8);
        out.u8(id);
        out.u32(value);
      }
      return;
    case 'PUSH_PROMISE':
      out.head(4, TYPE.PUSH_PROMISE, FLAG.END_HEADERS, frame.stream);
      out.u32(0);
      return;
    case 'PING':
      out.head(8, TYPE.PING, frame.isAck ? FLAG.ACK : 0, 0);
      out.put(frame.data);
      return;
    case 'GOAWAY':
      out.head(8 + frame.debug.length, TYPE.GOAWAY, 0, 0);
      out.u32(frame.last);
      out.u32(frame.code);
      out.put(frame.debug);
      return;
    case 'WINDOW_UPDATE':
      out.head(4, TYPE.WINDOW_UPDATE, 0, frame.stream);
      out.u32(frame.increment);
      return;
    case 'CONTINUATION': {
      const { fragment, isWhole, stream } = frame;
      out.head(fragment.length, TYPE.CONTINUATION, isWhole ? FLAG.END_HEADERS : 0, stream);
      out.put(fragment);
      return;
    }
    case 'unknown':
      out.head(0, frame.code, 0, frame.stream);
  }
}

/** `HEADERS 3 end: 45 octets`. */
export function describe(frame: Frame): string {
  switch (frame.type) {
    case 'DATA':
      return `DATA ${frame.stream}${frame.isEnd ? ' end' : ''}: ${frame.data.length} octets`;
    case 'HEADERS':
      return `HEADERS ${frame.stream}${frame.isEnd ? ' end' : ''}: ${frame.fragment.length} octets${frame.isWhole ? '' : ' and more'}`;
    case 'PRIORITY':
      return `PRIORITY ${frame.stream}: on ${frame.dependency}`;
    case 'RST_STREAM':
      return `RST_STREAM ${frame.stream}: ${errorName(frame.code)}`;
    case 'SETTINGS':
      if (frame.isAck) return 'SETTINGS: taken';
      return `SETTINGS: ${frame.settings.map(({ id, value }) => `${id} is ${value}`).join(', ')}`;
    case 'PUSH_PROMISE':
      return `PUSH_PROMISE ${frame.stream}`;
    case 'PING':
      return frame.isAck ? 'PING: answer' : 'PING';
    case 'GOAWAY':
      return `GOAWAY: ${errorName(frame.code)}, last ${frame.last}`;
    case 'WINDOW_UPDATE':
      return `WINDOW_UPDATE ${frame.stream}: ${frame.increment} more`;
    case 'CONTINUATION':
      return `CONTINUATION ${frame.stream}: ${frame.fragment.length} octets${frame.isWhole ? '' : ' and more'}`;
    case 'unknown':
      return `type ${frame.code} on ${frame.stream}`;
  }
}

function parseData(
  bytes: Uint8Array,
  start: number,
  end: number,
  flags: number,
  stream: number,
): Result<Frame, Fault> {
  if (stream === 0) return misplaced('DATA');
  const isEnd = (flags & FLAG.END_STREAM) !== 0;
  let padding = 0;
  if ((flags & FLAG.PADDED) !== 0) {
    padding = start < end ? bytes[start] + 1 : 1;
    if (padding > end - start) return fault(ERROR.PROTOCOL_ERROR, 'more padding than payload');
  }
  const data = bytes.subarray(
    padding > 0 ? start + 1 : start,
    padding > 0 ? end - padding + 1 : end,
  );
  return ok({ type: 'DATA', stream, isEnd, data, padding });
}

function parseHeaders(
  bytes: Uint8Array,
  start: number,
  end: number,
  flags: number,
  stream: number,
): Result<Frame, Fault> {
  if (stream === 0) return misplaced('HEADERS');
  let from = start;
  let to = end;
  let padding = 0;
  let dependency: number | undefined;
  if ((flags & FLAG.PADDED) !== 0) {
    if (from === to) return missized('HEADERS');
    padding = bytes[from++] + 1;
    to -= padding - 1;
  }
  if ((flags & FLAG.PRIORITY) !== 0) {
    if (end - from < 5) return missized('HEADERS');
    dependency = u32(bytes, from) & 0x7fff_ffff;
    from += 5;
  }
  if (from > to) return fault(ERROR.PROTOCOL_ERROR, 'more padding than payload');
  const isEnd = (flags & FLAG.END_STREAM) !== 0;
  const isWhole = (flags & FLAG.END_HEADERS) !== 0;
  const fragment = bytes.subarray(from, to);
  return ok({ type: 'HEADERS', stream, isEnd, isWhole, fragment, dependency, padding });
}

function parseSettings(
  bytes: Uint8Array,
  start: number,
  end: number,
  flags: number,
  stream: number,
): Result<Frame, Fault> {
  if (stream !== 0) return misplaced('SETTINGS');
  const isAck = (flags & FLAG.ACK) !== 0;
  if (isAck ? end > start : (end - start) % 6 !== 0) return missized('SETTINGS');
  const settings: { id: number; value: number }[] = [];
  for (let at = start; at < end; at += 6) {
    settings.push({ id: u16(bytes, at), value: u32(bytes, at + 2) });
  }
  return ok({ type: 'SETTINGS', isAck, settings });
}

function emitHeaders(out: Output, frame: Frame & { readonly type: 'HEADERS' }): void {
  const { fragment, padding, dependency, isEnd, isWhole, stream } = frame;
  const flags =
    (isEnd ? FLAG.END_STREAM : 0) |
    (isWhole ? FLAG.END_HEADERS : 0) |
    (padding > 0 ? FLAG.PADDED : 0) |
    (dependency === undefined ? 0 : FLAG.PRIORITY);
  const length = fragment.length + padding + (dependency === undefined ? 0 : 5);
  out.head(length, TYPE.HEADERS, flags, stream);
  if (padding > 0) out.u8(padding - 1);
  if (dependency !== undefined) {
    out.u32(dependency);
    out.u8(0);
  }
  out.put(fragment);
  out.zeros(padding - 1);
}

function misplaced(name: string): { ok: false; error: Fault } {
  return fault(ERROR.PROTOCOL_ERROR, `${name} on a stream that it cannot be on`);
}

function missized(name: string): { ok: false; error: Fault } {
  return fault(ERROR.FRAME_SIZE_ERROR, `${name} of another size`);
}
