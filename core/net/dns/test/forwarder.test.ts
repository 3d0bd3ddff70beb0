import { describe, expect, it } from 'vitest';
import type { Message } from '../src/message.ts';
import { canonicalName } from '../src/name.ts';
import { emitMessage } from '../src/packet.ts';
import { RCODE } from '../src/type.ts';
import {
  ask,
  CLIENT,
  edns,
  n,
  OTHER_UPSTREAM,
  OURS,
  read,
  responseTo,
  rr,
  summary,
  UPSTREAM,
  World,
} from './kit.ts';

const A = 'www.example. 300 A 192.0.2.1';
const GOOD: Partial<Message> = { answers: [rr(A)] };
const two = { upstreams: [UPSTREAM, OTHER_UPSTREAM] };

describe('a query sent upstream', () => {
  it('has a port, an ID and a letter case of its own each time', () => {
    const world = new World();
    const seen = new Set<string>();
    for (let at = 0; at < 100; at++) {
      world.query(ask(`www.example TYPE${1000 + at}`));
      const { port, message } = world.takeSent();
      const [{ name }] = message.questions;
      expect(canonicalName(name)).toBe(n('www.example'));
      seen.add(`${message.id} ${name}`);
      expect(world.open.has(port)).toBe(true);
    }
    expect(seen.size).toBeGreaterThan(98);
    expect(world.open.size).toBe(100);
  });

  it('desires recursion, and offers EDNS with 1232 octets', () => {
    const world = new World();
    world.query(ask('www.example'));
    const { message, to } = world.takeSent();
    expect(to).toEqual(UPSTREAM);
    expect(message).toMatchObject({ recursionDesired: true, response: false, edns: edns(1232) });
  });

  it('closes its port when it is answered', () => {
    const world = new World();
    expect(summary(world.resolve('www.example', [A]))).toBe(`NOERROR ${A}`);
    expect(world.open.size).toBe(0);
    expect(world.server.nextTimeout).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('an answer counts only', () => {
  const forged: [string, (world: World) => void][] = [
    ['from the address of the server', (w) => w.answer(w.sent[0], GOOD, OTHER_UPSTREAM)],
    ['from its port', (w) => w.answer(w.sent[0], GOOD, { ...UPSTREAM, port: 54 })],
    ['to the port of the query', (w) => w.answer(w.sent[0], GOOD, UPSTREAM, w.sent[0].port + 1)],
    ['with its ID', (w) => w.answer(w.sent[0], { ...GOOD, id: w.sent[0].message.id ^ 1 })],
    ['as a response', (w) => w.answer(w.sent[0], { ...GOOD, response: false })],
    [
      'to its question',
      (w) => w.answer(w.sent[0], { ...GOOD, questions: read(ask('x')).questions }),
    ],
    [
      'to its type',
      (w) => w.answer(w.sent[0], { ...GOOD, questions: read(ask('www.example MX')).questions }),
    ],
    ['with a question', (w) => w.answer(w.sent[0], { ...GOOD, questions: [] })],
    [
      'with a question when it denies the name',
      (w) => w.answer(w.sent[0], { rcode: RCODE.NXDOMAIN, questions: [] }),
    ],
    ['with a question that is counted', (w) => w.deliver(uncounted(w), w.sent[0].port, UPSTREAM)],
    ['when it can be read', (w) => w.deliver(cut(w), w.sent[0].port, UPSTREAM)],
  ];
  const cut = (world: World) => emitMessage(responseTo(world.sent[0].message, GOOD)).slice(0, -3);

  /** The name in question is that of the answer here. */
  const uncounted = (world: World) => {
    const bytes = emitMessage(responseTo(world.sent[0].message, GOOD));
    bytes[5] = 0;
    return bytes;
  };

  it.each(forged)('%s', (_, forge) => {
    const world = new World();
    world.query(ask('www.example'));
    forge(world);
    expect(world.replies).toEqual([]);
    world.answer(world.takeSent(), GOOD);
    expect(summary(world.takeReply())).toBe(`NOERROR ${A}`);
  });
});

describe('letter case', () => {
  const lowered = (message: Message): Partial<Message> => ({
    ...GOOD,
    questions: [{ ...message.questions[0], name: canonicalName(message.questions[0].name) }],
  });

  it('that comes back changed leads to a second query without tricks', () => {
    const world = new World();
    world.query(ask('www.example'));
    const first = world.takeSent();
    world.answer(first, lowered(first.message));
    expect(world.replies).toEqual([]);
    const second = world.takeSent();
    expect(second.message.questions[0].name).toBe(n('www.example'));
    expect(second.port).not.toBe(first.port);
    world.answer(second, GOOD);
    expect(summary(world.takeReply())).toBe(`NOERROR ${A}`);
    // The server is known to do this now.
    world.query(ask('other.example'));
    expect(world.takeSent().message.questions[0].name).toBe(n('other.example'));
  });

  it('of ours is never seen by the client', () => {
    const world = new World();
    world.query(ask('wwW.example'));
    const sent = world.takeSent();
    const [{ name }] = sent.message.questions;
    const chain = [
      { ...rr('x. 300 CNAME target.www.example.'), name },
      rr('target.www.example. 300 A 192.0.2.1'),
    ];
    world.answer(sent, { answers: chain });
    expect(summary(world.takeReply())).toBe(
      'NOERROR wwW.example. 300 CNAME target.wwW.example. | target.wwW.example. 300 A 192.0.2.1',
    );
  });

  it('may be left alone', () => {
    const world = new World({ mixedCase: false });
    world.query(ask('WWW.example'));
    expect(world.takeSent().message.questions[0].name).toBe(n('www.example'));
  });
});

describe('clients with the same question', () => {
  it('are answered together, each with its own ID and letters', () => {
    const world = new World();
    world.query(ask('www.example', { id: 1 }));
    world.query(ask('WWW.example', { id: 2 }), { ...CLIENT, port: 7 });
    world.query(ask('www.example', { id: 3, edns: edns() }));
    expect(world.sent.length).toBe(1);
    world.answer(world.takeSent(), GOOD);
    const replies = world.replies.map(({ to, payload }) => [to.port, read(payload)] as const);
    expect(replies.map(([port, { id }]) => [port, id])).toEqual([
      [CLIENT.port, 1],
      [7, 2],
      [CLIENT.port, 3],
    ]);
    expect(replies[1][1].questions[0].name).toBe(n('WWW.example'));
    expect(replies.map(([, { edns: opt }]) => opt !== undefined)).toEqual([false, false, true]);
  });

  it('but other DNSSEC bits are not', () => {
    const world = new World();
    world.query(ask('www.example'));
    world.query(ask('www.example', { edns: edns(1232, true) }));
    world.query(ask('www.example', { checkingDisabled: true }));
    expect(world.sent.length).toBe(3);
  });

  it('are waited with once when they repeat themselves', () => {
    const world = new World();
    for (let at = 0; at < 5; at++) world.query(ask('www.example'));
    world.answer(world.takeSent(), GOOD);
    expect(world.replies.length).toBe(1);
  });

  it('are answered from the address that each asked, though one asks at two', () => {
    const world = new World();
    const other = 0x2001_0db8n << 96n;
    world.query(ask('www.example'));
    world.query(ask('www.example'), CLIENT, 'udp', other);
    world.answer(world.takeSent(), GOOD);
    expect(world.replies.map(({ to, from }) => [to, from])).toEqual([
      [CLIENT, OURS],
      [CLIENT, other],
    ]);
  });

  it('are at most 32', () => {
    const world = new World();
    for (let id = 0; id < 40; id++) world.query(ask('www.example', { id }));
    world.answer(world.takeSent(), GOOD);
    expect(world.replies.length).toBe(32);
    expect(world.server.counters.dropped).toBe(8);
  });
});

describe('questions in flight', () => {
  it('are bounded: SERVFAIL above that, and one line about it', () => {
    const world = new World();
    for (let at = 0; at < 200; at++) world.query(ask(`h${at}.example`));
    expect(world.server.inFlight).toBe(150);
    expect(world.server.counters.failures).toBe(50);
    expect(world.lines).toEqual(['warning too many queries in flight']);
    const reply = read(world.query(ask('more.example', { edns: edns() })));
    expect(reply.rcode).toBe(RCODE.SERVFAIL);
    expect(Array.from(reply.edns?.options[0].data ?? [])).toEqual([0, 14]);
    world.now += 10_000;
    world.query(ask('yet.more.example'));
    expect(world.lines.length).toBe(2);
  });

  it('come to an end when nobody answers, with SERVFAIL that is remembered', () => {
    const world = new World();
    const start = world.now;
    world.query(ask('www.example', { edns: edns() }));
    while (world.server.inFlight > 0) world.timeout();
    expect(world.now - start).toBe(4500);
    const reply = read(world.takeReply());
    expect(reply.rcode).toBe(RCODE.SERVFAIL);
    expect(Array.from(reply.edns?.options[0].data ?? [])).toEqual([0, 22]);
    expect(world.sent.length).toBeGreaterThan(2);
    expect(world.open.size).toBe(0);
    expect(summary(world.query(ask('www.example')))).toBe('SERVFAIL');
    expect(world.lines).toEqual(['warning 198.51.100.1 does not answer']);
  });
});

describe('other servers', () => {
  it('are asked instead, also about what is in flight', () => {
    const world = new World();
    world.query(ask('www.example'));
    const first = world.takeSent();
    world.setUpstreams([OTHER_UPSTREAM]);
    expect(world.open.size).toBe(0);
    world.answer(first, GOOD);
    expect(world.replies).toEqual([]);
    world.timeout();
    const second = world.takeSent();
    expect(second.to).toEqual(OTHER_UPSTREAM);
    world.answer(second, GOOD);
    expect(summary(world.takeReply())).toBe(`NOERROR ${A}`);
    expect(summary(world.query(ask('www.example')))).toBe(`NOERROR ${A}`);
  });

  it('leave those that stay as they are', () => {
    const world = new World(two);
    world.query(ask('www.example'));
    const sent = world.takeSent();
    world.now += 40;
    world.setUpstreams([OTHER_UPSTREAM, { ...UPSTREAM }]);
    world.answer(sent, GOOD);
    expect(summary(world.takeReply())).toBe(`NOERROR ${A}`);
    expect(world.server.upstreamHealth(world.now)).toMatchObject([
      { endpoint: OTHER_UPSTREAM, roundTrip: 100 },
      { endpoint: UPSTREAM, roundTrip: 40 },
    ]);
  });

  it('may be none at first, and none again', () => {
    const world = new World({ upstreams: [] });
    expect(summary(world.query(ask('www.example')))).toBe('REFUSED');
    world.setUpstreams([UPSTREAM]);
    world.query(ask('www.example'));
    expect(world.takeSent().to).toEqual(UPSTREAM);
    world.setUpstreams([]);
    while (world.server.inFlight > 0) world.timeout();
    expect(summary(world.takeReply())).toBe('SERVFAIL');
    expect(world.open.size).toBe(0);
  });
});

describe('several servers', () => {
  it('are asked one after the other', () => {
    const world = new World(two);
    world.query(ask('www.example'));
    expect(world.takeSent().to).toEqual(UPSTREAM);
    world.timeout();
    const second = world.takeSent();
    expect(second.to).toEqual(OTHER_UPSTREAM);
    world.answer(second, GOOD);
    expect(summary(world.takeReply())).toBe(`NOERROR ${A}`);
  });

  it('may be late: the first answer is taken', () => {
    const world = new World(two);
    world.query(ask('www.example'));
    const first = world.takeSent();
    world.timeout();
    world.answer(first, GOOD);
    expect(summary(world.takeReply())).toBe(`NOERROR ${A}`);
  });

  it.each([['SERVFAIL'], ['REFUSED'], ['YXDOMAIN']] as const)(
    'are asked at once when one says %s, and that is passed on when all do',
    (code) => {
      const world = new World(two);
      const failure = { rcode: RCODE[code] };
      world.query(ask('www.example'));
      world.answer(world.takeSent(), failure);
      world.answer(world.takeSent(), failure);
      expect(summary(world.takeReply())).toBe(code);
      expect(summary(world.query(ask('www.example')))).toBe(code);
    },
  );

  it('are asked in the order of their speed', () => {
    const world = new World(two);
    const use = (slow: number, fast: number) => {
      const asked: number[] = [];
      for (let at = 0; at < 100; at++) {
        world.query(ask(`h${at}-${slow}.example`));
        const sent = world.takeSent();
        asked.push(sent.to === UPSTREAM ? 1 : 2);
        world.now += sent.to === UPSTREAM ? slow : fast;
        world.answer(sent, { answers: [] });
      }
      return asked.filter((server) => server === 2).length;
    };
    expect(use(140, 10)).toBeGreaterThan(85);
    expect(use(10, 140)).toBeLessThan(50);
  });

  it('that are silent are left alone for a while, and tried again', () => {
    const world = new World(two);
    for (let at = 0; at < 3; at++) {
      world.query(ask(`h${at}.example`));
      while (world.sent[0].to !== OTHER_UPSTREAM) {
        world.takeSent();
        world.timeout();
      }
      // Slower than what is assumed of the other one.
      world.now += 120;
      world.answer(world.takeSent(), { answers: [] });
    }
    expect(world.lines).toEqual(['warning 198.51.100.1 does not answer']);
    expect(world.server.upstreamHealth(world.now)).toEqual([
      { endpoint: UPSTREAM, roundTrip: 100, paused: true },
      { endpoint: OTHER_UPSTREAM, roundTrip: 120, paused: false },
    ]);
    for (let at = 0; at < 50; at++) {
      world.query(ask(`i${at}.example`));
      const sent = world.takeSent();
      expect(sent.to).toEqual(OTHER_UPSTREAM);
      world.answer(sent, { answers: [] });
    }
    world.now += 1000;
    let tries = 0;
    while (world.lines.length === 1 && tries++ < 1000) {
      world.now += 200;
      world.query(ask(`j${tries}.example`));
      world.now += 20;
      world.answer(world.takeSent(), { answers: [] });
    }
    expect(world.lines[1]).toBe('info    198.51.100.1 answers again');
  });

  it('that are ourselves are found out', () => {
    const world = new World();
    world.query(ask('www.example'));
    const sent = world.takeSent();
    const reply = world.query(emitMessage(sent.message), { ...CLIENT, port: 999 });
    expect(summary(reply)).toBe('REFUSED');
    expect(world.lines).toEqual(['warning an upstream server sends our queries back to us']);
  });
});

describe('a server without EDNS', () => {
  it.each([['FORMERR'], ['NOTIMP'], ['BADVERS']] as const)('that says %s', (code) => {
    const world = new World();
    world.query(ask('www.example', { edns: edns() }));
    const first = world.takeSent();
    const header = code === 'BADVERS' ? {} : { questions: [], edns: undefined };
    world.answer(first, { rcode: RCODE[code], ...header });
    const second = world.takeSent();
    expect(second.message.edns).toBeUndefined();
    world.answer(second, GOOD);
    expect(read(world.takeReply())).toMatchObject({ rcode: RCODE.NOERROR, edns: edns() });
    // It is remembered after that worked.
    world.query(ask('other.example'));
    expect(world.takeSent().message.edns).toBeUndefined();
  });

  it('that never understands is given up', () => {
    const world = new World();
    world.query(ask('www.example'));
    world.answer(world.takeSent(), { rcode: RCODE.FORMERR });
    world.answer(world.takeSent(), { rcode: RCODE.FORMERR });
    expect(summary(world.takeReply())).toBe('SERVFAIL');
    expect(world.sent).toEqual([]);
  });
});

describe('a truncated answer', () => {
  /** A question whose answer does not fit in a datagram, asked again over a connection. */
  function truncate(world: World, limit?: number) {
    world.query(ask('www.example'));
    const first = world.takeSent();
    const octets = emitMessage(responseTo(first.message, { ...GOOD, truncated: true }));
    world.deliver(octets.slice(0, limit), first.port, UPSTREAM);
    const second = world.takeSent();
    expect([first.transport, second.transport]).toEqual(['udp', 'tcp']);
    expect(second.to).toEqual(UPSTREAM);
    return second;
  }

  it.each([
    ['', undefined],
    [', even when it ends within a record', -15],
  ])('is asked for again over a connection%s', (_, limit) => {
    const world = new World();
    world.answer(truncate(world, limit), GOOD);
    expect(summary(world.takeReply())).toContain('NOERROR www.example.');
    expect([world.cache.size, world.open.size]).toEqual([1, 0]);
  });

  it('is passed on as such, and not kept, when there is no connection', () => {
    const world = new World();
    world.close(truncate(world).port);
    expect(summary(world.takeReply())).toBe('NOERROR TC');
    expect(world.cache.size).toBe(0);
  });

  it('is passed on when it is truncated over a connection too', () => {
    const world = new World();
    world.answer(truncate(world), { ...GOOD, truncated: true });
    expect(summary(world.takeReply())).toBe('NOERROR TC');
    expect(world.sent).toEqual([]);
  });

  it('is a failure in the end when the connection is silent', () => {
    const world = new World();
    truncate(world);
    for (let rounds = 0; world.replies.length === 0 && rounds < 20; rounds++) world.timeout();
    expect(summary(world.takeReply())).toContain('SERVFAIL');
  });

  it('that says that it failed is a failure', () => {
    const world = new World();
    world.query(ask('www.example'));
    world.answer(world.takeSent(), { rcode: RCODE.REFUSED, truncated: true });
    expect(summary(world.takeReply())).toBe('REFUSED');
  });
});
