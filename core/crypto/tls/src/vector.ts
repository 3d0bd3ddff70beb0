import { Reader } from '@atoll/bytes/reader';
import type { Writer } from '@atoll/bytes/writer';

/** Variable-length vectors of RFC 8446, 3.4: a length in bytes, then the content, here as a view. */

export function vector8(reader: Reader): Uint8Array {
  return reader.take(reader.u8());
}

export function vector16(reader: Reader): Uint8Array {
  return reader.take(reader.u16());
}

export function vector24(reader: Reader): Uint8Array {
  return reader.take(u24(reader));
}

export function u24(reader: Reader): number {
  return (reader.u8() << 16) | reader.u16();
}

/**
 * The values in `content`, as `read` reads one of them; `undefined` when there are fewer than `least`,
 * one is cut off, or `read` answers so.
 */
export function valuesIn<T>(
  content: Uint8Array,
  least: number,
  read: (reader: Reader) => T | undefined,
): T[] | undefined {
  const reader = new Reader(content);
  const values: T[] = [];
  while (reader.remaining > 0) {
    const value = read(reader);
    if (value === undefined || reader.truncated) return undefined;
    values.push(value);
  }
  return values.length < least ? undefined : values;
}

/** Likewise of a vector with a length of 16 bits that is all of `data`. */
export function valuesOf<T>(
  data: Uint8Array,
  least: number,
  read: (reader: Reader) => T | undefined,
): T[] | undefined {
  const reader = new Reader(data);
  const content = vector16(reader);
  return isWhole(reader) ? valuesIn(content, least, read) : undefined;
}

/** A vector that must not be empty. */
export function filled(vector: Uint8Array): Uint8Array | undefined {
  return vector.length === 0 ? undefined : vector;
}

/** Whether all was there, and nothing more. */
export function isWhole(reader: Reader): boolean {
  return !reader.truncated && reader.remaining === 0;
}

export function writeVector8(out: Writer, content: Uint8Array): void {
  checkFits(content.length, 0xff);
  out.u8(content.length);
  out.bytes(content);
}

export function writeVector16(out: Writer, content: Uint8Array): void {
  checkFits(content.length, 0xffff);
  out.u16(content.length);
  out.bytes(content);
}

export function writeVector24(out: Writer, content: Uint8Array): void {
  checkFits(content.length, 0xff_ffff);
  writeU24(out, content.length);
  out.bytes(content);
}

export function writeU24(out: Writer, value: number): void {
  out.u8(value >>> 16);
  out.u16(value & 0xffff);
}

/** A vector with a length of 16 bits around what `write` writes. */
export function around16(out: Writer, write: () => void): void {
  const at = out.length;
  out.u16(0);
  write();
  const length = out.length - at - 2;
  checkFits(length, 0xffff);
  out.patchU16(at, length);
}

function checkFits(length: number, most: number): void {
  if (length > most) throw new RangeError(`${length} bytes do not fit into a vector of ${most}`);
}
