/** Clients and servers on one link in virtual time, where messages are lost, doubled and delayed. */
import { TimeQueue } from '@atoll/device/time-queue';
import { Random } from '@atoll/sim/random';
import {
  type ClientEvent,
  type ClientOutput,
  DhcpClient,
  type DhcpClientOptions,
} from '../../src/client/engine.ts';
import { type DhcpMessage, parseMessage } from '../../src/packet.ts';
import type { DhcpServer, Output } from '../../src/server/engine.ts';
import { EVERYBODY } from '../support.ts';

export interface Faults {
  /** Probabilities. */
  readonly loss: number;
  readonly duplicates: number;
  /** Each copy takes so many milliseconds at most: more than between two messages reorders them. */
  readonly delay: number;
}

export const PERFECT: Faults = { loss: 0, duplicates: 0, delay: 0 };

interface Host {
  readonly client: DhcpClient;
  readonly events: ClientEvent[];
  readonly isPlugged: () => boolean;
}

export class Network {
  readonly random: Random;
  readonly servers = new Map<number, DhcpServer>();
  readonly hosts: Host[] = [];
  /** Servers that hear and say nothing. */
  readonly dead = new Set<number>();
  /** Who uses which address. */
  readonly users = new Map<number, DhcpClient>();
  /** Sees each message that is sent. */
  observe: (message: DhcpMessage, bytes: Uint8Array) => void = () => {};
  now = 0;
  faults: Faults;
  readonly #flight = new TimeQueue<() => void>();

  constructor(seed: number, faults: Faults = PERFECT) {
    this.random = new Random(seed);
    this.faults = faults;
  }

  client(options: Partial<DhcpClientOptions> = {}, isPlugged = () => true): DhcpClient {
    const mac = 0x0200_0000_0001 + this.hosts.length;
    const entropy = new Random(this.random.below(2 ** 32));
    const client = new DhcpClient({ mac, entropy, ...options });
    this.hosts.push({ client, events: [], isPlugged });
    return client;
  }

  eventsOf(client: DhcpClient): string[] {
    const host = this.hosts.find((one) => one.client === client);
    return (host?.events ?? []).map((event) => (event.kind === 'lost' ? event.reason : event.kind));
  }

  /** Does what `output` of `client` says. */
  take(client: DhcpClient, output: ClientOutput): void {
    const host = this.hosts.find((one) => one.client === client) as Host;
    for (const event of output.events) {
      host.events.push(event);
      this.#use(client, event);
    }
    for (const { source, to, payload } of output.send) {
      this.#carry(payload, (bytes) => {
        for (const [address, server] of this.servers) {
          if (this.dead.has(address) || !host.isPlugged()) continue;
          if (to.address !== EVERYBODY && to.address !== address) continue;
          const message = parsed(bytes);
          if (message.ciaddr !== 0 && source !== message.ciaddr) throw new Error('a wrong source');
          this.#takeServer(address, server.handle(message, to.address, this.now));
        }
      });
    }
    if (client.nextTimeout <= this.now) throw new Error('a timeout was left behind');
  }

  run(until: number): void {
    for (;;) {
      let next = this.#flight.nextTime;
      for (const { client } of this.hosts) next = Math.min(next, client.nextTimeout);
      for (const server of this.servers.values()) next = Math.min(next, server.nextTimeout);
      if (next > until) break;
      this.now = Math.max(this.now, next);
      for (const { client } of this.hosts) {
        if (client.nextTimeout <= this.now) this.take(client, client.handleTimeout(this.now));
      }
      for (const [address, server] of this.servers) {
        if (server.nextTimeout <= this.now) {
          this.#takeServer(address, server.handleTimeout(this.now));
        }
      }
      if (this.#flight.nextTime <= this.now) this.#flight.shift()?.();
    }
    this.now = until;
    for (const [address, client] of this.users) {
      if (client.lease?.address !== address) throw new Error('an event is missing');
    }
  }

  #takeServer(from: number, { send }: Output): void {
    for (const { payload } of send) {
      this.#carry(payload, (bytes) => {
        for (const { client, isPlugged } of this.hosts) {
          if (isPlugged()) this.take(client, client.handle(parsed(bytes), from, this.now));
        }
      });
    }
  }

  #carry(payload: Uint8Array, deliver: (bytes: Uint8Array) => void): void {
    this.observe(parsed(payload), payload);
    const { loss, duplicates, delay } = this.faults;
    const copies = this.random.chance(duplicates) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (this.random.chance(loss)) continue;
      const bytes = payload.slice();
      this.#flight.push(this.now + this.random.below(delay + 1), () => deliver(bytes));
    }
  }

  /** Nobody ever uses an address that another one has, or without an end in time. */
  #use(client: DhcpClient, { kind, lease }: ClientEvent): void {
    const { address, until } = lease;
    const user = this.users.get(address);
    if (kind === 'probe') return;
    if ((kind === 'bound') === (user !== undefined)) throw new Error(`${kind} out of turn`);
    if (kind !== 'bound' && user !== client) throw new Error('an address is used twice');
    if (kind === 'lost') this.users.delete(address);
    else if (until <= this.now) throw new Error('a lease that is over');
    else this.users.set(address, client);
  }
}

function parsed(bytes: Uint8Array): DhcpMessage {
  const result = parseMessage(bytes);
  if (!result.ok) throw new Error(result.error.reason);
  return result.value;
}
