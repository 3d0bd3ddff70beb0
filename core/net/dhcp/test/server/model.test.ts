/**
 * Random clients against a model of what they were told. Whatever they do, and in whatever order, the
 * server keeps its promises.
 */
import fc from 'fast-check';
import { it } from 'vitest';
import { OPTION } from '../../src/option.ts';
import { type DhcpMessage, parseMessage } from '../../src/packet.ts';
import type { DhcpServer } from '../../src/server/engine.ts';
import type { LeaseEvent, Output } from '../../src/server/event.ts';
import {
  EVERYBODY,
  hostname,
  ip,
  message,
  number,
  requested,
  SERVER,
  server,
  serverId,
  T,
} from '../support.ts';

const CLIENTS = 9;
const FIXED = new Map([
  [1, ip('192.0.2.102')],
  [2, ip('192.0.2.50')],
]);
const CONFIGURATION = {
  // Six dynamic addresses for seven clients without a fixed one: scarcity is part of the test.
  ranges: ['192.0.2.100,192.0.2.106,10m'],
  hosts: ['02:00:00:00:00:01,192.0.2.102', '02:00:00:00:00:02,192.0.2.50'],
};

interface Model {
  now: number;
  wall: number;
  offers: Map<number, DhcpMessage>;
  /** What each client was acknowledged, and until when it may use it. */
  held: Map<number, { address: number; until: number }>;
  /** Until when nobody may be offered a declined address. */
  declined: Map<number, number>;
  /** The leases that the events tell of, by address. */
  live: Map<number, LeaseEvent>;
}

interface Real {
  dhcp: DhcpServer;
}

function fail(sentence: string): never {
  throw new Error(sentence);
}

/** Checks everything that must hold after any output, and learns from it. */
function observe(model: Model, output: Output): DhcpMessage | undefined {
  for (const one of output.events) {
    const before = model.live.get(one.address);
    if (one.kind === 'added') {
      if (before !== undefined) fail('an address is leased twice');
      if (one.name !== '' && [...model.live.values()].some(({ name }) => name === one.name)) {
        fail('a name is given twice');
      }
    } else {
      if (before === undefined) fail(`${one.kind} without added`);
      if (before.hardware !== one.hardware || before.name !== one.name) fail('a lease changed');
    }
    if (one.kind === 'removed') model.live.delete(one.address);
    else model.live.set(one.address, one);
  }
  for (const { expires } of model.live.values()) {
    if (expires <= model.now) fail('a lease outlives its end');
  }
  if (output.send.length > 1) fail('more than one reply');
  if (output.send.length === 0) return undefined;
  const parsed = parseMessage(output.send[0].payload);
  if (!parsed.ok) fail(parsed.error.reason);
  const reply = parsed.value;
  const client = reply.chaddr[5];
  if (reply.type === T.NAK || reply.yiaddr === 0) return reply;

  if ((model.declined.get(reply.yiaddr) ?? 0) > model.now) fail('a declined address is given out');
  const fixedOf = [...FIXED].find(([, address]) => address === reply.yiaddr)?.[0];
  if (fixedOf !== undefined && fixedOf !== client) fail("somebody else gets a host's address");
  const fixed = FIXED.get(client);
  if (
    fixed !== undefined &&
    fixed !== reply.yiaddr &&
    (model.declined.get(fixed) ?? 0) <= model.now
  ) {
    fail('a host does not get its address');
  }
  for (const [other, { address, until }] of model.held) {
    if (other !== client && address === reply.yiaddr && until > model.now) {
      fail('an address in use is given to another client');
    }
  }
  return reply;
}

/** What the client learns from an answer to its REQUEST. */
function learn(model: Model, client: number, reply: DhcpMessage | undefined): void {
  if (reply?.type === T.NAK) model.held.delete(client);
  if (reply?.type !== T.ACK) return;
  const lease = model.live.get(reply.yiaddr);
  if (lease === undefined) fail('acknowledged without a lease');
  const seconds = number(reply, OPTION.LEASE_TIME) ?? fail('no lease time');
  const until = model.now + seconds * 1000;
  if (lease.expires < until) fail('the lease ends before the client thinks');
  model.held.set(client, { address: reply.yiaddr, until });
}

function held(model: Model, client: number): number | undefined {
  const lease = model.held.get(client);
  return lease !== undefined && lease.until > model.now ? lease.address : undefined;
}

type Step = (client: number, model: Model, real: Real) => void;

const steps: Record<string, Step> = {
  discover(client, model, { dhcp }) {
    const given = message(T.DISCOVER, client, { options: [hostname(`pc${client % 3}`)] });
    const reply = observe(model, dhcp.handle(given, EVERYBODY, model.now));
    if (reply !== undefined) model.offers.set(client, reply);
  },
  request(client, model, { dhcp }) {
    const offer = model.offers.get(client);
    if (offer === undefined) return;
    const options = [requested(offer.yiaddr), serverId(), hostname(`pc${client % 3}`)];
    const given = message(T.REQUEST, client, { options });
    learn(model, client, observe(model, dhcp.handle(given, EVERYBODY, model.now)));
    model.offers.delete(client);
  },
  join(client, model, real) {
    steps.discover(client, model, real);
    steps.request(client, model, real);
  },
  steal(client, model, { dhcp }) {
    const victim =
      model.offers.get((client + 1) % CLIENTS)?.yiaddr ?? held(model, (client + 1) % CLIENTS);
    if (victim === undefined) return;
    const given = message(T.REQUEST, client, { options: [requested(victim), serverId()] });
    const reply = observe(model, dhcp.handle(given, EVERYBODY, model.now));
    learn(model, client, reply);
  },
  chooseAnother(client, model, { dhcp }) {
    const options = [requested(ip('192.0.2.9')), serverId(ip('192.0.2.9'))];
    const given = message(T.REQUEST, client, { options });
    if (observe(model, dhcp.handle(given, EVERYBODY, model.now)) !== undefined) fail('not for us');
    model.offers.delete(client);
  },
  renew(client, model, { dhcp }) {
    const ciaddr = held(model, client);
    if (ciaddr === undefined) return;
    const given = message(T.REQUEST, client, { ciaddr });
    const reply = observe(model, dhcp.handle(given, SERVER, model.now));
    if (reply?.type !== T.ACK && FIXED.get(client) === undefined) fail('a lease is not renewed');
    learn(model, client, reply);
  },
  reboot(client, model, { dhcp }) {
    const address = model.held.get(client)?.address ?? ip('192.0.2.103');
    const given = message(T.REQUEST, client, { options: [requested(address)] });
    const known = held(model, client) !== undefined && FIXED.get(client) === undefined;
    const reply = observe(model, dhcp.handle(given, EVERYBODY, model.now));
    if (known && reply?.type !== T.ACK) fail('a lease is not confirmed');
    learn(model, client, reply);
  },
  decline(client, model, { dhcp }) {
    const address = held(model, client);
    if (address === undefined) return;
    const given = message(T.DECLINE, client, { options: [requested(address), serverId()] });
    observe(model, dhcp.handle(given, EVERYBODY, model.now));
    model.held.delete(client);
    model.declined.set(address, model.now + 600_000);
  },
  release(client, model, { dhcp }) {
    const ciaddr = held(model, client);
    if (ciaddr === undefined) return;
    const given = message(T.RELEASE, client, { ciaddr, options: [serverId()] });
    observe(model, dhcp.handle(given, SERVER, model.now));
    if (model.live.has(ciaddr)) fail('a released lease goes on');
    model.held.delete(client);
  },
  inform(client, model, { dhcp }) {
    const given = message(T.INFORM, client, { ciaddr: ip('192.0.2.77') });
    if (observe(model, dhcp.handle(given, EVERYBODY, model.now))?.yiaddr !== 0) fail('no answer');
  },
};

class Act implements fc.Command<Model, Real> {
  readonly name: string;
  readonly client: number;
  constructor(name: string, client: number) {
    this.name = name;
    this.client = client;
  }
  check(): boolean {
    return true;
  }
  run(model: Model, real: Real): void {
    steps[this.name](this.client, model, real);
  }
  toString(): string {
    return `${this.name}(${this.client})`;
  }
}

class Wait implements fc.Command<Model, Real> {
  readonly ms: number;
  readonly onTime: boolean;
  /** With `onTime`, the server is told when it wants to be; else it finds out with the next message. */
  constructor(ms: number, onTime: boolean) {
    this.ms = ms;
    this.onTime = onTime;
  }
  check(): boolean {
    return true;
  }
  run(model: Model, { dhcp }: Real): void {
    const end = model.now + this.ms;
    while (this.onTime && dhcp.nextTimeout <= end) {
      model.now = dhcp.nextTimeout;
      observe(model, dhcp.handleTimeout(model.now));
      if (dhcp.nextTimeout <= model.now) fail('time stands still');
    }
    model.now = end;
  }
  toString(): string {
    return `wait(${this.ms}, ${this.onTime})`;
  }
}

class Restart implements fc.Command<Model, Real> {
  check(): boolean {
    return true;
  }
  run(model: Model, real: Real): void {
    observe(model, real.dhcp.handleTimeout(model.now));
    const wall = model.wall + model.now;
    const records = real.dhcp.exportLeases(model.now, wall);
    const before = model.live.size;
    real.dhcp = server(CONFIGURATION);
    model.live.clear();
    const events = real.dhcp.importLeases(records, model.now, wall);
    observe(model, { send: [], events, probe: [], note: undefined });
    if (model.live.size !== before) fail('a lease is lost in a restart');
    // Declined addresses are not remembered across a restart.
    model.declined.clear();
    model.offers.clear();
  }
  toString(): string {
    return 'restart';
  }
}

const commands = fc.commands(
  [
    ...Object.keys(steps).map((name) =>
      fc.integer({ min: 0, max: CLIENTS - 1 }).map((client) => new Act(name, client)),
    ),
    fc
      .tuple(fc.constantFrom(1, 5000, 11_000, 275_000, 550_000, 600_000), fc.boolean())
      .map(([ms, onTime]) => new Wait(ms, onTime)),
    fc.constant(new Restart()),
  ],
  { maxCommands: 100, size: 'max' },
);

it('keeps its promises to all clients', () => {
  fc.assert(
    fc.property(commands, (given) => {
      fc.modelRun(
        () => ({
          model: {
            now: 0,
            wall: 1_700_000_000_000,
            offers: new Map(),
            held: new Map(),
            declined: new Map(),
            live: new Map(),
          },
          real: { dhcp: server(CONFIGURATION) },
        }),
        given,
      );
    }),
    { numRuns: 200 },
  );
});
