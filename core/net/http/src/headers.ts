import { encodeLatin1 } from '@atoll/bytes/latin1';
import { ALL_HINTS } from './hints.ts';
import { onlyValue, splitFields } from './http1/field-lines.ts';
import { isFieldValue, isToken, trimWhitespace } from './syntax.ts';

/** Names in lower case and values, in their order. */
export type FieldList = readonly (readonly [name: string, value: string])[];

/**
 * The fields of a message, in their order. Names are lower-case, in HTTP/1.1 on the wire as well; values
 * are latin1.
 *
 * Who gives the same `Headers` to many responses, as static files do, has them encoded only once.
 */
export class Headers implements Iterable<readonly [name: string, value: string]> {
  #names: string[] = [];
  #values: string[] = [];
  #lines: Uint8Array | undefined;
  #list: FieldList | undefined;
  /** Good lines with lower-case names that nobody took apart yet, behind an LF. */
  #unread: string | undefined;
  #hints = ALL_HINTS;

  /** Throws a `TypeError` for names and values that cannot be sent: nobody adds lines by a value. */
  constructor(fields: Readonly<Record<string, string>> = NO_FIELDS) {
    if (fields === NO_FIELDS) return;
    for (const name of Object.keys(fields)) this.append(name, fields[name]);
  }

  /** Of fields that a parser has found good; `names` are lower-case. Both arrays are the headers' from now on. */
  static ofParsed(names: string[], values: string[]): Headers {
    const headers = new Headers();
    headers.#names = names;
    headers.#values = values;
    return headers;
  }

  /**
   * Of field lines that a parser has found good, with lower-case names, each with its CRLF and all behind an LF: they are
   * taken apart when somebody looks. `hints` are the bits of {@link HINTS} that they may have.
   */
  static ofLines(lines: string, hints: number): Headers {
    const headers = new Headers();
    headers.#unread = lines;
    headers.#hints = hints;
    return headers;
  }

  /** False only when there is none of the fields that `hints` stand for: there is no need to ask for them. */
  mayHave(hints: number): boolean {
    return (this.#hints & hints) !== 0;
  }

  get size(): number {
    this.#read();
    return this.#names.length;
  }

  has(name: string): boolean {
    this.#read();
    return this.#names.includes(name.toLowerCase());
  }

  /** The value of `name`; of a field that comes several times, all values as one list (RFC 9110 section 5.2). */
  get(name: string): string | undefined {
    const wanted = name.toLowerCase();
    if (this.#unread !== undefined) {
      const value = onlyValue(this.#unread, wanted);
      if (value !== undefined) return value;
      this.#read();
    }
    const first = this.#names.indexOf(wanted);
    if (first < 0) return undefined;
    if (this.#names.indexOf(wanted, first + 1) < 0) return this.#values[first];
    return this.all(name).join(', ');
  }

  /** The value of each line of `name`. */
  all(name: string): readonly string[] {
    const wanted = name.toLowerCase();
    this.#read();
    let at = this.#names.indexOf(wanted);
    if (at < 0) return NONE;
    const values: string[] = [];
    for (; at >= 0; at = this.#names.indexOf(wanted, at + 1)) values.push(this.#values[at]);
    return values;
  }

  append(name: string, value: string): this {
    if (!isToken(name)) throw new TypeError(`${JSON.stringify(name)} is no name of a field`);
    if (!isFieldValue(value)) throw new TypeError(`${name} cannot be ${JSON.stringify(value)}`);
    this.#read();
    this.#names.push(name.toLowerCase());
    this.#values.push(trimWhitespace(value));
    this.#hints = ALL_HINTS;
    this.#changed();
    return this;
  }

  /** Puts `value` into the place of all values that `name` had. */
  set(name: string, value: string): this {
    return this.delete(name).append(name, value);
  }

  delete(name: string): this {
    const unwanted = name.toLowerCase();
    this.#read();
    for (let at = this.#names.length - 1; at >= 0; at--) {
      if (this.#names[at] !== unwanted) continue;
      this.#names.splice(at, 1);
      this.#values.splice(at, 1);
      this.#changed();
    }
    return this;
  }

  copy(): Headers {
    this.#read();
    return Headers.ofParsed(this.#names.slice(), this.#values.slice());
  }

  /**
   * The field lines of HTTP/1.1, each with its CRLF; they are kept until a field changes. Throws when there are
   * fields among them that say where a message ends: only who sends it knows.
   */
  lines(): Uint8Array {
    this.#lines ??= this.#encode();
    return this.#lines;
  }

  /** Names and values for who encodes them differently: the same object until a field changes. Throws like {@link lines}. */
  list(): FieldList {
    if (this.#list === undefined) {
      this.#check();
      this.#list = [...this];
    }
    return this.#list;
  }

  #read(): void {
    if (this.#unread === undefined) return;
    const { names, values } = splitFields(this.#unread.slice(1));
    this.#names = names;
    this.#values = values;
    this.#unread = undefined;
  }

  #encode(): Uint8Array {
    this.#check();
    return encodeLatin1(this.toString());
  }

  #check(): void {
    const misplaced = OF_CONNECTION.find((name) => this.has(name));
    if (misplaced !== undefined) throw new TypeError(`${misplaced} is not for a handler to say`);
  }

  #changed(): void {
    this.#lines = undefined;
    this.#list = undefined;
  }

  toString(): string {
    let text = '';
    for (const [name, value] of this) text += `${name}: ${value}\r\n`;
    return text;
  }

  *[Symbol.iterator](): Iterator<readonly [name: string, value: string]> {
    this.#read();
    for (let at = 0; at < this.#names.length; at++) yield [this.#names[at], this.#values[at]];
  }
}

const NO_FIELDS: Readonly<Record<string, string>> = {};
const NONE: readonly string[] = [];
const OF_CONNECTION = ['content-length', 'transfer-encoding', 'connection'];
