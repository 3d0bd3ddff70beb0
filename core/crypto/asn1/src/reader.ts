import type { Failure, Result } from '@atoll/result/result';
import { ok } from '@atoll/result/result';
import { decodeOid } from './oid.ts';
import { decodeString } from './string.ts';
import {
  BIT_STRING,
  BOOLEAN,
  CONSTRUCTED,
  contextConstructed,
  describeTag,
  ENUMERATED,
  GENERALIZED_TIME,
  INTEGER,
  NULL,
  OBJECT_IDENTIFIER,
  OCTET_STRING,
  SEQUENCE,
  SET,
  UTC_TIME,
} from './tag.ts';
import { decodeGeneralizedTime, decodeUtcTime } from './time.ts';

/**
 * Reads all of `bytes` with `read` as DER (X.690, 10 and 11). Whatever is not exactly what DER
 * demands and `read` asks for is a failure that says what and where: `what: INTEGER, not SEQUENCE, at byte 17`.
 */
export function readDer<T>(
  bytes: Uint8Array,
  what: string,
  read: (reader: DerReader) => T,
): Result<T> {
  const document: Document = { bytes, failure: undefined };
  const reader = new DerReader(document, 0, bytes.length, 0);
  if (bytes.length > LONGEST_DOCUMENT) reader.fail(`more than ${LONGEST_DOCUMENT} bytes`);
  const value = read(reader);
  reader.finish();
  const { failure } = document;
  if (failure === undefined) return ok(value);
  const reason = `${what}: ${failure.reason}, at byte ${failure.offset}`;
  const error: Failure = { blame: 'peer', reason };
  return { ok: false, error };
}

/**
 * A place in a DER document. After the first failure, all readers of the document are at their end
 * and give empty values: a parser reads a whole structure, and {@link readDer} asks once whether all went well.
 * Bytes are views of the document, never copies.
 */
export class DerReader {
  readonly #document: Document;
  readonly #depth: number;
  #offset: number;
  #end: number;
  /** Where the element that was read last begins: the place of {@link fail}. */
  #start: number;
  /** How long the contents are that {@link #open} found. */
  #length = 0;

  constructor(document: Document, start: number, end: number, depth: number) {
    this.#document = document;
    this.#offset = start;
    this.#end = document.failure === undefined ? end : start;
    this.#start = start;
    this.#depth = depth;
  }

  /** Whether an element follows. */
  get more(): boolean {
    return this.#document.failure === undefined && this.#offset < this.#end;
  }

  /** Where the next element begins. */
  get offset(): number {
    return this.#offset;
  }

  /** The bytes from `offset`, where an element began, to where the reader is. */
  since(offset: number): Uint8Array {
    return this.#document.bytes.subarray(offset, this.#offset);
  }

  /** Whether an element with this tag follows. */
  follows(tag: number): boolean {
    return this.more && this.#document.bytes[this.#offset] === tag;
  }

  /** The tag of the element that follows; -1 at the end. */
  peek(): number {
    return this.more ? this.#document.bytes[this.#offset] : -1;
  }

  /** Marks the document as bad for `reason`; the first reason stays. */
  fail(reason: string): void {
    this.#document.failure ??= { reason, offset: this.#start };
  }

  /** Fails unless everything was read. */
  finish(): void {
    if (!this.more) return;
    this.#start = this.#offset;
    this.fail('something follows the end');
  }

  /** The contents of the element that follows, which must have this tag. */
  contents(tag: number): Uint8Array {
    return this.#open(tag) ? this.#document.bytes.subarray(this.#offset, this.#close()) : EMPTY;
  }

  /** The whole element that follows, of any tag, with all that is in it checked for its form. */
  element(): Uint8Array {
    const start = this.#offset;
    this.skip();
    return this.since(start);
  }

  /** Passes over the element that follows, of any tag; what is constructed is passed over piece by piece. */
  skip(): void {
    const tag = this.peek();
    if (tag < 0) this.#failAtEnd('an element');
    if (tag < 0 || (tag & CONSTRUCTED) === 0) {
      this.contents(tag);
      return;
    }
    this.within(tag, (inner) => {
      while (inner.more) inner.skip();
    });
  }

  /** What `read` makes of the contents of the element that follows; it must read all of them. */
  within<T>(tag: number, read: (inner: DerReader) => T): T {
    const isOpen = this.#open(tag);
    if (isOpen && this.#depth >= DEEPEST) this.fail(`more than ${DEEPEST} elements in each other`);
    const start = this.#offset;
    const inner = new DerReader(
      this.#document,
      start,
      isOpen ? this.#close() : start,
      this.#depth + 1,
    );
    const value = read(inner);
    inner.finish();
    return value;
  }

  sequence<T>(read: (inner: DerReader) => T): T {
    return this.within(SEQUENCE, read);
  }

  /** The items of a SEQUENCE OF that must have at least one, unless `mayBeEmpty`; or of another `tag`. */
  sequenceOf<T>(read: (inner: DerReader) => T, tag: number = SEQUENCE, mayBeEmpty = false): T[] {
    return this.within(tag, (inner) => {
      const items: T[] = [];
      while (inner.more) items.push(read(inner));
      if (items.length === 0 && !mayBeEmpty) inner.fail(`an empty ${describeTag(tag)}`);
      return items;
    });
  }

  /** The items of a SET OF with at least one item, which must be in ascending order (X.690, 11.6). */
  setOf<T>(read: (inner: DerReader) => T): T[] {
    let before: Uint8Array = EMPTY;
    return this.sequenceOf((inner) => {
      const start = inner.offset;
      const item = read(inner);
      const encoding = inner.since(start);
      if (compareBytes(before, encoding) > 0) inner.fail('a SET OF that is not in order');
      before = encoding;
      return item;
    }, SET);
  }

  /** What `read` makes of the inside of `[number] EXPLICIT`; `undefined` when that does not follow. */
  optional<T>(number: number, read: (inner: DerReader) => T): T | undefined {
    const tag = contextConstructed(number);
    return this.follows(tag) ? this.within(tag, read) : undefined;
  }

  boolean(tag: number = BOOLEAN): boolean {
    const contents = this.contents(tag);
    if (contents.length !== 1 || (contents[0] !== 0 && contents[0] !== 0xff)) {
      this.fail('a BOOLEAN that is neither 00 nor ff');
    }
    return contents[0] === 0xff;
  }

  /** `BOOLEAN DEFAULT FALSE`: false is what is not there (X.690, 11.5). */
  flag(tag: number = BOOLEAN): boolean {
    if (!this.follows(tag)) return false;
    if (!this.boolean(tag)) this.fail('a default value that is spelled out');
    return true;
  }

  /** The octets of an INTEGER, two's complement, as few as can be. */
  integer(tag: number = INTEGER): Uint8Array {
    const contents = this.contents(tag);
    if (contents.length === 0) this.fail('an INTEGER without octets');
    const isPadded =
      contents.length > 1 &&
      ((contents[0] === 0 && contents[1] < 0x80) || (contents[0] === 0xff && contents[1] >= 0x80));
    if (isPadded) this.fail('an INTEGER that is longer than needed');
    return contents;
  }

  /** The octets of an INTEGER that is not negative, without a zero in front; zero is one octet. */
  unsigned(tag: number = INTEGER): Uint8Array {
    const contents = this.integer(tag);
    if (contents[0] >= 0x80) this.fail('a negative INTEGER');
    return contents.length > 1 && contents[0] === 0 ? contents.subarray(1) : contents;
  }

  /** An INTEGER from 0 to `largest`, which is below 2^48. */
  small(largest: number, tag: number = INTEGER): number {
    const octets = this.unsigned(tag);
    const value =
      octets.length > 6 ? Infinity : octets.reduce((sum, octet) => sum * 256 + octet, 0);
    if (value <= largest) return value;
    this.fail(`an INTEGER above ${largest}`);
    return 0;
  }

  enumerated(largest: number): number {
    return this.small(largest, ENUMERATED);
  }

  bitString(tag: number = BIT_STRING): BitString {
    const contents = this.contents(tag);
    const unused = contents[0] ?? 0;
    const last = contents.length > 1 ? contents[contents.length - 1] : 0;
    if (contents.length === 0 || unused > 7 || (unused > 0 && contents.length === 1)) {
      this.fail('a BIT STRING with a wrong number of unused bits');
    } else if ((last & ((1 << unused) - 1)) !== 0) {
      this.fail('a BIT STRING whose unused bits are not zero');
    }
    return { bytes: contents.subarray(1), unused };
  }

  /** The octets of a BIT STRING that is made of whole octets. */
  bitOctets(tag: number = BIT_STRING): Uint8Array {
    const { bytes, unused } = this.bitString(tag);
    if (unused > 0) this.fail('a BIT STRING that is not made of whole octets');
    return bytes;
  }

  /** A BIT STRING whose bits have names: bit 0 is the highest of the first octet, zeros at the end are left out. */
  namedBits(tag: number = BIT_STRING): BitString {
    const bits = this.bitString(tag);
    const { bytes, unused } = bits;
    if (bytes.length > 0 && (bytes[bytes.length - 1] & (1 << unused)) === 0) {
      this.fail('named bits with zeros at the end');
    }
    return bits;
  }

  octetString(tag: number = OCTET_STRING): Uint8Array {
    return this.contents(tag);
  }

  null(): void {
    if (this.contents(NULL).length > 0) this.fail('a NULL with contents');
  }

  oid(tag: number = OBJECT_IDENTIFIER): string {
    const text = decodeOid(this.contents(tag));
    if (text === undefined) this.fail('a bad OBJECT IDENTIFIER');
    return text ?? '';
  }

  /**
   * The text of a string type: the one that follows, or `type` behind an implicit `tag`. Characters
   * that the type does not have are a failure.
   */
  string(type: number = this.peek(), tag: number = type): string {
    if (type < 0) this.#failAtEnd('a string');
    const text = decodeString(type, this.contents(tag));
    if (text === undefined) this.fail(`not a proper ${describeTag(type)}`);
    return text ?? '';
  }

  /** UTCTime or GeneralizedTime in the forms of RFC 5280, 4.1.2.5, in milliseconds since 1970. */
  time(): number {
    const tag = this.peek();
    const isGeneralized = tag === GENERALIZED_TIME;
    const contents = this.contents(isGeneralized ? GENERALIZED_TIME : UTC_TIME);
    const time = isGeneralized ? decodeGeneralizedTime(contents) : decodeUtcTime(contents);
    if (time === undefined) this.fail(`a bad ${isGeneralized ? 'GeneralizedTime' : 'UTCTime'}`);
    return time ?? 0;
  }

  #failAtEnd(what: string): void {
    this.#start = this.#offset;
    this.fail(`the end, not ${what}`);
  }

  /** Moves to the contents of the element that follows; {@link #close} tells their end. */
  #open(tag: number): boolean {
    const { bytes, failure } = this.#document;
    this.#start = this.#offset;
    if (failure !== undefined) return false;
    if (this.#offset >= this.#end) return this.#refuse(`the end, not ${describeTag(tag)}`);
    const actual = bytes[this.#offset];
    if ((actual & 0x1f) === 0x1f) return this.#refuse('a tag number above 30');
    if (actual !== tag) return this.#refuse(`${describeTag(actual)}, not ${describeTag(tag)}`);
    let at = this.#offset + 2;
    let length = this.#offset + 1 < this.#end ? bytes[this.#offset + 1] : Infinity;
    if (length >= 0x80 && length < 0x100) {
      const octets = length & 0x7f;
      if (octets === 0) return this.#refuse('an indefinite length');
      if (octets > 4) return this.#refuse('a length of more than four octets');
      length = 0;
      for (let i = 0; i < octets; i++, at++) {
        length = length * 256 + (at < this.#end ? bytes[at] : 0);
      }
      const isMinimal = length >= 0x80 && (octets === 1 || length >= 256 ** (octets - 1));
      if (at <= this.#end && !isMinimal) return this.#refuse('a length in more octets than needed');
    }
    if (at + length > this.#end) return this.#refuse('an element that is cut off');
    this.#offset = at;
    this.#length = length;
    return true;
  }

  /** Moves behind the element that {@link #open} opened. */
  #close(): number {
    this.#offset += this.#length;
    return this.#offset;
  }

  #refuse(reason: string): false {
    this.fail(reason);
    return false;
  }
}

export interface BitString {
  readonly bytes: Uint8Array;
  /** How many of the lowest bits of the last byte are none, 0 to 7. */
  readonly unused: number;
}

/** Whether bit `number` of a BIT STRING with named bits is set. */
export function hasBit({ bytes }: BitString, number: number): boolean {
  const byte = bytes[number >> 3] ?? 0;
  return (byte & (0x80 >> (number & 7))) !== 0;
}

/** Negative, 0 or positive: byte by byte, and what is shorter goes first. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) if (left[i] !== right[i]) return left[i] - right[i];
  return left.length - right.length;
}

interface Document {
  readonly bytes: Uint8Array;
  failure: { readonly reason: string; readonly offset: number } | undefined;
}

const EMPTY = new Uint8Array(0);
/** Elements in each other; certificates need about 10. */
const DEEPEST = 24;
/** Revocation lists of large authorities have some megabytes. */
const LONGEST_DOCUMENT = 0x100_0000;
