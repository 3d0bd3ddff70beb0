/**
 * A DNS message as values (RFC 1035 section 4, RFC 6891 for EDNS).
 *
 * Names and record data stay in wire form: a name is a {@link Name}, record data are the octets of
 * RDATA with every name in it uncompressed. So nothing is lost (labels may hold any octet) and a
 * forwarder moves records without taking them apart; `rdata.ts` takes them apart when somebody asks.
 */
import type { Name } from './name.ts';
import { OPCODE, RCODE } from './type.ts';

export interface Message {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticData: boolean;
  readonly checkingDisabled: boolean;
  /** The whole RCODE: 4 bits of the header, and 8 above them from OPT when there is one. */
  readonly rcode: number;
  readonly questions: readonly Question[];
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** Without the OPT record, which is {@link Message.edns}. */
  readonly additionals: readonly ResourceRecord[];
  readonly edns: Edns | undefined;
}

export interface Question {
  readonly name: Name;
  readonly type: number;
  readonly class: number;
}

export interface ResourceRecord {
  readonly name: Name;
  readonly type: number;
  readonly class: number;
  /** Seconds. */
  readonly ttl: number;
  /** RDATA with its names uncompressed. */
  readonly data: Uint8Array;
}

export interface Edns {
  readonly version: number;
  /** The largest UDP payload in bytes that the sender can take; below 512 counts as 512. */
  readonly udpPayloadSize: number;
  readonly dnssecOk: boolean;
  readonly options: readonly EdnsOption[];
}

export interface EdnsOption {
  readonly code: number;
  readonly data: Uint8Array;
}

/** A query that a client would send, but for its ID and its question. */
export const QUERY: Message = {
  id: 0,
  response: false,
  opcode: OPCODE.QUERY,
  authoritative: false,
  truncated: false,
  recursionDesired: true,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  rcode: RCODE.NOERROR,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
  edns: undefined,
};

/** What all responses of a server with recursion have in common. */
export const RESPONSE: Message = {
  ...QUERY,
  response: true,
  recursionDesired: false,
  recursionAvailable: true,
};
