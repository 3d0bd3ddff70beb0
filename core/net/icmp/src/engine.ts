import type { Checksum, Located } from '@atoll/bytes/fast';
import { plainChecksum } from '@atoll/bytes/fast';
import { u16, u32 } from '@atoll/bytes/field';
import type { Ipv4Prefix } from '@atoll/ipv4/address';
import {
  broadcastAddress,
  contains,
  isLoopback,
  isMulticast,
  LIMITED_BROADCAST,
  UNSPECIFIED,
} from '@atoll/ipv4/address';
import type { Ipv4Header } from '@atoll/ipv4/packet';
import { IPV4_HEADER_LENGTH, PROTOCOL_ICMP } from '@atoll/ipv4/packet';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import type { IcmpMessage } from './packet.ts';
import {
  ECHO_REPLY,
  ECHO_REQUEST,
  emitIcmp,
  FRAGMENTATION_NEEDED,
  ICMP_HEADER_LENGTH,
  isError,
  parseIcmp,
  UNREACHABLE,
} from './packet.ts';
import { RateLimit } from './rate.ts';

/** What came of a message. */
export type IcmpEvent =
  /** `payload` is an ICMP message for the source of the one that came. */
  | { readonly kind: 'reply'; readonly payload: Uint8Array }
  | { readonly kind: 'report'; readonly report: IcmpReport }
  /** Nothing that a host has to act on. */
  | { readonly kind: 'ignored' };

/** An error that was reported to us. Anybody can make one up: take it as a hint, never as the truth. */
export interface IcmpReport {
  readonly type: number;
  readonly code: number;
  /** The MTU of the next hop when fragmentation is needed (RFC 1191); 0 in others. */
  readonly mtu: number;
  /** From the beginning of the datagram in question, which may have been ours. */
  readonly protocol: number;
  readonly source: number;
  readonly destination: number;
  /** The first four bytes of its payload: with UDP and TCP, the ports. */
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/**
 * The ICMP of a host (RFC 792, RFC 1122 section 3.2.2): answers echo requests, reports errors, and reads
 * the reports of others. Redirects are ignored: there is one gateway, and strangers do not choose it.
 */
export class Icmp {
  readonly #prefix: Ipv4Prefix;
  readonly #echoes = new RateLimit(10_000, 1000);
  readonly #reports = new RateLimit(100, 50);

  /** `prefix` is our address and the network it is in. */
  constructor(prefix: Ipv4Prefix) {
    this.#prefix = prefix;
  }

  /** Takes the message that is the payload of the datagram with `header`, which lies at `start`. */
  handle(
    region: Located,
    start: number,
    header: Readonly<Ipv4Header>,
    now: number,
    checksum: Checksum = plainChecksum,
  ): Result<IcmpEvent> {
    const end = start + header.totalLength;
    const parsed = parseIcmp(region, start + header.headerLength, end, checksum);
    if (!parsed.ok) return parsed;
    const message = parsed.value;
    if (message.type === ECHO_REQUEST) {
      // A broadcast must not make a whole network answer (RFC 1122 section 3.2.2.6 leaves the choice).
      const answered = header.destination === this.#prefix.address && this.#isHost(header.source);
      if (!answered || !this.#echoes.allows(now)) return IGNORED;
      return ok({ kind: 'reply', payload: emitIcmp({ ...message, type: ECHO_REPLY, code: 0 }) });
    }
    if (!isError(message.type)) return IGNORED;
    return readReport(message);
  }

  /**
   * The message of `type` and `code` about the datagram with `header` at `start` of `bytes`, for its
   * source; `undefined` when there must be none (RFC 1122 section 3.2.2) or there were too many.
   */
  report(
    type: number,
    code: number,
    bytes: Uint8Array,
    start: number,
    header: Readonly<Ipv4Header>,
    now: number,
  ): Uint8Array | undefined {
    if (header.destination !== this.#prefix.address || !this.#isHost(header.source))
      return undefined;
    if (header.fragmentOffset !== 0) return undefined;
    if (header.protocol === PROTOCOL_ICMP && isError(bytes[start + header.headerLength])) {
      return undefined;
    }
    if (!this.#reports.allows(now)) return undefined;
    const end = start + Math.min(header.totalLength, LONGEST_QUOTE);
    return emitIcmp({ type, code, rest: 0, body: bytes.subarray(start, end) });
  }

  /** Whether `address` is that of a single host that we can answer. */
  #isHost(address: number): boolean {
    if (address === UNSPECIFIED || address === LIMITED_BROADCAST) return false;
    if (isMulticast(address) || isLoopback(address) || address === this.#prefix.address)
      return false;
    const { length } = this.#prefix;
    if (length >= 31 || !contains(this.#prefix, address)) return true;
    return address !== broadcastAddress(this.#prefix);
  }
}

/** The datagram in question is cut short and has passed through others, so it is read as far as it goes. */
function readReport({ type, code, rest, body }: IcmpMessage): Result<IcmpEvent> {
  const headerLength = body.length === 0 ? 0 : (body[0] & 0x0f) * 4;
  if (headerLength < IPV4_HEADER_LENGTH || body.length < headerLength + 4 || body[0] >>> 4 !== 4) {
    return malformed('the ICMP error says nothing about a datagram');
  }
  return ok({
    kind: 'report',
    report: {
      type,
      code,
      mtu: type === UNREACHABLE && code === FRAGMENTATION_NEEDED ? rest & 0xffff : 0,
      protocol: body[9],
      source: u32(body, 12),
      destination: u32(body, 16),
      sourcePort: u16(body, headerLength),
      destinationPort: u16(body, headerLength + 2),
    },
  });
}

const IGNORED = ok<IcmpEvent>({ kind: 'ignored' });
/** With the headers around it, a report has 576 bytes at most (RFC 1812 section 4.3.2.3). */
const LONGEST_QUOTE = 576 - IPV4_HEADER_LENGTH - ICMP_HEADER_LENGTH;
