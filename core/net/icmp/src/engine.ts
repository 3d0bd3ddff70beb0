import type { Checksum, Located } from '@atoll/bytes/fast';
import { plainChecksum } from '@atoll/bytes/fast';
import { u16, u32 } from '@atoll/bytes/field';
import type { IpAddress } from '@atoll/device/socket';
import type { Entropy } from '@atoll/device/system';
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
  HOST_UNREACHABLE,
  HOST_UNREACHABLE_FOR_SERVICE,
  ICMP_HEADER_LENGTH,
  isError,
  NETWORK_UNREACHABLE,
  NETWORK_UNREACHABLE_FOR_SERVICE,
  PARAMETER_PROBLEM,
  parseIcmp,
  SOURCE_ROUTE_FAILED,
  TIME_EXCEEDED,
  UNREACHABLE,
} from './packet.ts';
import type { QuotedPayload } from './quote.ts';
import { NO_PORTS, quotedPayload } from './quote.ts';
import { RateLimit } from './rate.ts';

/** What came of a message. */
export type IcmpEvent =
  /** `payload` is an ICMP message for the source of the one that came. */
  | { readonly kind: 'reply'; readonly payload: Uint8Array }
  | { readonly kind: 'report'; readonly report: IcmpReport }
  /** Nothing that a host has to act on. */
  | { readonly kind: 'ignored' };

/**
 * An error that was reported about a datagram, which may have been ours. Anybody can make one up: take it as
 * a hint, never as the truth, and compare what it quotes with what was sent.
 */
export interface IcmpReport<Address extends IpAddress = number> extends QuotedPayload {
  /**
   * - `unreachable`: it was not delivered.
   * - `too-big`: it was longer than `mtu`, and might not be fragmented.
   * - `time-exceeded`: it went in circles, or some of its fragments never arrived.
   * - `parameter-problem`: its header was not understood.
   */
  readonly kind: 'unreachable' | 'too-big' | 'time-exceeded' | 'parameter-problem';
  /** Asking again is of no use, as it would be after a passing disturbance (RFC 1122 section 4.2.3.9). */
  readonly isHard: boolean;
  /** The numbers of the ICMP message, which differ between the versions of IP. */
  readonly type: number;
  readonly code: number;
  /** Of `too-big`, what the next hop carries in bytes, 0 when the router is too old to say; 0 of others. */
  readonly mtu: number;
  /** Of the datagram in question: its length with its header in bytes, and what it carried from where to where. */
  readonly length: number;
  readonly protocol: number;
  readonly source: Address;
  readonly destination: Address;
}

/**
 * The ICMP of a host (RFC 792, RFC 1122 section 3.2.2): answers echo requests, reports errors, and reads
 * the reports of others. Redirects are ignored: there is one gateway, and strangers do not choose it.
 */
export class Icmp {
  readonly #prefix: Ipv4Prefix;
  readonly #echoes = new RateLimit(10_000, 1000);
  readonly #reports: RateLimit;

  /**
   * `prefix` is our address and the network it is in. With `entropy`, nobody can tell from when the limit of
   * our reports is reached which of our ports are open, see {@link RateLimit}.
   */
  constructor(prefix: Ipv4Prefix, entropy?: Entropy) {
    this.#prefix = prefix;
    this.#reports = new RateLimit(100, 50, entropy);
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
  const kind = kindOf(type, code);
  if (kind === undefined) return IGNORED;
  const headerLength = body.length === 0 ? 0 : (body[0] & 0x0f) * 4;
  if (headerLength < IPV4_HEADER_LENGTH || body.length < headerLength || body[0] >>> 4 !== 4) {
    return NO_DATAGRAM;
  }
  const protocol = body[9];
  const isLaterFragment = (u16(body, 6) & 0x1fff) !== 0;
  const payload = isLaterFragment ? NO_PORTS : quotedPayload(body, headerLength, protocol);
  if (payload === undefined) return NO_DATAGRAM;
  return ok({
    kind: 'report',
    report: {
      kind,
      isHard: kind === 'unreachable' && !PASSING.has(code),
      type,
      code,
      mtu: kind === 'too-big' ? rest & 0xffff : 0,
      length: u16(body, 2),
      protocol,
      source: u32(body, 12),
      destination: u32(body, 16),
      ...payload,
    },
  });
}

/** `undefined` of redirects, which strangers must not give us, and of source quench (RFC 6633). */
function kindOf(type: number, code: number): IcmpReport['kind'] | undefined {
  switch (type) {
    case UNREACHABLE:
      return code === FRAGMENTATION_NEEDED ? 'too-big' : 'unreachable';
    case TIME_EXCEEDED:
      return 'time-exceeded';
    case PARAMETER_PROBLEM:
      return 'parameter-problem';
    default:
      return undefined;
  }
}

/**
 * Codes of "unreachable" that may be over soon: no route to the network or host, source route failed
 * (RFC 1122 section 4.2.3.9), and network or host unreachable for this type of service.
 */
const PASSING: ReadonlySet<number> = new Set([
  NETWORK_UNREACHABLE,
  HOST_UNREACHABLE,
  SOURCE_ROUTE_FAILED,
  NETWORK_UNREACHABLE_FOR_SERVICE,
  HOST_UNREACHABLE_FOR_SERVICE,
]);

const NO_DATAGRAM = malformed('the ICMP error says nothing about a datagram');
const IGNORED = ok<IcmpEvent>({ kind: 'ignored' });
/** With the headers around it, a report has 576 bytes at most (RFC 1812 section 4.3.2.3). */
const LONGEST_QUOTE = 576 - IPV4_HEADER_LENGTH - ICMP_HEADER_LENGTH;
