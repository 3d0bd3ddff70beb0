/** Which fields the record data of each type have, in their order on the wire. */
import { TYPES } from './field/bitmap.ts';
import type { Field } from './field/field.ts';
import { LOCATION } from './field/location.ts';
import { ALGORITHM, IPV4, PERIOD, RR_TYPE, TIME, U8, U16, U32 } from './field/number.ts';
import { BASE64, HASH, HEX, IPV6, NAME, SALT, STRING, STRINGS, TAG, TEXT } from './field/octets.ts';
import { SVC_PARAMS } from './field/svcparams.ts';
import { TYPE } from './type.ts';

/** The fields by name. Their order in the object is their order on the wire and in text. */
export type Layout = Readonly<Record<string, Field<unknown>>>;

const TARGET = { target: NAME };
const PREFERENCE_HOST = { preference: U16, host: NAME };
const DIGEST_OF_KEY = { keyTag: U16, algorithm: ALGORITHM, digestType: U8, digest: HEX };
const KEY = { flags: U16, protocol: U8, algorithm: ALGORITHM, publicKey: BASE64 };
const SIGNATURE = {
  typeCovered: RR_TYPE,
  algorithm: ALGORITHM,
  labels: U8,
  originalTtl: U32,
  expiration: TIME,
  inception: TIME,
  keyTag: U16,
  signer: NAME,
  signature: BASE64,
};
const SERVICE_BINDING = { priority: U16, target: NAME, params: SVC_PARAMS };

/** Types that are not here, OPT, TSIG and NULL among them, are opaque (RFC 3597). */
export const LAYOUTS = {
  // RFC 1035 section 3.3
  [TYPE.A]: { address: IPV4 },
  [TYPE.NS]: TARGET,
  [TYPE.MD]: TARGET,
  [TYPE.MF]: TARGET,
  [TYPE.CNAME]: TARGET,
  [TYPE.SOA]: {
    primary: NAME,
    mailbox: NAME,
    serial: U32,
    refresh: PERIOD,
    retry: PERIOD,
    expire: PERIOD,
    minimum: PERIOD,
  },
  [TYPE.MB]: TARGET,
  [TYPE.MG]: TARGET,
  [TYPE.MR]: TARGET,
  [TYPE.PTR]: TARGET,
  [TYPE.HINFO]: { cpu: STRING, os: STRING },
  [TYPE.MINFO]: { responsible: NAME, errors: NAME },
  [TYPE.MX]: { preference: U16, exchange: NAME },
  [TYPE.TXT]: { strings: STRINGS },
  // RFC 1183, RFC 2163, RFC 2230
  [TYPE.RP]: { mailbox: NAME, text: NAME },
  [TYPE.AFSDB]: PREFERENCE_HOST,
  [TYPE.RT]: PREFERENCE_HOST,
  [TYPE.PX]: { preference: U16, map822: NAME, mapX400: NAME },
  [TYPE.KX]: PREFERENCE_HOST,
  // RFC 3596, RFC 1876, RFC 2782, RFC 3403, RFC 6672
  [TYPE.AAAA]: { address: IPV6 },
  [TYPE.LOC]: { location: LOCATION },
  [TYPE.SRV]: { priority: U16, weight: U16, port: U16, target: NAME },
  [TYPE.NAPTR]: {
    order: U16,
    preference: U16,
    flags: STRING,
    services: STRING,
    regexp: STRING,
    replacement: NAME,
  },
  [TYPE.DNAME]: TARGET,
  // RFC 4034, RFC 5155, RFC 7344, and RFC 2535 before them
  [TYPE.SIG]: SIGNATURE,
  [TYPE.KEY]: KEY,
  [TYPE.DS]: DIGEST_OF_KEY,
  [TYPE.RRSIG]: SIGNATURE,
  [TYPE.NSEC]: { next: NAME, types: TYPES },
  [TYPE.DNSKEY]: KEY,
  [TYPE.NSEC3]: {
    algorithm: U8,
    flags: U8,
    iterations: U16,
    salt: SALT,
    next: HASH,
    types: TYPES,
  },
  [TYPE.NSEC3PARAM]: { algorithm: U8, flags: U8, iterations: U16, salt: SALT },
  [TYPE.CDS]: DIGEST_OF_KEY,
  [TYPE.CDNSKEY]: KEY,
  // RFC 4255, RFC 6698, RFC 7929, RFC 8976
  [TYPE.SSHFP]: { algorithm: U8, fingerprintType: U8, fingerprint: HEX },
  [TYPE.TLSA]: { usage: U8, selector: U8, matchingType: U8, data: HEX },
  [TYPE.OPENPGPKEY]: { key: BASE64 },
  [TYPE.ZONEMD]: { serial: U32, scheme: U8, algorithm: U8, digest: HEX },
  // RFC 9460, RFC 7208, RFC 7553, RFC 8659
  [TYPE.SVCB]: SERVICE_BINDING,
  [TYPE.HTTPS]: SERVICE_BINDING,
  [TYPE.SPF]: { strings: STRINGS },
  [TYPE.URI]: { priority: U16, weight: U16, target: TEXT },
  [TYPE.CAA]: { flags: U8, tag: TAG, value: TEXT },
} as const satisfies Readonly<Record<number, Layout>>;

/** The types whose record data have fields. */
export type KnownType = keyof typeof LAYOUTS;

/** The values in record data of type `T`, by the name of the field; of an opaque type, all in `data`. */
export type Rdata<T extends number> = T extends KnownType
  ? { readonly [K in keyof (typeof LAYOUTS)[T]]: ValueOf<(typeof LAYOUTS)[T][K]> }
  : Readonly<Record<string, unknown>>;

type ValueOf<F> = F extends Field<infer V> ? V : never;
