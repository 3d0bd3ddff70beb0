/** The OPT record of EDNS (RFC 6891 section 6.1) and its options. */
import type { MessageWriter } from './compression.ts';
import type { Edns, EdnsOption } from './message.ts';
import { copyOctets } from './octets.ts';
import { TYPE } from './type.ts';

/** Codes from IANA's registry "DNS EDNS0 Option Codes (OPT)". */
export const EDNS_OPTION = {
  /** RFC 5001. */
  NSID: 3,
  /** RFC 7871. */
  CLIENT_SUBNET: 8,
  /** RFC 7873. */
  COOKIE: 10,
  /** RFC 7828. */
  KEEPALIVE: 11,
  /** RFC 7830. */
  PADDING: 12,
  /** RFC 8914. */
  EXTENDED_ERROR: 15,
} as const;

/**
 * The fields of an OPT record whose CLASS and TTL fields are `udpPayloadSize` and `ttl`, and whose data
 * stand in `bytes` from `start` to `end`; `undefined` when the options do not fill the data exactly.
 * Options of a version other than 0 may look different, so none are read there.
 */
export function parseEdns(
  udpPayloadSize: number,
  ttl: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): Edns | undefined {
  const version = (ttl >>> 16) & 0xff;
  const options = version === 0 ? parseOptions(bytes, start, end) : NO_OPTIONS;
  if (options === undefined) return undefined;
  return { version, udpPayloadSize, dnssecOk: (ttl & DNSSEC_OK) !== 0, options };
}

/** How many octets the whole OPT record takes. */
export function ednsLength(edns: Edns): number {
  let length = OPT_LENGTH;
  for (const option of edns.options) length += 4 + option.data.length;
  return length;
}

/** Writes the OPT record; `rcode` is the whole one, of which the 8 upper bits go here. */
export function emitEdns(out: MessageWriter, edns: Edns, rcode: number): void {
  out.u8(0);
  out.twoU16(TYPE.OPT, edns.udpPayloadSize);
  out.u8(rcode >>> 4);
  out.u8(edns.version);
  out.twoU16(edns.dnssecOk ? DNSSEC_OK : 0, ednsLength(edns) - OPT_LENGTH);
  for (const option of edns.options) {
    out.twoU16(option.code, option.data.length);
    out.octets(option.data);
  }
}

function parseOptions(
  bytes: Uint8Array,
  start: number,
  end: number,
): readonly EdnsOption[] | undefined {
  if (start === end) return NO_OPTIONS;
  const options: EdnsOption[] = [];
  let at = start;
  while (at < end) {
    if (end - at < 4) return undefined;
    const code = (bytes[at] << 8) | bytes[at + 1];
    const next = at + 4 + ((bytes[at + 2] << 8) | bytes[at + 3]);
    if (next > end) return undefined;
    options.push({ code, data: copyOctets(bytes, at + 4, next) });
    at = next;
  }
  return options;
}

/** An OPT record without options: root, type, class, TTL, length. */
const OPT_LENGTH = 11;
/** The DO bit in the lower half of the TTL field (RFC 3225). */
const DNSSEC_OK = 0x8000;
const NO_OPTIONS: readonly EdnsOption[] = [];
