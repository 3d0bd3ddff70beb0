import { decodeUtf8, encodeUtf8 } from '@atoll/bytes/utf8';

/**
 * Messages of xenstore (xen/include/public/io/xs_wire.h): a header of four little-endian words, type,
 * request, transaction and length, and up to {@link MAX_PAYLOAD} bytes of payload, whose parts end with NUL.
 */
export interface StoreMessage {
  readonly type: number;
  /** Chosen by us; the answer has the same. 0 in events. */
  readonly request: number;
  /** 0 outside of transactions. */
  readonly transaction: number;
  readonly payload: Uint8Array;
}

export const TYPE = {
  directory: 1,
  read: 2,
  watch: 4,
  unwatch: 5,
  transactionStart: 6,
  transactionEnd: 7,
  write: 11,
  remove: 13,
  setPermissions: 14,
  watchEvent: 15,
  error: 16,
} as const;

export const MAX_PAYLOAD = 4096;

const HEADER = 16;

export function encodeMessage({ type, request, transaction, payload }: StoreMessage): Uint8Array {
  if (payload.length > MAX_PAYLOAD) throw new RangeError('the message is too long for xenstore');
  const bytes = new Uint8Array(HEADER + payload.length);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of [type, request, transaction, payload.length].entries()) {
    view.setUint32(index * 4, word, true);
  }
  bytes.set(payload, HEADER);
  return bytes;
}

/** `parts`, each ended by NUL; the last one as it is where `isOpen`, as the value of a write. */
export function encodeParts(parts: readonly string[], isOpen = false): Uint8Array {
  const text = parts.join('\0');
  return encodeUtf8(isOpen ? text : `${text}\0`);
}

/** The parts of a payload, whether or not a NUL ends the last one. */
export function decodeParts(payload: Uint8Array): string[] {
  const parts = decodeUtf8(payload).split('\0');
  if (parts[parts.length - 1] === '') parts.pop();
  return parts;
}

/** Joins what comes in pieces to messages. */
export class StoreReader {
  readonly #buffer = new Uint8Array(HEADER + MAX_PAYLOAD);
  #length = 0;
  /** A length that cannot be came: where the next message starts is unknown. */
  isBroken = false;

  /** The messages that `bytes` completed. */
  push(bytes: Uint8Array): StoreMessage[] {
    const messages: StoreMessage[] = [];
    let at = 0;
    while (at < bytes.length && !this.isBroken) {
      const count = Math.min(bytes.length - at, this.#wanted() - this.#length);
      this.#buffer.set(bytes.subarray(at, at + count), this.#length);
      this.#length += count;
      at += count;
      if (this.#length === HEADER && this.#payloadLength() > MAX_PAYLOAD) this.isBroken = true;
      else if (this.#length === this.#wanted()) messages.push(this.#take());
    }
    return messages;
  }

  #wanted(): number {
    return this.#length < HEADER ? HEADER : HEADER + this.#payloadLength();
  }

  #payloadLength(): number {
    return new DataView(this.#buffer.buffer).getUint32(12, true);
  }

  #take(): StoreMessage {
    const view = new DataView(this.#buffer.buffer);
    const payload = this.#buffer.slice(HEADER, this.#length);
    this.#length = 0;
    const [type, request, transaction] = [0, 4, 8].map((at) => view.getUint32(at, true));
    return { type, request, transaction, payload };
  }
}

/** One line for logs. */
export function describeMessage({ type, request, transaction, payload }: StoreMessage): string {
  const name = Object.entries(TYPE).find(([, number]) => number === type)?.[0] ?? `type ${type}`;
  const parts = decodeParts(payload).map((part) => JSON.stringify(part));
  return `xenstore ${name} request ${request} transaction ${transaction} ${parts.join(' ')}`;
}
