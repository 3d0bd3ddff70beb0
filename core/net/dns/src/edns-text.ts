/** What EDNS options say, in one word or a few, for logs. */
import { toHex } from '@atoll/bytes/hex';
import { ipv4Text } from '@atoll/ipv4/address';
import { ipv6Text } from './address.ts';
import { EDNS_OPTION } from './edns.ts';
import type { EdnsOption } from './message.ts';
import { octetString } from './octets.ts';
import { quoted } from './text.ts';

/**
 * `cookie=0011223344556677`, `subnet=192.0.2.0/24`, `ede=15(Blocked)"by list"`; `option65001=00ff` for an
 * option that is not known, or not what its code says. Long data are counted instead.
 */
export function optionText(option: EdnsOption): string {
  const { code, data } = option;
  if (code === EDNS_OPTION.PADDING) return `padding=${data.length}`;
  if (data.length > SHOWN) return `option${code}=(${data.length} octets)`;
  return FORMS.get(code)?.(data) ?? `option${code}=${toHex(data)}`;
}

type Form = (data: Uint8Array) => string | undefined;

const nsid: Form = (data) => (data.length === 0 ? 'nsid' : `nsid=${quoted(octetString(data))}`);

/** Address family, length of the prefix that is given, length of the one that was used, address (RFC 7871 section 6). */
const clientSubnet: Form = (data) => {
  const size = data[1] === 1 ? 4 : data[1] === 2 ? 16 : 0;
  if (data.length < 4 || data[0] !== 0 || size === 0) return undefined;
  if (data[2] > size * 8 || data[3] > size * 8 || data.length - 4 !== Math.ceil(data[2] / 8)) {
    return undefined;
  }
  const address = new Uint8Array(size);
  address.set(data.subarray(4));
  const [a, b, c, d] = address;
  const text =
    size === 4 ? ipv4Text(((a << 24) | (b << 16) | (c << 8) | d) >>> 0) : ipv6Text(address);
  return `subnet=${text}/${data[2]}${data[3] > 0 ? `/${data[3]}` : ''}`;
};

/** 8 octets of the client, and 8 to 32 of the server or none (RFC 7873 section 4). */
const cookie: Form = (data) => {
  const server = data.length - 8;
  return server === 0 || (server >= 8 && server <= 32) ? `cookie=${toHex(data)}` : undefined;
};

/** Tenths of a second, or nothing in a query (RFC 7828 section 3.1). */
const keepalive: Form = (data) => {
  if (data.length === 0) return 'keepalive';
  return data.length === 2 ? `keepalive=${((data[0] << 8) | data[1]) / 10}s` : undefined;
};

/** A code, and text in UTF-8, whose octets outside ASCII are shown as numbers (RFC 8914 section 2). */
const extendedError: Form = (data) => {
  if (data.length < 2) return undefined;
  const code = (data[0] << 8) | data[1];
  const name = code < EXTENDED_ERRORS.length ? `(${EXTENDED_ERRORS[code]})` : '';
  const text = data.length > 2 ? quoted(octetString(data.subarray(2))) : '';
  return `ede=${code}${name}${text}`;
};

const FORMS: ReadonlyMap<number, Form> = new Map([
  [EDNS_OPTION.NSID, nsid],
  [EDNS_OPTION.CLIENT_SUBNET, clientSubnet],
  [EDNS_OPTION.COOKIE, cookie],
  [EDNS_OPTION.KEEPALIVE, keepalive],
  [EDNS_OPTION.EXTENDED_ERROR, extendedError],
]);

/** IANA's registry "Extended DNS Error Codes", by code. */
const EXTENDED_ERRORS = [
  'Other',
  'Unsupported DNSKEY Algorithm',
  'Unsupported DS Digest Type',
  'Stale Answer',
  'Forged Answer',
  'DNSSEC Indeterminate',
  'DNSSEC Bogus',
  'Signature Expired',
  'Signature Not Yet Valid',
  'DNSKEY Missing',
  'RRSIGs Missing',
  'No Zone Key Bit Set',
  'NSEC Missing',
  'Cached Error',
  'Not Ready',
  'Blocked',
  'Censored',
  'Filtered',
  'Prohibited',
  'Stale NXDOMAIN Answer',
  'Not Authoritative',
  'Not Supported',
  'No Reachable Authority',
  'Network Error',
  'Invalid Data',
  'Signature Expired before Valid',
  'Too Early',
  'Unsupported NSEC3 Iterations Value',
  'Unable to conform to policy',
  'Synthesized',
];

/** The most octets of an option that are shown: a log line is not the peer's to fill. */
const SHOWN = 64;
