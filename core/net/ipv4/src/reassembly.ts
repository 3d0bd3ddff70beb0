import { internetChecksum } from '@atoll/bytes/checksum';
import { writeU16 } from '@atoll/bytes/field';
import type { Head, Whole } from '@atoll/fragments/assembly';
import { Assembly, join } from '@atoll/fragments/assembly';
import type { Ipv4Header } from './packet.ts';
import { MAX_DATAGRAM_LENGTH } from './packet.ts';

export interface ReassemblyLimits {
  /** How many datagrams may be incomplete at a time; the oldest makes room. */
  readonly datagrams?: number;
  /** Bytes of all fragments that are kept, with what each of them costs beside its bytes. */
  readonly bytes?: number;
}

/**
 * Puts fragmented datagrams together (RFC 791 section 3.2, RFC 1122 section 3.3.2). Overlapping fragments
 * end their datagram, as RFC 5722 demands for IPv6.
 */
export class Reassembly {
  readonly #assembly: Assembly<Head>;

  constructor(limits: ReassemblyLimits = {}) {
    this.#assembly = new Assembly({ ...limits, timeoutMs: TIMEOUT_MS });
  }

  /** What is kept, as counted against {@link ReassemblyLimits.bytes}. */
  get bytes(): number {
    return this.#assembly.bytes;
  }

  /** When to `poll` next, in monotonic milliseconds. */
  get nextTimeout(): number {
    return this.#assembly.nextTimeout;
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
    if (moreFragments && length % 8 !== 0) return undefined;
    if (headerLength + offset + length > MAX_DATAGRAM_LENGTH) return undefined;
    const key = `${header.source} ${header.destination} ${header.protocol} ${header.identification}`;
    const payload = bytes.subarray(start + headerLength, start + totalLength);
    const head = offset === 0 ? { bytes: bytes.slice(start, start + headerLength) } : undefined;
    const whole = this.#assembly.handle(key, offset, payload, moreFragments, head, now);
    return whole && datagramOf(whole);
  }

  /**
   * Forgets datagrams that were not completed in time. Answers the first fragments of those of which it
   * had come, header and payload, for an ICMP message to their source.
   */
  poll(now: number): readonly Uint8Array[] {
    return this.#assembly.poll(now).map(datagramOf);
  }
}

/** The datagram of all pieces, with a header that says so. */
function datagramOf(whole: Whole<Head>): Uint8Array {
  const header = whole.head.bytes;
  const bytes = new Uint8Array(header.length + whole.length);
  bytes.set(header);
  join(whole, bytes, header.length);
  writeU16(bytes, 2, bytes.length);
  writeU16(bytes, 6, 0);
  writeU16(bytes, 10, 0);
  writeU16(bytes, 10, internetChecksum(bytes, 0, header.length));
  return bytes;
}

/**
 * RFC 1122 section 3.3.2 suggests 60 to 120 seconds, from a time of slow links; at today's rates an
 * identification comes round again long before (RFC 6864 section 5.2), so it is half of that.
 */
const TIMEOUT_MS = 30_000;
