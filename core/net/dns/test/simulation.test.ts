/** Thousands of queries in virtual time, through upstream servers that are anything but good. */
import type { Endpoint } from '@atoll/device/socket';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import type { Message } from '../src/message.ts';
import { canonicalName, nameText } from '../src/name.ts';
import { emitMessage } from '../src/packet.ts';
import { RCODE, TYPE } from '../src/type.ts';
import { ask, n, OTHER_UPSTREAM, read, responseTo, rr, type Sent, UPSTREAM, World } from './kit.ts';

/** What is wrong with a server: probabilities, and milliseconds. */
interface Weather {
  readonly loss: number;
  readonly duplicates: number;
  readonly latency: number;
  readonly failures: number;
  readonly lies: number;
  readonly truncation: number;
  readonly lowerCase: boolean;
  readonly withoutEdns: boolean;
  /** Silent from and until. */
  readonly down: readonly [number, number];
}

const FAIR: Weather = {
  loss: 0,
  duplicates: 0,
  latency: 20,
  failures: 0,
  lies: 0,
  truncation: 0,
  lowerCase: false,
  withoutEdns: false,
  down: [0, 0],
};

const NAMES = 60;
const START = 1_000_000;

/** Seconds. Some names are never cached, some for a while. */
const ttlOf = (host: number) => [0, 1, 5, 30][host % 4];

/** The truth: host 7 of every 10 does not exist, 8 is an alias; others tell when they were asked. */
function truth(query: Message, now: number): Partial<Message> {
  const [{ name }] = query.questions;
  const text = nameText(canonicalName(name));
  const host = Number(/^h(\d+)\./.exec(text)?.[1]);
  const seconds = Math.floor((now - START) / 1000);
  const address = `10.${host}.${seconds >> 8}.${seconds & 255}`;
  if (host % 10 === 7) {
    return { rcode: RCODE.NXDOMAIN, authorities: [rr('example. 5 SOA a. b. 1 2 3 4 5')] };
  }
  if (host % 10 !== 8) return { answers: [{ ...rr(`x. ${ttlOf(host)} A ${address}`), name }] };
  const alias = { ...rr('x. 2 CNAME target.example.'), name };
  return { answers: [alias, rr(`target.example. ${ttlOf(host)} A ${address}`)] };
}

interface Event {
  readonly at: number;
  readonly run: () => void;
}

class Simulation {
  readonly random: Random;
  readonly world: World;
  readonly weather: ReadonlyMap<Endpoint, Weather>;
  readonly events: Event[] = [];
  readonly waiting = new Map<string, { host: number; since: number }>();
  readonly counts = { good: 0, failed: 0, truncated: 0 };
  slowest = 0;

  constructor(seed: number, weather: ReadonlyMap<Endpoint, Weather>) {
    this.random = new Random(seed);
    this.weather = weather;
    this.world = new World({ upstreams: [...weather.keys()], entropy: new Random(seed + 1) });
    this.world.now = START;
  }

  run(queries: number): void {
    let at = START;
    for (let id = 0; id < queries; id++) {
      at += this.random.below(40);
      this.events.push({ at, run: () => this.query(id) });
    }
    for (;;) {
      this.events.sort((one, other) => one.at - other.at);
      const due = Math.min(
        this.events[0]?.at ?? Number.POSITIVE_INFINITY,
        this.world.server.nextTimeout,
      );
      if (due === Number.POSITIVE_INFINITY) break;
      this.world.now = Math.max(this.world.now, due);
      if (this.events[0]?.at === due) this.events.shift()?.run();
      else this.world.server.handleTimeout(this.world.now);
      this.settle();
    }
  }

  query(id: number): void {
    const host = this.random.below(NAMES);
    const from = { address: 1 + this.random.below(5), port: 1024 + id };
    this.waiting.set(`${from.address}:${from.port}`, { host, since: this.world.now });
    const reply = this.world.query(ask(`h${host}.example`, { id: id & 0xffff }), from);
    if (reply !== undefined) this.receive(from, reply);
  }

  /** Takes what the server did, and sends it on its way. */
  settle(): void {
    this.world.drain();
    for (const { to, payload } of this.world.replies.splice(0)) this.receive(to, payload);
    for (const sent of this.world.sent.splice(0)) this.serve(sent);
    if (this.world.open.size > 150 * 6) throw new Error('too many ports');
  }

  /** An upstream server with its weather. */
  serve(sent: Sent): void {
    const weather = this.weather.get(sent.to) ?? FAIR;
    const { random, world } = this;
    const down = world.now >= START + weather.down[0] && world.now < START + weather.down[1];
    if (down || random.chance(weather.loss)) return;
    const response = this.respond(sent.message, weather);
    const copies = random.chance(weather.duplicates) ? 3 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (random.chance(weather.loss)) continue;
      const at = world.now + 1 + random.below(weather.latency * 2);
      const bytes = emitMessage(response);
      this.events.push({ at, run: () => world.deliver(bytes, sent.port, sent.to) });
    }
    if (random.chance(weather.lies)) this.forge(sent);
  }

  respond(query: Message, weather: Weather): Message {
    const { random, world } = this;
    if (weather.withoutEdns && query.edns !== undefined) {
      return responseTo(query, { rcode: RCODE.FORMERR, edns: undefined });
    }
    const [question] = query.questions;
    const name = weather.lowerCase ? canonicalName(question.name) : question.name;
    const questions = [{ ...question, name }];
    if (random.chance(weather.failures)) return responseTo(query, { questions, rcode: 2 });
    if (random.chance(weather.truncation)) return responseTo(query, { questions, truncated: true });
    return responseTo(query, { ...truth(query, world.now), questions });
  }

  /** A forger on the side, who knows the question but not all of port, ID and letters. */
  forge(sent: Sent): void {
    const { random, world } = this;
    const answers = [{ ...rr('x. 3600 A 6.6.6.6'), name: sent.message.questions[0].name }];
    const forged = responseTo(sent.message, { answers });
    const wrongId = emitMessage({ ...forged, id: forged.id ^ (1 + random.below(0xffff)) });
    const other = { name: n('other.example'), type: TYPE.A, class: 1 };
    const wrongQuestion = emitMessage({ ...forged, questions: [other] });
    const genuine = emitMessage(forged);
    this.events.push({
      at: world.now + 1,
      run: () => {
        world.deliver(wrongId, sent.port, sent.to);
        world.deliver(wrongQuestion, sent.port, sent.to);
        world.deliver(genuine, sent.port, { address: 66, port: 53 });
        world.deliver(genuine, sent.port + 1 + random.below(50), sent.to);
      },
    });
  }

  /** A client gets a reply: one to each query, in time, true, and not older than it may be. */
  receive(from: Endpoint, payload: Uint8Array): void {
    const key = `${from.address}:${from.port}`;
    const asked = this.waiting.get(key);
    if (asked === undefined) throw new Error('a reply that nobody waits for');
    this.waiting.delete(key);
    const { host, since } = asked;
    this.slowest = Math.max(this.slowest, this.world.now - since);
    const message = read(payload);
    if (message.id !== ((from.port - 1024) & 0xffff)) throw new Error('wrong ID');
    if (nameText(message.questions[0].name) !== `h${host}.example.`) throw new Error('wrong name');
    if (message.rcode === RCODE.SERVFAIL) this.counts.failed++;
    else if (message.truncated) this.counts.truncated++;
    else this.judge(host, message);
  }

  judge(host: number, message: Message): void {
    this.counts.good++;
    if (host % 10 === 7) {
      expect(message.rcode).toBe(RCODE.NXDOMAIN);
      return;
    }
    const record = message.answers[host % 10 === 8 ? 1 : 0];
    const [net, given, high, low] = record.data;
    if (net !== 10 || given !== host) throw new Error('a lie was believed');
    const age = (this.world.now - START) / 1000 - (high * 256 + low);
    // One second of rounding, and what it took from the server to us.
    if (age > ttlOf(host) + 2) throw new Error(`${age} s old, TTL ${ttlOf(host)}`);
    if (record.ttl > ttlOf(host)) throw new Error('a TTL has grown');
  }
}

function simulate(seed: number, first: Partial<Weather>, second: Partial<Weather>, queries = 3000) {
  const weather = new Map<Endpoint, Weather>([
    [UPSTREAM, { ...FAIR, ...first }],
    [OTHER_UPSTREAM, { ...FAIR, ...second }],
  ]);
  const simulation = new Simulation(seed, weather);
  simulation.run(queries);
  expect(simulation.waiting.size).toBe(0);
  expect(simulation.world.open.size).toBe(0);
  expect(simulation.world.server.inFlight).toBe(0);
  expect(simulation.slowest).toBeLessThanOrEqual(4500);
  return simulation;
}

describe('a simulated network', () => {
  it('in fair weather answers everything, much of it from the cache', () => {
    const { counts, world } = simulate(1, {}, {});
    expect(counts).toEqual({ good: 3000, failed: 0, truncated: 0 });
    expect(world.server.counters.cached).toBeGreaterThan(1000);
    expect(world.server.counters.dropped).toBe(0);
  });

  it.each([2, 3, 4, 5])('with loss and duplicates answers nearly everything (seed %i)', (seed) => {
    const { counts } = simulate(seed, { loss: 0.15, duplicates: 0.3 }, { loss: 0.15 });
    expect(counts.good).toBeGreaterThan(2970);
  });

  it('with one server down for a while goes on with the other', () => {
    const { counts, world } = simulate(6, { down: [10_000, 25_000] }, { latency: 60 });
    expect(counts.good).toBe(3000);
    expect(world.lines.some((line) => line.endsWith('198.51.100.1 does not answer'))).toBe(true);
    expect(world.lines.some((line) => line.endsWith('198.51.100.1 answers again'))).toBe(true);
    // A line for each end of each silence, not for each query.
    expect(world.lines.length).toBeLessThan(10);
  });

  it('with both down fails in time, and recovers', () => {
    const down = [20_000, 30_000] as const;
    const { counts } = simulate(7, { down }, { down });
    expect(counts.failed).toBeGreaterThan(50);
    expect(counts.good).toBeGreaterThan(2000);
  });

  it.each([8, 9, 10])('with forgers around believes nobody but the servers (seed %i)', (seed) => {
    const { counts, world } = simulate(seed, { lies: 0.8, loss: 0.05 }, { lies: 0.8, latency: 90 });
    expect(counts.good).toBeGreaterThan(2990);
    expect(world.server.forwarderCounters.strangers).toBeGreaterThan(1000);
  });

  it('with odd servers finds out how to talk to them', () => {
    const odd = { lowerCase: true, withoutEdns: true };
    const { counts, world } = simulate(11, odd, odd);
    expect(counts.good).toBe(3000);
    const { queries } = world.server.forwarderCounters;
    // Each habit is learnt once, and not at each query.
    expect(queries).toBeLessThan(world.server.counters.forwarded * 1.2 + 20);
  });

  it('with servers that fail at times asks the others', () => {
    const { counts } = simulate(12, { failures: 0.3 }, { failures: 0.05 });
    expect(counts.good).toBeGreaterThan(2850);
  });

  it.each([13, 14, 15, 16, 17, 18])('in the worst weather keeps its promises (seed %i)', (seed) => {
    const worst = { loss: 0.3, duplicates: 0.5, latency: 400, failures: 0.1, lies: 0.5 };
    const { counts } = simulate(
      seed,
      { ...worst, truncation: 0.05 },
      { ...worst, lowerCase: true },
    );
    expect(counts.good + counts.failed + counts.truncated).toBe(3000);
    expect(counts.good).toBeGreaterThan(2000);
  });
});
