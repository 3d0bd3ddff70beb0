import { FRAGMENT_COST } from '@atoll/fragments/assembly';
import { Random } from '@atoll/sim/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fragments } from '../src/fragmentation.ts';
import type { Ipv4Header } from '../src/packet.ts';
import { emitIpv4, emptyIpv4Header, parseIpv4 } from '../src/packet.ts';
import { Reassembly } from '../src/reassembly.ts';

interface Piece {
  readonly offset: number;
  readonly payload: Uint8Array;
  readonly more: boolean;
  readonly identification?: number;
}

/** Gives `piece` to `reassembly`; answers the payload of the datagram that it completes. */
function give(reassembly: Reassembly, piece: Piece, now = 0): Uint8Array | undefined {
  const bytes = new Uint8Array(20 + piece.payload.length);
  const header: Ipv4Header = {
    ...emptyIpv4Header(),
    totalLength: bytes.length,
    identification: piece.identification ?? 1,
    fragmentOffset: piece.offset,
    moreFragments: piece.more,
    timeToLive: 9,
    protocol: 17,
    source: 0x0a00_0001,
    destination: 0x0a00_0002,
  };
  bytes.set(piece.payload, 20);
  emitIpv4({ bytes, address: 0 }, 0, header);
  const whole = reassembly.handle(header, bytes, 0, now);
  if (whole === undefined) return undefined;
  const read = emptyIpv4Header();
  expect(parseIpv4({ bytes: whole, address: 0 }, 0, whole.length, read).ok).toBe(true);
  expect(read).toEqual({
    ...header,
    totalLength: whole.length,
    fragmentOffset: 0,
    moreFragments: false,
  });
  return whole.subarray(20);
}

function piece(offset: number, length: number, more: boolean, identification = 1): Piece {
  const payload = new Uint8Array(length).map((_, at) => (offset + at) % 251);
  return { offset, payload, more, identification };
}

/** The pieces of `payload` for a link with `mtu`. */
function cut(payload: Uint8Array, mtu: number): Piece[] {
  return fragments(payload.length, mtu).map(({ offset, length, more }) => ({
    offset,
    payload: payload.slice(offset, offset + length),
    more,
  }));
}

describe('fragments', () => {
  it('is one piece when it fits', () => {
    expect(fragments(1480, 1500)).toEqual([{ offset: 0, length: 1480, more: false }]);
    expect(fragments(0, 68)).toEqual([{ offset: 0, length: 0, more: false }]);
  });

  it('cuts in units of eight bytes', () => {
    expect(fragments(1481, 1500)).toEqual([
      { offset: 0, length: 1480, more: true },
      { offset: 1480, length: 1, more: false },
    ]);
    expect(fragments(110, 75)).toEqual([
      { offset: 0, length: 48, more: true },
      { offset: 48, length: 48, more: true },
      { offset: 96, length: 14, more: false },
    ]);
  });

  it('throws when there is no room at all', () => {
    expect(() => fragments(100, 27)).toThrow(RangeError);
  });
});

describe('Reassembly', () => {
  it('puts together what was cut up, in any order, with duplicates', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer({ min: 68, max: 1500 }),
        fc.nat(),
        (size, mtu, seed) => {
          const random = new Random(seed);
          const payload = random.bytes(size);
          const pieces = cut(payload, mtu);
          if (pieces.length === 1) return;
          const shuffled = pieces
            .flatMap((one) => (random.chance(0.3) ? [one, one] : [one]))
            .map((one) => ({ one, key: random.float() }))
            .sort((one, other) => one.key - other.key)
            .map(({ one }) => one);
          const reassembly = new Reassembly();
          let whole: Uint8Array | undefined;
          for (const one of shuffled) whole ??= give(reassembly, one);
          expect(whole).toEqual(payload);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('keeps datagrams apart by identification', () => {
    const reassembly = new Reassembly();
    give(reassembly, piece(0, 8, true, 1));
    expect(give(reassembly, piece(8, 8, false, 2))).toBeUndefined();
    expect(give(reassembly, piece(8, 8, false, 1))).toHaveLength(16);
  });

  it.each([
    ['overlap at its end', piece(0, 16, true), piece(8, 8, true), piece(16, 8, false)],
    ['overlap at its start', piece(8, 16, true), piece(0, 16, true), piece(24, 8, false)],
    ['cover another', piece(8, 8, true), piece(0, 24, true), piece(24, 8, false)],
    ['end in two places', piece(16, 8, false), piece(8, 8, false), piece(0, 8, true)],
    ['lie behind the end', piece(8, 8, false), piece(16, 8, true), piece(0, 8, true)],
    ['end before others', piece(16, 8, true), piece(8, 8, false), piece(0, 8, true)],
  ])('refuses a datagram for good when fragments %s', (_, first, second, third) => {
    const reassembly = new Reassembly();
    for (const one of [first, second, third]) expect(give(reassembly, one)).toBeUndefined();
    expect(give(reassembly, piece(0, 8, true))).toBeUndefined();
    expect(give(reassembly, piece(8, 8, false))).toBeUndefined();
    expect(reassembly.bytes).toBe(0);
    expect(reassembly.poll(30_000)).toEqual([]);
    expect(reassembly.nextTimeout).toBe(Number.POSITIVE_INFINITY);
  });

  it('refuses the same fragment with other bytes', () => {
    const reassembly = new Reassembly();
    give(reassembly, piece(0, 8, true));
    give(reassembly, { ...piece(0, 8, true), payload: new Uint8Array(8).fill(0xff) });
    expect(give(reassembly, piece(8, 8, false))).toBeUndefined();
  });

  it.each([
    ['empty', piece(8, 0, false)],
    ['not a multiple of eight bytes', piece(0, 9, true)],
    ['beyond the largest datagram', piece(65_520, 8, false)],
  ])('takes no notice of a fragment that is %s', (_, one) => {
    const reassembly = new Reassembly();
    expect(give(reassembly, one)).toBeUndefined();
    expect(reassembly.nextTimeout).toBe(Number.POSITIVE_INFINITY);
  });

  it('makes a datagram of the largest size', () => {
    const reassembly = new Reassembly();
    give(reassembly, piece(0, 65_512, true));
    expect(give(reassembly, piece(65_512, 3, false))).toHaveLength(65_515);
  });

  it('gives up after thirty seconds and answers the first fragment', () => {
    const reassembly = new Reassembly();
    give(reassembly, piece(0, 8, true, 1), 100);
    give(reassembly, piece(8, 8, false, 2), 200);
    expect(reassembly.nextTimeout).toBe(30_100);
    expect(reassembly.poll(30_099)).toEqual([]);
    const [first] = reassembly.poll(30_100);
    expect(first).toHaveLength(28);
    expect(reassembly.poll(30_200)).toEqual([]);
    expect([reassembly.bytes, reassembly.nextTimeout]).toEqual([0, Number.POSITIVE_INFINITY]);
  });

  it('lets the oldest datagram make room', () => {
    const reassembly = new Reassembly({ datagrams: 2 });
    for (const identification of [1, 2, 3]) give(reassembly, piece(0, 8, true, identification));
    expect(give(reassembly, piece(8, 8, false, 3))).toHaveLength(16);
    expect(give(reassembly, piece(8, 8, false, 2))).toHaveLength(16);
    expect(give(reassembly, piece(8, 8, false, 1))).toBeUndefined();
  });

  it('bounds its memory whatever comes', () => {
    const random = new Random(1);
    const reassembly = new Reassembly({ datagrams: 8, bytes: 20_000 });
    for (let round = 0; round < 20_000; round++) {
      const length = 8 * (1 + random.below(4));
      const offset = 8 * random.below(8000);
      give(reassembly, piece(offset, length, random.chance(0.9), random.below(16)), round);
      if (reassembly.bytes > 20_000) throw new Error(`${reassembly.bytes} bytes`);
    }
    reassembly.poll(100_000);
    expect(reassembly.bytes).toBe(0);
  });

  it('gives up a datagram that alone is more than it may keep', () => {
    const reassembly = new Reassembly({ bytes: 20 + 10 * (8 + FRAGMENT_COST) });
    for (let index = 0; index < 11; index++) give(reassembly, piece(index * 8, 8, true));
    expect(reassembly.bytes).toBe(0);
  });
});
