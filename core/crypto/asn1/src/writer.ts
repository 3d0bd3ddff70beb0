/**
 * Writes DER: each function answers one whole element, made of the elements that it is given. Values that
 * the type does not have throw. What is written is small, so that elements are simply copied into each other.
 */
import { encodeUtf8 } from '@atoll/bytes/utf8';
import { encodeOid } from './oid.ts';
import { compareBytes } from './reader.ts';
import { decodeString } from './string.ts';
import {
  BIT_STRING,
  BOOLEAN,
  contextConstructed,
  GENERALIZED_TIME,
  INTEGER,
  NULL,
  OBJECT_IDENTIFIER,
  OCTET_STRING,
  SEQUENCE,
  SET,
  UTC_TIME,
  UTF8_STRING,
} from './tag.ts';
import { encodeDigits } from './time.ts';

/** An element with this tag and these contents, of one or more parts. */
export function element(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, part) => sum + part.length, 0);
  const head = [tag, ...lengthOctets(length)];
  const bytes = new Uint8Array(head.length + length);
  bytes.set(head);
  let at = head.length;
  for (const part of contents) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export function sequence(...elements: readonly Uint8Array[]): Uint8Array {
  return element(SEQUENCE, ...elements);
}

/** Puts the elements in order. */
export function setOf(...elements: readonly Uint8Array[]): Uint8Array {
  return element(SET, ...[...elements].sort(compareBytes));
}

/** `[number] EXPLICIT`, or `[number] IMPLICIT SEQUENCE` of the given elements. */
export function tagged(number: number, ...elements: readonly Uint8Array[]): Uint8Array {
  return element(contextConstructed(number), ...elements);
}

export function boolean(value: boolean): Uint8Array {
  return element(BOOLEAN, Uint8Array.of(value ? 0xff : 0));
}

/** A number from 0 to 2^53 - 1, or big-endian octets that are not negative. */
export function integer(value: number | Uint8Array, tag: number = INTEGER): Uint8Array {
  const octets = [...(typeof value === 'number' ? octetsOf(value) : value)];
  while (octets.length > 1 && octets[0] === 0) octets.shift();
  if (octets.length === 0 || octets[0] >= 0x80) octets.unshift(0);
  return element(tag, Uint8Array.from(octets));
}

export function octetString(bytes: Uint8Array): Uint8Array {
  return element(OCTET_STRING, bytes);
}

/** `unused` of the lowest bits of the last byte are no part of it, and zero. */
export function bitString(bytes: Uint8Array, unused = 0): Uint8Array {
  const last = bytes.length > 0 ? bytes[bytes.length - 1] : 0;
  if (unused > 7 || (unused > 0 && bytes.length === 0) || (last & ((1 << unused) - 1)) !== 0) {
    throw new RangeError('a BIT STRING with wrong unused bits');
  }
  return element(BIT_STRING, Uint8Array.of(unused), bytes);
}

/** A BIT STRING with named bits, of which these are set. */
export function namedBits(numbers: readonly number[]): Uint8Array {
  const highest = Math.max(-1, ...numbers);
  const bytes = new Uint8Array((highest + 8) >> 3);
  for (const number of numbers) bytes[number >> 3] |= 0x80 >> (number & 7);
  return bitString(bytes, bytes.length * 8 - 1 - highest);
}

export function nullValue(): Uint8Array {
  return element(NULL);
}

export function oid(text: string): Uint8Array {
  return element(OBJECT_IDENTIFIER, encodeOid(text));
}

export function utf8String(text: string): Uint8Array {
  return element(UTF8_STRING, encodeUtf8(text));
}

/** PrintableString, IA5String and the like, as `type` says; `tag` is another one when it is implicit. */
export function asciiString(type: number, text: string, tag: number = type): Uint8Array {
  const bytes = encodeUtf8(text);
  if (decodeString(type, bytes) !== text) throw new RangeError(`${text} has other characters`);
  return element(tag, bytes);
}

/** Milliseconds since 1970, cut to seconds: UTCTime from 1950 to 2049, else GeneralizedTime (RFC 5280, 4.1.2.5). */
export function time(milliseconds: number): Uint8Array {
  const digits = encodeDigits(milliseconds);
  const isShort = digits >= '1950' && digits < '2050';
  const text = `${isShort ? digits.slice(2) : digits}Z`;
  return element(isShort ? UTC_TIME : GENERALIZED_TIME, encodeUtf8(text));
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets = octetsOf(length);
  return [0x80 | octets.length, ...octets];
}

function octetsOf(value: number): readonly number[] {
  if (!(Number.isSafeInteger(value) && value >= 0)) throw new RangeError(`${value} as INTEGER`);
  const octets = [value % 256];
  for (let rest = Math.floor(value / 256); rest > 0; rest = Math.floor(rest / 256)) {
    octets.unshift(rest % 256);
  }
  return octets;
}
