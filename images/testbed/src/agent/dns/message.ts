/**
 * The little of DNS messages that the test's own name server needs. It is written apart from the
 * code under test, so that a mistake there is not made here as well: names are text, nothing is
 * compressed, and what comes in is trusted to be well-formed.
 */
import type { ZoneRecord } from './record.ts';
import { encodeData, encodeName, TYPE_NUMBERS } from './record.ts';

export interface Query {
  readonly id: number;
  readonly name: string;
  readonly type: number;
  /** How many octets the asking side takes over UDP. */
  readonly limit: number;
  readonly edns: boolean;
  /** The question as it came, to be sent back octet by octet. */
  readonly question: Buffer;
}

export interface Reply {
  readonly rcode: number;
  readonly answer: readonly ZoneRecord[];
  readonly authority: readonly ZoneRecord[];
}

export const NOERROR = 0;
export const NXDOMAIN = 3;

export function parseQuery(message: Buffer): Query {
  let at = HEADER_LENGTH;
  const labels = [];
  for (let length = message[at]; length > 0; length = message[at]) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = message.readUInt16BE(at + 1);
  const end = at + 5;
  // An OPT record begins with the root's name and its type; its class is the limit (RFC 6891).
  const edns = message.readUInt16BE(10) > 0 && message.readUInt16BE(end + 1) === TYPE_NUMBERS.OPT;
  return {
    id: message.readUInt16BE(0),
    name: labels.join('.').toLowerCase(),
    type,
    limit: edns ? Math.max(512, message.readUInt16BE(end + 3)) : 512,
    edns,
    question: message.subarray(HEADER_LENGTH, end),
  };
}

/** The answer's octets; only a header with TC when they are more than the asker takes. */
export function encodeReply(query: Query, reply: Reply): Buffer {
  const whole = encode(query, reply, 0);
  if (whole.length <= query.limit) return whole;
  return encode(query, { ...reply, answer: [], authority: [] }, TC);
}

function encode(query: Query, { rcode, answer, authority }: Reply, flags: number): Buffer {
  const header = Buffer.alloc(HEADER_LENGTH);
  header.writeUInt16BE(query.id, 0);
  header.writeUInt16BE(QR | RD | RA | flags | rcode, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(answer.length, 6);
  header.writeUInt16BE(authority.length, 8);
  header.writeUInt16BE(query.edns ? 1 : 0, 10);
  const records = [...answer, ...authority].map(encodeRecord);
  return Buffer.concat([header, query.question, ...records, ...(query.edns ? [OPT] : [])]);
}

function encodeRecord({ name, ttl, type, data }: ZoneRecord): Buffer {
  const fields = Buffer.alloc(10);
  const octets = encodeData(type, data);
  fields.writeUInt16BE(TYPE_NUMBERS[type], 0);
  fields.writeUInt16BE(CLASS_IN, 2);
  fields.writeUInt32BE(ttl, 4);
  fields.writeUInt16BE(octets.length, 8);
  return Buffer.concat([encodeName(name), fields, octets]);
}

const HEADER_LENGTH = 12;
const CLASS_IN = 1;
const QR = 0x8000;
const TC = 0x0200;
const RD = 0x0100;
const RA = 0x0080;

/** Root, type OPT, 4096 octets, no flags, no options. */
const OPT = Buffer.from('0000291000000000000000', 'hex');
