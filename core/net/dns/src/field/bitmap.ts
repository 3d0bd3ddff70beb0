/** The type bitmaps of NSEC and NSEC3 (RFC 4034 section 4.1.2). */
import { parseType, typeText } from '../type.ts';
import type { Field } from './field.ts';

/** Types in rising order. On the wire: blocks of 256 types, each as its number, a length, and a bitmap. */
export const TYPES: Field<readonly number[]> = {
  parse(reader) {
    const types: number[] = [];
    let above = -1;
    while (reader.remaining > 0) {
      const block = reader.u8();
      const bitmap = reader.take(reader.u8());
      // Blocks rise, none is empty, and trailing zero octets are left out.
      if (block <= above || bitmap.length === 0 || bitmap.length > 32) return undefined;
      if (bitmap[bitmap.length - 1] === 0) return undefined;
      for (let bit = 0; bit < bitmap.length * 8; bit++) {
        if (((bitmap[bit >>> 3] << (bit & 7)) & 0x80) !== 0) types.push(block * 256 + bit);
      }
      above = block;
    }
    return types;
  },
  emit(writer, types) {
    let start = 0;
    while (start < types.length) {
      const block = types[start] >>> 8;
      let end = start;
      const bitmap = new Uint8Array(32);
      for (; end < types.length && types[end] >>> 8 === block; end++) {
        const type = types[end];
        if (type > 0xffff || (end > 0 && type <= types[end - 1])) {
          throw new RangeError('types must rise');
        }
        bitmap[(type & 0xff) >>> 3] |= 0x80 >>> (type & 7);
      }
      const length = ((types[end - 1] & 0xff) >>> 3) + 1;
      writer.u8(block);
      writer.u8(length);
      writer.bytes(bitmap.subarray(0, length));
      start = end;
    }
  },
  print: (types) => types.map(typeText).join(' '),
  scan(words) {
    const types = new Set<number>();
    for (const word of words.rest()) {
      const type = parseType(word);
      if (type === undefined) return undefined;
      types.add(type);
    }
    return [...types].sort((one, other) => one - other);
  },
};
