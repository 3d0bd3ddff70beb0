import { decodeLatin1 } from '@atoll/bytes/latin1';
import type { FastPaths } from '@atoll/device/fast';
import { Headers } from '../headers.ts';
import type { Limits } from '../limits.ts';
import type { RequestHead } from './request.ts';

/**
 * Reads the heads of requests as most are: without a body, on a connection that goes on. One call of a fast path says
 * where everything is; fields stay together until somebody looks at them. All others are for {@link parseRequest}, which would
 * say the same of these.
 */
export class HeadReader {
  /** Octets of the head that was read last. */
  used = 0;
  readonly #readHead: (...values: number[]) => number;
  readonly #copy: Uint8Array;
  readonly #places: Uint32Array;
  readonly #copyAddress: number;
  readonly #placesAddress: number;

  constructor(fast: FastPaths) {
    const copy = fast.allocate(LONGEST + LOOKED_BEHIND);
    const places = fast.allocate(PLACES * 4);
    this.#readHead = fast.load('http').readHead;
    this.#copy = copy.bytes;
    this.#copyAddress = copy.address;
    this.#places = new Uint32Array(places.bytes.buffer, places.bytes.byteOffset, PLACES);
    this.#placesAddress = places.address;
  }

  /** The head at the start of `bytes`; `undefined` when it is for others, or not whole. */
  read(bytes: Uint8Array, limits: Limits): RequestHead | undefined {
    const copy = this.#copy;
    const length = Math.min(bytes.length, LONGEST);
    copy.set(length === bytes.length ? bytes : bytes.subarray(0, length));
    const used = this.#readHead(
      this.#copyAddress,
      length,
      this.#placesAddress,
      limits.requestLine,
      limits.fieldBytes,
      limits.fields,
    );
    if (used === 0) return undefined;
    this.used = used;
    const places = this.#places;
    const text = decodeLatin1(copy.subarray(0, used - 2));
    const methodEnd = places[0];
    const pathEnd = places[1];
    const targetEnd = places[2];
    return {
      method: text.slice(0, methodEnd),
      authority: text.slice(places[3], places[4]).toLowerCase(),
      path: text.slice(methodEnd + 1, pathEnd),
      query: pathEnd === targetEnd ? undefined : text.slice(pathEnd + 1, targetEnd),
      isOld: false,
      headers: Headers.ofLines(text.slice(places[5] - 1), places[6]),
      framing: 0,
      isPersistent: true,
      expectsContinue: false,
    };
  }
}

/** Octets of a head that is read here, and those behind it that the fast path looks at. */
const LONGEST = 4096;
const LOOKED_BEHIND = 16;
const PLACES = 7;
