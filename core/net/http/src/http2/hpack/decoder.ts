import { decodeLatin1 } from '@atoll/bytes/latin1';
import { Field } from '../field.ts';
import { DynamicTable } from './dynamic-table.ts';
import { huffmanDecode } from './huffman.ts';
import { STATIC_LENGTH, staticTable } from './static-table.ts';

/** What a header list may be: octets as RFC 9113 section 6.5.2 counts them, and fields. */
export interface ListLimits {
  readonly fieldBytes: number;
  readonly fields: number;
}

/**
 * Reads field blocks of one connection (RFC 7541). A block that is one list too many is read to its end all the same,
 * since the table must go on: of what is beyond the limits nothing is kept but that.
 */
export class Decoder {
  /** The fields of the block that was read last. */
  fields: Field[] = [];
  /** Whether there were more than the limits allow. */
  isTooLarge = false;
  readonly #limits: ListLimits;
  readonly #table = new DynamicTable(TABLE_SIZE);
  readonly #static = staticTable();
  #size = 0;
  #bytes: Uint8Array = NOTHING;
  #at = 0;
  #end = 0;
  /** What is wrong with the block. */
  #problem: string | undefined;

  constructor(limits: ListLimits) {
    this.#limits = limits;
  }

  /** Reads a whole block; answers what is wrong with it, after which the connection cannot go on. */
  decode(bytes: Uint8Array): string | undefined {
    this.#bytes = bytes;
    this.#at = 0;
    this.#end = bytes.length;
    this.#size = 0;
    this.#problem = undefined;
    this.fields = [];
    this.isTooLarge = false;
    if (bytes.length > 0 && bytes[0] >>> 5 === 1) this.#resize();
    while (this.#at < this.#end && this.#problem === undefined) {
      if (!this.#takeIndexes(bytes)) this.#next();
    }
    this.#bytes = NOTHING;
    return this.#problem;
  }

  /** Takes the indexes of one octet that come next, which most fields of most blocks are; answers whether all is read. */
  #takeIndexes(bytes: Uint8Array): boolean {
    const { fieldBytes, fields: most } = this.#limits;
    const { fields } = this;
    const end = this.#end;
    let at = this.#at;
    let size = this.#size;
    for (; at < end; at++) {
      const index = bytes[at] - 0x80;
      if (index <= 0 || index >= 0x7f) break;
      const isStatic = index <= STATIC_LENGTH;
      const field = isStatic ? this.#static[index] : this.#table.at(index - STATIC_LENGTH - 1);
      if (field === undefined) break;
      size += field.size;
      if (size > fieldBytes || fields.length >= most) break;
      fields.push(field);
      this.#size = size;
    }
    this.#at = at;
    return at === end;
  }

  /** Changes of the table's size, which come before all fields (section 6.3). */
  #resize(): void {
    for (let count = 0; this.#at < this.#end && this.#bytes[this.#at] >>> 5 === 1; count++) {
      const size = this.#integer(0x1f);
      if (size > TABLE_SIZE || count === MOST_RESIZES) this.#fail('a table size beyond the limit');
      else this.#table.limit = size;
    }
  }

  #next(): void {
    const first = this.#bytes[this.#at];
    if (first >= 0x80) {
      this.#add(this.#indexed(this.#integer(0x7f)));
    } else if (first >= 0x40) {
      const field = this.#literal(0x3f);
      if (field !== undefined) this.#table.insert(field);
      this.#add(field);
    } else if (first >= 0x20) {
      this.#fail('a table size behind a field');
    } else {
      this.#add(this.#literal(0x0f));
    }
  }

  #add(field: Field | undefined): void {
    if (field === undefined || this.isTooLarge) return;
    this.#size += field.size;
    this.isTooLarge =
      this.#size > this.#limits.fieldBytes || this.fields.length === this.#limits.fields;
    if (!this.isTooLarge) this.fields.push(field);
  }

  #indexed(index: number): Field | undefined {
    if (index > 0 && index <= STATIC_LENGTH) return this.#static[index];
    const field = index === 0 ? undefined : this.#table.at(index - STATIC_LENGTH - 1);
    if (field === undefined) this.#fail(`an index of nothing, ${index}`);
    return field;
  }

  #literal(mask: number): Field | undefined {
    const index = this.#integer(mask);
    const name = index === 0 ? this.#string() : this.#indexed(index)?.name;
    const value = this.#string();
    if (name === undefined || value === undefined) return undefined;
    return new Field(name, value);
  }

  /** Section 5.1, with `mask` for the prefix. */
  #integer(mask: number): number {
    const bytes = this.#bytes;
    let value = bytes[this.#at++] & mask;
    if (value < mask) return value;
    for (let shift = 0; shift < 28 && this.#at < this.#end; shift += 7) {
      const octet = bytes[this.#at++];
      value += (octet & 0x7f) << shift;
      if (octet < 0x80) return value;
    }
    this.#fail('a number that is too long');
    return 0;
  }

  /** Section 5.2. */
  #string(): string | undefined {
    if (this.#at >= this.#end || this.#problem !== undefined) {
      this.#fail('a block that is not whole');
      return undefined;
    }
    const isHuffman = this.#bytes[this.#at] >= 0x80;
    const length = this.#integer(0x7f);
    const start = this.#at;
    const end = start + length;
    if (end > this.#end) {
      this.#fail('a block that is not whole');
      return undefined;
    }
    this.#at = end;
    if (!isHuffman) return decodeLatin1(this.#bytes.subarray(start, end));
    const text = huffmanDecode(this.#bytes, start, end);
    if (text === undefined) this.#fail('a string that is not coded');
    return text;
  }

  #fail(problem: string): void {
    this.#problem ??= problem;
    this.#at = this.#end;
  }
}

/** SETTINGS_HEADER_TABLE_SIZE, which we leave as it is at first. */
const TABLE_SIZE = 4096;
/** The smallest size since the last block, and the last one (section 4.2). */
const MOST_RESIZES = 2;
const NOTHING = new Uint8Array(0);
