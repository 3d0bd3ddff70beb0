import type { IpAddress } from '@atoll/device/socket';
import type { TcpFeatures } from '@atoll/tcp/features';
import { newReno } from '@atoll/tcp/newreno';
import type { Machine } from '../kit.ts';
import { ALICE, BOB, machine } from '../kit.ts';
import type { PathOptions } from './bottleneck.ts';
import { Bottleneck } from './bottleneck.ts';
import type { Habit } from './party.ts';
import { Party } from './party.ts';

/** What a stack can do without; CUBIC leaves NewReno. */
export const FEATURES = [
  'windowScaling',
  'timestamps',
  'sack',
  'rack',
  'delayedAck',
  'nagle',
  'autoTuning',
  'pacing',
  'cubic',
] as const;

export type Feature = (typeof FEATURES)[number];

/** Everything that decides how a meeting goes. It is printed when one goes wrong. */
export interface Experiment {
  readonly seed: number;
  /** From the client to the server, and back: the same when left out. */
  readonly forth: PathOptions;
  readonly back?: PathOptions;
  /** That of the links of both hosts, and whether their devices have offloads. */
  readonly mtu?: number;
  readonly offloads?: boolean;
  readonly isIpv6?: boolean;
  /** What client and server go without. */
  readonly without?: readonly [client: readonly Feature[], server: readonly Feature[]];
  readonly client: Habit;
  readonly server: Habit;
  readonly connections?: number;
}

/** Two hosts with stacks on both sides of a {@link Bottleneck}, and connections from one to the other. */
export class Meeting {
  readonly lan: Bottleneck;
  readonly client: Machine;
  readonly server: Machine;
  readonly clients: Party[] = [];
  readonly servers: Party[] = [];
  readonly experiment: Experiment;
  /** When the connections were opened, and when all were over. */
  readonly startedAt: number;
  finishedAt = Number.POSITIVE_INFINITY;
  #attempts = 0;

  /** `features` are for the client, besides those that it goes without. */
  constructor(experiment: Experiment, features: Partial<TcpFeatures> = {}) {
    const { seed, forth, back, mtu = 1500, offloads = false, connections = 1 } = experiment;
    this.experiment = experiment;
    this.lan = new Bottleneck(seed, forth, back, { mtu, offloads });
    this.client = this.#machine('client', ALICE, experiment.without?.[0], features);
    this.server = this.#machine('server', BOB, experiment.without?.[1]);
    // Addresses of IPv6 are asked for first.
    if (experiment.isIpv6) this.lan.run(5000);
    this.startedAt = this.lan.now;
    this.lan.after(0, () => {
      this.server.stack.tcp.listen(PORT, (connection) => {
        const party = new Party(connection, experiment.server, this.lan, this.#after);
        this.servers.push(party);
        return party;
      });
      for (let index = 0; index < connections; index++) this.#open(index);
    });
  }

  /** Lets up to `ms` pass, until all is said; answers whether it is. */
  run(ms: number): boolean {
    const { lan } = this;
    const end = lan.now + ms;
    while (lan.now < end) {
      lan.run(Math.min(lan.now + STEP_MS, end));
      if (this.#isOver) return true;
    }
    return false;
  }

  /** What is wrong with how it went; `undefined` when nothing is. */
  get complaint(): string | undefined {
    const { client, server, connections = 1 } = this.experiment;
    if (this.servers.length !== connections) return `${this.servers.length} were accepted`;
    for (const [who, parties, expected] of [
      ['client', this.clients, server.size],
      ['server', this.servers, client.size],
    ] as const) {
      for (const { received, wrongAt, reason } of parties) {
        if (wrongAt !== undefined) return `${who} got something wrong at ${wrongAt}`;
        if (received !== expected) return `${who} got ${received} of ${expected}: ${reason}`;
        if (reason !== 'finished') return `${who} is ${reason ?? 'not done'}`;
      }
    }
    return undefined;
  }

  /** Milliseconds until the last byte had arrived at each side. */
  get tookMs(): number {
    const last = [...this.clients, ...this.servers].map(({ finishedAt }) => finishedAt ?? Infinity);
    return Math.max(...last) - this.startedAt;
  }

  get #isOver(): boolean {
    const { connections = 1 } = this.experiment;
    const isDone = ({ reason }: Party) => reason !== undefined;
    return (
      this.servers.length >= connections &&
      this.clients.length === connections &&
      this.clients.every(isDone) &&
      this.servers.every(isDone)
    );
  }

  readonly #after = (ms: number, act: () => void): void => this.lan.after(ms, act);

  #machine(
    name: string,
    address: number,
    without: readonly Feature[] = [],
    features: Partial<TcpFeatures> = {},
  ): Machine {
    const { isIpv6 } = this.experiment;
    const it = machine(this.lan, name, address, {
      features: { ...featuresWithout(without), ...features },
      ...(isIpv6 && { ipv6: 'link-local' }),
    });
    if (isIpv6) {
      const address6 = inIpv6(address);
      it.eth.ipv6.add(address6, 64, 0);
      it.stack.addRoute6(it.eth, { address: address6, length: 64 });
    }
    return it;
  }

  #open(index: number): void {
    const { client, isIpv6 } = this.experiment;
    const address: IpAddress = isIpv6 ? inIpv6(BOB) : BOB;
    this.client.stack.tcp.connect({ address, port: PORT }, (connection) => {
      const party = new Party(connection, client, this.lan, this.#after);
      this.clients[index] = party;
      const onClosed = party.onClosed.bind(party);
      party.onClosed = (reason) => {
        // Eight SYNs are all that a connection sends; on a bad path an application asks again.
        if (party.isConnected || this.#attempts++ === MOST_ATTEMPTS) onClosed(reason);
        else this.lan.after(0, () => this.#open(index));
      };
      return party;
    });
  }
}

/** Runs `experiment`; throws, with all that is needed to see it again, when it goes wrong. */
export function play(experiment: Experiment, limitMs: number): Meeting {
  const meeting = new Meeting(experiment);
  try {
    const isOver = meeting.run(limitMs);
    const complaint = meeting.complaint;
    if (complaint !== undefined) throw new Error(complaint);
    if (!isOver) throw new Error('it does not end');
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    const after = `after ${Math.round(meeting.lan.now)} of ${Math.round(limitMs)} ms`;
    throw new Error(`${what} ${after}: ${JSON.stringify(experiment)}`, { cause: error });
  }
  return meeting;
}

function featuresWithout(without: readonly Feature[]): Partial<TcpFeatures> {
  const features: Record<string, unknown> = {};
  for (const name of without) {
    if (name === 'cubic') features.congestion = newReno;
    else features[name] = false;
  }
  return features;
}

/** 2001:db8::/64 with the same number. */
function inIpv6(address: number): bigint {
  return 0x2001_0db8_0000_0000_0000_0000_0000_0000n + BigInt(address);
}

const PORT = 80;
const STEP_MS = 1000;
const MOST_ATTEMPTS = 5;
