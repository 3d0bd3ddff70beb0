/** Handshakes in which one message is another one, which nobody has to keep secret. */
import { expect } from 'vitest';
import { emitMessage, type Message, parseMessage } from '../../src/message.ts';
import { CONTENT } from '../../src/record.ts';
import { join } from '../join.ts';
import { type End, Pair } from '../kit.ts';
import type { Scenario } from '../order/scenario.ts';
import { contentsOf, messagesOf, plainRecord, sealedRecord } from '../toy.ts';

export type Change<Type extends Message['type']> = (
  message: Extract<Message, { type: Type }>,
) => Partial<Extract<Message, { type: Type }>>;

/** A handshake like `scenario`, in whose `nth` flight the messages of `type` are changed. */
export function runChanged<Type extends Message['type']>(
  { client, server, target }: Scenario,
  nth: number,
  type: Type,
  change: Change<Type>,
): Pair {
  const pair = new Pair(client, server(), target);
  const changed = (flight: Uint8Array) => withChanged(flight, type, change);
  if (nth === 0) pair.resend(changed(pair.flights[0].bytes));
  pair.damage = (flight, at) => (at === nth ? changed(flight) : flight);
  return pair.run();
}

/** The first end refuses, and tells the other one, which may have been done already. */
export function expectRefused(us: End, them: End, alert: number): void {
  expect(us.failure).toMatchObject({ blame: 'peer', alert });
  expect(us.connection.isConnected).toBe(false);
  expect(them.failure).toMatchObject({ blame: 'alert', alert });
}

function withChanged<Type extends Message['type']>(
  flight: Uint8Array,
  type: Type,
  change: Change<Type>,
): Uint8Array {
  const records: Uint8Array[] = [];
  for (let at = 0; at < flight.length; ) {
    const record = flight.slice(at, at + 5 + ((flight[at + 3] << 8) | flight[at + 4]));
    at += record.length;
    const [{ type: contentType, content }] = contentsOf(record);
    const make = record[0] === CONTENT.APPLICATION_DATA ? sealedRecord : plainRecord;
    const messages = contentType === CONTENT.HANDSHAKE ? messagesOf(content) : [];
    if (!messages.some(([first]) => first === type)) records.push(record);
    else
      records.push(make(contentType, join(...messages.map((one) => changedIf(one, type, change)))));
  }
  return join(...records);
}

function changedIf<Type extends Message['type']>(
  bytes: Uint8Array,
  type: Type,
  change: Change<Type>,
): Uint8Array {
  const parsed = parseMessage(bytes);
  if (!parsed.ok || parsed.value.type !== type) return bytes;
  const message = parsed.value as Extract<Message, { type: Type }>;
  return emitMessage({ ...message, ...change(message) });
}
