import { u32, writeU32 } from '@atoll/bytes/field';
import { expect } from '@atoll/result/result';
import { EDNS_OPTION, ednsLength } from './edns.ts';
import type { Edns, EdnsOption, Message, Question, ResourceRecord } from './message.ts';
import { canonicalName } from './name.ts';
import { emitMessage, MESSAGE_LIMIT, MIN_UDP_PAYLOAD, parseMessage } from './packet.ts';
import { ttlOffsets } from './ttl.ts';
import { OPCODE } from './type.ts';

/** What is remembered of a client's query to answer it. */
export interface ClientQuery {
  readonly id: number;
  /** With the name in the letter case of the client. */
  readonly question: Question;
  readonly recursionDesired: boolean;
  readonly authenticData: boolean;
  readonly checkingDisabled: boolean;
  readonly edns: Edns | undefined;
  /** How many bytes of reply the client takes. */
  readonly limit: number;
}

/** What an answer says, whoever asked. */
export interface AnswerContent {
  readonly rcode: number;
  readonly authoritative: boolean;
  /** Whether an upstream server that we trust in this has validated it. */
  readonly authenticData: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** EDNS options for clients that speak EDNS, such as an extended error (RFC 8914). */
  readonly options: readonly EdnsOption[];
}

/**
 * An answer in wire form, from which a reply is made by copying octets and changing a few: this is
 * what the cache keeps.
 */
export interface StoredAnswer {
  /**
   * A whole response: its ID 0, its name in lower case, RD, CD and AD clear, and an OPT record as
   * the last one.
   */
  readonly wire: Uint8Array;
  /** Where the OPT record starts. */
  readonly optOffset: number;
  /** Where the 32-bit TTL fields stand, in octets. */
  readonly ttlOffsets: readonly number[];
  readonly authenticData: boolean;
  /** When the TTLs were as they stand in `wire`, in monotonic milliseconds. */
  readonly since: number;
  /** From when on this is no answer any more, in monotonic milliseconds. */
  readonly expires: number;
}

/** The UDP payload in bytes that we take and send at most: it crosses any path in one piece. */
export const UDP_PAYLOAD = 1232;

/** The answer to `question` in the form in which it is kept. */
export function storeAnswer(
  question: Question,
  dnssecOk: boolean,
  content: AnswerContent,
  since: number,
  expires: number,
): StoredAnswer {
  const edns = ourEdns(dnssecOk, content.options);
  const { type, class: questionClass } = question;
  const asked = { name: canonicalName(question.name), type, class: questionClass };
  const query = { ...NOBODY, question: asked };
  const emitted = emitMessage(response(query, content, edns));
  // What was emitted may be a view of a larger buffer, and this one stays.
  const wire = emitted.slice();
  return {
    wire,
    optOffset: wire.length - ednsLength(edns),
    ttlOffsets: ttlOffsets(wire),
    authenticData: content.authenticData,
    since,
    expires,
  };
}

/** The octets of the reply to `query` from a kept answer, with what is left of the TTLs at `now`. */
export function replyFrom(answer: StoredAnswer, query: ClientQuery, now: number): Uint8Array {
  const { wire } = answer;
  const length = query.edns === undefined ? answer.optOffset : wire.length;
  const age = ageOf(answer, now);
  if (length > query.limit) return reply(query, contentOf(answer, age));
  const octets = wire.slice(0, length);
  octets[0] = query.id >>> 8;
  octets[1] = query.id;
  if (query.recursionDesired) octets[2] |= FLAG_RD;
  if (query.checkingDisabled) octets[3] |= FLAG_CD;
  if (answer.authenticData && wantsAuthenticData(query)) octets[3] |= FLAG_AD;
  if (query.edns === undefined) octets[11] = 0;
  const { name, type } = query.question;
  for (let at = 0; at < name.length; at++) octets[HEADER_LENGTH + at] = name.charCodeAt(at);
  // The same answer serves all types when the name does not exist.
  octets[HEADER_LENGTH + name.length] = type >>> 8;
  octets[HEADER_LENGTH + name.length + 1] = type;
  if (age > 0) for (const offset of answer.ttlOffsets) subtract(octets, offset, age);
  return octets;
}

/** The octets of a reply to `query`, at most as many as the client takes; else TC is set. */
export function reply(query: ClientQuery, content: AnswerContent, truncated = false): Uint8Array {
  const { edns } = query;
  const ours = edns && ourEdns(edns.dnssecOk, content.options);
  const message = response(query, content, ours, truncated);
  return emitMessage(message, query.limit);
}

/** What a kept answer says, its TTLs `age` seconds less. */
export function contentOf(answer: StoredAnswer, age: number): AnswerContent {
  const message = expect(parseMessage(answer.wire));
  const older = (record: ResourceRecord) => ({ ...record, ttl: Math.max(0, record.ttl - age) });
  return {
    rcode: message.rcode,
    authoritative: message.authoritative,
    authenticData: answer.authenticData,
    answers: message.answers.map(older),
    authorities: message.authorities.map(older),
    options: message.edns?.options ?? [],
  };
}

/** Whole seconds that passed since the answer was kept. */
export function ageOf(answer: StoredAnswer, now: number): number {
  return Math.max(0, Math.floor((now - answer.since) / 1000));
}

/** How many bytes the client takes in a datagram, and we send. */
export function udpLimit(edns: Edns | undefined): number {
  if (edns === undefined) return MIN_UDP_PAYLOAD;
  return Math.min(Math.max(edns.udpPayloadSize, MIN_UDP_PAYLOAD), UDP_PAYLOAD);
}

/** The OPT record that we send: DO as the client had it (RFC 3225), nothing else of the client's. */
export function ourEdns(dnssecOk: boolean, options: readonly EdnsOption[]): Edns {
  return { version: 0, udpPayloadSize: UDP_PAYLOAD, dnssecOk, options };
}

/** An extended error (RFC 8914 section 2): a code from IANA's registry and a text in ASCII. */
export function extendedError(code: number, text = ''): EdnsOption {
  const data = new Uint8Array(2 + text.length);
  data[0] = code >>> 8;
  data[1] = code;
  for (let at = 0; at < text.length; at++) data[at + 2] = text.charCodeAt(at);
  return { code: EDNS_OPTION.EXTENDED_ERROR, data };
}

function response(
  query: ClientQuery,
  content: AnswerContent,
  edns: Edns | undefined,
  truncated = false,
): Message {
  return {
    id: query.id,
    response: true,
    opcode: OPCODE.QUERY,
    authoritative: content.authoritative,
    truncated,
    recursionDesired: query.recursionDesired,
    recursionAvailable: true,
    authenticData: content.authenticData && wantsAuthenticData(query),
    checkingDisabled: query.checkingDisabled,
    rcode: content.rcode,
    questions: [query.question],
    answers: content.answers,
    authorities: content.authorities,
    additionals: NO_RECORDS,
    edns,
  };
}

/** Whether the client understands AD in a response (RFC 6840 section 5.7). */
function wantsAuthenticData(query: ClientQuery): boolean {
  return query.authenticData || query.edns?.dnssecOk === true;
}

function subtract(octets: Uint8Array, offset: number, seconds: number): void {
  writeU32(octets, offset, Math.max(0, u32(octets, offset) - seconds));
}

/** A query with all bits clear, as what is kept is the answer to. */
const NOBODY = {
  id: 0,
  recursionDesired: false,
  authenticData: false,
  checkingDisabled: false,
  edns: undefined,
  limit: MESSAGE_LIMIT,
};
const NO_RECORDS: readonly ResourceRecord[] = [];
const HEADER_LENGTH = 12;
const FLAG_RD = 0x01;
const FLAG_AD = 0x20;
const FLAG_CD = 0x10;
