import { decodeLatin1 } from '@atoll/bytes/latin1';
import type { Judged } from '../refusal.ts';
import { refused } from '../refusal.ts';

export interface HeadLimits {
  /** Octets of the first line without its CRLF; 0 for trailers, which have none. */
  readonly firstLine: number;
  /** Octets of all field lines with their CRLFs. */
  readonly fieldBytes: number;
}

/**
 * Gathers the lines of a head, or of trailers, from a stream in any pieces, up to the empty line at its
 * end. A head that comes in one piece is not copied.
 *
 * Lines end with CRLF: a bare LF, which RFC 9112 section 2.2 lets a recipient accept, means other lines to
 * others (request smuggling).
 */
export class HeadCollector {
  /** Octets of the bytes last pushed that were taken. */
  used = 0;
  readonly #limits: HeadLimits;
  /** What came before, when the head is in pieces: its first `#length` octets. */
  #kept = NOTHING;
  #length = 0;
  /** Where the line under way starts. */
  #lineStart = 0;
  /** Where the fields start; -1 while the first line is under way. */
  #fieldStart: number;
  #emptyLines = 0;

  constructor(limits: HeadLimits) {
    this.#limits = limits;
    this.#fieldStart = limits.firstLine === 0 ? 0 : -1;
  }

  /** Whether a part of a head is here. */
  get isUnderWay(): boolean {
    return this.#length > 0;
  }

  /**
   * The head as latin1 without its empty line, each other line with its CRLF; `undefined` when more must
   * come. What of `bytes` was not `used` is to be pushed again, or is behind the head.
   */
  push(bytes: Uint8Array): Judged<string | undefined> {
    const before = this.#length;
    const all = before === 0 ? bytes : this.#append(bytes);
    const length = before + bytes.length;
    let from = before;
    for (;;) {
      const feed = all.indexOf(LINE_FEED, from);
      if (feed < 0 || feed >= length) break;
      if (feed === 0 || all[feed - 1] !== CARRIAGE_RETURN) return refused(400, 'a bare LF');
      const isEmpty = feed - 1 === this.#lineStart;
      this.#lineStart = from = feed + 1;
      if (isEmpty) {
        this.used = from - before;
        return this.#fieldStart < 0 ? this.#skip() : this.#complete(all.subarray(0, feed - 1));
      }
      const refusal = this.#judge(from);
      if (refusal !== undefined) return refusal;
      if (this.#fieldStart < 0) this.#fieldStart = from;
    }
    const refusal = this.#judge(length);
    if (refusal !== undefined) return refusal;
    if (before === 0) this.#append(bytes);
    this.#length = length;
    this.used = bytes.length;
    return MORE;
  }

  /** Whether a head that goes on to `end` is too long. */
  #judge(end: number): ReturnType<typeof refused> | undefined {
    const { firstLine, fieldBytes } = this.#limits;
    if (this.#fieldStart < 0) {
      return end > firstLine + 2
        ? refused(414, `a first line of over ${firstLine} octets`)
        : undefined;
    }
    return end - this.#fieldStart > fieldBytes
      ? refused(431, `over ${fieldBytes} octets of fields`)
      : undefined;
  }

  /** Before a first line there may be an empty one, from clients that end bodies with CRLF (RFC 9112 section 2.2). */
  #skip(): Judged<undefined> {
    this.#reset();
    this.#emptyLines++;
    return this.#emptyLines > MOST_EMPTY_LINES ? refused(400, 'empty lines') : MORE;
  }

  #complete(head: Uint8Array): Judged<string> {
    const value = decodeLatin1(head);
    this.#reset();
    this.#emptyLines = 0;
    return { ok: true, value };
  }

  #append(bytes: Uint8Array): Uint8Array {
    const length = this.#length + bytes.length;
    if (this.#kept.length < length) {
      const grown = new Uint8Array(Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(length))));
      grown.set(this.#kept.subarray(0, this.#length));
      this.#kept = grown;
    }
    this.#kept.set(bytes, this.#length);
    return this.#kept;
  }

  #reset(): void {
    this.#kept = NOTHING;
    this.#length = 0;
    this.#lineStart = 0;
    this.#fieldStart = this.#limits.firstLine === 0 ? 0 : -1;
  }
}

const MORE = { ok: true, value: undefined } as const;
const NOTHING = new Uint8Array(0);
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const SMALLEST = 256;
const MOST_EMPTY_LINES = 2;
