import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { emitMessage, parseMessage } from '../src/packet.ts';
import { Zone } from '../src/zone.ts';
import { ask, edns, n, OTHER_UPSTREAM, responseTo, rr, type Sent, UPSTREAM, World } from './kit.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 5000);
const IN_FLIGHT = 8;
const CACHE_BYTES = 8192;

const QUERIES = [
  ask('www.example'),
  ask('www.example AAAA', { edns: edns(4096, true) }),
  ask('nas.lan', { edns: edns(512) }),
  ask('up.lan MX'),
  ask('x.ads.example ANY'),
  ask('1.0.0.127.in-addr.arpa PTR', { recursionDesired: false }),
  ask('a.b.c.d.e.example TXT', { checkingDisabled: true }),
];
const ANSWERS = [
  ['www.example. 300 A 192.0.2.1', 'a.b.c.d.e.example. 1 TXT "x"'],
  ['www.example. 0 CNAME b.example.', 'b.example. 5 A 192.0.2.1', 'b.example. 5 AAAA ::1'],
  ['www.example. 9 CNAME www.example.'],
  Array.from({ length: 90 }, (_, at) => `www.example. 9 A 192.0.2.${at}`),
  [],
].map((records) => records.map((text) => rr(text)));
const SOA = rr('example. 300 SOA a. b. 1 2 3 4 5');

/** Does one thing that the outside can do, good or bad. */
function step(random: Random, world: World): void {
  world.now += random.chance(0.1) ? random.below(3000) : random.below(20);
  const what = random.float();
  if (what < 0.45) query(random, world);
  else if (what < 0.85 && world.sent.length > 0) answer(random, world);
  else if (what < 0.95) world.server.handleTimeout(world.now);
  else if (random.chance(0.5)) world.zone.setHost(n(`h${random.below(9)}.lan`), random.below(9), 1);
  else world.zone.removeHost(n(`h${random.below(9)}.lan`), random.below(9));
  world.drain();
}

function query(random: Random, world: World): void {
  const valid = random.chance(0.3) ? ask(`h${random.below(50)}.example`) : random.pick(QUERIES);
  const bytes = random.chance(0.1) ? random.bytes(random.below(80)) : mutateSome(random, valid);
  const from = { address: random.below(4), port: random.below(3) };
  check(bytes, world.query(bytes, from));
}

function answer(random: Random, world: World): void {
  const index = random.below(world.sent.length);
  const sent: Sent = world.sent[index];
  if (random.chance(0.5)) world.sent.splice(index, 1);
  const response = responseTo(sent.message, {
    answers: random.pick(ANSWERS),
    authorities: random.chance(0.3) ? [SOA] : [],
    rcode: random.chance(0.7) ? 0 : random.below(6),
    truncated: random.chance(0.05),
  });
  const from = random.chance(0.1) ? random.pick([UPSTREAM, OTHER_UPSTREAM]) : sent.to;
  const port = random.chance(0.1) ? random.below(100) : sent.port;
  world.deliver(mutateSome(random, emitMessage(response)), port, from);
}

function mutateSome(random: Random, bytes: Uint8Array): Uint8Array {
  return random.chance(0.5) ? bytes : mutate(random, bytes);
}

/** A reply is a response within the limits, to what is no response. */
function check(bytes: Uint8Array, reply: Uint8Array | undefined): void {
  if (reply === undefined) return;
  if ((bytes[2] & 0x80) !== 0) throw new Error('a response was answered');
  checkReply(reply);
  if (reply[0] !== bytes[0] || reply[1] !== bytes[1]) throw new Error('not its ID');
}

function checkReply(reply: Uint8Array): void {
  const parsed = parseMessage(reply);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  if (!parsed.value.response) throw new Error('the reply is no response');
  const limit = parsed.value.edns === undefined ? 512 : 1232;
  if (reply.length > limit) throw new Error(`a reply of ${reply.length} octets`);
}

describe('a server under bad weather', () => {
  it('never throws, and never grows', () => {
    const random = new Random(20_261_121);
    const zone = new Zone({ domains: [n('lan')] });
    zone.setHost(n('nas.lan'), 0x0a00_0002, 60);
    zone.setAlias(n('up.lan'), n('www.example'), 9);
    zone.addRule({ domains: [n('ads.example')], answer: 'absent' });
    const world = new World({
      zone,
      upstreams: [UPSTREAM, OTHER_UPSTREAM],
      maxInFlight: IN_FLIGHT,
      cacheOptions: { bytes: CACHE_BYTES },
    });
    let replies = 0;
    for (let at = 0; at < INPUTS; at++) {
      step(random, world);
      for (const { payload } of world.replies) checkReply(payload);
      replies += world.replies.length;
      world.replies.length = 0;
      if (world.sent.length > 50) world.sent.splice(0, 25);
      if (world.server.inFlight > IN_FLIGHT) throw new Error('too many in flight');
      if (world.open.size > IN_FLIGHT * 6) throw new Error('too many ports');
      if (world.cache.bytes > CACHE_BYTES) throw new Error('too large a cache');
    }
    expect(replies).toBeGreaterThan(INPUTS / 100);
    // The weather was neither too good nor too bad to see anything.
    const { cached, local, forwarded, failures, refused, malformed, dropped } =
      world.server.counters;
    const { strangers, timeouts } = world.server.forwarderCounters;
    const seen = { cached, local, forwarded, failures, refused, malformed, dropped };
    for (const [what, count] of Object.entries({ ...seen, strangers, timeouts })) {
      expect(count, what).toBeGreaterThan(INPUTS / 500);
    }
    expect(world.lines.length).toBeLessThan(10 + INPUTS / 10);
    while (world.server.inFlight > 0) world.timeout();
    expect(world.open.size).toBe(0);
  }, 3_600_000);
});
