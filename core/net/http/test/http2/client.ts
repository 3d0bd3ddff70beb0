import { decodeLatin1, encodeLatin1 } from '@atoll/bytes/latin1';
import { FRAME_SIZE, HEAD_LENGTH, PREFACE } from '../../src/http2/code.ts';
import type { Frame, Settings } from '../../src/http2/frame.ts';
import { emitFrame, parseFrame } from '../../src/http2/frame.ts';
import { Decoder } from '../../src/http2/hpack/decoder.ts';
import { writeLiteral } from '../../src/http2/hpack/encoder.ts';
import { http2 } from '../../src/http2/http2.ts';
import { Output } from '../../src/http2/output.ts';
import type { Limits } from '../../src/limits.ts';
import type { Handler } from '../../src/message.ts';
import { Bench, FakeConnection } from '../kit.ts';

/** Name and value of each field, as pairs so that names may come twice. */
export type Fields = readonly (readonly [name: string, value: string])[];

export interface Answer {
  fields: Record<string, string>;
  body: string;
  isEnded: boolean;
  /** The code of a reset. */
  reset: number | undefined;
  trailers: Record<string, string> | undefined;
}

/** The fields of a request. */
export function get(path = '/', ...more: Fields): Fields {
  return [
    [':method', 'GET'],
    [':scheme', 'https'],
    [':path', path],
    [':authority', 'a.example'],
    ...more,
  ];
}

export function post(path = '/', ...more: Fields): Fields {
  return [[':method', 'POST'], ...get(path, ...more).slice(1)];
}

/** A block of literal fields. */
export function block(fields: Fields): Uint8Array {
  const out = new Output(1000);
  for (const [name, value] of fields) writeLiteral(out, name, value);
  return out.view().slice();
}

/** The octets of frames. */
export function octets(...frames: readonly Frame[]): Uint8Array {
  const out = new Output(1000);
  for (const frame of frames) emitFrame(out, frame);
  return out.view().slice();
}

export function headers(stream: number, fields: Fields, isEnd = true): Frame {
  const fragment = block(fields);
  const rest = { dependency: undefined, padding: 0 };
  return { type: 'HEADERS', stream, isEnd, isWhole: true, fragment, ...rest };
}

export function data(stream: number, text: string, isEnd = false, padding = 0): Frame {
  return { type: 'DATA', stream, isEnd, data: encodeLatin1(text), padding };
}

export function settings(...pairs: Settings): Frame {
  return { type: 'SETTINGS', isAck: false, settings: pairs };
}

export const ACK: Frame = { type: 'SETTINGS', isAck: true, settings: [] };

/** Whole frames of `bytes`. */
export function framesIn(bytes: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
    if (length > FRAME_SIZE) throw new Error(`a frame of ${length} octets`);
    const end = at + HEAD_LENGTH + length;
    if (end > bytes.length) throw new Error('a frame is not whole');
    const frame = parseFrame(bytes, at, end);
    if (!frame.ok) throw new Error(frame.error.reason);
    frames.push(frame.value);
    at = end;
  }
  return frames;
}

/** A client whose connection ALPN led to HTTP/2. It says what it is told to, and hears all. */
export class Client {
  readonly connection: FakeConnection & { connected?: { protocol: string } };
  readonly answers = new Map<number, Answer>();
  /** All frames that came. */
  readonly heard: Frame[] = [];
  /** The code of a GOAWAY. */
  goneAway: (Frame & { type: 'GOAWAY' }) | undefined;
  readonly #decoder = new Decoder({ fieldBytes: 100_000, fields: 1000 });
  #left: Uint8Array = new Uint8Array(0);

  constructor(bench: Bench, first: readonly Frame[] = [settings(), ACK], address?: number) {
    this.connection = Object.assign(new FakeConnection(address), {
      connected: { protocol: 'h2' },
    });
    this.connection.handler = bench.server.accept(this.connection, 'https');
    this.connection.handler.onConnected?.();
    this.sendBytes(encodeLatin1(PREFACE));
    this.send(...first);
  }

  send(...frames: readonly Frame[]): this {
    return this.sendBytes(octets(...frames));
  }

  sendBytes(bytes: Uint8Array): this {
    this.connection.send(decodeLatin1(bytes));
    return this;
  }

  request(stream: number, fields: Fields = get(), body?: string): this {
    this.send(headers(stream, fields, body === undefined));
    if (body !== undefined) this.send(data(stream, body, true));
    return this;
  }

  /** Takes what came; answers the frames. */
  hear(): Frame[] {
    const text = decodeLatin1(this.#left) + this.connection.taken();
    const bytes = encodeLatin1(text);
    let whole = 0;
    while (bytes.length - whole >= HEAD_LENGTH) {
      const length = (bytes[whole] << 16) | (bytes[whole + 1] << 8) | bytes[whole + 2];
      if (whole + HEAD_LENGTH + length > bytes.length) break;
      whole += HEAD_LENGTH + length;
    }
    this.#left = bytes.slice(whole);
    const frames = framesIn(bytes.subarray(0, whole));
    for (const frame of frames) this.#hear(frame);
    this.heard.push(...frames);
    return frames;
  }

  /** What came for `stream` so far. */
  answer(stream: number): Answer {
    this.hear();
    return this.#answer(stream);
  }

  #hear(frame: Frame): void {
    switch (frame.type) {
      case 'HEADERS': {
        const problem = this.#decoder.decode(frame.fragment);
        if (problem !== undefined) throw new Error(problem);
        const answer = this.#answer(frame.stream);
        const fields = Object.fromEntries(
          this.#decoder.fields.map(({ name, value }) => [name, value]),
        );
        if (answer.fields[':status'] === undefined || answer.fields[':status'] === '100') {
          answer.fields = fields;
        } else {
          answer.trailers = fields;
        }
        answer.isEnded ||= frame.isEnd;
        break;
      }
      case 'DATA': {
        const answer = this.#answer(frame.stream);
        answer.body += decodeLatin1(frame.data);
        answer.isEnded ||= frame.isEnd;
        break;
      }
      case 'RST_STREAM':
        this.#answer(frame.stream).reset = frame.code;
        break;
      case 'GOAWAY':
        this.goneAway = frame;
        break;
      default:
    }
  }

  #answer(stream: number): Answer {
    let answer = this.answers.get(stream);
    if (answer === undefined) {
      answer = { fields: {}, body: '', isEnded: false, reset: undefined, trailers: undefined };
      this.answers.set(stream, answer);
    }
    return answer;
  }
}

/** A server that speaks HTTP/2. */
export function benchOf(handler: Handler, limits: Partial<Limits> = {}, streams = 100): Bench {
  return new Bench(handler, limits, [http2({ streams })]);
}
