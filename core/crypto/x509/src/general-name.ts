import type { DerReader } from '@atoll/asn1/reader';
import { contextConstructed, contextPrimitive, IA5_STRING } from '@atoll/asn1/tag';
import { asciiString, element, tagged } from '@atoll/asn1/writer';
import { toHex } from '@atoll/bytes/hex';
import type { Name } from './name.ts';
import { describeName, readName } from './name.ts';

/** RFC 5280, 4.2.1.6. Text is ASCII, as it stands. */
export type GeneralName =
  | { readonly kind: 'dns' | 'email' | 'uri'; readonly value: string }
  /** 4 or 16 octets; in name constraints 8 or 32, an address and a mask. */
  | { readonly kind: 'ip'; readonly value: Uint8Array }
  | { readonly kind: 'directory'; readonly value: Name }
  /** A form that is not interpreted: its tag, and its DER. */
  | { readonly kind: 'other'; readonly tag: number; readonly value: Uint8Array };

export function readGeneralName(reader: DerReader): GeneralName {
  const tag = reader.peek();
  switch (tag) {
    case EMAIL:
      return { kind: 'email', value: reader.string(IA5_STRING, tag) };
    case DNS:
      return { kind: 'dns', value: reader.string(IA5_STRING, tag) };
    case URI:
      return { kind: 'uri', value: reader.string(IA5_STRING, tag) };
    case IP:
      return { kind: 'ip', value: reader.octetString(tag) };
    case DIRECTORY:
      return { kind: 'directory', value: reader.within(tag, readName) };
    case OTHER_NAME:
    case X400:
    case EDI:
    case REGISTERED_ID:
      return { kind: 'other', tag, value: reader.element() };
    default:
      reader.fail('no form of a GeneralName');
      return { kind: 'other', tag, value: reader.element() };
  }
}

export function emitGeneralName(name: GeneralName): Uint8Array {
  switch (name.kind) {
    case 'email':
      return asciiString(IA5_STRING, name.value, EMAIL);
    case 'dns':
      return asciiString(IA5_STRING, name.value, DNS);
    case 'uri':
      return asciiString(IA5_STRING, name.value, URI);
    case 'ip':
      return element(IP, name.value);
    case 'directory':
      return tagged(4, name.value.bytes);
    case 'other':
      return name.value;
  }
}

/** `dns "example.com"`, for messages. */
export function describeGeneralName(name: GeneralName): string {
  return `${name.kind} ${JSON.stringify(generalNameText(name).slice(0, 200))}`;
}

/** What people write for it; IPv6 addresses in the form of RFC 5952. */
export function generalNameText(name: GeneralName): string {
  switch (name.kind) {
    case 'ip':
      return addressText(name.value);
    case 'directory':
      return describeName(name.value);
    case 'other':
      return toHex(name.value);
    default:
      return name.value;
  }
}

function addressText(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  if (octets.length !== 16) return toHex(octets);
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2) groups.push(((octets[at] << 8) | octets[at + 1]).toString(16));
  // The first of the longest runs of two or more zeros is left out.
  for (let length = 8; length >= 2; length--) {
    for (let start = 0; start + length <= 8; start++) {
      if (groups.slice(start, start + length).some((group) => group !== '0')) continue;
      return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
    }
  }
  return groups.join(':');
}

const OTHER_NAME = contextConstructed(0);
const EMAIL = contextPrimitive(1);
const DNS = contextPrimitive(2);
const X400 = contextConstructed(3);
const DIRECTORY = contextConstructed(4);
const EDI = contextConstructed(5);
const URI = contextPrimitive(6);
const IP = contextPrimitive(7);
const REGISTERED_ID = contextPrimitive(8);
