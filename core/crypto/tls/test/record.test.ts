import { aesCcm } from '@atoll/primitives/reference/aes-ccm';
import { aes128Gcm, aes256Gcm } from '@atoll/primitives/reference/aes-gcm';
import { chacha20Poly1305 } from '@atoll/primitives/reference/chacha20-poly1305';
import { sha256, sha384 } from '@atoll/primitives/reference/sha2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALERT } from '../src/alert.ts';
import { CONTENT, INNER_LONGEST, Protection, RecordReader } from '../src/record.ts';
import { cipherSuite } from '../src/suite.ts';
import { hex } from './hex.ts';
import { join } from './join.ts';

const SUITES = [
  cipherSuite(aes128Gcm, sha256),
  cipherSuite(aes256Gcm, sha384),
  cipherSuite(chacha20Poly1305, sha256),
  cipherSuite(aesCcm(16, 16), sha256),
];

describe.each(SUITES.map((suite) => [suite.name, suite] as const))('%s', (_, suite) => {
  function pair(): [Protection, Protection] {
    const secret = new Uint8Array(suite.hash.digestLength).fill(7);
    return [new Protection(suite, secret.slice()), new Protection(suite, secret)];
  }

  function record(from: Protection, content: Uint8Array, padding = 0): Uint8Array {
    const bytes = new Uint8Array(content.length + from.overhead + padding);
    bytes.set(content, 5);
    from.seal(bytes, 0, CONTENT.APPLICATION_DATA, content.length, padding);
    return bytes;
  }

  it('opens what it sealed, padded or not, also after a KeyUpdate', () => {
    const [from, to] = pair();
    const content = fc.uint8Array({ maxLength: 60 });
    fc.assert(
      fc.property(content, fc.nat(40), fc.boolean(), (plain, padding, update) => {
        if (update) {
          from.update();
          to.update();
        }
        const bytes = record(from, plain, padding);
        expect(to.open(whole(bytes), INNER_LONGEST)).toEqual({
          ok: true,
          value: { type: CONTENT.APPLICATION_DATA, start: 5, end: 5 + plain.length },
        });
        expect(bytes.slice(5, 5 + plain.length)).toEqual(plain);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses a flip of any bit, another order, and a second time', () => {
    const [from, to] = pair();
    const first = record(from, Uint8Array.of(1, 2, 3));
    const second = record(from, Uint8Array.of(4));
    const bad = { error: { alert: ALERT.BAD_RECORD_MAC } };
    for (let bit = 0; bit < 8 * first.length; bit++) {
      const bytes = first.slice();
      bytes[bit >> 3] ^= 1 << (bit & 7);
      expect(to.open(whole(bytes), INNER_LONGEST)).toMatchObject(bad);
    }
    expect(to.open(whole(second.slice()), INNER_LONGEST)).toMatchObject(bad);
    expect(to.open(whole(first.slice()), INNER_LONGEST)).toMatchObject({ ok: true });
    expect(to.open(whole(first.slice()), INNER_LONGEST)).toMatchObject(bad);
  });

  it('holds the record size limit, and refuses a record without a type', () => {
    const [from, to] = pair();
    const bytes = record(from, new Uint8Array(60), 4);
    expect(to.open(whole(bytes.slice()), 64)).toMatchObject({
      error: { alert: ALERT.RECORD_OVERFLOW },
    });
    expect(to.open(whole(bytes), 65)).toMatchObject({ ok: true });
    const zeros = new Uint8Array(from.overhead + 3);
    from.seal(zeros, 0, 0, 3);
    expect(to.open(whole(zeros), 64)).toMatchObject({
      error: { alert: ALERT.UNEXPECTED_MESSAGE },
    });
  });
});

it('keys wear out where their AEAD says so', () => {
  expect(SUITES.map(({ recordLimit }) => Math.log2(recordLimit).toFixed(1))).toEqual([
    '24.5',
    '24.5',
    '48.0',
    '23.0',
  ]);
  const suite = { ...SUITES[0], recordLimit: 2 };
  const protection = new Protection(suite, new Uint8Array(32));
  const bytes = new Uint8Array(protection.overhead);
  protection.seal(bytes, 0, CONTENT.APPLICATION_DATA, 0);
  expect(protection.isWorn).toBe(false);
  protection.seal(bytes, 0, CONTENT.APPLICATION_DATA, 0);
  expect(protection.isWorn).toBe(true);
  protection.update();
  expect(protection.isWorn).toBe(false);
});

describe('the reader of records', () => {
  it('finds each record, however the stream was cut', () => {
    const content = fc.uint8Array({ maxLength: 50 });
    const cuts = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(content, { maxLength: 6 }), cuts, (contents, sizes) => {
        const records = contents.map((bytes) =>
          join(Uint8Array.of(22, 3, 3, 0, bytes.length), bytes),
        );
        const stream = join(...records);
        const reader = new RecordReader();
        const got: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = sizes[turn % sizes.length];
          reader.push(stream.slice(at, at + size));
          at += size;
          for (;;) {
            const next = reader.next();
            if (!next.ok) throw new Error(next.error.reason);
            if (next.value === undefined) break;
            got.push(next.value.bytes.slice(next.value.start, next.value.end));
          }
        }
        expect(got).toEqual(records);
      }),
    );
  });

  it('gives what is whole without a copy', () => {
    const bytes = hex('1503030002 0100 1503030002 0100');
    const reader = new RecordReader();
    reader.push(bytes);
    const [first, second] = [reader.next(), reader.next()];
    expect(first).toEqual({ ok: true, value: { bytes, start: 0, end: 7 } });
    expect(second).toEqual({ ok: true, value: { bytes, start: 7, end: 14 } });
    expect(first.ok && first.value?.bytes === bytes).toBe(true);
  });

  it.each([
    ['what is not TLS', '474554202f', ALERT.UNEXPECTED_MESSAGE],
    ['a plain record that is too long', '1603034001', ALERT.RECORD_OVERFLOW],
    ['a protected record that is too long', '1703034101', ALERT.RECORD_OVERFLOW],
  ])('refuses %s by its header', (_, bytes, alert) => {
    const reader = new RecordReader();
    reader.push(hex(bytes));
    expect(reader.next()).toMatchObject({ error: { alert } });
  });
});

function whole(bytes: Uint8Array) {
  return { bytes, start: 0, end: bytes.length };
}
