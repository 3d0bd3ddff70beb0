import type { Checksum, Located } from '@atoll/bytes/fast';
import { plainChecksum } from '@atoll/bytes/fast';
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
import { ok } from '@atoll/result/result';
import {
  ECHO_REPLY,
  ECHO_REQUEST,
  emitIcmp,
  ICMP_HEADER_LENGTH,
  isError,
  parseIcmp,
} from './packet.ts';
import { RateLimit } from './rate.ts';
import type { IcmpHint } from './report.ts';
import { readReport } from './report.ts';

/** What came of a message. */
export type IcmpEvent =
  /** `payload` is an ICMP message for the source of the one that came. */
  { readonly kind: 'reply'; readonly payload: Uint8Array } | IcmpHint;

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

const IGNORED = ok<IcmpEvent>({ kind: 'ignored' });
/** With the headers around it, a report has 576 bytes at most (RFC 1812 section 4.3.2.3). */
const LONGEST_QUOTE = 576 - IPV4_HEADER_LENGTH - ICMP_HEADER_LENGTH;
