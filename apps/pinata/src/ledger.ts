import type { IpAddress } from '@atoll/device/socket';
import { ipv4Text } from '@atoll/ipv4/address';
import { ipv6Text } from '@atoll/ipv6/address';
import type { Failure } from '@atoll/result/result';
import { judge, Visit } from './visit.ts';

/** What happened on one port of the bait since the start. */
export interface Tally {
  connections: number;
  /** Of these, where a handshake began. */
  handshakes: number;
  opened: number;
  refused: number;
  left: number;
}

/** What the bait is told about one connection. */
export interface Entry {
  readonly trace: (line: string) => void;
  readonly opened: () => void;
  readonly failed: (failure: Failure) => void;
}

/** The counters, and the last handshakes. */
export class Ledger {
  readonly startedAt: number;
  /** By port, in the order of `ports`. */
  readonly tallies: ReadonlyMap<number, Tally>;
  /** Calls that were not returned, because there were too many. */
  declined = 0;
  /** Grows whenever something here is another. */
  version = 0;
  /** The last handshakes, the newest first. */
  readonly visits: Visit[] = [];
  #count = 0;

  /** `now` is in milliseconds since 1970. */
  constructor(ports: readonly number[], now: number) {
    this.startedAt = now;
    this.tallies = new Map(
      ports.map((port) => [
        port,
        { connections: 0, handshakes: 0, opened: 0, refused: 0, left: 0 },
      ]),
    );
  }

  /** Somebody came to `port`, or is called back for it. */
  enter(port: number, address: IpAddress, now: number): Entry {
    const tally = this.#tally(port);
    tally.connections++;
    this.version++;
    let visit: Visit | undefined;
    const end = (...[outcome, reason]: ReturnType<typeof judge>) => {
      if (visit?.outcome === 'opened') return;
      if (outcome !== 'under way') tally[outcome]++;
      visit?.end(outcome, reason);
      this.version++;
    };
    return {
      trace: (line) => {
        visit ??= this.#begin(tally, port, address, now);
        visit.trace(line);
        this.version++;
      },
      opened: () => end('opened', ''),
      failed: (failure) => end(...judge(failure)),
    };
  }

  decline(port: number): void {
    this.#tally(port).connections++;
    this.declined++;
    this.version++;
  }

  #begin(tally: Tally, port: number, address: IpAddress, now: number): Visit {
    tally.handshakes++;
    const visit = new Visit(++this.#count, port, networkText(address), now);
    this.visits.unshift(visit);
    this.visits.length = Math.min(this.visits.length, VISITS_MOST);
    return visit;
  }

  #tally(port: number): Tally {
    const tally = this.tallies.get(port);
    if (tally === undefined) throw new RangeError(`there is no port ${port}`);
    return tally;
  }
}

/** The network that `address` is in, coarse enough to be told to strangers: 24 bits of IPv4, 48 of IPv6. */
export function networkText(address: IpAddress): string {
  if (typeof address === 'number') return `${ipv4Text((address & 0xffff_ff00) >>> 0)}/24`;
  return `${ipv6Text(BigInt.asUintN(128, (address >> 80n) << 80n))}/48`;
}

const VISITS_MOST = 16;
