import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClientQuery, replyFrom, storeAnswer } from '../src/answer.ts';
import { AnswerCache, type CacheQuestion, type Resolved } from '../src/cache.ts';
import { parseMessage } from '../src/packet.ts';
import { CLASS, RCODE, TYPE } from '../src/type.ts';
import { record } from './arbitrary.ts';
import { edns, n, read, rr, summary } from './kit.ts';

const question = (name: string, type: number = TYPE.A): CacheQuestion => ({
  name: n(name),
  type,
  class: CLASS.IN,
  dnssecOk: false,
  checkingDisabled: false,
});

const resolved = (answers: string[], changes: Partial<Resolved> = {}): Resolved => ({
  rcode: RCODE.NOERROR,
  authoritative: false,
  authenticData: false,
  answers: answers.map((text) => rr(text)),
  authorities: [],
  options: [],
  denies: 'nothing',
  ...changes,
});

const denial = (soa: string, denies: 'data' | 'name'): Resolved =>
  resolved([], {
    rcode: denies === 'name' ? RCODE.NXDOMAIN : RCODE.NOERROR,
    authorities: [rr(soa)],
    denies,
  });

const SOA = 'example. 900 SOA ns.example. host.example. 1 2 3 4 600';

/** The reply from the cache; `nothing` on a miss. */
function get(cache: AnswerCache, asked: CacheQuestion, now: number): string {
  const found = cache.get(asked, now);
  return summary(found && replyFrom(found, client(asked), now));
}

const client = (asked: CacheQuestion): ClientQuery => ({
  id: 7,
  question: asked,
  recursionDesired: true,
  authenticData: false,
  checkingDisabled: false,
  edns: undefined,
  limit: 512,
});

describe('an answer in the cache', () => {
  it('counts its TTL down and ends with it', () => {
    const cache = new AnswerCache();
    cache.put(question('www.example'), resolved(['www.example. 300 A 192.0.2.1']), 5000);
    expect(get(cache, question('www.example'), 5000)).toBe('NOERROR www.example. 300 A 192.0.2.1');
    expect(get(cache, question('www.example'), 5999)).toBe('NOERROR www.example. 300 A 192.0.2.1');
    expect(get(cache, question('www.example'), 6000)).toBe('NOERROR www.example. 299 A 192.0.2.1');
    expect(get(cache, question('www.example'), 304_999)).toBe('NOERROR www.example. 1 A 192.0.2.1');
    expect(get(cache, question('www.example'), 305_000)).toBe('nothing');
    expect(cache.size).toBe(0);
    expect(cache.bytes).toBe(0);
    expect(cache.counters).toEqual({ hits: 4, misses: 1, evictions: 0 });
  });

  it('is found in any letter case and comes back in the letters of the client', () => {
    const cache = new AnswerCache();
    cache.put(question('www.example'), resolved(['www.example. 300 A 192.0.2.1']), 0);
    expect(get(cache, question('WWW.Example'), 0)).toBe('NOERROR WWW.Example. 300 A 192.0.2.1');
  });

  it('is not kept with a TTL of 0, even when a minimum is set', () => {
    const cache = new AnswerCache({ ttl: { minimum: 60 } });
    cache.put(question('a.example'), resolved(['a.example. 0 A 192.0.2.1']), 0);
    cache.put(question('b.example'), resolved(['b.example. 1 A 192.0.2.1']), 0);
    expect(get(cache, question('a.example'), 0)).toBe('nothing');
    expect(get(cache, question('b.example'), 59_999)).toBe('NOERROR b.example. 1 A 192.0.2.1');
  });

  it('is cut to the maximum TTL', () => {
    const cache = new AnswerCache({ ttl: { maximum: 100 } });
    cache.put(question('a.example'), resolved(['a.example. 5000 A 192.0.2.1']), 0);
    expect(get(cache, question('a.example'), 1000)).toBe('NOERROR a.example. 99 A 192.0.2.1');
  });

  it('has one TTL within an RRset: the least (RFC 2181 section 5.2)', () => {
    const cache = new AnswerCache();
    const answers = ['a.example. 50 A 192.0.2.1', 'A.example. 20 A 192.0.2.2'];
    cache.put(question('a.example'), resolved(answers), 0);
    expect(get(cache, question('a.example'), 0)).toBe(
      'NOERROR a.example. 20 A 192.0.2.1 | A.example. 20 A 192.0.2.2',
    );
  });

  it('ends with the first link of a chain', () => {
    const cache = new AnswerCache();
    const answers = ['a.example. 30 CNAME b.example.', 'b.example. 300 A 192.0.2.1'];
    cache.put(question('a.example'), resolved(answers), 0);
    expect(get(cache, question('a.example'), 29_000)).toBe(
      'NOERROR a.example. 1 CNAME b.example. | b.example. 271 A 192.0.2.1',
    );
    expect(get(cache, question('a.example'), 30_000)).toBe('nothing');
  });

  it('is not given to who asks with other DNSSEC bits', () => {
    const cache = new AnswerCache();
    cache.put(question('a.example'), resolved(['a.example. 30 A 192.0.2.1']), 0);
    expect(cache.get({ ...question('a.example'), dnssecOk: true }, 0)).toBeUndefined();
    expect(cache.get({ ...question('a.example'), checkingDisabled: true }, 0)).toBeUndefined();
  });

  it('is the same octets with EDNS as without, but for the OPT record', () => {
    const cache = new AnswerCache();
    const stored = cache.put(question('a.example'), resolved(['a.example. 30 A 192.0.2.1']), 0);
    const plain = replyFrom(stored, client(question('a.example')), 0);
    const extended = replyFrom(stored, { ...client(question('a.example')), edns: edns() }, 0);
    expect(extended.length).toBe(plain.length + 11);
    const parsed = parseMessage(extended);
    expect(parsed.ok && parsed.value.edns).toEqual(edns());
  });
});

describe('a reply from what is kept', () => {
  it('has all records, their TTLs less by its age, and the bits of the query', () => {
    const query = fc.record({
      id: fc.integer({ min: 0, max: 0xffff }),
      recursionDesired: fc.boolean(),
      authenticData: fc.boolean(),
      checkingDisabled: fc.boolean(),
      edns: fc.constantFrom(undefined, edns(4096)),
    });
    const age = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 5 }), query, age, (answers, bits, seconds) => {
        const asked = question('www.example');
        const content = { ...resolved([]), answers, authenticData: true };
        const stored = storeAnswer(asked, false, content, 0, 1);
        const client = { ...bits, question: asked, limit: bits.edns ? 1232 : 512 };
        const octets = replyFrom(stored, client, seconds * 1000 + 999);
        const parsed = read(octets);
        expect(parsed).toMatchObject({ ...bits, edns: bits.edns && edns(1232) });
        const expected = answers.map((answer) => ({
          ...answer,
          ttl: Math.max(0, answer.ttl - seconds),
        }));
        if (!parsed.truncated) expect(parsed.answers).toEqual(expected);
        expect(octets.length).toBeLessThanOrEqual(bits.edns === undefined ? 512 : 1232);
      }),
    );
  });
});

describe('a negative answer', () => {
  it('lives as long as the lesser of TTL and MINIMUM of its SOA record', () => {
    const cache = new AnswerCache();
    cache.put(question('no.example'), denial(SOA, 'data'), 0);
    expect(get(cache, question('no.example'), 1000)).toBe(
      'NOERROR / example. 599 SOA ns.example. host.example. 1 2 3 4 600',
    );
    expect(get(cache, question('no.example'), 600_000)).toBe('nothing');
  });

  it('is capped', () => {
    const cache = new AnswerCache({ ttl: { maximumNegative: 10 } });
    cache.put(question('no.example'), denial(SOA, 'data'), 0);
    expect(get(cache, question('no.example'), 10_000)).toBe('nothing');
  });

  it('is not kept without SOA record', () => {
    const cache = new AnswerCache();
    cache.put(question('no.example'), resolved([], { denies: 'data' }), 0);
    expect(cache.size).toBe(0);
  });

  it('about the name holds for all types, about data for one type only', () => {
    const cache = new AnswerCache();
    cache.put(question('no.example', TYPE.A), denial(SOA, 'name'), 0);
    cache.put(question('mx.example', TYPE.MX), denial(SOA, 'data'), 0);
    const other = question('no.example', TYPE.AAAA);
    expect(get(cache, other, 0)).toMatch(/^NXDOMAIN/);
    const found = cache.get(other, 0);
    const reply = parseMessage(replyFrom(found as never, client(other), 0));
    expect(reply.ok && reply.value.questions[0].type).toBe(TYPE.AAAA);
    expect(get(cache, question('mx.example', TYPE.A), 0)).toBe('nothing');
  });

  it('about the name says nothing about names below it', () => {
    const cache = new AnswerCache();
    cache.put(question('no.example'), denial(SOA, 'name'), 0);
    expect(get(cache, question('below.no.example'), 0)).toBe('nothing');
  });

  it('about the name ends when the name turns out to exist', () => {
    const cache = new AnswerCache();
    cache.put(question('no.example', TYPE.A), denial(SOA, 'name'), 0);
    cache.put(question('no.example', TYPE.MX), resolved(['no.example. 60 MX 1 m.example.']), 1);
    expect(get(cache, question('no.example', TYPE.AAAA), 1)).toBe('nothing');
  });
});

describe('a failure', () => {
  it('is remembered for five seconds (RFC 9520)', () => {
    const cache = new AnswerCache();
    cache.putFailure(question('bad.example'), resolved([], { rcode: RCODE.SERVFAIL }), 0);
    expect(get(cache, question('bad.example'), 4999)).toBe('SERVFAIL');
    expect(get(cache, question('bad.example'), 5000)).toBe('nothing');
  });
});

describe('the size of the cache', () => {
  it('is bounded in entries, and the least recently used goes first', () => {
    const cache = new AnswerCache({ entries: 3 });
    for (const name of ['a.example', 'b.example', 'c.example']) {
      cache.put(question(name), resolved([`${name}. 300 A 192.0.2.1`]), 0);
    }
    cache.get(question('a.example'), 0);
    cache.put(question('d.example'), resolved(['d.example. 300 A 192.0.2.1']), 0);
    expect(get(cache, question('b.example'), 0)).toBe('nothing');
    expect(get(cache, question('a.example'), 0)).not.toBe('nothing');
    expect(cache.size).toBe(3);
    expect(cache.counters.evictions).toBe(1);
  });

  it('is bounded in bytes', () => {
    const cache = new AnswerCache({ bytes: 4096 });
    for (let at = 0; at < 100; at++) {
      cache.put(question(`h${at}.example`), resolved([`h${at}.example. 300 A 192.0.2.1`]), 0);
      expect(cache.bytes).toBeLessThanOrEqual(4096);
    }
    expect(cache.size).toBeGreaterThan(5);
  });

  it('may be nothing at all', () => {
    const cache = new AnswerCache({ entries: 0 });
    cache.put(question('a.example'), resolved(['a.example. 300 A 192.0.2.1']), 0);
    expect(cache.size).toBe(0);
  });

  it('behaves like a plain map with expiry, whatever happens', () => {
    const step = fc.record({
      name: fc.integer({ min: 0, max: 7 }),
      ttl: fc.integer({ min: 0, max: 5 }),
      wait: fc.integer({ min: 0, max: 3000 }),
      put: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const cache = new AnswerCache({ entries: 100 });
        const model = new Map<string, number>();
        let now = 0;
        for (const { name, ttl, wait, put } of steps) {
          now += wait;
          const text = `h${name}.example`;
          if (put) {
            cache.put(question(text), resolved([`${text}. ${ttl} A 192.0.2.1`]), now);
            if (ttl > 0) model.set(text, now + ttl * 1000);
          } else {
            expect(get(cache, question(text), now) !== 'nothing').toBe(
              (model.get(text) ?? 0) > now,
            );
          }
        }
      }),
    );
  });
});
