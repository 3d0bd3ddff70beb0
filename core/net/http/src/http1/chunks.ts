import type { Headers } from '../headers.ts';
import type { Judged } from '../refusal.ts';
import { refused } from '../refusal.ts';
import { HeadCollector } from './collector.ts';
import { parseFields } from './fields.ts';

export interface ChunkLimits {
  readonly fieldBytes: number;
  readonly fields: number;
}

/**
 * Takes a chunked body apart (RFC 9112 section 7.1) in a stream of any pieces: `skip` takes what is not
 * payload, then up to `payload` octets of payload follow, of which `take` is told.
 */
export class ChunkReader {
  /** Octets of payload that may come next. */
  payload = 0;
  /** What came behind the last chunk; `undefined` until then. */
  trailers: Headers | undefined;
  readonly #limits: ChunkLimits;
  /** The line of a chunk's size, so far. */
  #line = '';
  /** The CRLF behind a chunk's payload is still to come, or a part of it. */
  #pendingEnd = '';
  #collector: HeadCollector | undefined;
  /** Octets of extensions so far. */
  #extensions = 0;

  constructor(limits: ChunkLimits) {
    this.#limits = limits;
  }

  /** Takes what is before the next payload, or the end, and answers how many octets of `bytes` that was. */
  skip(bytes: Uint8Array): Judged<number> {
    let at = 0;
    while (at < bytes.length && this.payload === 0 && this.trailers === undefined) {
      if (this.#collector !== undefined) {
        const collected = this.#readTrailers(this.#collector, bytes.subarray(at));
        if (!collected.ok) return collected;
        at += collected.value;
        continue;
      }
      const octet = bytes[at++];
      if (this.#pendingEnd !== '') {
        if (octet !== this.#pendingEnd.charCodeAt(0))
          return refused(400, 'a chunk without its end');
        this.#pendingEnd = this.#pendingEnd.slice(1);
      } else if (octet !== LINE_FEED) {
        this.#line += String.fromCharCode(octet);
        if (this.#line.length > MOST_LINE) return refused(400, 'a long chunk extension');
      } else {
        const size = this.#readSize();
        if (!size.ok) return size;
        if (size.value > 0) this.payload = size.value;
        else
          this.#collector = new HeadCollector({
            firstLine: 0,
            fieldBytes: this.#limits.fieldBytes,
          });
      }
    }
    return { ok: true, value: at };
  }

  /** So many octets of payload were taken. */
  take(count: number): void {
    this.payload -= count;
    if (this.payload === 0) this.#pendingEnd = '\r\n';
  }

  /** Extensions mean nothing to us, but they must be well-formed, and few (CVE-2023-39326). */
  #readSize(): Judged<number> {
    const line = CHUNK_LINE.exec(this.#line);
    if (line === null) return refused(400, 'a bad chunk size');
    this.#extensions += this.#line.length - line[1].length;
    if (this.#extensions > MOST_EXTENSIONS) return refused(400, 'too many chunk extensions');
    this.#line = '';
    return { ok: true, value: Number.parseInt(line[1], 16) };
  }

  #readTrailers(collector: HeadCollector, bytes: Uint8Array): Judged<number> {
    const text = collector.push(bytes);
    if (!text.ok) return text;
    if (text.value !== undefined) {
      const fields = parseFields(text.value, this.#limits.fields);
      if (!fields.ok) return fields;
      const forbidden = FORBIDDEN.find((name) => fields.value.has(name));
      if (forbidden !== undefined) return refused(400, `${forbidden} in a trailer`);
      this.trailers = fields.value;
    }
    return { ok: true, value: collector.used };
  }
}

/** The line in front of a chunk of `size` octets. */
export function chunkSize(size: number): Uint8Array {
  const digits = size.toString(16);
  const line = new Uint8Array(digits.length + 2);
  for (let at = 0; at < digits.length; at++) line[at] = digits.charCodeAt(at);
  line[digits.length] = 0x0d;
  line[digits.length + 1] = LINE_FEED;
  return line;
}

/** Octets in one chunk of ours. */
export const LARGEST_CHUNK = 0xffff;

/** What must be known before the body (RFC 9110 section 6.5.1). */
const FORBIDDEN = [
  'transfer-encoding',
  'content-length',
  'host',
  'content-encoding',
  'content-type',
  'content-range',
  'trailer',
  'authorization',
  'cookie',
  'set-cookie',
];

const CHUNK_LINE = /^([0-9A-Fa-f]{1,13})(?:[\t ]*;[\t\x20-\x7e\x80-\xff]*)?\r$/;
const LINE_FEED = 0x0a;
const MOST_LINE = 256;
const MOST_EXTENSIONS = 4096;
