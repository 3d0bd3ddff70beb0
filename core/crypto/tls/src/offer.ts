/** The extensions of a ClientHello (RFC 8446, 4.2; RFC 6066, 3; RFC 7301; RFC 8449). */
import { decodeLatin1, encodeLatin1 } from '@atoll/bytes/latin1';
import { Reader } from '@atoll/bytes/reader';
import { Writer } from '@atoll/bytes/writer';
import {
  type Codecs,
  EXTENSION,
  type Extension,
  parseBytes,
  parseEmpty,
  parseU16,
  parseU16List,
  u16s,
} from './extension.ts';
import {
  around16,
  filled,
  isWhole,
  valuesIn,
  valuesOf,
  vector8,
  vector16,
  writeVector8,
  writeVector16,
} from './vector.ts';

/** What a client offers. All of it may be missing; {@link preSharedKey} is always the last extension. */
export interface Offer {
  /** A host name in lower case; empty when the list names nothing that is one. */
  readonly serverName: string;
  /** Whether to show an OCSP response with the certificate (RFC 6066, 8). */
  readonly statusRequest: boolean;
  readonly groups: readonly number[];
  readonly signatureSchemes: readonly number[];
  readonly certificateSchemes: readonly number[];
  /** Each byte of a protocol's name is one character. */
  readonly protocols: readonly string[];
  readonly recordSizeLimit: number;
  readonly versions: readonly number[];
  readonly cookie: Uint8Array;
  readonly pskModes: readonly number[];
  /** Distinguished names in DER. */
  readonly authorities: readonly Uint8Array[];
  readonly keyShares: readonly KeyShare[];
  readonly earlyData: true;
  readonly preSharedKey: OfferedPsks;
}

export interface KeyShare {
  readonly group: number;
  readonly key: Uint8Array;
}

export interface OfferedPsks {
  readonly identities: readonly PskIdentity[];
  readonly binders: readonly Uint8Array[];
}

export interface PskIdentity {
  readonly identity: Uint8Array;
  /** Milliseconds since the ticket came, plus its `ageAdd`, modulo 2^32. */
  readonly obfuscatedAge: number;
}

/** psk_dhe_ke, the only mode that we know: without a key exchange there is no forward secrecy. */
export const PSK_DHE_KE = 1;

export function emitOffer(offer: Partial<Offer>): Extension[] {
  const extensions: Extension[] = [];
  for (const key of OFFER_KEYS) {
    const value = offer[key];
    if (value === undefined) continue;
    const out = new Writer(64);
    (EMIT[key] as (out: Writer, value: unknown) => void)(out, value);
    extensions.push({ type: OFFER[key][0], data: out.finish() });
  }
  return extensions;
}

/** Bytes of the vector of binders, which the binders themselves do not cover (RFC 8446, 4.2.11.2). */
export function bindersLength({ binders }: OfferedPsks): number {
  return binders.reduce((sum, binder) => sum + 1 + binder.length, 2);
}

export function parseServerName(data: Uint8Array): string | undefined {
  const names = valuesOf(data, 1, readName);
  const hosts = names?.filter(({ type }) => type === HOST_NAME);
  if (hosts === undefined || hosts.length > 1) return undefined;
  if (hosts.length === 0) return '';
  const [{ name }] = hosts;
  if (name.length > HOST_NAME_LONGEST) return undefined;
  const host = decodeLatin1(name).toLowerCase();
  return /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(host) ? host : undefined;
}

function readName(reader: Reader): { type: number; name: Uint8Array } | undefined {
  const type = reader.u8();
  const name = filled(vector16(reader));
  return name && { type, name };
}

export function parseProtocols(data: Uint8Array): string[] | undefined {
  const names = valuesOf(data, 1, (reader) => filled(vector8(reader)));
  return names?.map(decodeLatin1);
}

export function emitProtocols(out: Writer, protocols: readonly string[]): void {
  around16(out, () => {
    for (const name of protocols) {
      writeVector8(out, encodeLatin1(name));
    }
  });
}

function emitServerName(out: Writer, name: string): void {
  around16(out, () => {
    out.u8(HOST_NAME);
    writeVector16(out, encodeLatin1(name));
  });
}

/** Other kinds of status than OCSP's are not for us. */
function parseStatusRequest(data: Uint8Array): boolean | undefined {
  const reader = new Reader(data);
  if (reader.u8() !== OCSP) return reader.truncated ? undefined : false;
  vector16(reader);
  vector16(reader);
  return isWhole(reader) ? true : undefined;
}

export function parseKeyShare(data: Uint8Array): KeyShare | undefined {
  const reader = new Reader(data);
  const share = readKeyShare(reader);
  return isWhole(reader) ? share : undefined;
}

export function emitKeyShare(out: Writer, { group, key }: KeyShare): void {
  out.u16(group);
  writeVector16(out, key);
}

function readKeyShare(reader: Reader): KeyShare | undefined {
  const group = reader.u16();
  const key = filled(vector16(reader));
  return key && { group, key };
}

/** An empty list asks for a HelloRetryRequest. */
function parseKeyShares(data: Uint8Array): KeyShare[] | undefined {
  return valuesOf(data, 0, readKeyShare);
}

function parseVersions(data: Uint8Array): number[] | undefined {
  const reader = new Reader(data);
  const list = vector8(reader);
  return isWhole(reader) ? u16s(list) : undefined;
}

function parseModes(data: Uint8Array): number[] | undefined {
  const reader = new Reader(data);
  const modes = vector8(reader);
  return isWhole(reader) && modes.length > 0 ? [...modes] : undefined;
}

export function parseAuthorities(data: Uint8Array): Uint8Array[] | undefined {
  return valuesOf(data, 1, (reader) => filled(vector16(reader)));
}

export function emitAuthorities(out: Writer, names: readonly Uint8Array[]): void {
  around16(out, () => {
    for (const name of names) writeVector16(out, name);
  });
}

function parsePsks(data: Uint8Array): OfferedPsks | undefined {
  const reader = new Reader(data);
  const identities = valuesIn(vector16(reader), 1, readIdentity);
  const binders = valuesIn(vector16(reader), 1, readBinder);
  return isWhole(reader) && identities && binders ? { identities, binders } : undefined;
}

function readIdentity(reader: Reader): PskIdentity | undefined {
  const identity = filled(vector16(reader));
  return identity && { identity, obfuscatedAge: reader.u32() };
}

function readBinder(reader: Reader): Uint8Array | undefined {
  const binder = vector8(reader);
  return binder.length < BINDER_SHORTEST ? undefined : binder;
}

function emitPsks(out: Writer, { identities, binders }: OfferedPsks): void {
  around16(out, () => {
    for (const { identity, obfuscatedAge } of identities) {
      writeVector16(out, identity);
      out.u32(obfuscatedAge);
    }
  });
  around16(out, () => {
    for (const binder of binders) writeVector8(out, binder);
  });
}

export function emitU16List(out: Writer, list: readonly number[]): void {
  around16(out, () => {
    for (const value of list) out.u16(value);
  });
}

/** In the order in which we write them, which is that of RFC 8448. */
export const OFFER: Codecs<Offer> = {
  serverName: [EXTENSION.SERVER_NAME, parseServerName],
  statusRequest: [EXTENSION.STATUS_REQUEST, parseStatusRequest],
  groups: [EXTENSION.SUPPORTED_GROUPS, parseU16List],
  keyShares: [EXTENSION.KEY_SHARE, parseKeyShares],
  earlyData: [EXTENSION.EARLY_DATA, parseEmpty],
  versions: [EXTENSION.SUPPORTED_VERSIONS, parseVersions],
  signatureSchemes: [EXTENSION.SIGNATURE_ALGORITHMS, parseU16List],
  certificateSchemes: [EXTENSION.SIGNATURE_ALGORITHMS_CERT, parseU16List],
  cookie: [EXTENSION.COOKIE, parseBytes],
  pskModes: [EXTENSION.PSK_KEY_EXCHANGE_MODES, parseModes],
  recordSizeLimit: [EXTENSION.RECORD_SIZE_LIMIT, parseU16],
  protocols: [EXTENSION.ALPN, parseProtocols],
  authorities: [EXTENSION.CERTIFICATE_AUTHORITIES, parseAuthorities],
  preSharedKey: [EXTENSION.PRE_SHARED_KEY, parsePsks],
};

const OFFER_KEYS = Object.keys(OFFER) as readonly (keyof Offer)[];

const EMIT: { readonly [Key in keyof Offer]: (out: Writer, value: Offer[Key]) => void } = {
  serverName: emitServerName,
  statusRequest(out) {
    out.u8(OCSP);
    // From any responder, with no extensions.
    out.u16(0);
    out.u16(0);
  },
  groups: emitU16List,
  signatureSchemes: emitU16List,
  certificateSchemes: emitU16List,
  protocols: emitProtocols,
  recordSizeLimit: (out, limit) => out.u16(limit),
  versions(out, versions) {
    out.u8(2 * versions.length);
    for (const version of versions) out.u16(version);
  },
  cookie: writeVector16,
  pskModes: (out, modes) => writeVector8(out, Uint8Array.from(modes)),
  authorities: emitAuthorities,
  keyShares: (out, shares) =>
    around16(out, () => {
      for (const share of shares) emitKeyShare(out, share);
    }),
  earlyData() {},
  preSharedKey: emitPsks,
};

/** The status_type of RFC 6066, 8. */
export const OCSP = 1;
const HOST_NAME = 0;
const HOST_NAME_LONGEST = 253;
/** Bytes of the shortest hash that a suite may have. */
const BINDER_SHORTEST = 32;
