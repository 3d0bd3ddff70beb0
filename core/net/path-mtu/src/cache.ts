import type { IpAddress } from '@atoll/device/socket';

export interface PathMtuOptions {
  /** How many destinations are remembered; the one that was heard of first makes room. */
  readonly entries?: number;
  /** How long a report counts, in milliseconds: then larger packets are tried again. */
  readonly lifetimeMs?: number;
}

/**
 * How long the packets are that the paths to others carry (RFC 1191, RFC 8201), as far as routers said
 * that it is less than our link carries. Anybody can make such a report up, so whoever sent the packet in
 * question must have found it plausible before it comes here.
 */
export class PathMtuCache {
  readonly #maxEntries: number;
  readonly #lifetimeMs: number;
  readonly #paths = new Map<IpAddress, Path>();

  constructor({ entries = 1024, lifetimeMs = 600_000 }: PathMtuOptions = {}) {
    this.#maxEntries = entries;
    this.#lifetimeMs = lifetimeMs;
  }

  /** How many destinations are remembered. */
  get size(): number {
    return this.#paths.size;
  }

  /** Bytes of the longest packet, with its header, for `destination` by a link that carries `linkMtu`. */
  find(destination: IpAddress, linkMtu: number, now: number): number {
    const path = this.#current(destination, now);
    return path === undefined ? linkMtu : Math.min(path.mtu, linkMtu);
  }

  /**
   * Whether routers must be allowed to fragment IPv4 datagrams for `destination`: its path carries less
   * than the shortest that we cut our packets down to.
   */
  needsFragmentation(destination: number, now: number): boolean {
    return this.#current(destination, now)?.isNarrow ?? false;
  }

  /**
   * Takes the report that a packet of `length` bytes for `destination` was too big where `reported` bytes
   * can pass; 0 when the router is too old to say (RFC 1191 section 4). Answers what is believed from now
   * on, or `undefined` when nothing was learnt: a path never gets wider by a report.
   */
  lower(
    destination: IpAddress,
    reported: number,
    length: number,
    linkMtu: number,
    now: number,
  ): number | undefined {
    const isIpv4 = typeof destination === 'number';
    const told = reported === 0 && isIpv4 ? plateauBelow(length) : reported;
    // No link may carry less (RFC 791 section 3.2, RFC 8201 section 4): such a report is a mistake or a lie.
    if (told < (isIpv4 ? IPV4_LEAST : IPV6_LEAST)) return undefined;
    const mtu = Math.max(told, isIpv4 ? Math.min(IPV4_FLOOR, linkMtu) : IPV6_LEAST);
    if (mtu > this.find(destination, linkMtu, now)) return undefined;
    // The same again counts as news: the path is still as narrow.
    const isNarrow = told < mtu || (this.#current(destination, now)?.isNarrow ?? false);
    if (mtu === linkMtu && !isNarrow) return undefined;
    this.#remember(destination, { mtu, isNarrow, expires: now + this.#lifetimeMs });
    return mtu;
  }

  #current(destination: IpAddress, now: number): Path | undefined {
    // Most hosts never hear of a narrow path.
    if (this.#paths.size === 0) return undefined;
    const path = this.#paths.get(destination);
    if (path === undefined || path.expires > now) return path;
    this.#paths.delete(destination);
    return undefined;
  }

  #remember(destination: IpAddress, path: Path): void {
    this.#paths.delete(destination);
    if (this.#paths.size >= this.#maxEntries) {
      for (const oldest of this.#paths.keys()) {
        this.#paths.delete(oldest);
        break;
      }
    }
    this.#paths.set(destination, path);
  }
}

interface Path {
  readonly mtu: number;
  /** It carries even less than `mtu`. */
  readonly isNarrow: boolean;
  readonly expires: number;
}

const IPV4_LEAST = 68;
const IPV6_LEAST = 1280;
/** Below this a forged report would cost more than the fragments of a narrow path; others do the same. */
const IPV4_FLOOR = 552;

/** The largest of the usual MTUs below `length` (RFC 1191 section 7.1); 0 when there is none. */
function plateauBelow(length: number): number {
  return PLATEAUS.find((plateau) => plateau < length) ?? 0;
}

const PLATEAUS = [65535, 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68];
