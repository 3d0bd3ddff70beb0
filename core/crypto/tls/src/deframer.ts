import { ok, type Result } from '@atoll/result/result';
import { ALERT, abort, type TlsFailure } from './alert.ts';
import { HANDSHAKE, HANDSHAKE_HEADER_LENGTH } from './frame.ts';

/**
 * Puts handshake messages together that come in the fragments of records (RFC 8446, 5.1), or several in
 * one. What it holds is bounded by the longest message of the type that is under way.
 */
export class Deframer {
  #bytes: Uint8Array = NOTHING;
  #length = 0;

  /** Takes in `fragment`; call {@link next} until it has nothing before giving more. */
  push(fragment: Uint8Array): void {
    const needed = this.#length + fragment.length;
    if (needed > this.#bytes.length) {
      // By doubling, so that a message in fragments of one byte costs no more than one in one piece.
      const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(fragment, this.#length);
    this.#length = needed;
  }

  /** The next whole message with its header, a copy; `undefined` when there is none yet. */
  next(): Result<Uint8Array | undefined, TlsFailure> {
    if (this.#length < HANDSHAKE_HEADER_LENGTH) return ok(undefined);
    const [type, high, middle, low] = this.#bytes;
    const body = (high << 16) | (middle << 8) | low;
    const longest = LONGEST.get(type);
    if (longest === undefined) return abort(ALERT.UNEXPECTED_MESSAGE, `handshake message ${type}`);
    if (body > longest) {
      return abort(ALERT.ILLEGAL_PARAMETER, `handshake message ${type} has ${body} bytes`);
    }
    const length = HANDSHAKE_HEADER_LENGTH + body;
    if (this.#length < length) return ok(undefined);
    const message = this.#bytes.slice(0, length);
    this.#bytes.copyWithin(0, length, this.#length);
    this.#length -= length;
    if (this.#length === 0) this.#bytes = NOTHING;
    return ok(message);
  }

  /** Whether a message is under way. Keys must not change then. */
  get isInside(): boolean {
    return this.#length > 0;
  }
}

/** Bytes that we take of a message of each type that we know, without its header. */
const LONGEST: ReadonlyMap<number, number> = /* @__PURE__ */ new Map([
  [HANDSHAKE.HELLO_REQUEST, 0],
  [HANDSHAKE.CLIENT_HELLO, 0x8000],
  [HANDSHAKE.SERVER_HELLO, 0x4000],
  [HANDSHAKE.NEW_SESSION_TICKET, 0x8000],
  [HANDSHAKE.END_OF_EARLY_DATA, 0],
  [HANDSHAKE.ENCRYPTED_EXTENSIONS, 0x4000],
  [HANDSHAKE.CERTIFICATE, 0x1_0000],
  [HANDSHAKE.SERVER_KEY_EXCHANGE, 0x1000],
  [HANDSHAKE.CERTIFICATE_REQUEST, 0x8000],
  [HANDSHAKE.SERVER_HELLO_DONE, 0],
  [HANDSHAKE.CERTIFICATE_VERIFY, 0x1000],
  [HANDSHAKE.CLIENT_KEY_EXCHANGE, 0x100],
  [HANDSHAKE.FINISHED, 64],
  [HANDSHAKE.KEY_UPDATE, 1],
]);

const NOTHING = new Uint8Array(0);
