import { internetChecksum } from '@atoll/bytes/checksum';
import { writeU16 } from '@atoll/bytes/field';
import type { Ipv4Header } from './packet.ts';
import { MAX_DATAGRAM_LENGTH } from './packet.ts';

export interface ReassemblyLimits {
  /** How many datagrams may be incomplete at a time; the oldest makes room. */
  readonly datagrams?: number;
  /** Bytes of all fragments that are kept, with {@link FRAGMENT_COST} added for each. */
  readonly bytes?: number;
}

/**
 * Puts fragmented datagrams together (RFC 791 section 3.2, RFC 1122 section 3.3.2).
 *
 * Nobody needs overlapping fragments but attackers, so they end the datagram, with all of its fragments
 * that are still to come, as RFC 5722 demands for IPv6. A fragment that comes twice, byte for byte, is a
 * duplicate of the network and is ignored (RFC 8200 section 4.5).
 */
export class Reassembly {
  readonly #maxDatagrams: number;
  readonly #maxBytes: number;
  readonly #partials = new Map<string, PartialDatagram>();
  #bytes = 0;

  constructor({ datagrams = 64, bytes = 0x4_0000 }: ReassemblyLimits = {}) {
    this.#maxDatagrams = datagrams;
    this.#maxBytes = bytes;
  }

  /** What is kept, as counted against {@link ReassemblyLimits.bytes}. */
  get bytes(): number {
    return this.#bytes;
  }

  /** When to `poll` next, in monotonic milliseconds. All wait equally long, so the oldest ends first. */
  get nextTimeout(): number {
    for (const partial of this.#partials.values()) return partial.timeout;
    return Number.POSITIVE_INFINITY;
  }

  /**
   * Takes the fragment whose datagram starts at `start` of `bytes` and whose header is `header`. Answers
   * the whole datagram once it is there, with the header of its first fragment made good for all of it.
   */
  handle(
    header: Readonly<Ipv4Header>,
    bytes: Uint8Array,
    start: number,
    now: number,
  ): Uint8Array | undefined {
    const { fragmentOffset: offset, moreFragments, headerLength, totalLength } = header;
    const length = totalLength - headerLength;
    if (length === 0 || (moreFragments && length % 8 !== 0)) return undefined;
    if (headerLength + offset + length > MAX_DATAGRAM_LENGTH) return undefined;
    const key = `${header.source} ${header.destination} ${header.protocol} ${header.identification}`;
    const partial = this.#partials.get(key) ?? this.#add(key, now);
    if (partial.refused) return undefined;
    const payload = bytes.subarray(start + headerLength, start + totalLength);
    const index = insertionIndex(partial.fragments, offset);
    if (isSame(partial.fragments[index], offset, payload, moreFragments)) return undefined;
    if (!fits(partial, index, offset, length, moreFragments)) {
      this.#forgetFragments(partial);
      partial.refused = true;
      return undefined;
    }
    if (!this.#keep(key, partial, index, { offset, bytes: payload.slice(), more: moreFragments })) {
      return undefined;
    }
    if (offset === 0) partial.header = bytes.slice(start, start + headerLength);
    if (!moreFragments) partial.end = offset + length;
    if (partial.received !== partial.end || partial.header === undefined) return undefined;
    this.#remove(key, partial);
    return join(partial.header, partial.fragments, partial.end);
  }

  /**
   * Forgets datagrams that were not completed in time. Answers the first fragments of those of which it
   * had come, header and payload, for an ICMP message to their source.
   */
  poll(now: number): readonly Uint8Array[] {
    const expired: Uint8Array[] = [];
    for (const [key, partial] of this.#partials) {
      if (partial.timeout > now) break;
      if (partial.header !== undefined && !partial.refused) {
        expired.push(
          join(partial.header, [partial.fragments[0]], partial.fragments[0].bytes.length),
        );
      }
      this.#remove(key, partial);
    }
    return expired;
  }

  #add(key: string, now: number): PartialDatagram {
    if (this.#partials.size >= this.#maxDatagrams) this.#removeOldest();
    const partial: PartialDatagram = {
      timeout: now + TIMEOUT_MS,
      fragments: [],
      header: undefined,
      received: 0,
      end: undefined,
      refused: false,
    };
    this.#partials.set(key, partial);
    return partial;
  }

  /** Makes room and inserts; answers false when the datagram itself had to make room. */
  #keep(key: string, partial: PartialDatagram, index: number, fragment: Fragment): boolean {
    const { length } = fragment.bytes;
    while (this.#bytes + length + FRAGMENT_COST > this.#maxBytes) {
      this.#removeOldest();
      if (!this.#partials.has(key)) return false;
    }
    partial.fragments.splice(index, 0, fragment);
    partial.received += length;
    this.#bytes += length + FRAGMENT_COST;
    return true;
  }

  #removeOldest(): void {
    for (const [key, partial] of this.#partials) {
      this.#remove(key, partial);
      return;
    }
  }

  #remove(key: string, partial: PartialDatagram): void {
    this.#bytes -= cost(partial);
    this.#partials.delete(key);
  }

  #forgetFragments(partial: PartialDatagram): void {
    this.#bytes -= cost(partial);
    partial.fragments.length = 0;
    partial.received = 0;
  }
}

/** What a fragment costs beside its bytes. */
export const FRAGMENT_COST = 128;

interface PartialDatagram {
  readonly timeout: number;
  /** In the order of their offsets, without overlaps. */
  readonly fragments: Fragment[];
  /** That of the first fragment. */
  header: Uint8Array | undefined;
  /** Bytes of payload that are there, and that there will be. */
  received: number;
  end: number | undefined;
  /** Fragments overlapped; what still comes is thrown away. */
  refused: boolean;
}

interface Fragment {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly more: boolean;
}

/** The index of the first fragment that starts at `offset` or behind it. */
function insertionIndex(fragments: readonly Fragment[], offset: number): number {
  let low = 0;
  let high = fragments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fragments[middle].offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isSame(
  known: Fragment | undefined,
  offset: number,
  bytes: Uint8Array,
  more: boolean,
): boolean {
  if (known === undefined || known.offset !== offset || known.more !== more) return false;
  return known.bytes.length === bytes.length && known.bytes.every((byte, at) => byte === bytes[at]);
}

/** Whether a fragment to be inserted at `index` neither overlaps nor contradicts where the end is. */
function fits(
  { fragments, end }: PartialDatagram,
  index: number,
  offset: number,
  length: number,
  more: boolean,
): boolean {
  if (index > 0) {
    const previous = fragments[index - 1];
    if (previous.offset + previous.bytes.length > offset) return false;
  }
  if (index < fragments.length && (!more || offset + length > fragments[index].offset))
    return false;
  return end === undefined || (more && offset + length <= end);
}

/** The datagram of `payload` bytes, with a header that says so. */
function join(header: Uint8Array, fragments: readonly Fragment[], payload: number): Uint8Array {
  const { length } = header;
  const whole = new Uint8Array(length + payload);
  whole.set(header);
  for (const { offset, bytes } of fragments) whole.set(bytes, length + offset);
  writeU16(whole, 2, whole.length);
  writeU16(whole, 6, 0);
  writeU16(whole, 10, 0);
  writeU16(whole, 10, internetChecksum(whole, 0, length));
  return whole;
}

function cost({ received, fragments }: PartialDatagram): number {
  return received + fragments.length * FRAGMENT_COST;
}

/**
 * RFC 1122 section 3.3.2 suggests 60 to 120 seconds, from a time of slow links; at today's rates an
 * identification comes round again long before (RFC 6864 section 5.2), so it is half of that.
 */
const TIMEOUT_MS = 30_000;
