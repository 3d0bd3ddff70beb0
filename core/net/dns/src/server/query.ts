import { type ClientQuery, extendedError, reply, udpLimit } from '../answer.ts';
import { type EdnsOption, type Message, RESPONSE, type ResourceRecord } from '../message.ts';
import { emitMessage, MESSAGE_LIMIT, parseMessage, peekHeader } from '../packet.ts';
import type { Transport } from '../transport.ts';
import { CLASS, OPCODE, RCODE, TYPE } from '../type.ts';

/** What becomes of a datagram from a client before anything is looked up. */
export type Admission =
  | { readonly kind: 'query'; readonly query: ClientQuery }
  /** The reply is known already. */
  | { readonly kind: 'reply'; readonly reply: Uint8Array; readonly malformed: boolean }
  /** Nothing is sent: it may be a response, and two servers must not talk to each other for ever. */
  | { readonly kind: 'silence' };

/** Sorts out what is no query, what we do not do, and what we answer without looking. */
export function admit(bytes: Uint8Array, transport: Transport): Admission {
  const header = peekHeader(bytes);
  if (header === undefined || header.response) return { kind: 'silence' };
  if (header.opcode !== OPCODE.QUERY) {
    // What the flags and the rest mean is the business of that opcode.
    return known(
      emitMessage({
        ...RESPONSE,
        id: header.id,
        opcode: header.opcode,
        recursionAvailable: false,
        rcode: RCODE.NOTIMP,
      }),
    );
  }
  const parsed = parseMessage(bytes);
  if (!parsed.ok) {
    const { readable } = parsed.error;
    return readable === undefined ? { kind: 'silence' } : formatError(readable);
  }
  const message = parsed.value;
  if (message.questions.length !== 1) return formatError(message);
  const query = clientQuery(message, transport);
  const { type, class: questionClass } = query.question;
  if (query.edns !== undefined && query.edns.version !== 0) return refuse(query, RCODE.BADVERS);
  if (type === 0 || type === TYPE.OPT) return formatError(message);
  if (questionClass !== CLASS.IN) return refuse(query, RCODE.REFUSED, NOT_SUPPORTED);
  if (type >= FIRST_META && type <= LAST_META) return refuse(query, RCODE.REFUSED, NOT_SUPPORTED);
  return { kind: 'query', query };
}

/** A reply without records. */
export function refusal(query: ClientQuery, rcode: number, reason?: EdnsOption): Uint8Array {
  const options = reason === undefined ? [] : [reason];
  return reply(query, { ...NOTHING, rcode, options });
}

/** The answer to ANY for a name of others: one record that says why there are no more (RFC 8482 section 4.2). */
export function minimalAny(query: ClientQuery): Uint8Array {
  const { name } = query.question;
  const record: ResourceRecord = {
    name,
    type: TYPE.HINFO,
    class: CLASS.IN,
    ttl: 3600,
    data: RFC8482,
  };
  return reply(query, { ...NOTHING, rcode: RCODE.NOERROR, answers: [record] });
}

function clientQuery(message: Message, transport: Transport): ClientQuery {
  const { id, recursionDesired, authenticData, checkingDisabled, edns } = message;
  return {
    id,
    question: message.questions[0],
    recursionDesired,
    authenticData,
    checkingDisabled,
    edns,
    limit: transport === 'tcp' ? MESSAGE_LIMIT : udpLimit(edns),
  };
}

function formatError(message: Message): Admission {
  const { id, recursionDesired, questions } = message;
  const octets = emitMessage({
    ...RESPONSE,
    id,
    recursionDesired,
    questions: questions.slice(0, 1),
    rcode: RCODE.FORMERR,
  });
  return { kind: 'reply', reply: octets, malformed: true };
}

function refuse(query: ClientQuery, rcode: number, reason?: EdnsOption): Admission {
  return known(refusal(query, rcode, reason));
}

function known(octets: Uint8Array): Admission {
  return { kind: 'reply', reply: octets, malformed: false };
}

const NOTHING = {
  authoritative: false,
  authenticData: false,
  answers: [],
  authorities: [],
  options: [],
} as const;

/** Extended error "Not Supported" (RFC 8914 section 4.22). */
const NOT_SUPPORTED = extendedError(21);

/** TKEY, TSIG, IXFR, AXFR, MAILB and MAILA: transactions and transfers, not data (RFC 6895 section 3.1). */
const FIRST_META = 249;
const LAST_META = 254;

/** The strings `RFC8482` and an empty one. */
const RFC8482 = new Uint8Array([7, 0x52, 0x46, 0x43, 0x38, 0x34, 0x38, 0x32, 0]);
