/** Clients and servers on one link in virtual time, where messages are lost, doubled and delayed. */
import { TimeQueue } from '@atoll/device/time-queue';
import { expect as unwrap } from '@atoll/result/result';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import {
  type ClientOutput,
  Dhcpv6Client,
  type Dhcpv6ClientOptions,
} from '../../src/client/engine.ts';
import { linkLayerDuid } from '../../src/duid.ts';
import { emitMessage, parseMessage } from '../../src/packet.ts';
import { NAME_SERVER, OTHER_SERVER, SERVER } from './kit.ts';
import { Server } from './server.ts';

const HOUR = 3_600_000;
const NETWORK = (0x2001_0db8n << 96n) | 0x1000n;

interface Host {
  readonly client: Dhcpv6Client;
  readonly events: string[];
  isPlugged: boolean;
}

class Network {
  readonly random: Random;
  readonly servers: Server[] = [];
  readonly hosts: Host[] = [];
  /** Who uses which address. */
  readonly users = new Map<bigint, Host>();
  now = 0;
  loss = 0;
  duplicates = 0;
  delay = 20;
  readonly #flight = new TimeQueue<() => void>();

  constructor(seed: number, size = 10) {
    this.random = new Random(seed);
    this.servers.push(new Server(SERVER, NETWORK, size));
  }

  host(options: Partial<Dhcpv6ClientOptions> = {}): Host {
    const duid = linkLayerDuid(0x0200_0000_1000 + this.hosts.length);
    const entropy = new Random(this.random.below(2 ** 32));
    const client = new Dhcpv6Client({ duid, entropy, ...options });
    const host = { client, events: [], isPlugged: true };
    this.hosts.push(host);
    return host;
  }

  take(host: Host, { send, events }: ClientOutput): void {
    for (const event of events) {
      host.events.push(event.kind === 'lost' ? event.reason : event.kind);
      if (event.kind !== 'configured') this.#use(host);
    }
    for (const { payload } of send) {
      this.#carry(host, payload, (bytes) => {
        for (const server of this.servers) {
          const answer = server.handle(unwrap(parseMessage(bytes)), this.now);
          if (answer === undefined) continue;
          this.#carry(host, emitMessage(answer), (reply) => {
            this.take(host, host.client.handle(unwrap(parseMessage(reply)), this.now));
          });
        }
      });
    }
    if (host.client.nextTimeout <= this.now) throw new Error('a timeout was left behind');
  }

  run(until: number): void {
    for (;;) {
      let next = this.#flight.nextTime;
      for (const { client } of this.hosts) next = Math.min(next, client.nextTimeout);
      if (next > until) break;
      this.now = Math.max(this.now, next);
      for (const host of this.hosts) {
        const { client } = host;
        if (client.nextTimeout <= this.now) this.take(host, client.handleTimeout(this.now));
      }
      if (this.#flight.nextTime <= this.now) this.#flight.shift()?.();
    }
    this.now = until;
  }

  #carry(host: Host, payload: Uint8Array, deliver: (bytes: Uint8Array) => void): void {
    const copies = this.random.chance(this.duplicates) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (this.random.chance(this.loss)) continue;
      const bytes = payload.slice();
      this.#flight.push(this.now + this.random.below(this.delay + 1), () => {
        if (host.isPlugged) deliver(bytes);
      });
    }
  }

  /** No address is ever used twice, and none after its time. */
  #use(host: Host): void {
    for (const [address, user] of this.users) if (user === host) this.users.delete(address);
    for (const { address, validUntil } of host.client.lease?.addresses ?? []) {
      if (this.users.has(address)) throw new Error('an address is used twice');
      if (validUntil <= this.now) throw new Error('an address outlives its time');
      this.users.set(address, host);
    }
  }
}

describe('a client and a server', () => {
  it.each([true, false])('agree on a lease (rapid commit: %s)', (rapidCommit) => {
    const net = new Network(1);
    const host = net.host({ rapidCommit });
    net.take(host, host.client.start('stateful', 0));
    net.run(5000);
    expect(host.events).toEqual(['bound']);
    expect(host.client.lease).toMatchObject({
      serverIdentifier: SERVER,
      configuration: { dnsServers: [NAME_SERVER], searchDomains: ['lan', 'office.example'] },
    });
    expect(net.servers[0].bindings.size).toBe(1);
  });

  it('keep a lease for a day on a network that loses every fifth message', () => {
    for (let seed = 0; seed < 10; seed++) {
      const net = new Network(seed);
      Object.assign(net, { loss: 0.2, duplicates: 0.1, delay: 800 });
      const host = net.host();
      net.take(host, host.client.start('stateful', 0));
      net.run(24 * HOUR);
      expect(host.events[0]).toBe('bound');
      expect(new Set(host.events.slice(1))).toEqual(new Set(['renewed']));
      expect(host.events.length).toBeGreaterThan(200);
    }
  });

  it('find another address when somebody has the first', () => {
    const net = new Network(1);
    const host = net.host();
    net.take(host, host.client.start('stateful', 0));
    net.run(5000);
    const before = host.client.lease?.addresses[0].address ?? 0n;
    net.take(host, host.client.handleConflict(before, net.now));
    net.run(60_000);
    expect(host.events).toEqual(['bound', 'conflict', 'bound']);
    expect(host.client.lease?.addresses[0].address).not.toBe(before);
    expect(net.servers[0].declined).toEqual(new Set([before]));
  });

  it('go on when the server has forgotten its leases', () => {
    const net = new Network(1);
    const host = net.host();
    net.take(host, host.client.start('stateful', 0));
    net.run(5000);
    net.servers[0].bindings.clear();
    net.run(HOUR);
    expect(new Set(host.events)).toEqual(new Set(['bound', 'renewed']));
    expect(net.servers[0].bindings.size).toBe(1);
  });

  it('part when the lease is released', () => {
    const net = new Network(1);
    const host = net.host();
    net.take(host, host.client.start('stateful', 0));
    net.run(5000);
    net.take(host, host.client.release(net.now));
    net.run(60_000);
    expect(host.events).toEqual(['bound', 'released']);
    expect(host.client.state).toBe('stopped');
    expect(net.servers[0].bindings.size).toBe(0);
  });

  it('have no more to do with each other in another network', () => {
    const net = new Network(1);
    const host = net.host();
    net.take(host, host.client.start('stateful', 0));
    net.run(5000);
    net.servers[0] = new Server(OTHER_SERVER, NETWORK + (1n << 64n), 10);
    net.take(host, host.client.handleLinkUp(net.now));
    net.run(10_000);
    expect(host.events).toEqual(['bound', 'refused', 'bound']);
    expect(host.client.lease?.serverIdentifier).toEqual(OTHER_SERVER);
  });
});

describe('when the server is gone', () => {
  it('the lease ends on time, and a new one begins when it is back', () => {
    const net = new Network(2);
    const host = net.host();
    net.take(host, host.client.start('stateful', 0));
    net.run(5000);
    const until = host.client.lease?.addresses[0].validUntil ?? 0;
    const [server] = net.servers.splice(0);
    net.run(until - 1);
    expect(host.client.lease).toBeDefined();
    net.run(until);
    expect(host.events).toEqual(['bound', 'expired']);
    net.servers.push(server);
    net.run(until + 2 * HOUR);
    expect(host.client.lease).toBeDefined();
  });
});

describe('of two servers', () => {
  it('the one with the higher preference is asked', () => {
    const net = new Network(3);
    const other = new Server(OTHER_SERVER, NETWORK + 0x1000n, 10);
    other.preference = 200;
    net.servers.push(other);
    for (const server of net.servers) server.rapidCommit = false;
    const host = net.host();
    net.take(host, host.client.start('stateful', 0));
    net.run(5000);
    expect(host.client.lease?.serverIdentifier).toEqual(OTHER_SERVER);
    expect(net.servers[0].bindings.size).toBe(0);
  });
});

describe('a stateless client', () => {
  it('has a configuration for days', () => {
    const net = new Network(4);
    net.loss = 0.3;
    const host = net.host();
    net.take(host, host.client.start('stateless', 0));
    net.run(10 * 24 * HOUR);
    expect(host.events).toEqual(new Array(10).fill('configured'));
  });
});

describe('many clients', () => {
  it.each([5, 6, 7])('never use one address at the same time (seed %i)', (seed) => {
    const net = new Network(seed, 8);
    Object.assign(net, { loss: 0.15, duplicates: 0.1, delay: 300 });
    for (let count = 0; count < 12; count++) {
      const host = net.host({ startDelayMs: 30_000, rapidCommit: count % 2 === 0 });
      net.take(host, host.client.start('stateful', 0));
    }
    for (let round = 0; round < 500; round++) {
      net.run(net.now + 30_000);
      const host = net.random.pick(net.hosts);
      const { client } = host;
      const chance = net.random.below(8);
      if (chance === 0) net.take(host, client.release(net.now));
      else if (chance === 1) host.isPlugged = false;
      else if (client.state === 'stopped') net.take(host, client.start('stateful', net.now));
      else if (!host.isPlugged) {
        host.isPlugged = true;
        net.take(host, client.handleLinkUp(net.now));
      }
    }
    const bound = net.hosts.flatMap(({ events }) => events).filter((kind) => kind === 'bound');
    expect(bound.length).toBeGreaterThan(30);
  });
});
