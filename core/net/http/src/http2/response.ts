import { encodeLatin1 } from '@atoll/bytes/latin1';
import type { FieldList } from '../headers.ts';
import { FLAG, HEAD_LENGTH, TYPE } from './code.ts';
import type { Engine } from './engine.ts';
import { emitFrame } from './frame.ts';
import { writeIndex, writeLiteral } from './hpack/encoder.ts';
import { Output } from './output.ts';
import type { Stream } from './stream.ts';

/** What a response says before its body. */
export interface ResponseFields {
  readonly status: number;
  readonly list: FieldList;
  /** Octets of the body; `undefined` when nobody knows, or when there cannot be one. */
  readonly length: number | undefined;
  /** The field line of the date in HTTP/1.1, or none when the list has one. */
  readonly date: Uint8Array | undefined;
}

/** Writes the field blocks of responses; those parts that all connections have in common are written once. */
export class ResponseWriter {
  readonly out: Output;
  readonly #scratch = new Output(64);
  readonly #statuses = new Map<number, Uint8Array>();
  readonly #lengths = new Map<number, Uint8Array>();
  #dateLine: Uint8Array | undefined;
  #date: Uint8Array = new Uint8Array(0);

  constructor(out: Output) {
    this.out = out;
  }

  /** Writes HEADERS, and CONTINUATION when it must be. */
  writeHead(engine: Engine, stream: Stream, fields: ResponseFields, isEnd: boolean): void {
    const { out } = this;
    const start = out.reserve(HEAD_LENGTH);
    engine.encoder.begin(out);
    out.put(this.#status(fields.status));
    if (fields.date !== undefined) out.put(this.#dateField(fields.date));
    if (fields.length !== undefined) out.put(this.#length(fields.length));
    engine.encoder.list(out, fields.list);
    this.#finish(engine, stream, start, isEnd);
  }

  /** Writes the one response that comes before the response. */
  writeContinue(engine: Engine, stream: Stream): void {
    const start = this.out.reserve(HEAD_LENGTH);
    engine.encoder.begin(this.out);
    this.out.put(this.#status(100));
    this.#finish(engine, stream, start, false);
  }

  /** Writes the fields behind a body. */
  writeTrailers(engine: Engine, stream: Stream, list: FieldList): void {
    const start = this.out.reserve(HEAD_LENGTH);
    engine.encoder.begin(this.out);
    engine.encoder.list(this.out, list);
    this.#finish(engine, stream, start, true);
  }

  #finish({ flow: { frameSize } }: Engine, { id }: Stream, start: number, isEnd: boolean): void {
    const { out } = this;
    const length = out.length - start - HEAD_LENGTH;
    const end = isEnd ? FLAG.END_STREAM : 0;
    if (length <= frameSize) {
      out.patchHead(start, length, TYPE.HEADERS, end | FLAG.END_HEADERS, id);
      return;
    }
    const block = out.bytes.slice(start + HEAD_LENGTH, out.length);
    out.length = start + HEAD_LENGTH + frameSize;
    out.patchHead(start, frameSize, TYPE.HEADERS, end, id);
    for (let at = frameSize; at < length; at += frameSize) {
      const fragment = block.subarray(at, at + frameSize);
      const isWhole = at + frameSize >= length;
      emitFrame(out, { type: 'CONTINUATION', stream: id, isWhole, fragment });
    }
  }

  #status(status: number): Uint8Array {
    return this.#remembered(this.#statuses, status, (out) => {
      const index = STATUSES.indexOf(status);
      if (index >= 0) writeIndex(out, FIRST_STATUS + index);
      else writeLiteral(out, ':status', String(status));
    });
  }

  #length(length: number): Uint8Array {
    return this.#remembered(this.#lengths, length, (out) =>
      writeLiteral(out, 'content-length', String(length)),
    );
  }

  /** `line` is the same object for a second. */
  #dateField(line: Uint8Array): Uint8Array {
    if (line === this.#dateLine) return this.#date;
    this.#dateLine = line;
    this.#date = this.#written((out) => {
      writeLiteral(out, 'date', '');
      out.length--;
      const value = line.subarray(DATE.length, line.length - 2);
      out.u8(value.length);
      out.put(value);
    });
    return this.#date;
  }

  #remembered(
    known: Map<number, Uint8Array>,
    key: number,
    write: (out: Output) => void,
  ): Uint8Array {
    let bytes = known.get(key);
    if (bytes === undefined) {
      bytes = this.#written(write);
      if (known.size === MOST_REMEMBERED) known.clear();
      known.set(key, bytes);
    }
    return bytes;
  }

  #written(write: (out: Output) => void): Uint8Array {
    this.#scratch.clear();
    write(this.#scratch);
    return this.#scratch.view().slice();
  }
}

/** Those of the static table, from index 8 on. */
const STATUSES = [200, 204, 206, 304, 400, 404, 500];
const FIRST_STATUS = 8;
const MOST_REMEMBERED = 256;
const DATE = encodeLatin1('date: ');
