import { decodeUtf8 } from '@atoll/bytes/utf8';
import {
  BMP_STRING,
  IA5_STRING,
  NUMERIC_STRING,
  PRINTABLE_STRING,
  TELETEX_STRING,
  UNIVERSAL_STRING,
  UTF8_STRING,
  VISIBLE_STRING,
} from './tag.ts';

/** The text of the contents of a string type; `undefined` for another type or characters that it has not. */
export function decodeString(tag: number, contents: Uint8Array): string | undefined {
  switch (tag) {
    case UTF8_STRING:
      return decodeStrictUtf8(contents);
    case PRINTABLE_STRING:
      return within(PRINTABLE, decodeLatin1(contents));
    case NUMERIC_STRING:
      return within(/^[0-9 ]*$/, decodeLatin1(contents));
    case IA5_STRING:
      return within(/^[^\u0080-\uffff]*$/, decodeLatin1(contents));
    case VISIBLE_STRING:
      return within(/^[\x20-\x7e]*$/, decodeLatin1(contents));
    case TELETEX_STRING:
      // T.61 has escapes that nobody uses; what certificates hold is Latin-1.
      return decodeLatin1(contents);
    case BMP_STRING:
      return decodeUnits(contents, 2);
    case UNIVERSAL_STRING:
      return decodeUnits(contents, 4);
    default:
      return undefined;
  }
}

/** Whether `text` may be a PrintableString. */
export function isPrintable(text: string): boolean {
  return PRINTABLE.test(text);
}

function within(characters: RegExp, text: string): string | undefined {
  return characters.test(text) ? text : undefined;
}

function decodeStrictUtf8(contents: Uint8Array): string | undefined {
  const text = decodeUtf8(contents);
  // The replacement character may also be there in its own right, as ef bf bd.
  let replacements = text.split('\ufffd').length - 1;
  for (let i = 0; i + 2 < contents.length; i++) {
    if (contents[i] === 0xef && contents[i + 1] === 0xbf && contents[i + 2] === 0xbd)
      replacements--;
  }
  return replacements === 0 ? text : undefined;
}

function decodeLatin1(contents: Uint8Array): string {
  let text = '';
  for (const byte of contents) text += String.fromCharCode(byte);
  return text;
}

/** Big-endian code points of two or four bytes; surrogates are none. */
function decodeUnits(contents: Uint8Array, size: number): string | undefined {
  if (contents.length % size !== 0) return undefined;
  let text = '';
  for (let at = 0; at < contents.length; at += size) {
    let code = 0;
    for (let i = 0; i < size; i++) code = code * 256 + contents[at + i];
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
    text += String.fromCodePoint(code);
  }
  return text;
}

const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;
