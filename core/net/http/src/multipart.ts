import { encodeLatin1 } from '@atoll/bytes/latin1';
import { decodeUtf8 } from '@atoll/bytes/utf8';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import type { Headers } from './headers.ts';
import { HeadCollector } from './http1/collector.ts';
import { parseFields } from './http1/fields.ts';
import type { BodyReader } from './message.ts';
import { parseParameters } from './syntax.ts';

/** What is found in a multipart/form-data body (RFC 7578), in order: parts, their data in pieces, the end. */
export type MultipartEvent =
  | {
      readonly kind: 'part';
      readonly name: string;
      /** The name of a file; what it says is for people, and no path. */
      readonly filename: string | undefined;
      readonly headers: Headers;
    }
  | {
      readonly kind: 'data';
      /** Valid until the next call. */
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'end' };

export interface MultipartLimits {
  readonly parts: number;
  /** Octets of the fields of one part. */
  readonly fieldBytes: number;
}

/** The boundary of a body with this `Content-Type`; `undefined` when it is no form, or has a bad one. */
export function formBoundary(contentType: string | undefined): string | undefined {
  const { value, parameters } = parseParameters(contentType ?? '');
  const boundary = parameters.get('boundary') ?? '';
  const isForm = value.toLowerCase() === 'multipart/form-data';
  return isForm && /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/.test(boundary)
    ? boundary
    : undefined;
}

/**
 * Reads the form in `body` while it comes, as fast as `take` takes it. `take` answers whether it wants more; who does
 * not gets a failure, as for a form that is malformed or not whole.
 */
export function readMultipart(
  body: BodyReader,
  boundary: string,
  take: (event: MultipartEvent) => boolean,
  limits?: MultipartLimits,
): Promise<Result<undefined>> {
  const reader = new MultipartReader(boundary, limits);
  return new Promise((resolve) => {
    const end = (outcome: Result<undefined>) => {
      body.onReadable = undefined;
      resolve(outcome);
    };
    const read = () => {
      for (let bytes = body.peek(); bytes.length > 0; bytes = body.peek()) {
        const events = reader.push(bytes);
        if (!events.ok) return end(events);
        if (!events.value.every(take)) return end(malformed('the rest of the form is not wanted'));
        body.consume(bytes.length);
      }
      if (body.failure !== undefined) end({ ok: false, error: body.failure });
      else if (body.isFinished) end(reader.end());
    };
    body.onReadable = read;
    read();
  });
}

/** Takes a form apart while it comes. What it keeps is less than a delimiter, or the fields of one part. */
export class MultipartReader {
  /** CRLF, two hyphens and the boundary. */
  readonly #delimiter: Uint8Array;
  readonly #limits: MultipartLimits;
  #state: 'preamble' | 'delimiter' | 'fields' | 'data' | 'epilogue' = 'preamble';
  /** What cannot be judged yet. A delimiter may stand at the very start, without its CRLF. */
  #kept: Uint8Array = LINE_END;
  #collector: HeadCollector;
  #parts = 0;

  constructor(boundary: string, limits: MultipartLimits = { parts: 100, fieldBytes: 4096 }) {
    this.#delimiter = encodeLatin1(`\r\n--${boundary}`);
    this.#limits = limits;
    this.#collector = this.#newCollector();
  }

  push(bytes: Uint8Array): Result<readonly MultipartEvent[]> {
    const events: MultipartEvent[] = [];
    let rest = this.#kept.length === 0 ? bytes : join(this.#kept, bytes);
    this.#kept = NOTHING;
    while (rest.length > 0) {
      const step = this.#step(rest, events);
      if (!step.ok) return step;
      if (step.value === 0) {
        this.#kept = rest.slice();
        break;
      }
      rest = rest.subarray(step.value);
    }
    return ok(events);
  }

  /** Nothing more comes: a failure when the last delimiter did not come. */
  end(): Result<undefined> {
    return this.#state === 'epilogue' ? ok(undefined) : malformed('the form is not whole');
  }

  /** How many octets of `bytes` were understood; 0 when more must come before. */
  #step(bytes: Uint8Array, events: MultipartEvent[]): Result<number> {
    switch (this.#state) {
      case 'preamble':
      case 'data':
        return ok(this.#stepData(bytes, events));
      case 'delimiter':
        return this.#stepDelimiter(bytes, events);
      case 'fields':
        return this.#stepFields(bytes, events);
      default:
        return ok(bytes.length);
    }
  }

  #stepData(bytes: Uint8Array, events: MultipartEvent[]): number {
    const { start, isWhole } = find(bytes, this.#delimiter);
    if (start > 0 && this.#state === 'data') {
      events.push({ kind: 'data', bytes: bytes.subarray(0, start) });
    }
    if (!isWhole) return start;
    this.#state = 'delimiter';
    return start + this.#delimiter.length;
  }

  #stepDelimiter(bytes: Uint8Array, events: MultipartEvent[]): Result<number> {
    if (bytes.length < 2) return ok(0);
    if (bytes[0] === HYPHEN && bytes[1] === HYPHEN) {
      this.#state = 'epilogue';
      events.push({ kind: 'end' });
      return ok(2);
    }
    // White space that somebody added on the way (RFC 2046 section 5.1.1).
    let at = 0;
    while (at < bytes.length && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
    if (at > MOST_PADDING) return malformed('white space behind a boundary');
    if (bytes.length < at + 2) return ok(0);
    if (bytes[at] !== LINE_END[0] || bytes[at + 1] !== LINE_END[1]) {
      return malformed('a boundary in a longer line');
    }
    if (++this.#parts > this.#limits.parts) {
      return malformed(`more than ${this.#limits.parts} parts`);
    }
    this.#state = 'fields';
    this.#collector = this.#newCollector();
    return ok(at + 2);
  }

  #stepFields(bytes: Uint8Array, events: MultipartEvent[]): Result<number> {
    const text = this.#collector.push(bytes);
    if (!text.ok) return malformed(text.error.reason);
    if (text.value === undefined) return ok(this.#collector.used);
    const fields = parseFields(text.value, MOST_FIELDS);
    if (!fields.ok) return malformed(fields.error.reason);
    const headers = fields.value;
    const { value, parameters } = parseParameters(headers.get('content-disposition') ?? '');
    const name = parameters.get('name');
    if (value.toLowerCase() !== 'form-data' || name === undefined) {
      return malformed('a part without a name');
    }
    const filename = parameters.get('filename');
    events.push({
      kind: 'part',
      name: decoded(name),
      filename: filename === undefined ? undefined : decoded(filename),
      headers,
    });
    this.#state = 'data';
    return ok(this.#collector.used);
  }

  #newCollector(): HeadCollector {
    return new HeadCollector({ firstLine: 0, fieldBytes: this.#limits.fieldBytes });
  }
}

/** Where `wanted` is in `bytes`, or where it may begin: at the end of `bytes` when nowhere. */
function find(bytes: Uint8Array, wanted: Uint8Array): { start: number; isWhole: boolean } {
  let start = bytes.indexOf(wanted[0]);
  for (; start >= 0; start = bytes.indexOf(wanted[0], start + 1)) {
    const length = Math.min(wanted.length, bytes.length - start);
    let at = 1;
    while (at < length && bytes[start + at] === wanted[at]) at++;
    if (at === length) return { start, isWhole: length === wanted.length };
  }
  return { start: bytes.length, isWhole: false };
}

function decoded(octets: string): string {
  return decodeUtf8(encodeLatin1(octets));
}

function join(one: Uint8Array, other: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(one.length + other.length);
  bytes.set(one);
  bytes.set(other, one.length);
  return bytes;
}

const NOTHING = new Uint8Array(0);
const LINE_END = Uint8Array.of(0x0d, 0x0a);
const HYPHEN = 0x2d;
const SPACE = 0x20;
const TAB = 0x09;
const MOST_PADDING = 64;
const MOST_FIELDS = 20;
