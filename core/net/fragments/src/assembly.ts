export interface AssemblyOptions {
  /** How long the fragments of a datagram are kept, from the first that comes, in milliseconds. */
  readonly timeoutMs: number;
  /** How many datagrams may be incomplete at a time; the oldest makes room. */
  readonly datagrams?: number;
  /** Bytes of all fragments and first headers that are kept, {@link FRAGMENT_COST} added for each fragment. */
  readonly bytes?: number;
}

/** What becomes the header of the whole, kept of the first fragment. */
export interface Head {
  readonly bytes: Uint8Array;
}

export interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly more: boolean;
}

/** A datagram of which nothing is missing. */
export interface Whole<H extends Head> {
  readonly head: H;
  /** In the order of their offsets, one where the other ends. */
  readonly pieces: readonly Piece[];
  /** Bytes of all pieces. */
  readonly length: number;
}

/**
 * The fragments of datagrams that are not complete yet, for either version of IP.
 *
 * Nobody needs overlapping fragments but attackers, so they end the datagram, with all of its fragments
 * that are still to come (RFC 5722, RFC 8200 section 4.5). A fragment that comes twice, byte for byte, is
 * a duplicate of the network and is ignored.
 */
export class Assembly<H extends Head> {
  readonly #timeoutMs: number;
  readonly #maxDatagrams: number;
  readonly #maxBytes: number;
  readonly #partials = new Map<string, Incomplete<H>>();
  #bytes = 0;

  constructor({ timeoutMs, datagrams = 64, bytes = 0x4_0000 }: AssemblyOptions) {
    this.#timeoutMs = timeoutMs;
    this.#maxDatagrams = datagrams;
    this.#maxBytes = bytes;
  }

  /** What is kept, as counted against {@link AssemblyOptions.bytes}. */
  get bytes(): number {
    return this.#bytes;
  }

  /** When to `poll` next, in monotonic milliseconds. All wait equally long, so the oldest ends first. */
  get nextTimeout(): number {
    for (const partial of this.#partials.values()) return partial.timeout;
    return Number.POSITIVE_INFINITY;
  }

  /**
   * Takes `payload`, which is copied, as the part at `offset` of the datagram known by `key`; with its
   * `head`, which is kept, when it is the first. Answers the whole datagram once it is there.
   *
   * The caller has checked that a payload before others is a multiple of eight bytes, and that the whole
   * does not become too long.
   */
  handle(
    key: string,
    offset: number,
    payload: Uint8Array,
    more: boolean,
    head: H | undefined,
    now: number,
  ): Whole<H> | undefined {
    const { length } = payload;
    if (length === 0) return undefined;
    const partial = this.#partials.get(key) ?? this.#add(key, now);
    if (partial.refused) return undefined;
    const index = insertionIndex(partial.pieces, offset);
    if (isSame(partial.pieces[index], offset, payload, more)) return undefined;
    if (!fits(partial, index, offset, length, more)) {
      this.#refuse(partial);
      return undefined;
    }
    const cost = length + FRAGMENT_COST + (head?.bytes.length ?? 0);
    if (!this.#makeRoom(key, cost)) return undefined;
    this.#bytes += cost;
    partial.cost += cost;
    partial.received += length;
    partial.pieces.splice(index, 0, { offset, bytes: payload.slice(), more });
    if (head !== undefined) partial.head = head;
    if (!more) partial.end = offset + length;
    if (partial.received !== partial.end || partial.head === undefined) return undefined;
    this.#remove(key, partial);
    return { head: partial.head, pieces: partial.pieces, length: partial.end };
  }

  /** Forgets datagrams that were not completed in time. Answers the first fragments of which had come. */
  poll(now: number): readonly Whole<H>[] {
    const expired: Whole<H>[] = [];
    for (const [key, partial] of this.#partials) {
      if (partial.timeout > now) break;
      const { head, pieces } = partial;
      if (head !== undefined) {
        expired.push({ head, pieces: pieces.slice(0, 1), length: pieces[0].bytes.length });
      }
      this.#remove(key, partial);
    }
    return expired;
  }

  #add(key: string, now: number): Incomplete<H> {
    if (this.#partials.size >= this.#maxDatagrams) this.#removeOldest();
    const partial: Incomplete<H> = {
      timeout: now + this.#timeoutMs,
      pieces: [],
      head: undefined,
      cost: 0,
      received: 0,
      end: undefined,
      refused: false,
    };
    this.#partials.set(key, partial);
    return partial;
  }

  /** Answers false when the datagram of `key` itself had to make room. */
  #makeRoom(key: string, cost: number): boolean {
    while (this.#bytes + cost > this.#maxBytes) {
      this.#removeOldest();
      if (!this.#partials.has(key)) return false;
    }
    return true;
  }

  #removeOldest(): void {
    for (const [key, partial] of this.#partials) {
      this.#remove(key, partial);
      return;
    }
  }

  #remove(key: string, partial: Incomplete<H>): void {
    this.#bytes -= partial.cost;
    this.#partials.delete(key);
  }

  /** What still comes of this datagram is thrown away. */
  #refuse(partial: Incomplete<H>): void {
    this.#bytes -= partial.cost;
    partial.cost = 0;
    partial.pieces.length = 0;
    partial.head = undefined;
    partial.refused = true;
  }
}

/** What a fragment costs beside its bytes. */
export const FRAGMENT_COST = 128;

/** Copies the pieces of `whole` into `bytes`, those at offset 0 to `start`. */
export function join(whole: Pick<Whole<Head>, 'pieces'>, bytes: Uint8Array, start: number): void {
  for (const { offset, bytes: piece } of whole.pieces) bytes.set(piece, start + offset);
}

interface Incomplete<H extends Head> {
  readonly timeout: number;
  /** In the order of their offsets, without overlaps. */
  readonly pieces: Piece[];
  head: H | undefined;
  /** What it takes of the bytes that all may have. */
  cost: number;
  /** Bytes of payload that are there, and that there will be. */
  received: number;
  end: number | undefined;
  /** Fragments overlapped. */
  refused: boolean;
}

/** The index of the first piece that starts at `offset` or behind it. */
function insertionIndex(pieces: readonly Piece[], offset: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pieces[middle].offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isSame(
  known: Piece | undefined,
  offset: number,
  bytes: Uint8Array,
  more: boolean,
): boolean {
  if (known === undefined || known.offset !== offset || known.more !== more) return false;
  return known.bytes.length === bytes.length && known.bytes.every((byte, at) => byte === bytes[at]);
}

/** Whether a piece to be inserted at `index` neither overlaps nor contradicts where the end is. */
function fits(
  { pieces, end }: Pick<Incomplete<Head>, 'pieces' | 'end'>,
  index: number,
  offset: number,
  length: number,
  more: boolean,
): boolean {
  if (index > 0) {
    const previous = pieces[index - 1];
    if (previous.offset + previous.bytes.length > offset) return false;
  }
  if (index < pieces.length && (!more || offset + length > pieces[index].offset)) return false;
  return end === undefined || (more && offset + length <= end);
}
