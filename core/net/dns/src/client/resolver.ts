/** The stub resolver for appliances: promises over sockets. */
import type { Endpoint, IpAddress, Sockets } from '@atoll/device/socket';
import type { Clock, Entropy } from '@atoll/device/system';
import { ok, type Result } from '@atoll/result/result';
import { addressOf, parseAddress } from '../address.ts';
import { type Name, parseName } from '../name.ts';
import { QueryPorts } from '../query-ports.ts';
import { TYPE } from '../type.ts';
import { type Finished, StubResolver } from './engine.ts';
import type { Answer, FailureKind, LookupFailure, Outcome } from './outcome.ts';
import { candidates, withoutServers } from './search.ts';

export type { Answer, FailureKind, LookupFailure, Outcome };

export interface ResolverOptions {
  readonly sockets: Sockets;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Asks the loop to poll again at once: there may be something to wait for now. */
  readonly wake: () => void;
  /** Puts the addresses of a name into the order in which to try them; IPv6 goes first when left out. */
  readonly order?: Order;
}

export type Order = (addresses: readonly IpAddress[]) => readonly IpAddress[];

/** Looks names up. Add it to the loop as an activity, and tell it the servers when they are known. */
export class Resolver {
  readonly #clock: Clock;
  readonly #wake: () => void;
  readonly #order: Order;
  readonly #engine: StubResolver;
  readonly #ports: QueryPorts;
  /** By the number of the lookup, which all who ask the same wait for. */
  readonly #pending = new Map<number, Pending>();
  #searchDomains: readonly Name[] = [];

  constructor({ sockets, clock, entropy, wake, order }: ResolverOptions) {
    this.#clock = clock;
    this.#wake = wake;
    this.#order = order ?? ((addresses) => addresses);
    this.#engine = new StubResolver({ entropy, servers: [] });
    this.#ports = new QueryPorts(sockets, {
      onMessage: (bytes, port, from) =>
        this.#settle(this.#engine.handle(bytes, port, from, clock.monotonic())),
      onClosed: (port) => this.#settle(this.#engine.handleClosed(port, clock.monotonic())),
    });
  }

  /**
   * The network's recursive servers in the order of preference, and the domains below which names
   * without a dot are looked for; what is no domain name is left out.
   */
  configure(servers: readonly Endpoint[], searchDomains: readonly string[] = []): void {
    this.#searchDomains = searchDomains.flatMap((text) => {
      const name = parseName(text);
      return name.ok ? [name.value] : [];
    });
    this.#engine.setServers(servers, this.#clock.monotonic());
    this.#wake();
  }

  /**
   * The records of `type` that `name` has. While no server is known it waits for one, as for an
   * answer: ten seconds for each name that `name` may stand for.
   */
  async resolve(name: string, type: number): Promise<Outcome> {
    const names = candidates(name, this.#searchDomains);
    if (!names.ok) return names;
    const [first, ...others] = names.value;
    let outcome = await this.#ask(first, type);
    for (const other of others) {
      if (outcome.ok || outcome.error.kind !== 'absent') break;
      outcome = await this.#ask(other, type);
    }
    return outcome;
  }

  /** The addresses that `name` has, those to be tried first first; that itself when it is an address. */
  async addresses(name: string): Promise<Result<readonly IpAddress[], LookupFailure>> {
    const address = parseAddress(name);
    if (address !== undefined) return ok([address]);
    const outcomes = await Promise.all([this.resolve(name, TYPE.AAAA), this.resolve(name, TYPE.A)]);
    const found: IpAddress[] = [];
    let failure: LookupFailure | undefined;
    for (const outcome of outcomes) {
      if (outcome.ok) found.push(...outcome.value.records.map(({ data }) => addressOf(data)));
      else if (failure === undefined || failure.kind === 'empty') failure = outcome.error;
    }
    if (found.length === 0 && failure !== undefined) return { ok: false, error: failure };
    return ok(this.#order(found));
  }

  /** Does what is due at `now` and answers when it wants to be called again, in monotonic milliseconds. */
  poll(now: number): number {
    if (this.#engine.nextTimeout <= now) {
      for (const finished of this.#engine.handleTimeout(now)) this.#settle(finished);
      this.#carryOut();
      this.#wake();
    }
    return this.#engine.nextTimeout;
  }

  #ask(name: Name, type: number): Promise<Outcome> {
    const known = withoutServers(name, type);
    if (known !== undefined) return Promise.resolve(known);
    const asked = this.#engine.ask(name, type, this.#clock.monotonic());
    if (typeof asked !== 'number') return Promise.resolve(asked);
    const pending = this.#pending.get(asked) ?? createPending();
    this.#pending.set(asked, pending);
    this.#carryOut();
    this.#wake();
    return pending.outcome;
  }

  #settle(finished: Finished | undefined): void {
    if (finished !== undefined) {
      const { number, outcome } = finished;
      this.#pending.get(number)?.settle(outcome);
      this.#pending.delete(number);
    }
    this.#carryOut();
    this.#wake();
  }

  #carryOut(): void {
    for (;;) {
      const transmission = this.#engine.pollTransmission();
      if (transmission === undefined) return;
      this.#ports.carryOut(transmission);
    }
  }
}

interface Pending {
  readonly outcome: Promise<Outcome>;
  settle(outcome: Outcome): void;
}

function createPending(): Pending {
  let settle: Pending['settle'] = () => {};
  const outcome = new Promise<Outcome>((resolve) => {
    settle = resolve;
  });
  return { outcome, settle };
}
