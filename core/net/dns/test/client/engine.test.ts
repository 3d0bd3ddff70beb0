import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/message.ts';
import { emitMessage } from '../../src/packet.ts';
import { RCODE } from '../../src/type.ts';
import { asked, edns, n, OTHER_UPSTREAM, responseTo, rr, UPSTREAM } from '../kit.ts';
import { SERVERS, World } from './world.ts';

const A = 'www.example. 300 A 192.0.2.1';
const SOA = 'example. 300 SOA ns.example. host.example. 1 2 3 4 60';
const THIRD = { address: 0x2001_0db8n << 96n, port: 53 };

describe('a query', () => {
  it('desires recursion, offers EDNS, and asks the first server', () => {
    const world = new World();
    world.ask('www.example');
    const { to, transport, message } = world.takeSent();
    expect({ to, transport }).toEqual({ to: UPSTREAM, transport: 'udp' });
    expect(message).toMatchObject({ recursionDesired: true, response: false, edns: edns(1232) });
    expect(message.questions).toEqual(asked('www.example').questions);
  });

  it('has an ID and a port of its own', () => {
    const world = new World();
    for (let at = 0; at < 60; at++) world.ask(`h${at}.example`);
    expect(new Set(world.sent.map(({ message }) => message.id)).size).toBeGreaterThan(55);
    expect(world.open.size).toBe(60);
  });

  it('is sent once for all who ask the same at once', () => {
    const world = new World();
    const number = world.ask('www.example');
    expect(world.ask('WWW.example')).toBe(number);
    expect(world.ask('www.example AAAA')).not.toBe(number);
    expect(world.sent.length).toBe(2);
  });

  it('is not sent when 64 are under way', () => {
    const world = new World();
    for (let at = 0; at < 64; at++) world.ask(`h${at}.example`);
    expect(world.ask('more.example')).toBe('busy');
    world.answer(world.takeSent(), [`h0.example. 5 A 192.0.2.1`]);
    expect(world.ask('more.example')).toBeTypeOf('number');
  });
});

describe('an answer', () => {
  it('has the records of the type asked for, and closes the port', () => {
    const world = new World();
    world.ask('www.example');
    expect(world.answer(world.takeSent(), [A, 'www.example. 300 A 192.0.2.2'])).toBe(
      `${A} | www.example. 300 A 192.0.2.2`,
    );
    expect(world.open.size).toBe(0);
    expect(world.engine.nextTimeout).toBe(Number.POSITIVE_INFINITY);
  });

  it('is at the end of the aliases in it', () => {
    const world = new World();
    world.ask('www.example');
    const records = ['www.example. 60 CNAME a.example.', 'a.example. 60 CNAME b.example.'];
    world.answer(world.takeSent(), [
      ...records,
      'b.example. 60 A 192.0.2.7',
      'c.example. 60 A 1.1.1.1',
    ]);
    const [{ outcome }] = world.finished;
    expect(outcome).toMatchObject({ ok: true, value: { name: n('b.example') } });
    expect(outcome.ok && outcome.value.records).toEqual([rr('b.example. 60 A 192.0.2.7')]);
  });

  it('may say that there is no such name, or no such record', () => {
    const world = new World();
    world.ask('no.example');
    const denial = { rcode: RCODE.NXDOMAIN, authorities: [rr(SOA)] };
    expect(world.answer(world.takeSent(), denial)).toBe('absent');
    world.ask('www.example MX');
    expect(world.answer(world.takeSent(), { authorities: [rr(SOA)] })).toBe('empty');
    world.ask('alias.example');
    const alias = { ...denial, answers: [rr('alias.example. 60 CNAME no.example.')] };
    expect(world.answer(world.takeSent(), alias)).toBe('absent');
  });

  it('may not be an alias of itself', () => {
    const world = new World();
    world.ask('a.example');
    const loop = ['a.example. 60 CNAME b.example.', 'b.example. 60 CNAME a.example.'];
    expect(world.answer(world.takeSent(), loop)).toBe('failed');
  });

  it('is kept for as long as its TTL allows, and denials for that of the SOA record', () => {
    const world = new World();
    world.ask('www.example');
    world.answer(world.takeSent(), [A]);
    world.now += 100_000;
    expect(world.ask('WWW.EXAMPLE')).toBe('www.example. 200 A 192.0.2.1');
    world.now += 200_000;
    expect(world.ask('www.example')).toBeTypeOf('number');
    world.answer(world.takeSent(), { rcode: RCODE.NXDOMAIN, authorities: [rr(SOA)] });
    world.now += 59_000;
    expect(world.ask('www.example AAAA')).toBe('absent');
    world.now += 1000;
    expect(world.ask('www.example AAAA')).toBeTypeOf('number');
  });
});

describe('what is no answer', () => {
  const good: Partial<Message> = { answers: [rr(A)] };
  const forgeries: [string, (world: World) => void][] = [
    ['comes from another server', (w) => w.answer(w.sent[0], good, OTHER_UPSTREAM)],
    ['comes from another port', (w) => w.answer(w.sent[0], good, { ...UPSTREAM, port: 54 })],
    ['has another ID', (w) => w.answer(w.sent[0], { ...good, id: w.sent[0].message.id ^ 1 })],
    ['has another opcode', (w) => w.answer(w.sent[0], { ...good, opcode: 4 })],
    ['is a query', (w) => w.answer(w.sent[0], { ...good, response: false })],
    ['has another question', (w) => w.answer(w.sent[0], { ...good, ...asked('ww2.example') })],
    ['has another type', (w) => w.answer(w.sent[0], { ...good, ...asked('www.example AAAA') })],
    ['has no question', (w) => w.answer(w.sent[0], { ...good, questions: [] })],
    ['is cut off', (w) => cutOff(w)],
    ['comes to another port', (w) => w.answer({ ...w.sent[0], port: 99 }, good)],
  ];

  function cutOff(world: World): void {
    const [{ port, to, message }] = world.sent;
    const bytes = emitMessage(responseTo(message, good));
    world.deliver(bytes.subarray(0, bytes.length - 1), port, to);
  }

  it.each(forgeries)('%s', (_, forge) => {
    const world = new World();
    world.ask('www.example');
    forge(world);
    expect(world.finished).toEqual([]);
    expect(world.sent.length).toBe(1);
    expect(world.answer(world.sent[0], good)).toBe(A);
  });
});

describe('a server', () => {
  it('that is silent is followed by the next one, and asked again later', () => {
    const world = new World();
    world.ask('www.example');
    const began = world.now;
    while (world.finished.length === 0) world.timeout();
    const order = world.sent.map(({ to }) => SERVERS.indexOf(to));
    expect(order.slice(0, 4)).toEqual([0, 1, 0, 1]);
    expect(order.length).toBeLessThanOrEqual(8);
    expect(world.now - began).toBe(10_000);
    expect(world.finished[0].outcome).toMatchObject({ ok: false, error: { kind: 'silent' } });
    expect(world.open.size).toBe(0);
  });

  it('may be late', () => {
    const world = new World();
    world.ask('www.example');
    world.timeout();
    world.timeout();
    expect(world.answer(world.sent[0], [A])).toBe(A);
    expect(world.open.size).toBe(0);
  });

  it('that is silent for long is not asked first any more', () => {
    const world = new World();
    for (let at = 0; at < 3; at++) {
      world.ask(`h${at}.example`);
      world.takeSent();
      world.timeout();
      world.answer(world.takeSent(), [`h${at}.example. 5 A 192.0.2.1`]);
    }
    world.ask('www.example');
    expect(world.takeSent().to).toEqual(OTHER_UPSTREAM);
  });

  it.each([
    ['fails', { rcode: RCODE.SERVFAIL }],
    ['refuses', { rcode: RCODE.REFUSED }],
    ['refers to others', { authorities: [rr('example. 60 NS ns.example.')] }],
    ['contradicts itself', { rcode: RCODE.NXDOMAIN, answers: [rr(A)] }],
  ])('that %s is followed by the next one at once', (_, changes) => {
    const world = new World();
    world.ask('www.example');
    expect(world.answer(world.takeSent(), changes)).toBeUndefined();
    const second = world.takeSent();
    expect(second.to).toEqual(OTHER_UPSTREAM);
    expect(world.answer(second, changes)).toBe('failed');
    expect(world.open.size).toBe(0);
  });

  it('that knows no EDNS is asked without, and remembered', () => {
    const world = new World();
    world.ask('www.example');
    const first = world.takeSent();
    const refusal = { rcode: RCODE.FORMERR, questions: [], edns: undefined };
    world.answer(first, refusal);
    world.answer(first, refusal);
    const second = world.takeSent();
    expect(world.sent).toEqual([]);
    expect(second.to).toEqual(UPSTREAM);
    expect(second.message.edns).toBeUndefined();
    expect(world.answer(second, [A])).toBe(A);
    world.ask('other.example');
    expect(world.takeSent().message.edns).toBeUndefined();
  });
});

describe('a server that is not there', () => {
  it('is followed by the next one as soon as somebody says so', () => {
    const world = new World();
    world.ask('www.example');
    const first = world.takeSent();
    const { now } = world;
    expect(world.closed(first)).toBeUndefined();
    const second = world.takeSent();
    expect(second.to).not.toEqual(first.to);
    expect(world.now).toBe(now);
    expect(world.closed(first)).toBeUndefined();
    expect(world.answer(second, [A])).toBe(A);
  });
});

describe('an answer that does not fit in a datagram', () => {
  const truncated: Partial<Message> = { truncated: true };

  it('is asked for over TCP', () => {
    const world = new World();
    world.ask('www.example');
    const first = world.takeSent();
    world.answer(first, truncated);
    world.answer(first, truncated);
    const second = world.takeSent();
    expect(world.sent).toEqual([]);
    expect({ to: second.to, transport: second.transport }).toEqual({
      to: UPSTREAM,
      transport: 'tcp',
    });
    expect(world.answer(second, [A])).toBe(A);
    expect(world.closed(second)).toBeUndefined();
    expect(world.open.size).toBe(0);
  });

  it.each<[string, (world: World, sent: ReturnType<World['takeSent']>) => void]>([
    ['ends', (world, sent) => world.closed(sent)],
    ['says nothing for three seconds', (world) => world.timeout()],
    ['has a truncated answer too', (world, sent) => world.answer(sent, truncated)],
    [
      'has no message',
      (world, { port, to, message }) => {
        const bytes = emitMessage(responseTo(message, { answers: [rr(A)] }));
        world.deliver(bytes.subarray(0, bytes.length - 1), port, to);
      },
    ],
  ])('is asked of the next server when the connection %s', (_, happen) => {
    const world = new World();
    world.ask('www.example');
    world.answer(world.takeSent(), truncated);
    happen(world, world.takeSent());
    const next = world.takeSent();
    expect({ to: next.to, transport: next.transport }).toEqual({
      to: OTHER_UPSTREAM,
      transport: 'udp',
    });
    expect(world.answer(next, [A])).toBe(A);
  });
});

describe('other servers', () => {
  it('get what is being looked up, and those before are not heard', () => {
    const world = new World();
    world.ask('www.example');
    const before = world.takeSent();
    world.engine.setServers([THIRD], world.now);
    world.timeout();
    const after = world.takeSent();
    expect(after.to).toEqual(THIRD);
    expect(world.answer(before, [A])).toBeUndefined();
    expect(world.answer(after, [A])).toBe(A);
  });

  it('may come after the question', () => {
    const world = new World([]);
    world.ask('www.example');
    expect(world.sent).toEqual([]);
    expect(world.engine.nextTimeout).toBe(world.now + 10_000);
    world.now += 5000;
    world.engine.setServers(SERVERS, world.now);
    world.timeout();
    expect(world.answer(world.takeSent(), [A])).toBe(A);
  });

  it('that never come make it fail in the end', () => {
    const world = new World([]);
    world.ask('www.example');
    world.timeout();
    expect(world.finished[0].outcome).toMatchObject({ ok: false, error: { kind: 'silent' } });
  });

  it('forget what the others said, but not when they are the same', () => {
    const world = new World();
    world.ask('www.example');
    world.answer(world.takeSent(), [A]);
    world.engine.setServers([...SERVERS], world.now);
    expect(world.ask('www.example')).toBe(A);
    world.engine.setServers([OTHER_UPSTREAM, UPSTREAM], world.now);
    expect(world.ask('www.example')).toBeTypeOf('number');
    expect(world.takeSent().to).toEqual(OTHER_UPSTREAM);
  });

  it('do not disturb a query to one that stays', () => {
    const world = new World();
    world.ask('www.example');
    world.engine.setServers([UPSTREAM, THIRD], world.now);
    expect(world.engine.nextTimeout).toBeGreaterThan(world.now);
    expect(world.answer(world.takeSent(), [A])).toBe(A);
  });
});
