import { writeU16 } from '@atoll/bytes/field';
import type { Head, Whole } from '@atoll/fragments/assembly';
import { Assembly, join } from '@atoll/fragments/assembly';
import type { Chain } from './chain.ts';
import { FRAGMENT_HEADER_LENGTH } from './chain.ts';
import type { Ipv6Header } from './packet.ts';
import { IPV6_HEADER_LENGTH, PAYLOAD_LENGTH_AT } from './packet.ts';

export interface ReassemblyLimits {
  /** How many packets may be incomplete at a time; the oldest makes room. */
  readonly datagrams?: number;
  /** Bytes of all fragments that are kept, with what each of them costs beside its bytes. */
  readonly bytes?: number;
}

/**
 * Puts fragmented packets together (RFC 8200 section 4.5). Overlapping fragments end their packet
 * (RFC 5722); atomic fragments do not come here (RFC 6946).
 */
export class Reassembly {
  readonly #assembly: Assembly<FirstHead>;

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
   * Takes the fragment at `packet` of `bytes` with the header `header`, of which `chain` says where in the
   * original it belongs. Answers the original once it is there, without fragment headers; its extension
   * headers are to be walked through again, and lead to no other fragment.
   */
  handle(
    header: Readonly<Ipv6Header>,
    chain: Readonly<Chain>,
    bytes: Uint8Array,
    packet: number,
    now: number,
  ): Uint8Array | undefined {
    const { start, fragmentOffset, moreFragments, identification, nextHeaderAt } = chain;
    const { source, destination } = header;
    const key = `${identification} ${source.toString(36)} ${destination.toString(36)}`;
    const payload = bytes.subarray(start, packet + IPV6_HEADER_LENGTH + header.payloadLength);
    const head =
      fragmentOffset === 0 ? { bytes: bytes.slice(packet, start), nextHeaderAt } : undefined;
    const whole = this.#assembly.handle(key, fragmentOffset, payload, moreFragments, head, now);
    return whole && original(whole);
  }

  /**
   * Forgets packets that were not completed in time. Answers the first fragments of those of which it had
   * come, as they were, for an ICMPv6 message to their source.
   */
  poll(now: number): readonly Uint8Array[] {
    return this.#assembly.poll(now).map(asReceived);
  }
}

/** All before the payload of the first fragment. */
interface FirstHead extends Head {
  /** Where the field is that says that there is a fragment header. */
  readonly nextHeaderAt: number;
}

function original(whole: Whole<FirstHead>): Uint8Array {
  const { bytes: head, nextHeaderAt } = whole.head;
  const start = head.length - FRAGMENT_HEADER_LENGTH;
  const bytes = new Uint8Array(start + whole.length);
  bytes.set(head.subarray(0, start));
  join(whole, bytes, start);
  // Only the first fragment says what was fragmented; the others may say anything.
  bytes[nextHeaderAt] = head[start];
  writeU16(bytes, PAYLOAD_LENGTH_AT, bytes.length - IPV6_HEADER_LENGTH);
  return bytes;
}

function asReceived(first: Whole<FirstHead>): Uint8Array {
  const head = first.head.bytes;
  const bytes = new Uint8Array(head.length + first.length);
  bytes.set(head);
  join(first, bytes, head.length);
  return bytes;
}

/** RFC 8200 section 4.5. */
const TIMEOUT_MS = 60_000;
