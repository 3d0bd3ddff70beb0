/** Record data between octets (names uncompressed), values, and master file text. */
import { fromHex, toHex } from '@atoll/bytes/hex';
import { Reader } from '@atoll/bytes/reader';
import { Writer } from '@atoll/bytes/writer';
import { malformed, ok, type Result } from '@atoll/result/result';
import type { Field } from './field/field.ts';
import { LAYOUTS, type Rdata } from './layout.ts';
import { decimal, Words } from './text.ts';
import { typeText } from './type.ts';

/** The values in `data`; for a type without fields, all of it as `data`. They must fill it exactly. */
export function parseRdata<T extends number>(type: T, data: Uint8Array): Result<Rdata<T>> {
  const layout = layoutOf(type);
  if (layout === undefined) return ok({ data } as unknown as Rdata<T>);
  const reader = new Reader(data);
  const values: Record<string, unknown> = {};
  for (const [name, field] of layout) {
    const value = field.parse(reader);
    if (value === undefined || reader.truncated) {
      return malformed(`bad ${name} in ${typeText(type)} record data`);
    }
    values[name] = value;
  }
  if (reader.remaining > 0) return malformed(`${typeText(type)} record data too long`);
  return ok(values as Rdata<T>);
}

/** The octets of record data of our own; throws when a value cannot be that of its field. */
export function emitRdata<T extends number>(type: T, values: Rdata<T>): Uint8Array {
  const given = values as Readonly<Record<string, unknown>>;
  const layout = layoutOf(type);
  if (layout === undefined) return given.data as Uint8Array;
  const writer = new Writer(64);
  for (const [name, field] of layout) field.emit(writer, given[name]);
  if (writer.length > 0xffff) throw new RangeError('record data above 65535 octets');
  return writer.finish();
}

/**
 * The record data as a master file writes them, on one line. Those of an opaque type, or that are not
 * what their type says, are in the form of RFC 3597: `\# 4 c0000201`.
 */
export function rdataText(type: number, data: Uint8Array): string {
  const layout = layoutOf(type);
  const values = layout && parseRdata(type, data);
  if (layout === undefined || !values?.ok) return opaqueText(data);
  const words = layout.map(([name, field]) => field.print(values.value[name]));
  return words.filter((word) => word !== '').join(' ');
}

/**
 * The octets of the record data that a master file writes as `text`, comments, parentheses and lines
 * included. Any type may be in the form of RFC 3597 section 5, which says nothing about the fields, so
 * that every output of {@link rdataText} is understood. `origin` is a name as text: what `@` means, and
 * what a name without the last dot continues with.
 */
export function parseRdataText(type: number, text: string, origin = '.'): Result<Uint8Array> {
  const layout = layoutOf(type);
  const words = new Words(text, origin);
  if (words.broken) return malformed('open quote or incomplete escape');
  if (/^[\s(]*\\#(?:[\s()]|$)/.test(text)) return parseOpaque(words);
  if (layout === undefined) return malformed(`${typeText(type)} record data must begin with \\#`);
  const writer = new Writer(64);
  for (const [name, field] of layout) {
    const value = field.scan(words);
    if (value === undefined) return malformed(`bad ${name} in ${typeText(type)} record data`);
    field.emit(writer, value);
  }
  if (words.left > 0) return malformed(`too many words in ${typeText(type)} record data`);
  if (writer.length > 0xffff) return malformed('record data above 65535 octets');
  return ok(writer.finish());
}

function parseOpaque(words: Words): Result<Uint8Array> {
  words.next();
  const length = decimal(words.next(), 0xffff);
  const digits = words.rest().join('');
  const data = digits.includes(':') ? undefined : fromHex(digits);
  if (data === undefined || data.length !== length) return malformed('bad opaque record data');
  return ok(data);
}

function opaqueText(data: Uint8Array): string {
  return data.length === 0 ? '\\# 0' : `\\# ${data.length} ${toHex(data)}`;
}

type NamedField = readonly [string, Field<unknown>];

/** The fields of each type as a list, made once, since the order and names are asked for again and again. */
const FIELDS: ReadonlyMap<number, readonly NamedField[]> = new Map(
  Object.entries(LAYOUTS).map(([type, layout]) => [Number(type), Object.entries(layout)]),
);

function layoutOf(type: number): readonly NamedField[] | undefined {
  return FIELDS.get(type);
}
