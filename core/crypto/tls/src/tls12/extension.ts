/** The extensions that TLS 1.2 adds to hellos (RFC 5077, 5746, 7627, 8422). */
import { Reader } from '@atoll/bytes/reader';
import {
  type Codecs,
  EXTENSION,
  type Extension,
  extension,
  parseEmpty,
  parseU16,
} from '../extension.ts';
import { emitProtocols, parseProtocols } from '../offer.ts';
import { isWhole, vector8, writeVector8 } from '../vector.ts';

/** In a ClientHello, beside what is in an {@link Offer}. */
export interface Offer12 {
  readonly pointFormats: readonly number[];
  readonly extendedMasterSecret: true;
  /** Empty when the client only says that it takes tickets. */
  readonly ticket: Uint8Array;
  /** What the Finished messages before had; nothing before is empty. */
  readonly renegotiation: Uint8Array;
}

/** In a ServerHello of TLS 1.2. */
export interface HelloAnswer12 {
  readonly serverName: true;
  readonly pointFormats: readonly number[];
  readonly protocols: readonly string[];
  readonly extendedMasterSecret: true;
  readonly recordSizeLimit: number;
  /** A NewSessionTicket comes. */
  readonly ticket: true;
  readonly renegotiation: Uint8Array;
}

/** The only point format that there is (RFC 8422, 5.1.2). */
export const UNCOMPRESSED = 0;

const POINT_FORMATS = 11;
const EXTENDED_MASTER_SECRET = 23;
const SESSION_TICKET = 35;
const RENEGOTIATION_INFO = 0xff01;

export const OFFER12: Codecs<Offer12> = {
  pointFormats: [POINT_FORMATS, parseFormats],
  extendedMasterSecret: [EXTENDED_MASTER_SECRET, parseEmpty],
  ticket: [SESSION_TICKET, (data) => data],
  renegotiation: [RENEGOTIATION_INFO, parseRenegotiation],
};

export const HELLO_ANSWER12: Codecs<HelloAnswer12> = {
  serverName: [EXTENSION.SERVER_NAME, parseEmpty],
  pointFormats: [POINT_FORMATS, parseFormats],
  protocols: [EXTENSION.ALPN, parseProtocols],
  extendedMasterSecret: [EXTENDED_MASTER_SECRET, parseEmpty],
  recordSizeLimit: [EXTENSION.RECORD_SIZE_LIMIT, parseU16],
  ticket: [SESSION_TICKET, parseEmpty],
  renegotiation: [RENEGOTIATION_INFO, parseRenegotiation],
};

export function emitOffer12({
  pointFormats,
  extendedMasterSecret,
  ticket,
  renegotiation,
}: Partial<Offer12>): Extension[] {
  return [
    ...extension(POINT_FORMATS, pointFormats, (out, list) =>
      writeVector8(out, Uint8Array.from(list)),
    ),
    ...extension(EXTENDED_MASTER_SECRET, extendedMasterSecret, () => {}),
    ...extension(SESSION_TICKET, ticket, (out, bytes) => out.bytes(bytes)),
    ...extension(RENEGOTIATION_INFO, renegotiation, writeVector8),
  ];
}

export function emitHelloAnswer12({
  serverName,
  protocols,
  recordSizeLimit,
  ticket,
  ...others
}: Partial<HelloAnswer12>): Extension[] {
  return [
    ...extension(EXTENSION.SERVER_NAME, serverName, () => {}),
    ...extension(EXTENSION.ALPN, protocols, emitProtocols),
    ...extension(EXTENSION.RECORD_SIZE_LIMIT, recordSizeLimit, (out, limit) => out.u16(limit)),
    ...emitOffer12({ ...others, ...(ticket && { ticket: NOTHING }) }),
  ];
}

function parseFormats(data: Uint8Array): number[] | undefined {
  const reader = new Reader(data);
  const formats = vector8(reader);
  return isWhole(reader) && formats.length > 0 ? [...formats] : undefined;
}

function parseRenegotiation(data: Uint8Array): Uint8Array | undefined {
  const reader = new Reader(data);
  const verifyData = vector8(reader);
  return isWhole(reader) ? verifyData : undefined;
}

const NOTHING = new Uint8Array(0);
