/** Fields that are octets: names, strings, keys, digests, addresses. */
import { fromHex, toHex } from '@atoll/bytes/hex';
import type { Reader } from '@atoll/bytes/reader';
import type { Writer } from '@atoll/bytes/writer';
import { ipv6Text, parseIpv6 } from '../address.ts';
import { fromBase32Hex, fromBase64, toBase32Hex, toBase64 } from '../base-n.ts';
import { concat, type Name, nameAt, nameOctets, nameText, parseName } from '../name.ts';
import { copyOctets, octetString, stringOctets } from '../octets.ts';
import { quoted, unescaped } from '../text.ts';
import type { Field } from './field.ts';

/** A domain name. Compression is undone before and done after, see `rdata-names.ts`. */
export const NAME: Field<Name> = {
  parse(reader) {
    const name = nameAt(reader.bytes, reader.offset);
    if (name !== undefined) reader.skip(name.length);
    return name;
  },
  emit: (writer, name) => writer.bytes(nameOctets(name)),
  print: nameText,
  scan: (words) => scanName(words.next(), words.origin),
};

/** The address in a record of type AAAA: 16 octets. */
export const IPV6: Field<Uint8Array> = {
  parse: (reader) => copyOctets(reader.take(16)),
  emit(writer, address) {
    if (address.length !== 16) throw new RangeError(`IPv6 address of ${address.length} octets`);
    writer.bytes(address);
  },
  print: ipv6Text,
  scan: (words) => parseIpv6(words.next()),
};

/** A `<character-string>` of at most 255 octets, one a character. */
export const STRING: Field<string> = {
  parse: (reader) => octetString(reader.take(reader.u8())),
  emit: (writer, value) => emitShort(writer, stringOctets(value)),
  print: quoted,
  scan: (words) => (words.left > 0 ? scanString(words.next()) : undefined),
};

/** One `<character-string>` or more, up to the end. */
export const STRINGS: Field<readonly string[]> = {
  parse(reader) {
    const strings: string[] = [];
    do strings.push(octetString(reader.take(reader.u8())));
    while (reader.remaining > 0 && !reader.truncated);
    return strings;
  },
  emit(writer, strings) {
    if (strings.length === 0) throw new RangeError('no string');
    for (const value of strings) emitShort(writer, stringOctets(value));
  },
  print: (strings) => strings.map(quoted).join(' '),
  scan(words) {
    const strings = words.rest().map(scanString);
    return strings.length === 0 || strings.includes(undefined) ? undefined : (strings as string[]);
  },
};

/** Letters and digits behind their number, such as the tag of CAA (RFC 8659 section 4.1). */
export const TAG: Field<string> = {
  ...STRING,
  parse: (reader) => tagOnly(octetString(reader.take(reader.u8()))),
  print: (value) => value,
  scan: (words) => tagOnly(words.next()),
};

/** Text up to the end, without a length before it: quoted in a master file. */
export const TEXT: Field<string> = {
  parse: (reader) => octetString(reader.rest()),
  emit: (writer, value) => writer.bytes(stringOctets(value)),
  print: quoted,
  scan: (words) => (words.left > 0 ? unescaped(words.next()) : undefined),
};

/** Octets up to the end, hexadecimal in a master file, where white space may divide them. */
export const HEX: Field<Uint8Array> = {
  parse: (reader) => copyOctets(reader.rest()),
  emit: (writer, value) => writer.bytes(value),
  print: (value) => toHex(value),
  scan: (words) => scanHex(words.rest().join('')),
};

/** Octets up to the end, base 64 in a master file, where white space may divide them. */
export const BASE64: Field<Uint8Array> = {
  ...HEX,
  print: toBase64,
  scan: (words) => fromBase64(words.rest().join('')),
};

/** At most 255 octets behind their number; hexadecimal, and `-` for none (RFC 5155 section 3.3). */
export const SALT: Field<Uint8Array> = {
  parse: takeShort,
  emit: emitShort,
  print: (value) => (value.length === 0 ? '-' : toHex(value)),
  scan(words) {
    const word = words.next();
    const salt = word === '-' ? NOTHING : word === '' ? undefined : scanHex(word);
    return short(salt);
  },
};

/** At most 255 octets behind their number; base 32 (RFC 5155 section 3.3). */
export const HASH: Field<Uint8Array> = {
  parse: (reader) => nonEmpty(takeShort(reader)),
  emit: emitShort,
  print: toBase32Hex,
  scan: (words) => nonEmpty(short(fromBase32Hex(words.next()))),
};

function scanName(word: string, origin: string): Name | undefined {
  const base = parseName(origin);
  if (word === '@') return base.ok ? base.value : undefined;
  const name = parseName(word);
  if (!name.ok || !base.ok) return undefined;
  return endsInDot(word) ? name.value : concat(name.value, base.value);
}

/** Whether the last character is a dot that no escape made ordinary. */
function endsInDot(word: string): boolean {
  return word.replace(/\\[\s\S]/g, '').endsWith('.');
}

function scanString(word: string): string | undefined {
  const value = unescaped(word);
  return value !== undefined && value.length <= SHORT ? value : undefined;
}

function scanHex(digits: string): Uint8Array | undefined {
  return digits.includes(':') ? undefined : fromHex(digits);
}

function tagOnly(value: string): string | undefined {
  return /^[A-Za-z0-9]{1,255}$/.test(value) ? value : undefined;
}

function takeShort(reader: Reader): Uint8Array {
  return copyOctets(reader.take(reader.u8()));
}

function emitShort(writer: Writer, value: Uint8Array): void {
  if (value.length > SHORT) throw new RangeError(`string of ${value.length} octets`);
  writer.u8(value.length);
  writer.bytes(value);
}

function short(value: Uint8Array | undefined): Uint8Array | undefined {
  return value === undefined || value.length > SHORT ? undefined : value;
}

function nonEmpty(value: Uint8Array | undefined): Uint8Array | undefined {
  return value === undefined || value.length === 0 ? undefined : value;
}

/** The most octets behind a length octet. */
const SHORT = 255;
const NOTHING = new Uint8Array(0);
