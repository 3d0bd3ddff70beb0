import type { Checksum, Located } from '@atoll/bytes/fast';
import { plainChecksum } from '@atoll/bytes/fast';
import type { Entropy } from '@atoll/device/system';
import { RateLimit } from '@atoll/icmp/rate';
import type { IcmpReport } from '@atoll/icmp/report';
import { isLoopback, isMulticast, isUnspecified } from '@atoll/ipv6/address';
import type { Ipv6Header } from '@atoll/ipv6/packet';
import {
  IPV6_HEADER_LENGTH,
  MINIMUM_MTU,
  NEXT_HEADER_AT,
  PROTOCOL_ICMPV6,
} from '@atoll/ipv6/packet';
import { addressSum } from '@atoll/ipv6/pseudo-header';
import { findUpperLayer } from '@atoll/ipv6/upper-layer';
import type { Result } from '@atoll/result/result';
import { ok } from '@atoll/result/result';
import type { Icmpv6Message } from './packet.ts';
import {
  ECHO_REPLY,
  ECHO_REQUEST,
  ICMPV6_HEADER_LENGTH,
  isError,
  PACKET_TOO_BIG,
  parseIcmpv6,
} from './packet.ts';
import { readReport } from './report.ts';

/** What came of a message. */
export type Icmpv6Event =
  /**
   * `message` is for the source of the one that came: from the address that it was sent to, or when that is
   * a group, from one that the caller chooses (RFC 4443 section 4.2).
   */
  | { readonly kind: 'reply'; readonly message: Icmpv6Message }
  | { readonly kind: 'report'; readonly report: IcmpReport<bigint> }
  /** `message` belongs to neighbours, groups or others that have ICMPv6 in common; unknown ones are ignored. */
  | { readonly kind: 'message'; readonly message: Icmpv6Message }
  /** Nothing that a host has to act on. */
  | { readonly kind: 'ignored' };

/** What an error says, beside the packet in question. */
export interface Complaint {
  readonly type: number;
  readonly code: number;
  /** The MTU of "packet too big", the pointer of a parameter problem; otherwise 0. */
  readonly rest?: number;
  /** The packet came to more than one host, by its frame. A group as its destination is seen without. */
  readonly isGroup?: boolean;
  /** The source hears of it even then: an unknown option may ask for that (RFC 4443 section 2.4 (e.3)). */
  readonly isForGroups?: boolean;
}

/**
 * The ICMPv6 of a host (RFC 4443), as far as it is not about neighbours and groups: answers echo requests,
 * reports errors, and reads the reports of others.
 */
export class Icmpv6 {
  readonly #echoes = new RateLimit(10_000, 1000);
  readonly #reports: RateLimit;

  /**
   * With `entropy`, nobody can tell from when the limit of our reports is reached which of our ports are
   * open, see {@link RateLimit}.
   */
  constructor(entropy?: Entropy) {
    this.#reports = new RateLimit(100, 50, entropy);
  }

  /** Takes the message in `region` from `start` to `end` that came in a packet for us with `header`. */
  handle(
    region: Located,
    start: number,
    end: number,
    header: Readonly<Ipv6Header>,
    now: number,
    checksum: Checksum = plainChecksum,
  ): Result<Icmpv6Event> {
    const { source, destination } = header;
    const parsed = parseIcmpv6(region, start, end, addressSum(source, destination), checksum);
    if (!parsed.ok) return parsed;
    const message = parsed.value;
    const { type } = message;
    if (type === ECHO_REQUEST) {
      if (!isHost(source) || !this.#echoes.allows(now)) return IGNORED;
      return ok({ kind: 'reply', message: { ...message, type: ECHO_REPLY, code: 0 } });
    }
    if (type === ECHO_REPLY) return IGNORED;
    return isError(type) ? readReport(message) : ok({ kind: 'message', message });
  }

  /**
   * The message about the packet with `header` at `packet` of `bytes`, for its source; `undefined` when
   * there must be none (RFC 4443 section 2.4 (e)) or there were too many.
   */
  report(
    complaint: Complaint,
    bytes: Uint8Array,
    packet: number,
    header: Readonly<Ipv6Header>,
    now: number,
  ): Icmpv6Message | undefined {
    const { type, code, rest = 0, isGroup = false, isForGroups = false } = complaint;
    const { source, destination, payloadLength } = header;
    if (!isHost(source)) return undefined;
    if (isGroup || isMulticast(destination)) {
      if (type !== PACKET_TOO_BIG && !isForGroups) return undefined;
    }
    const end = packet + IPV6_HEADER_LENGTH + payloadLength;
    if (isAboutError(bytes, packet, end)) return undefined;
    if (!this.#reports.allows(now)) return undefined;
    return {
      type,
      code,
      rest,
      body: bytes.subarray(packet, Math.min(end, packet + LONGEST_QUOTE)),
    };
  }
}

/** Whether `address` is that of a single host that we can answer. */
function isHost(address: bigint): boolean {
  return !isUnspecified(address) && !isMulticast(address) && !isLoopback(address);
}

/** Whether the packet in `bytes[packet, end)` is itself an ICMPv6 error, or a redirect. */
function isAboutError(bytes: Uint8Array, packet: number, end: number): boolean {
  const first = packet + IPV6_HEADER_LENGTH;
  const upper = findUpperLayer(bytes, first, end, bytes[packet + NEXT_HEADER_AT]);
  if (upper.protocol !== PROTOCOL_ICMPV6 || upper.start < 0 || upper.start >= end) return false;
  const type = bytes[upper.start];
  return isError(type) || type === REDIRECT;
}

const IGNORED = ok<Icmpv6Event>({ kind: 'ignored' });
/** With the headers around it, a report fits through every link (RFC 4443 section 2.4 (c)). */
const LONGEST_QUOTE = MINIMUM_MTU - IPV6_HEADER_LENGTH - ICMPV6_HEADER_LENGTH;
/** RFC 4861 section 4.5. */
const REDIRECT = 137;
