import { toHex } from '@atoll/bytes/hex';
import { Random } from '@atoll/sim/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAGMENT } from '../src/chain.ts';
import { emitFragmentHeader } from '../src/extension.ts';
import { fragments, randomIdentification } from '../src/fragmentation.ts';
import type { Ipv6Header } from '../src/packet.ts';
import { emptyIpv6Header, parseIpv6 } from '../src/packet.ts';
import { Reassembly } from '../src/reassembly.ts';
import type { Packet } from './support.ts';
import { packet, walk } from './support.ts';

interface Piece {
  readonly offset: number;
  readonly payload: Uint8Array;
  readonly more: boolean;
  readonly identification?: number;
  readonly protocol?: number;
}

function fragmentOf(one: Piece, fields: Partial<Ipv6Header> = {}): Packet {
  const behind = new Uint8Array(8 + one.payload.length);
  emitFragmentHeader(behind, 0, one.protocol ?? 17, one, one.identification ?? 1);
  behind.set(one.payload, 8);
  return packet(FRAGMENT, behind, fields);
}

function give(reassembly: Reassembly, fragment: Packet, now = 0): Uint8Array | undefined {
  const chain = walk(fragment);
  expect(chain.kind).toBe('fragment');
  return reassembly.handle(fragment.header, chain, fragment.bytes, 0, now);
}

function piece(offset: number, length: number, more: boolean, identification = 1): Piece {
  const payload = new Uint8Array(length).map((_, at) => (offset + at) % 251);
  return { offset, payload, more, identification };
}

describe('fragments', () => {
  it('is one piece when it fits', () => {
    expect(fragments(1240, 1280)).toEqual([{ offset: 0, length: 1240, more: false }]);
    expect(fragments(0, 1280)).toEqual([{ offset: 0, length: 0, more: false }]);
  });

  it('leaves room for the fragment header', () => {
    expect(fragments(1241, 1280)).toEqual([
      { offset: 0, length: 1232, more: true },
      { offset: 1232, length: 9, more: false },
    ]);
    expect(fragments(1240, 1280, 48)).toEqual([
      { offset: 0, length: 1224, more: true },
      { offset: 1224, length: 16, more: false },
    ]);
  });
});

describe('randomIdentification', () => {
  it('uses all bits', () => {
    const random = new Random(1);
    const drawn = Array.from({ length: 100 }, () => randomIdentification(random));
    expect(drawn.reduce((all, one) => (all | one) >>> 0, 0)).toBe(0xffff_ffff);
    expect(new Set(drawn).size).toBe(100);
  });
});

describe('Reassembly', () => {
  it('puts together what was cut up, in any order, with duplicates', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1300, max: 20_000 }),
        fc.integer({ min: 100, max: 1300 }),
        fc.nat(),
        (size, mtu, seed) => {
          const random = new Random(seed);
          const payload = random.bytes(size);
          const shuffled = fragments(size, mtu)
            .map(({ offset, length, more }) => ({
              offset,
              payload: payload.slice(offset, offset + length),
              more,
            }))
            .flatMap((one) => (random.chance(0.3) ? [one, one] : [one]))
            .map((one) => ({ one, key: random.float() }))
            .sort((one, other) => one.key - other.key)
            .map(({ one }) => one);
          const reassembly = new Reassembly();
          let whole: Uint8Array | undefined;
          for (const one of shuffled) whole ??= give(reassembly, fragmentOf(one));
          expect(whole).toEqual(packet(17, payload).bytes);
          expect(
            parseIpv6({ bytes: whole ?? payload, address: 0 }, 0, 40 + size, emptyIpv6Header()).ok,
          ).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('keeps the extension headers before the fragment header, and believes the first fragment', () => {
    const reassembly = new Reassembly();
    const head = '2c00 0104 00000000';
    const first = packet(60, `${head} 1100 0001 00000007 0035003600100000`, { hopLimit: 9 });
    const last = packet(60, `${head} 0600 0008 00000007 0102030405060708`, { hopLimit: 8 });
    expect(give(reassembly, last)).toBeUndefined();
    const whole = give(reassembly, first) ?? new Uint8Array();
    const expected = packet(60, '1100 0104 00000000 0035003600100000 0102030405060708', {
      hopLimit: 9,
    });
    expect(toHex(whole)).toBe(toHex(expected.bytes));
  });

  it.each([
    ['identification', piece(8, 8, false, 2), {}],
    ['source', piece(8, 8, false), { source: 3n }],
    ['destination', piece(8, 8, false), { destination: 3n }],
  ])('keeps packets apart by %s', (_, one, fields) => {
    const reassembly = new Reassembly();
    give(reassembly, fragmentOf(piece(0, 8, true)));
    expect(give(reassembly, fragmentOf(one, fields))).toBeUndefined();
    // The next header is not looked at (RFC 8200 section 4.5).
    expect(give(reassembly, fragmentOf({ ...piece(8, 8, false), protocol: 6 }))).toHaveLength(56);
  });

  it.each([
    ['overlap at its end', piece(0, 16, true), piece(8, 8, true), piece(16, 8, false)],
    ['overlap at its start', piece(8, 16, true), piece(0, 16, true), piece(24, 8, false)],
    ['cover another', piece(8, 8, true), piece(0, 24, true), piece(24, 8, false)],
    ['end in two places', piece(16, 8, false), piece(8, 8, false), piece(0, 8, true)],
    ['lie behind the end', piece(8, 8, false), piece(16, 8, true), piece(0, 8, true)],
    ['end before others', piece(16, 8, true), piece(8, 8, false), piece(0, 8, true)],
  ])('refuses a packet for good when fragments %s', (_, first, second, third) => {
    const reassembly = new Reassembly();
    for (const one of [first, second, third, piece(0, 8, true), piece(8, 8, false)]) {
      expect(give(reassembly, fragmentOf(one))).toBeUndefined();
    }
    expect(reassembly.bytes).toBe(0);
    expect(reassembly.poll(60_000)).toEqual([]);
    expect(reassembly.nextTimeout).toBe(Number.POSITIVE_INFINITY);
  });

  it('refuses the same fragment with other bytes', () => {
    const reassembly = new Reassembly();
    give(reassembly, fragmentOf(piece(0, 8, true)));
    give(reassembly, fragmentOf({ ...piece(0, 8, true), payload: new Uint8Array(8).fill(1) }));
    expect(give(reassembly, fragmentOf(piece(8, 8, false)))).toBeUndefined();
  });

  it('makes a packet of the largest size', () => {
    const reassembly = new Reassembly();
    give(reassembly, fragmentOf(piece(0, 65_520, true)));
    expect(give(reassembly, fragmentOf(piece(65_520, 15, false)))).toHaveLength(40 + 65_535);
  });

  it('gives up after a minute and answers the first fragment as it was', () => {
    const reassembly = new Reassembly();
    const first = fragmentOf(piece(0, 16, true));
    give(reassembly, fragmentOf(piece(16, 8, true)), 100);
    give(reassembly, fragmentOf(piece(8, 8, false, 2)), 200);
    give(reassembly, first, 300);
    expect(reassembly.nextTimeout).toBe(60_100);
    expect(reassembly.poll(60_099)).toEqual([]);
    expect(reassembly.poll(60_100)).toEqual([first.bytes]);
    expect(reassembly.poll(60_200)).toEqual([]);
    expect([reassembly.bytes, reassembly.nextTimeout]).toEqual([0, Number.POSITIVE_INFINITY]);
  });

  it('lets the oldest packet make room', () => {
    const reassembly = new Reassembly({ datagrams: 2 });
    for (const id of [1, 2, 3]) give(reassembly, fragmentOf(piece(0, 8, true, id)));
    expect(give(reassembly, fragmentOf(piece(8, 8, false, 3)))).toHaveLength(56);
    expect(give(reassembly, fragmentOf(piece(8, 8, false, 2)))).toHaveLength(56);
    expect(give(reassembly, fragmentOf(piece(8, 8, false, 1)))).toBeUndefined();
  });

  it('counts long headers as well', () => {
    const reassembly = new Reassembly({ datagrams: 64, bytes: 10_000 });
    const option = (length: number) => `1e${length.toString(16)}${'00'.repeat(length)}`;
    const head = `2c7f${option(255).repeat(3)}${option(249)}`;
    expect(head).toHaveLength(2 * 1024);
    for (let id = 0; id < 64; id++) {
      const identification = id.toString(16).padStart(8, '0');
      give(reassembly, packet(60, `${head} 1100 0001 ${identification} 0035003600100000`));
      expect(reassembly.bytes).toBeLessThanOrEqual(10_000);
      expect(reassembly.bytes).toBeGreaterThan(1000);
    }
  });
});
