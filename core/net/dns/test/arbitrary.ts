/** Generators of names, records and messages of every kind, for fast-check. */
import fc from 'fast-check';
import type { Location } from '../src/field/location.ts';
import type { SvcParam } from '../src/field/svcparams.ts';
import { type KnownType, LAYOUTS, type Rdata } from '../src/layout.ts';
import type { Edns, Message, ResourceRecord } from '../src/message.ts';
import { NAME_LIMIT, type Name, ROOT } from '../src/name.ts';
import { emitRdata } from '../src/rdata.ts';
import { TYPE } from '../src/type.ts';

/** A string of octets, one a character, plain ones more often than others. */
export function octetText(minLength: number, maxLength: number): fc.Arbitrary<string> {
  const octet = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...'abcXYZ019-') },
    {
      weight: 1,
      arbitrary: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    },
  );
  return fc.array(octet, { minLength, maxLength }).map((characters) => characters.join(''));
}

/** Names that often share endings, so that compression has something to do. */
export const name: fc.Arbitrary<Name> = fc
  .tuple(
    fc.array(fc.oneof(octetText(1, 8), octetText(1, 63)), { maxLength: 4 }),
    fc.constantFrom(ROOT, '\x03com\0', '\x07example\x03com\0', '\x03www\x07Example\x03com\0'),
  )
  .map(([labels, ending]) => {
    const text = labels.map((label) => String.fromCharCode(label.length) + label).join('') + ending;
    return text.length <= NAME_LIMIT ? text : ending;
  });

export const u8 = fc.integer({ min: 0, max: 0xff });
export const u16 = fc.integer({ min: 0, max: 0xffff });
export const u32 = fc.integer({ min: 0, max: 0xffff_ffff });

const octets = fc.uint8Array({ maxLength: 40 });
const someOctets = fc.uint8Array({ minLength: 1, maxLength: 40 });
const string = fc.oneof(octetText(0, 12), octetText(255, 255));
const types = fc.uniqueArray(u16, { maxLength: 12 }).map((all) => all.sort((a, b) => a - b));
const size = fc
  .tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }))
  .map(([digit, power]) => digit * 10 ** power);
const location: fc.Arbitrary<Location> = fc.record({
  latitude: fc.integer({ min: -324_000_000, max: 324_000_000 }),
  longitude: fc.integer({ min: -648_000_000, max: 648_000_000 }),
  altitude: fc.integer({ min: -10_000_000, max: 4_284_967_295 }),
  size,
  horizontalPrecision: size,
  verticalPrecision: size,
});
/** Values of named keys without regard to their form: wire form knows no better. */
const params: fc.Arbitrary<SvcParam[]> = fc
  .uniqueArray(
    fc.record({
      key: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 0xffff })),
      value: octets,
    }),
    { selector: (param) => param.key, maxLength: 5 },
  )
  .map((all) => all.sort((one, other) => one.key - other.key))
  .filter((all) => !all.some(({ key }) => key === 2) || all.some(({ key }) => key === 1));

const target = { target: name };
const preferenceHost = { preference: u16, host: name };
const digest = { keyTag: u16, algorithm: u8, digestType: u8, digest: octets };
const key = { flags: u16, protocol: u8, algorithm: u8, publicKey: octets };
const signature = {
  typeCovered: u16,
  algorithm: u8,
  labels: u8,
  originalTtl: u32,
  expiration: u32,
  inception: u32,
  keyTag: u16,
  signer: name,
  signature: octets,
};
const service = { priority: u16, target: name, params };
const strings = { strings: fc.array(string, { minLength: 1, maxLength: 3 }) };

type Generators = {
  [T in KnownType]: { [K in keyof Rdata<T>]: fc.Arbitrary<Rdata<T>[K]> };
};

/** For each type with a layout, what generates its fields; the compiler sees to it that none is missing. */
const FIELDS: Generators = {
  [TYPE.A]: { address: u32 },
  [TYPE.NS]: target,
  [TYPE.MD]: target,
  [TYPE.MF]: target,
  [TYPE.CNAME]: target,
  [TYPE.SOA]: {
    primary: name,
    mailbox: name,
    serial: u32,
    refresh: u32,
    retry: u32,
    expire: u32,
    minimum: u32,
  },
  [TYPE.MB]: target,
  [TYPE.MG]: target,
  [TYPE.MR]: target,
  [TYPE.PTR]: target,
  [TYPE.HINFO]: { cpu: string, os: string },
  [TYPE.MINFO]: { responsible: name, errors: name },
  [TYPE.MX]: { preference: u16, exchange: name },
  [TYPE.TXT]: strings,
  [TYPE.RP]: { mailbox: name, text: name },
  [TYPE.AFSDB]: preferenceHost,
  [TYPE.RT]: preferenceHost,
  [TYPE.PX]: { preference: u16, map822: name, mapX400: name },
  [TYPE.KX]: preferenceHost,
  [TYPE.AAAA]: { address: fc.uint8Array({ minLength: 16, maxLength: 16 }) },
  [TYPE.LOC]: { location },
  [TYPE.SRV]: { priority: u16, weight: u16, port: u16, target: name },
  [TYPE.NAPTR]: {
    order: u16,
    preference: u16,
    flags: string,
    services: string,
    regexp: string,
    replacement: name,
  },
  [TYPE.DNAME]: target,
  [TYPE.SIG]: signature,
  [TYPE.KEY]: key,
  [TYPE.DS]: digest,
  [TYPE.RRSIG]: signature,
  [TYPE.NSEC]: { next: name, types },
  [TYPE.DNSKEY]: key,
  [TYPE.NSEC3]: {
    algorithm: u8,
    flags: u8,
    iterations: u16,
    salt: octets,
    next: someOctets,
    types,
  },
  [TYPE.NSEC3PARAM]: { algorithm: u8, flags: u8, iterations: u16, salt: octets },
  [TYPE.CDS]: digest,
  [TYPE.CDNSKEY]: key,
  [TYPE.SSHFP]: { algorithm: u8, fingerprintType: u8, fingerprint: octets },
  [TYPE.TLSA]: { usage: u8, selector: u8, matchingType: u8, data: octets },
  [TYPE.OPENPGPKEY]: { key: octets },
  [TYPE.ZONEMD]: { serial: u32, scheme: u8, algorithm: u8, digest: octets },
  [TYPE.SVCB]: service,
  [TYPE.HTTPS]: service,
  [TYPE.SPF]: strings,
  [TYPE.URI]: { priority: u16, weight: u16, target: octetText(0, 300) },
  [TYPE.CAA]: {
    flags: u8,
    tag: fc.constantFrom('issue', 'issuewild', 'iodef'),
    value: octetText(0, 300),
  },
};

export const KNOWN_TYPES = Object.keys(LAYOUTS).map(Number);

/** Values for the record data of a type with a layout. */
export function rdataValues(type: number): fc.Arbitrary<Rdata<number>> {
  return fc.record(FIELDS[type as KnownType] as Record<string, fc.Arbitrary<unknown>>);
}

/** Well-formed record data of a type with a layout. */
export function rdata(type: number): fc.Arbitrary<Uint8Array> {
  return rdataValues(type).map((values) => emitRdata(type, values));
}

const ttl = fc.integer({ min: 0, max: 0x7fff_ffff });

export const record: fc.Arbitrary<ResourceRecord> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(...KNOWN_TYPES).chain((type) => recordOf(type, rdata(type))),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(TYPE.NULL, TYPE.TSIG, 731, 65_280)
      .chain((type) => recordOf(type, octets)),
  },
);

function recordOf(type: number, data: fc.Arbitrary<Uint8Array>): fc.Arbitrary<ResourceRecord> {
  return fc.record({ name, type: fc.constant(type), class: fc.constant(1), ttl, data });
}

const edns: fc.Arbitrary<Edns> = fc.record({
  version: fc.constant(0),
  udpPayloadSize: u16,
  dnssecOk: fc.boolean(),
  options: fc.array(fc.record({ code: u16, data: octets }), { maxLength: 3 }),
});

const records = fc.array(record, { maxLength: 4 });

export const message: fc.Arbitrary<Message> = fc
  .record({
    id: u16,
    response: fc.boolean(),
    opcode: fc.integer({ min: 0, max: 15 }),
    authoritative: fc.boolean(),
    truncated: fc.boolean(),
    recursionDesired: fc.boolean(),
    recursionAvailable: fc.boolean(),
    authenticData: fc.boolean(),
    checkingDisabled: fc.boolean(),
    rcode: fc.integer({ min: 0, max: 0xfff }),
    questions: fc.array(fc.record({ name, type: u16, class: u16 }), { maxLength: 1 }),
    answers: records,
    authorities: records,
    additionals: records,
    edns: fc.option(edns, { nil: undefined }),
  })
  .map((value) => (value.edns === undefined ? { ...value, rcode: value.rcode & 0xf } : value));
