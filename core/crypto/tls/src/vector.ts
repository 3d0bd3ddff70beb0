import type { Reader } from '@atoll/bytes/reader';
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
