import { decodeBase64 } from '@atoll/bytes/base64';
import type { Validators } from './conditional.ts';
import { evaluateConditions, isRangeCurrent } from './conditional.ts';
import { FixedResponse } from './fixed.ts';
import { Headers } from './headers.ts';
import { HINTS } from './hints.ts';
import type { Request, Response } from './message.ts';
import { acceptedCoding } from './negotiation.ts';
import { parseRange, rangeResponse } from './range.ts';

/** A file as the builder puts it into the bundle: `import files from 'static:./pages'`. */
export interface PackedFile {
  /** Relative to the folder, with slashes. */
  readonly path: string;
  /** The media type. */
  readonly type: string;
  /** A digest of the content, of characters that entity tags and boundaries can have. */
  readonly digest: string;
  /** The content, and what it is compressed to where that is worth it: Base64, or the bytes. */
  readonly content: string | Uint8Array;
  readonly br?: string | undefined;
  readonly gzip?: string | undefined;
}

export interface StaticOptions {
  /** Fields of every response with a file, such as those of `secureHeaders`. */
  readonly headers?: Headers;
  /** `no-cache` when left out: browsers keep files, and ask each time whether they are the same. */
  readonly cacheControl?: string;
}

type Coding = 'identity' | 'br' | 'gzip';

/** One coding of a file, and what is said of it. */
interface Variant {
  readonly whole: FixedResponse;
  readonly validators: Validators;
  /** What a response with 304 repeats (RFC 9110 section 15.4.5). */
  readonly notModified: Headers;
}

/** A file that is served from memory. */
export class StaticFile {
  readonly #packed: PackedFile;
  readonly #options: StaticOptions;
  readonly #codings: readonly ('br' | 'gzip')[];
  readonly #variants = new Map<Coding, Variant>();
  /** To GET or HEAD without anything that asks for less, or for something else. */
  #plain: FixedResponse | undefined;

  constructor(packed: PackedFile, options: StaticOptions = {}) {
    this.#packed = packed;
    this.#options = options;
    this.#codings = (['br', 'gzip'] as const).filter((coding) => packed[coding] !== undefined);
  }

  /** Answers GET and HEAD with preconditions, ranges and codings; `wall` is milliseconds since 1970. */
  respond({ method, headers }: Request, wall: number): Response {
    if (!headers.mayHave(CHOOSING) && (method === 'GET' || method === 'HEAD')) {
      this.#plain ??= this.#variant('identity').whole;
      return this.#plain;
    }
    // A range is of the octets that the client has a part of: most likely those of the file itself.
    const mayBePart = method === 'GET' && headers.mayHave(HINTS.range);
    const range = mayBePart ? headers.get('range') : undefined;
    const coding = range === undefined ? acceptedCoding(headers, this.#codings) : 'identity';
    const variant = this.#variant(coding);
    const { whole, validators } = variant;
    const status = headers.mayHave(HINTS.conditions)
      ? evaluateConditions(method, headers, validators, wall)
      : undefined;
    if (status !== undefined) return { status, headers: variant.notModified };
    if (range !== undefined && isRangeCurrent(headers, validators, wall)) {
      const ranges = parseRange(range, whole.body.length);
      if (ranges !== undefined) {
        return rangeResponse(whole.body, ranges, whole.headers, this.#packed.digest);
      }
    }
    return whole;
  }

  /** Made when it is first asked for. */
  #variant(coding: Coding): Variant {
    const known = this.#variants.get(coding);
    if (known !== undefined) return known;
    const { type, digest, content } = this.#packed;
    const text = coding === 'identity' ? content : this.#packed[coding];
    const packed = text ?? content;
    const bytes = typeof packed === 'string' ? decodeBase64(packed) : packed;
    if (bytes === undefined) throw new Error(`${this.#packed.path} is not Base64`);
    // Other octets have another tag (RFC 9110 section 8.8.3.3).
    const tag = coding === 'identity' ? `"${digest}"` : `"${digest}-${coding}"`;
    const notModified = this.#options.headers?.copy() ?? new Headers();
    notModified.set('etag', tag);
    notModified.set('cache-control', this.#options.cacheControl ?? 'no-cache');
    if (this.#codings.length > 0) notModified.append('vary', 'accept-encoding');
    const headers = notModified.copy().set('content-type', type).set('accept-ranges', 'bytes');
    if (coding !== 'identity') headers.set('content-encoding', coding);
    const whole = new FixedResponse(200, headers, bytes);
    const variant = { whole, validators: { tag }, notModified };
    this.#variants.set(coding, variant);
    return variant;
  }
}

/** Files by path; `a/index.html` is what `a/` and, for the root, the empty path stand for. */
export function staticFiles(
  files: readonly PackedFile[],
  options?: StaticOptions,
): ReadonlyMap<string, StaticFile> {
  const served = new Map<string, StaticFile>();
  for (const packed of files) {
    const file = new StaticFile(packed, options);
    served.set(packed.path, file);
    if (/(?:^|\/)index\.html$/.test(packed.path)) served.set(packed.path.slice(0, -10), file);
  }
  return served;
}

/** What chooses among the states, parts and codings of a file. */
const CHOOSING = HINTS.conditions | HINTS.range | HINTS.codings;
