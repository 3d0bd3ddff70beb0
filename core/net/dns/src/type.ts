/**
 * The numbers of DNS and their names, from IANA's registry "Domain Name System (DNS) Parameters".
 */

/** RR types and QTYPEs. */
export const TYPE = {
  A: 1,
  NS: 2,
  MD: 3,
  MF: 4,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  MG: 8,
  MR: 9,
  NULL: 10,
  WKS: 11,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  RT: 21,
  SIG: 24,
  KEY: 25,
  PX: 26,
  AAAA: 28,
  LOC: 29,
  SRV: 33,
  NAPTR: 35,
  KX: 36,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  SSHFP: 44,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
  URI: 256,
  CAA: 257,
} as const;

/** Classes, with those of questions and of UPDATE (RFC 2136). */
export const CLASS = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const;

export const OPCODE = { QUERY: 0, IQUERY: 1, STATUS: 2, NOTIFY: 4, UPDATE: 5, DSO: 6 } as const;

/** Response codes; those above 15 need EDNS (RFC 6891 section 6.1.3) or TSIG (RFC 8945). */
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  DSOTYPENI: 11,
  BADVERS: 16,
  BADKEY: 17,
  BADTIME: 18,
  BADMODE: 19,
  BADNAME: 20,
  BADALG: 21,
  BADTRUNC: 22,
  BADCOOKIE: 23,
} as const;

/** `AAAA`, or `TYPE1234` for a type without a name here (RFC 3597 section 5). */
export function typeText(type: number): string {
  return TYPE_NAMES.get(type) ?? `TYPE${type}`;
}

/** The type that `text` names, letter case aside; `undefined` when it names none. */
export function parseType(text: string): number | undefined {
  return parseNumber(text, TYPE, 'TYPE');
}

/** `IN`, or `CLASS32` for a class without a name here (RFC 3597 section 5). */
export function classText(value: number): string {
  return CLASS_NAMES.get(value) ?? `CLASS${value}`;
}

/** The class that `text` names, letter case aside; `undefined` when it names none. */
export function parseClass(text: string): number | undefined {
  return parseNumber(text, CLASS, 'CLASS');
}

/** `NXDOMAIN`, or `RCODE12` for a code without a name here. */
export function rcodeText(rcode: number): string {
  return RCODE_NAMES.get(rcode) ?? `RCODE${rcode}`;
}

/** `QUERY`, or `OPCODE15` for a code without a name here. */
export function opcodeText(opcode: number): string {
  return OPCODE_NAMES.get(opcode) ?? `OPCODE${opcode}`;
}

function parseNumber(
  text: string,
  known: Readonly<Record<string, number>>,
  prefix: string,
): number | undefined {
  const upper = text.toUpperCase();
  if (Object.hasOwn(known, upper)) return known[upper];
  const digits = upper.startsWith(prefix) ? upper.slice(prefix.length) : '';
  return /^[0-9]{1,5}$/.test(digits) && Number(digits) <= 0xffff ? Number(digits) : undefined;
}

function namesOf(numbers: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(numbers).map(([name, number]) => [number, name]));
}

const TYPE_NAMES = namesOf(TYPE);
const CLASS_NAMES = namesOf(CLASS);
const RCODE_NAMES = namesOf(RCODE);
const OPCODE_NAMES = namesOf(OPCODE);
