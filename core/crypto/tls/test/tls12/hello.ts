/** Hellos of a handshake, changed on their way. */
import type { Extension } from '../../src/extension.ts';
import { HANDSHAKE } from '../../src/frame.ts';
import type { ClientHello, ServerHello } from '../../src/hello.ts';
import { emitMessage, parseMessage } from '../../src/message.ts';
import { CONTENT } from '../../src/record.ts';
import { join } from '../join.ts';
import { plainRecord } from '../toy.ts';

/** The flight with another ClientHello. */
export function withClientHello(
  flight: Uint8Array,
  change: (hello: ClientHello) => Partial<ClientHello>,
): Uint8Array {
  const parsed = parseMessage(flight.slice(5));
  if (!parsed.ok || parsed.value.type !== HANDSHAKE.CLIENT_HELLO) throw new Error('no ClientHello');
  const hello = { ...parsed.value, ...change(parsed.value) };
  return plainRecord(CONTENT.HANDSHAKE, emitMessage(hello));
}

/** The flight, which is one record, with another ServerHello. */
export function withServerHello(
  flight: Uint8Array,
  change: (hello: ServerHello) => Partial<ServerHello>,
): Uint8Array {
  const end = 9 + ((flight[7] << 8) | flight[8]);
  const parsed = parseMessage(flight.slice(5, end));
  if (!parsed.ok || parsed.value.type !== HANDSHAKE.SERVER_HELLO) throw new Error('no ServerHello');
  const hello = { ...parsed.value, ...change(parsed.value) };
  const recordEnd = 5 + ((flight[3] << 8) | flight[4]);
  const rest = flight.slice(end, recordEnd);
  const record = plainRecord(CONTENT.HANDSHAKE, join(emitMessage(hello), rest));
  return join(record, flight.slice(recordEnd));
}

/** Without those of `types`. */
export function without(extensions: readonly Extension[], ...types: number[]): Extension[] {
  return extensions.filter(({ type }) => !types.includes(type));
}

/** With `data` for `type`, in the place of what was there. */
export function having(
  extensions: readonly Extension[],
  type: number,
  ...data: number[]
): Extension[] {
  return [{ type, data: Uint8Array.from(data) }, ...without(extensions, type)];
}
