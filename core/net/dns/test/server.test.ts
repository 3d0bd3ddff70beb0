import { fromHex } from '@atoll/bytes/hex';
import { describe, expect, it } from 'vitest';
import { EDNS_OPTION } from '../src/edns.ts';
import { CLASS, RCODE, TYPE } from '../src/type.ts';
import { Zone } from '../src/zone.ts';
import { ask, CLIENT, edns, n, read, rr, summary, World } from './kit.ts';

const A = ['www.example. 300 A 192.0.2.1'];

function lan(): World {
  const zone = new Zone({ domains: [n('lan')] });
  zone.setHost(n('nas.lan'), 0x0a00_0002, 60);
  zone.addRule({ domains: [n('ads.example')], answer: 'absent' });
  return new World({ zone });
}

describe('what is no query', () => {
  it('is not answered when it is a response or has no whole header', () => {
    const world = lan();
    expect(world.query(ask('nas.lan', { response: true }))).toBeUndefined();
    expect(world.query(new Uint8Array(11))).toBeUndefined();
    expect(world.query(new Uint8Array(0))).toBeUndefined();
    expect(world.query(ask('nas.lan'), { ...CLIENT, port: 0 })).toBeUndefined();
    expect(world.server.counters.dropped).toBe(4);
  });

  it('is FORMERR without question, with garbage, or with two questions', () => {
    const world = lan();
    expect(summary(world.query(ask('nas.lan', { questions: [] })))).toBe('FORMERR');
    expect(summary(world.query(ask('nas.lan').slice(0, 20)))).toBe('FORMERR');
    const two = ask('nas.lan');
    two[5] = 2;
    expect(summary(world.query(two))).toBe('FORMERR');
    expect(world.server.counters.malformed).toBe(3);
  });

  it('is FORMERR with two OPT records, or a type that is none', () => {
    const world = lan();
    const opt = fromHex('0000290200 000000000000') ?? new Uint8Array(0);
    const doubled = new Uint8Array([...ask('nas.lan', { edns: edns() }), ...opt]);
    doubled[11] = 2;
    expect(summary(world.query(doubled))).toBe('FORMERR');
    expect(summary(world.query(ask('nas.lan TYPE0')))).toBe('FORMERR');
    expect(summary(world.query(ask('nas.lan OPT')))).toBe('FORMERR');
  });

  it('is refused when it is a transfer or of another class', () => {
    const world = lan();
    expect(summary(world.query(ask('lan AXFR')))).toBe('REFUSED');
    expect(summary(world.query(ask('lan IXFR')))).toBe('REFUSED');
    const question = { name: n('version.bind'), type: TYPE.TXT, class: CLASS.CH };
    expect(summary(world.query(ask('version.bind', { questions: [question] })))).toBe('REFUSED');
    expect(world.server.counters.refused).toBe(3);
  });
});

describe('a local name', () => {
  it('is answered with authority, in the letters of the client', () => {
    const reply = read(lan().query(ask('NAS.Lan')));
    expect(reply).toMatchObject({
      id: 0x1234,
      authoritative: true,
      recursionAvailable: true,
      recursionDesired: true,
      rcode: RCODE.NOERROR,
      questions: [{ name: n('NAS.Lan') }],
      edns: undefined,
    });
    expect(reply.answers[0].name).toBe(n('NAS.Lan'));
  });

  it('that a rule denies comes with an extended error for those who speak EDNS', () => {
    const world = lan();
    expect(summary(world.query(ask('x.ads.example')))).toMatch(/^NXDOMAIN/);
    const reply = read(world.query(ask('x.ads.example', { edns: edns() })));
    expect(reply.edns?.options).toEqual([
      { code: EDNS_OPTION.EXTENDED_ERROR, data: new Uint8Array([0, 15]) },
    ]);
    expect(world.server.counters).toMatchObject({ local: 2, blocked: 2 });
  });

  it('leads upstream through an alias, and the answer has both', () => {
    const world = lan();
    world.zone.setAlias(n('up.lan'), n('www.example'), 9);
    const expected = 'NOERROR up.lan. 9 CNAME www.example. | www.example. 300 A 192.0.2.1';
    expect(world.query(ask('up.lan'))).toBeUndefined();
    const sent = world.takeSent();
    expect(sent.message.questions[0].type).toBe(TYPE.A);
    world.answer(sent, { answers: A.map((text) => rr(text)) });
    expect(summary(world.takeReply())).toBe(expected);
    expect(summary(world.query(ask('up.lan')))).toBe(expected);
    expect(summary(world.query(ask('www.example')))).toBe(`NOERROR ${A[0]}`);
  });

  it('leads through at most ten aliases, local and others together', () => {
    const world = lan();
    for (let at = 0; at < 6; at++) {
      world.zone.setAlias(n(`c${at}.lan`), n(at === 5 ? 'd0.example' : `c${at + 1}.lan`), 1);
    }
    const chain = (length: number) => [
      ...Array.from({ length }, (_, at) => `d${at}.example. 5 CNAME d${at + 1}.example.`),
      `d${length}.example. 5 A 192.0.2.1`,
    ];
    expect(summary(world.resolve('c0.lan', chain(4)))).toMatch(/^NOERROR/);
    expect(summary(world.resolve('c0.lan MX', chain(5)))).toBe('SERVFAIL');
  });

  it('of somebody else is not given to ANY (RFC 8482)', () => {
    const world = lan();
    expect(summary(world.query(ask('www.example ANY')))).toBe(
      'NOERROR www.example. 3600 HINFO "RFC8482" ""',
    );
    expect(world.sent).toEqual([]);
  });
});

describe('recursion', () => {
  it('happens only when it is desired', () => {
    const world = lan();
    const norec = { recursionDesired: false };
    expect(summary(world.query(ask('www.example', norec)))).toBe('REFUSED');
    expect(summary(world.query(ask('nas.lan', norec)))).toBe('NOERROR nas.lan. 60 A 10.0.0.2');
    world.resolve('www.example', A);
    const cached = read(world.query(ask('www.example', norec)));
    expect(cached.answers.length).toBe(1);
    expect(cached.recursionDesired).toBe(false);
  });

  it('that nobody does leaves the local part of a chain', () => {
    const chain = 'NOERROR up.lan. 9 CNAME www.example.';
    const world = lan();
    world.zone.setAlias(n('up.lan'), n('www.example'), 9);
    expect(summary(world.query(ask('up.lan', { recursionDesired: false })))).toBe(chain);
    const alone = new World({ zone: world.zone, upstreams: [] });
    expect(summary(alone.query(ask('up.lan')))).toBe(chain);
  });

  it('is refused without upstream servers', () => {
    const world = new World({ upstreams: [] });
    expect(summary(world.query(ask('www.example')))).toBe('REFUSED');
  });
});

describe('a reply that is too large', () => {
  const many = Array.from({ length: 60 }, (_, at) => `www.example. 300 A 192.0.2.${at}`);

  it('has TC and no more octets than the client takes', () => {
    const world = lan();
    const plain = world.resolve('www.example', many);
    expect(plain?.length).toBeLessThanOrEqual(512);
    expect(read(plain).truncated).toBe(true);
    const small = world.query(ask('www.example', { edns: edns(100) }));
    expect(small?.length).toBeLessThanOrEqual(512);
    expect(read(small).truncated).toBe(true);
    const large = world.query(ask('www.example', { edns: edns(4096) }));
    expect(large?.length).toBeLessThanOrEqual(1232);
    expect(read(large)).toMatchObject({ truncated: false });
    expect(read(large).answers.length).toBe(60);
  });
});

describe('DNSSEC bits', () => {
  const signed = { answers: [rr(A[0])], authenticData: true };

  it('are passed on, and AD is believed only of trusted servers', () => {
    for (const trustAd of [false, true]) {
      const world = new World({ trustAd });
      const query = { edns: edns(1232, true), checkingDisabled: true };
      world.query(ask('www.example', query));
      const sent = world.takeSent();
      expect(sent.message).toMatchObject({ checkingDisabled: true, authenticData: trustAd });
      expect(sent.message.edns?.dnssecOk).toBe(true);
      world.answer(sent, signed);
      const first = read(world.takeReply());
      const second = read(world.query(ask('www.example', query)));
      for (const reply of [first, second]) {
        expect(reply).toMatchObject({ authenticData: trustAd, checkingDisabled: true });
        expect(reply.edns?.dnssecOk).toBe(true);
      }
    }
  });

  it('AD is not given to clients that would not know it (RFC 6840 section 5.7)', () => {
    const world = new World({ trustAd: true });
    expect(read(world.resolve('www.example', A, signed)).authenticData).toBe(false);
    expect(read(world.query(ask('www.example', { authenticData: true }))).authenticData).toBe(true);
  });
});

describe('the table of whole replies', () => {
  it('is filled with what is cached or local, and emptied when a local name changes', () => {
    const kept: { ttlOffsets: readonly number[]; asOf: number; expires: number; reply: string }[] =
      [];
    let forgotten = 0;
    const table = {
      remember(
        _query: Uint8Array,
        reply: Uint8Array,
        ttlOffsets: readonly number[],
        asOf: number,
        expires: number,
      ) {
        kept.push({ ttlOffsets, asOf, expires, reply: summary(reply) });
        return true;
      },
      forget: () => forgotten++,
    };
    const zone = new Zone({ domains: [n('lan')] });
    const world = new World({ zone, table });
    zone.setHost(n('nas.lan'), 0x0a00_0002, 60);
    expect(forgotten).toBe(1);
    world.query(ask('nas.lan'));
    const local = {
      ttlOffsets: [],
      expires: Number.POSITIVE_INFINITY,
      reply: 'NOERROR nas.lan. 60 A 10.0.0.2',
    };
    expect(kept.pop()).toMatchObject(local);
    const start = world.now;
    world.resolve('www.example', A);
    expect(kept).toEqual([]);
    world.now += 2500;
    world.query(ask('www.example'));
    expect(kept.pop()).toEqual({
      ttlOffsets: [12 + 17 + 2 + 4],
      asOf: start + 2000,
      expires: start + 300_000,
      reply: 'NOERROR www.example. 298 A 192.0.2.1',
    });
  });

  it('does not get what was cut', () => {
    let calls = 0;
    const table = { remember: () => ++calls > 0, forget: () => undefined };
    const world = new World({ table });
    const many = Array.from({ length: 60 }, (_, at) => `www.example. 300 A 192.0.2.${at}`);
    world.resolve('www.example', many);
    world.query(ask('www.example'));
    expect(calls).toBe(0);
  });
});

describe('counters', () => {
  it('say what became of the queries', () => {
    const world = lan();
    world.query(ask('nas.lan'));
    world.query(ask('x.ads.example'));
    world.resolve('www.example', A);
    world.query(ask('www.example'));
    world.resolve('bad.example', [], { rcode: RCODE.SERVFAIL });
    world.query(ask('lan AXFR'));
    world.query(new Uint8Array(12).fill(255), CLIENT);
    expect(world.server.counters).toEqual({
      queries: 7,
      local: 2,
      blocked: 1,
      cached: 1,
      forwarded: 1,
      failures: 1,
      refused: 1,
      malformed: 0,
      dropped: 1,
    });
    expect(world.server.cacheCounters).toEqual({ hits: 1, misses: 2, evictions: 0 });
    expect(world.server.forwarderCounters.queries).toBe(2);
  });
});

describe('a query over a connection', () => {
  it('is answered in full, where a datagram would be truncated', () => {
    const world = new World();
    for (let host = 1; host <= 120; host++) world.zone.setHost(n('many.lan'), host, 60, 'static');
    const question = ask('many.lan', { edns: edns(1232) });
    expect(summary(world.query(question))).toContain('TC');
    const whole = read(world.query(question, CLIENT, 'tcp'));
    expect([whole.truncated, whole.answers.length]).toEqual([false, 120]);
    expect(summary(world.query(question))).toContain('TC');
  });

  it('has its late answer sent the same way', () => {
    const world = new World();
    world.query(ask('www.example'), CLIENT, 'tcp');
    world.answer(world.takeSent(), { answers: [rr('www.example A 192.0.2.1')] });
    expect(world.replies).toMatchObject([{ transport: 'tcp', to: CLIENT }]);
  });
});
