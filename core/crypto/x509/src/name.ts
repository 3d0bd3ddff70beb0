import type { DerReader } from '@atoll/asn1/reader';
import { isPrintable } from '@atoll/asn1/string';
import { IA5_STRING, PRINTABLE_STRING } from '@atoll/asn1/tag';
import { asciiString, oid, sequence, setOf, utf8String } from '@atoll/asn1/writer';
import { toHex } from '@atoll/bytes/hex';
import { COMMON_NAME, EMAIL_ADDRESS } from './oid.ts';

/** A distinguished name (RFC 5280, 4.1.2.4): a list of sets of attributes, the most general first. */
export interface Name {
  readonly bytes: Uint8Array;
  readonly parts: readonly NamePart[];
  /** The same for names that are the same (RFC 5280, 7.1), and for no others. */
  readonly key: string;
}

/** A relative distinguished name, nearly always of one attribute. */
export interface NamePart {
  readonly attributes: readonly Attribute[];
  readonly key: string;
}

export interface Attribute {
  /** An object identifier. */
  readonly type: string;
  /** Text; for a value that is no string, its DER as `#3000`. */
  readonly value: string;
}

export function readName(reader: DerReader): Name {
  const start = reader.offset;
  const parts = reader.sequenceOf(readPart, undefined, true);
  return { bytes: reader.since(start), parts, key: parts.map(({ key }) => key).join('/') };
}

function readPart(reader: DerReader): NamePart {
  const attributes = reader.setOf((set) =>
    set.sequence((inner) => ({ type: inner.oid(), value: readValue(inner) })),
  );
  const keys = attributes.map(({ type, value }) => {
    const folded = fold(value);
    return `${type}=${folded.length}:${folded}`;
  });
  return { attributes, key: keys.sort().join('+') };
}

function readValue(reader: DerReader): string {
  const tag = reader.peek();
  return STRINGS.has(tag) ? reader.string() : `#${toHex(reader.element())}`;
}

/**
 * Case and the number of spaces do not count (RFC 4518, as far as RFC 5280 asks for it). Unicode is not normalized:
 * names that only that would make the same are different here, which never lets a chain pass.
 */
function fold(text: string): string {
  return text.trim().replace(/ +/g, ' ').toLowerCase();
}

/** Whether `name` lies in the subtree `base`, or is it. */
export function isWithin(name: Name, base: Name): boolean {
  return base.parts.every((part, index) => name.parts[index]?.key === part.key);
}

/** The values of all attributes of one type. */
export function valuesOf(name: Name, type: string): string[] {
  return name.parts
    .flatMap(({ attributes }) => attributes)
    .filter((attribute) => attribute.type === type)
    .map(({ value }) => value);
}

/** `CN=gateway, O=Example`, the most specific first (RFC 4514), without control characters. */
export function describeName(name: Name): string {
  const text = [...name.parts]
    .reverse()
    .map(({ attributes }) =>
      attributes.map(({ type, value }) => `${LABELS[type] ?? type}=${escapeText(value)}`).join('+'),
    );
  return text.length === 0 ? '(no name)' : text.join(', ').slice(0, 200);
}

function escapeText(value: string): string {
  const special = value.replace(/[,+"\\<>;=]/g, '\\$&');
  return special.replace(/\p{C}/gu, (control) => `\\u{${control.codePointAt(0)?.toString(16)}}`);
}

/** The DER of a name with one attribute in each part; `type` is a label such as `CN` or an object identifier. */
export function emitName(
  attributes: readonly (readonly [type: string, value: string])[],
): Uint8Array {
  const types = Object.fromEntries(Object.entries(LABELS).map(([type, label]) => [label, type]));
  const parts = attributes.map(([label, value]) => {
    const type = types[label] ?? label;
    return setOf(sequence(oid(type), emitValue(type, value)));
  });
  return sequence(...parts);
}

function emitValue(type: string, value: string): Uint8Array {
  if (type === EMAIL_ADDRESS) return asciiString(IA5_STRING, value);
  const isAscii = PRINTABLE_TYPES.has(LABELS[type]) && isPrintable(value);
  return isAscii ? asciiString(PRINTABLE_STRING, value) : utf8String(value);
}

const LABELS: Readonly<Record<string, string>> = {
  [COMMON_NAME]: 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.42': 'GN',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  [EMAIL_ADDRESS]: 'emailAddress',
};

/** RFC 5280, appendix A.1: these are PrintableString and nothing else. */
const PRINTABLE_TYPES = new Set(['C', 'serialNumber']);
/** NumericString, UTF8String, PrintableString, TeletexString, IA5String, UniversalString, BMPString. */
const STRINGS = new Set([0x0c, 0x12, 0x13, 0x14, 0x16, 0x1c, 0x1e]);
