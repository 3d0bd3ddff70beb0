/** The query for `www.example. A` that the tests of messages begin with, as value and as bytes. */
import { fromHex } from '@atoll/bytes/hex';
import { expect as unwrap } from '@atoll/result/result';
import { QUERY as ANY_QUERY, type Message, type ResourceRecord } from '../src/message.ts';
import { parseName } from '../src/name.ts';
import { type MessageFailure, parseMessage } from '../src/packet.ts';
import { emitRdata } from '../src/rdata.ts';
import { CLASS, TYPE } from '../src/type.ts';

export const n = (text: string) => unwrap(parseName(text));

export function hex(text: string): Uint8Array {
  const bytes = fromHex(text);
  if (bytes === undefined) throw new Error(`not hexadecimal: ${text}`);
  return bytes;
}

export const QUERY: Message = {
  ...ANY_QUERY,
  id: 0x1a2b,
  questions: [{ name: n('www.example'), type: TYPE.A, class: CLASS.IN }],
};

/** The question of {@link QUERY}: 17 octets behind the header. */
export const QUESTION = '0377777707657861 6d706c6500 0001 0001';

/** {@link QUERY} with the counts of its other sections as they are said, and any octets behind. */
export function queryBytes(counts: string, rest = ''): Uint8Array {
  return hex(`1a2b 0100 0001 ${counts} ${QUESTION} ${rest}`);
}

/** An A record with a TTL of 300 seconds. */
export function address(owner: string, value: number): ResourceRecord {
  const data = emitRdata(TYPE.A, { address: value });
  return { name: n(owner), type: TYPE.A, class: CLASS.IN, ttl: 300, data };
}

/** Why the bytes are refused; throws when they are not. */
export function failureOf(bytes: Uint8Array): MessageFailure {
  const result = parseMessage(bytes);
  if (result.ok) throw new Error('parsed');
  return result.error;
}
