import { encodeLatin1 } from '@atoll/bytes/latin1';
import type { FieldList } from '../../headers.ts';
import { Field } from '../field.ts';
import type { Output } from '../output.ts';
import { DynamicTable } from './dynamic-table.ts';
import { STATIC_LENGTH, staticNames } from './static-table.ts';

/**
 * Writes field blocks of one connection (RFC 7541). Fields whose values come again and again go into the table; a
 * list that comes again as the same object is a copy of what was written for it. Strings are written without
 * Huffman coding: a loop over their characters costs an interpreter more than the octets are worth.
 */
export class Encoder {
  readonly #table = new DynamicTable(OWN_LIMIT);
  /** What number each field of the table has, by its line; also of some that have left it. */
  readonly #numbers = new Map<string, number>();
  /** Lists that were written, as long as no other field went into the table. */
  readonly #written = new Map<FieldList, Uint8Array>();
  #writtenAt = 0;
  /** The smallest size that the peer asked for since the last block. */
  #smallest: number | undefined;

  /** The peer's SETTINGS_HEADER_TABLE_SIZE. */
  limit(size: number): void {
    const limit = Math.min(size, OWN_LIMIT);
    if (limit === this.#table.limit && this.#smallest === undefined) return;
    this.#smallest = Math.min(limit, this.#smallest ?? limit);
    this.#table.limit = limit;
    this.#written.clear();
    this.#numbers.clear();
  }

  /** Starts a block: sizes come before fields (section 4.2). */
  begin(out: Output): void {
    if (this.#smallest === undefined) return;
    if (this.#smallest < this.#table.limit) writeInteger(out, 0x20, 0x1f, this.#smallest);
    writeInteger(out, 0x20, 0x1f, this.#table.limit);
    this.#smallest = undefined;
  }

  /** Writes all fields of `list`. */
  list(out: Output, list: FieldList): void {
    if (this.#writtenAt !== this.#table.inserted) {
      this.#written.clear();
      this.#writtenAt = this.#table.inserted;
    }
    const known = this.#written.get(list);
    if (known !== undefined) {
      out.put(known);
      return;
    }
    const start = out.length;
    for (const [name, value] of list) this.#field(out, name, value);
    // What was inserted now is an index only the next time.
    if (this.#writtenAt !== this.#table.inserted) return;
    if (this.#written.size === MOST_WRITTEN) this.#written.clear();
    this.#written.set(list, out.bytes.slice(start, out.length));
  }

  #field(out: Output, name: string, value: string): void {
    if (!REPEATED.has(name)) {
      writeLiteral(out, name, value);
      return;
    }
    const line = `${name}: ${value}`;
    const number = this.#numbers.get(line);
    const age = this.#table.inserted - 1 - (number ?? -1);
    if (number !== undefined && age < this.#table.length) {
      writeInteger(out, 0x80, 0x7f, STATIC_LENGTH + 1 + age);
      return;
    }
    const field = new Field(name, value);
    if (field.size > this.#table.limit / 2) {
      writeLiteral(out, name, value);
      return;
    }
    if (this.#numbers.size > this.#table.length + MOST_GONE) this.#numbers.clear();
    this.#numbers.set(line, this.#table.inserted);
    this.#table.insert(field);
    writeLiteral(out, name, value, 0x40, 0x3f);
  }
}

/** Writes a literal field (section 6.2) that goes into no table, unless `first` and `mask` say so. */
export function writeLiteral(
  out: Output,
  name: string,
  value: string,
  first = 0,
  mask = 0x0f,
): void {
  const index = staticNames().get(name) ?? 0;
  writeInteger(out, first, mask, index);
  if (index === 0) writeString(out, name);
  writeString(out, value);
}

export function writeIndex(out: Output, index: number): void {
  writeInteger(out, 0x80, 0x7f, index);
}

function writeString(out: Output, text: string): void {
  writeInteger(out, 0, 0x7f, text.length);
  out.put(encodeLatin1(text));
}

function writeInteger(out: Output, first: number, mask: number, value: number): void {
  if (value < mask) {
    out.u8(first | value);
    return;
  }
  out.u8(first | mask);
  let rest = value - mask;
  for (; rest >= 0x80; rest >>>= 7) out.u8((rest & 0x7f) | 0x80);
  out.u8(rest);
}

/** Octets of the table that we use at most. */
const OWN_LIMIT = 4096;
const MOST_WRITTEN = 16;
const MOST_GONE = 64;

/** Fields that many responses of a connection have with the same value. None is a secret. */
const REPEATED: ReadonlySet<string> = new Set([
  'accept-ranges',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-origin',
  'allow',
  'alt-svc',
  'cache-control',
  'content-encoding',
  'content-language',
  'content-security-policy',
  'content-type',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'permissions-policy',
  'referrer-policy',
  'server',
  'strict-transport-security',
  'vary',
  'x-content-type-options',
  'x-frame-options',
]);
