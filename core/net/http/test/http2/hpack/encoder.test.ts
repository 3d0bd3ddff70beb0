import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Headers } from '../../../src/headers.ts';
import { Decoder } from '../../../src/http2/hpack/decoder.ts';
import { Encoder } from '../../../src/http2/hpack/encoder.ts';
import { Output } from '../../../src/http2/output.ts';

/** Writes lists and has them read again. */
class Pair {
  readonly encoder = new Encoder();
  readonly #decoder = new Decoder({ fieldBytes: 100_000, fields: 1000 });
  readonly #out = new Output(1000);

  /** How many octets it took. */
  send(headers: Headers): number {
    const out = this.#out;
    out.clear();
    this.encoder.begin(out);
    this.encoder.list(out, headers.list());
    expect(this.#decoder.decode(out.view())).toBeUndefined();
    const lines = this.#decoder.fields.map(({ name, value }) => `${name}: ${value}\r\n`);
    expect(lines.join('')).toBe(headers.toString());
    return out.length;
  }
}

const name = fc.constantFrom('content-type', 'etag', 'x-own', 'vary', 'content-security-policy');
const value = fc.constantFrom('', 'a', 'bb', 'c'.repeat(127), 'd'.repeat(1000), 'e'.repeat(3000));
const fields = fc.array(fc.tuple(name, value), { maxLength: 6 });
const headers = fields.map((pairs) => {
  const headers = new Headers();
  for (const [name, value] of pairs) headers.append(name, value);
  return headers;
});
const size = fc.constantFrom(0, 33, 300, 2000, 4096, 65_536);

describe('an encoder of HPACK', () => {
  it('is understood, whatever the table may be', () => {
    const kept = fc.array(headers, { minLength: 1, maxLength: 5 });
    const steps = fc.array(fc.oneof({ weight: 5, arbitrary: fc.nat(4) }, size.map(String)));
    fc.assert(
      fc.property(kept, steps, (kept, steps) => {
        const pair = new Pair();
        for (const step of steps) {
          if (typeof step === 'string') pair.encoder.limit(Number(step));
          else pair.send(kept[step % kept.length]);
        }
      }),
    );
  });

  it('is understood when many lists come and go', () => {
    const pair = new Pair();
    for (let at = 0; at < 1000; at++) {
      pair.send(new Headers({ 'content-type': `text/x-${at}`, etag: `"${at}"`, vary: '*' }));
    }
  });

  it('says what comes again by its index, and what does not never', () => {
    const pair = new Pair();
    const headers = new Headers({
      'content-type': 'text/plain; charset=utf-8',
      'content-security-policy': "default-src 'none'",
      'set-cookie': 'a=b',
    });
    const first = pair.send(headers);
    const second = pair.send(headers);
    expect([first > 70, second, pair.send(headers)]).toEqual([true, 8, 8]);
    expect(pair.send(headers.copy().append('etag', '"1"'))).toBe(8 + 6);
    headers.set('content-type', 'text/html');
    expect(pair.send(headers)).toBeGreaterThan(8);
  });
});
