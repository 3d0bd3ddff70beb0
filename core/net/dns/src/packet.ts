/** DNS messages between bytes and values (RFC 1035 section 4). */
import { type Failure, ok, type Result } from '@atoll/result/result';
import { HEADER_LENGTH, MessageWriter, NameReader } from './compression.ts';
import { ednsLength, emitEdns, parseEdns } from './edns.ts';
import { optionText } from './edns-text.ts';
import type { Edns, Message, Question, ResourceRecord } from './message.ts';
import { nameText, ROOT } from './name.ts';
import { emitRdata, expandRdata } from './rdata-names.ts';
import { CLASS, classText, OPCODE, opcodeText, rcodeText, TYPE, typeText } from './type.ts';

/** What a message must not be larger than when nobody said otherwise (RFC 1035 section 4.2.1). */
export const MIN_UDP_PAYLOAD = 512;
/** What the two octets before a message on TCP can say (RFC 1035 section 4.2.2). */
export const MESSAGE_LIMIT = 65_535;

/** Why a message was refused, and what of it could be read. */
export interface MessageFailure extends Failure {
  /**
   * The message with its header, its question when that was readable, and nothing else: what a FORMERR
   * is made from. `undefined` when there is no whole header, which is best met with silence.
   */
  readonly readable: Message | undefined;
}

/** What the first octets of a message say, for those who do not need the rest. */
export interface Header {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly truncated: boolean;
  /** The lower 4 bits of the RCODE, those that stand in the header. */
  readonly rcode: number;
}

/** The header at the start of `bytes`; `undefined` when they are too few. */
export function peekHeader(bytes: Uint8Array): Header | undefined {
  if (bytes.length < HEADER_LENGTH) return undefined;
  const flags = u16(bytes, 2);
  return {
    id: u16(bytes, 0),
    response: (flags & QR) !== 0,
    opcode: (flags >>> OPCODE_SHIFT) & 0xf,
    truncated: (flags & TC) !== 0,
    rcode: flags & 0xf,
  };
}

/**
 * The message in `bytes`, which may come from anybody. Its values are copies: `bytes` may be reused.
 *
 * More than one question is refused (RFC 9619), a second OPT record or one at a wrong place too
 * (RFC 6891 section 6.1.1). A TTL with the top bit set counts as 0 (RFC 2181 section 8). Octets behind
 * the last record are ignored, as are flags that have no meaning.
 */
export function parseMessage(bytes: Uint8Array): Result<Message, MessageFailure> {
  if (bytes.length < HEADER_LENGTH) return refused('shorter than a header', undefined);
  const parser = new Parser(bytes);
  const questions = parser.questions(u16(bytes, 4));
  const answers = parser.records(u16(bytes, 6), false);
  const authorities = parser.records(u16(bytes, 8), false);
  const additionals = parser.records(u16(bytes, 10), true);
  const flags = u16(bytes, 2);
  const message: Message = {
    id: u16(bytes, 0),
    response: (flags & QR) !== 0,
    opcode: (flags >>> OPCODE_SHIFT) & 0xf,
    authoritative: (flags & AA) !== 0,
    truncated: (flags & TC) !== 0,
    recursionDesired: (flags & RD) !== 0,
    recursionAvailable: (flags & RA) !== 0,
    authenticData: (flags & AD) !== 0,
    checkingDisabled: (flags & CD) !== 0,
    rcode: (parser.extendedRcode << 4) | (flags & 0xf),
    questions,
    answers,
    authorities,
    additionals,
    edns: parser.edns,
  };
  return parser.failure === '' ? ok(message) : refused(parser.failure, message);
}

/**
 * The bytes of `message`, at most `limit` of them, which counts as 512 when it is smaller.
 *
 * What does not fit is left out from the end as RFC 2181 section 9 says: the first RRset that does not
 * fit as a whole goes, and all behind it. TC is set when that was an answer or an authority; the
 * additional section may be shortened silently. The OPT record always stays, but loses its options
 * when they would not fit behind the question alone.
 */
export function emitMessage(message: Message, limit = MESSAGE_LIMIT): Uint8Array {
  const { questions, answers, authorities, additionals, rcode } = message;
  if (rcode > 0xf && message.edns === undefined) {
    throw new RangeError('RCODE above 15 without EDNS');
  }
  const room = Math.min(Math.max(limit, MIN_UDP_PAYLOAD), MESSAGE_LIMIT);
  const head = HEADER_LENGTH + questionsLength(questions);
  const edns = message.edns && fittingEdns(message.edns, room - head);
  const optLength = edns === undefined ? 0 : ednsLength(edns);
  const out = new MessageWriter(
    head +
      optLength +
      recordsLength(answers) +
      recordsLength(authorities) +
      recordsLength(additionals),
  );
  out.offset = HEADER_LENGTH;
  for (const question of questions) {
    out.name(question.name);
    out.twoU16(question.type, question.class);
  }
  const answerCount = emitRecords(out, answers, room - optLength);
  const complete = answerCount === answers.length;
  const authorityCount = complete ? emitRecords(out, authorities, room - optLength) : 0;
  const truncated = !complete || authorityCount < authorities.length;
  // OPT may stand anywhere in its section. It stands first, since a TSIG record must be the last.
  if (edns !== undefined) emitEdns(out, edns, rcode);
  const additionalCount = truncated ? 0 : emitRecords(out, additionals, room);
  const length = out.offset;
  out.offset = 0;
  out.twoU16(message.id, headerFlags(message) | (truncated ? TC : 0));
  out.twoU16(questions.length, answerCount);
  out.twoU16(authorityCount, additionalCount + (edns === undefined ? 0 : 1));
  return out.bytes.subarray(0, length);
}

/** One line for a log: `0x1a2b QUERY www.example. A +rd` or `0x1a2b NXDOMAIN www.example. A 0/1/0 +qr +rd`. */
export function describe(message: Message): string {
  const words = [`0x${message.id.toString(16).padStart(4, '0')}`];
  if (message.opcode !== OPCODE.QUERY || !message.response) words.push(opcodeText(message.opcode));
  if (message.response) words.push(rcodeText(message.rcode));
  for (const question of message.questions) {
    words.push(nameText(question.name));
    if (question.class !== CLASS.IN) words.push(classText(question.class));
    words.push(typeText(question.type));
  }
  const { answers, authorities, additionals, edns } = message;
  if (message.response) {
    words.push(`${answers.length}/${authorities.length}/${additionals.length}`);
  }
  if (message.response) words.push('+qr');
  if (message.authoritative) words.push('+aa');
  if (message.truncated) words.push('+tc');
  if (message.recursionDesired) words.push('+rd');
  if (message.recursionAvailable) words.push('+ra');
  if (message.authenticData) words.push('+ad');
  if (message.checkingDisabled) words.push('+cd');
  if (edns?.dnssecOk) words.push('+do');
  if (edns !== undefined) words.push(`edns${edns.version}:${edns.udpPayloadSize}`);
  for (const option of edns?.options.slice(0, OPTIONS_SHOWN) ?? []) words.push(optionText(option));
  return words.join(' ');
}

/** Reads the sections in order. After a failure, which it keeps, every section is empty. */
class Parser {
  /** Why the message is refused; empty while it is not. */
  failure = '';
  edns: Edns | undefined;
  /** The upper 8 bits of the RCODE, from OPT. */
  extendedRcode = 0;
  readonly #bytes: Uint8Array;
  readonly #names: NameReader;
  #offset = HEADER_LENGTH;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#names = new NameReader(bytes);
  }

  questions(count: number): readonly Question[] {
    if (count === 0) return NO_QUESTIONS;
    const name = count === 1 ? this.#names.read(HEADER_LENGTH) : undefined;
    const at = this.#names.next;
    if (name === undefined || at + 4 > this.#bytes.length) {
      this.failure = count > 1 ? `${count} questions` : 'bad question';
      return NO_QUESTIONS;
    }
    this.#offset = at + 4;
    return [{ name, type: u16(this.#bytes, at), class: u16(this.#bytes, at + 2) }];
  }

  /** The next `count` records; of them, OPT goes to {@link Parser.edns} when it may stand here. */
  records(count: number, optAllowed: boolean): readonly ResourceRecord[] {
    if (count === 0 || this.failure !== '') return NO_RECORDS;
    const records: ResourceRecord[] = [];
    for (let left = count; left > 0; left--) {
      const record = this.#record(optAllowed);
      if (record !== undefined) records.push(record);
      else if (this.failure !== '') return NO_RECORDS;
    }
    return records;
  }

  #record(optAllowed: boolean): ResourceRecord | undefined {
    const bytes = this.#bytes;
    const name = this.#names.read(this.#offset);
    const at = this.#names.next;
    const start = at + FIXED_LENGTH;
    if (name === undefined || start > bytes.length) return this.#fail('bad record');
    const type = u16(bytes, at);
    const rrClass = u16(bytes, at + 2);
    const ttl = u32(bytes, at + 4);
    const end = start + u16(bytes, at + 8);
    if (end > bytes.length) return this.#fail('record data cut short');
    this.#offset = end;
    if (type === TYPE.OPT) {
      if (!optAllowed || this.edns !== undefined || name !== ROOT) {
        return this.#fail('misplaced OPT');
      }
      this.edns = parseEdns(rrClass, ttl, bytes, start, end);
      this.extendedRcode = ttl >>> 24;
      return this.edns === undefined ? this.#fail('bad EDNS options') : undefined;
    }
    const data = expandRdata(bytes, this.#names, type, rrClass, start, end);
    if (data === undefined) return this.#fail(`bad ${typeText(type)} record data`);
    return { name, type, class: rrClass, ttl: ttl > MAX_TTL ? 0 : ttl, data };
  }

  #fail(reason: string): undefined {
    this.failure = reason;
  }
}

function refused(
  reason: string,
  message: Message | undefined,
): { readonly ok: false; readonly error: MessageFailure } {
  const readable = message && {
    ...message,
    rcode: message.rcode & 0xf,
    answers: NO_RECORDS,
    authorities: NO_RECORDS,
    additionals: NO_RECORDS,
    edns: undefined,
  };
  return { ok: false, error: { blame: 'peer', reason, readable } };
}

/** Writes whole RRsets while they end at `room` or before; returns how many records that were. */
function emitRecords(out: MessageWriter, records: readonly ResourceRecord[], room: number): number {
  let setCount = 0;
  let setOffset = out.offset;
  for (let index = 0; index < records.length; index++) {
    const record = records[index];
    if (index > 0 && !sameSet(record, records[index - 1])) {
      setCount = index;
      setOffset = out.offset;
    }
    out.name(record.name);
    out.twoU16(record.type, record.class);
    out.u32(record.ttl);
    emitRdata(out, record.type, record.data);
    if (out.offset > room) {
      out.offset = setOffset;
      return setCount;
    }
  }
  return records.length;
}

function sameSet(one: ResourceRecord, other: ResourceRecord): boolean {
  return one.type === other.type && one.class === other.class && one.name === other.name;
}

function headerFlags(message: Message): number {
  return (
    (message.response ? QR : 0) |
    (message.opcode << OPCODE_SHIFT) |
    (message.authoritative ? AA : 0) |
    (message.truncated ? TC : 0) |
    (message.recursionDesired ? RD : 0) |
    (message.recursionAvailable ? RA : 0) |
    (message.authenticData ? AD : 0) |
    (message.checkingDisabled ? CD : 0) |
    (message.rcode & 0xf)
  );
}

function fittingEdns(edns: Edns, room: number): Edns {
  return ednsLength(edns) > room ? { ...edns, options: [] } : edns;
}

function questionsLength(questions: readonly Question[]): number {
  let length = 0;
  for (const question of questions) length += question.name.length + 4;
  return length;
}

/** How many octets the records take at most, which is without compression. */
function recordsLength(records: readonly ResourceRecord[]): number {
  let length = 0;
  for (const record of records) length += record.name.length + FIXED_LENGTH + record.data.length;
  return length;
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

function u32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

/** The bits of the second 16 of the header (RFC 1035 section 4.1.1, RFC 4035 section 3). */
const QR = 0x8000;
const AA = 0x0400;
const TC = 0x0200;
const RD = 0x0100;
const RA = 0x0080;
const AD = 0x0020;
const CD = 0x0010;
const OPCODE_SHIFT = 11;
/** Type, class, TTL and data length of a record. */
const FIXED_LENGTH = 10;
/** Seconds; a TTL has 31 bits (RFC 2181 section 8). */
const MAX_TTL = 0x7fff_ffff;
/** The most options that a line shows: a log is not the peer's to fill. */
const OPTIONS_SHOWN = 8;
const NO_QUESTIONS: readonly Question[] = [];
const NO_RECORDS: readonly ResourceRecord[] = [];
