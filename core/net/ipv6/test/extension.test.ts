import { toHex } from '@atoll/bytes/hex';
import { describe, expect, it } from 'vitest';
import { emptyChain } from '../src/chain.ts';
import { emitFragmentHeader, emitRouterAlert, walkExtensions } from '../src/extension.ts';
import { findUpperLayer } from '../src/upper-layer.ts';
import { packet, walk } from './support.ts';

const UDP = '0035d903 0008 0000';
const PADDING = '0104 00000000';

describe('walkExtensions', () => {
  it('finds the payload of a packet without extension headers', () => {
    expect(walk(packet(17, UDP))).toMatchObject({
      kind: 'payload',
      protocol: 17,
      start: 40,
      nextHeaderAt: 6,
      routerAlert: -1,
    });
  });

  it('leaves unknown protocols to others', () => {
    expect(walk(packet(50, ''))).toMatchObject({ kind: 'payload', protocol: 50, start: 40 });
  });

  it('finds a payload behind all of them', () => {
    const headers = [
      `3c00 ${PADDING}`, // hop-by-hop options
      `2b00 ${PADDING}`, // destination options
      '2c00 0200 00000000', // routing, type 2, no segments left
      '3c00 0000 00000009', // an atomic fragment
      `1100 ${PADDING}`, // destination options
    ];
    expect(walk(packet(0, headers.join('') + UDP))).toMatchObject({
      kind: 'payload',
      protocol: 17,
      start: 80,
      nextHeaderAt: 72,
    });
  });

  it('says nothing is there when nothing is', () => {
    expect(walk(packet(59, UDP)).kind).toBe('nothing');
    expect(walk(packet(60, `3b00 ${PADDING} ${UDP}`)).kind).toBe('nothing');
  });

  it('forgets what it said of the packet before', () => {
    const chain = emptyChain();
    const alerting = packet(0, `3a00 0502 0000 0100`);
    walkExtensions(alerting.bytes, 0, alerting.header, chain);
    expect(chain.routerAlert).toBe(0);
    const plain = packet(17, UDP);
    walkExtensions(plain.bytes, 0, plain.header, chain);
    expect(chain).toEqual({ ...walk(plain), start: 40 });
  });

  it('counts from the start of the packet', () => {
    const { bytes, header } = packet(60, `1100 c2 02 0000 0100 ${UDP}`);
    const frame = new Uint8Array(14 + bytes.length);
    frame.set(bytes, 14);
    const chain = emptyChain();
    walkExtensions(frame, 14, header, chain);
    expect(chain).toMatchObject({ kind: 'problem', code: 2, pointer: 42 });
  });

  it.each([
    ['a header is cut off', packet(60, '')],
    ['a header is cut short', packet(60, '1100 0102')],
    ['a header is longer than the packet', packet(60, `1101 ${PADDING}`)],
    ['a fragment header is cut short', packet(44, '1100 0001 000000')],
    ['there are nine headers', packet(60, `${`3c00 ${PADDING}`.repeat(8)}1100 ${PADDING}`)],
  ])('drops a packet when %s', (_, one) => {
    expect(walk(one).kind).toBe('drop');
  });

  it('passes as many headers as a host may expect', () => {
    const chain = walk(packet(60, `${`3c00 ${PADDING}`.repeat(7)}1100 ${PADDING}${UDP}`));
    expect(chain).toMatchObject({ kind: 'payload', protocol: 17, start: 104 });
  });
});

describe('hop-by-hop options', () => {
  it.each([
    ['0502 0000 0100', 0],
    ['0502 1234 0100', 0x1234],
    ['0503 1234 5600', -1],
    [PADDING, -1],
  ])('%s have the router alert %i', (options, routerAlert) => {
    expect(walk(packet(0, `1100 ${options} ${UDP}`))).toMatchObject({
      kind: 'payload',
      routerAlert,
    });
  });

  it('are in no other place than the first', () => {
    const chain = walk(packet(60, `0000 ${PADDING} 1100 ${PADDING} ${UDP}`));
    expect(chain).toMatchObject({ kind: 'problem', code: 1, pointer: 40, isForGroups: false });
  });

  it('alert no router as destination options', () => {
    expect(walk(packet(60, `1100 0502 0000 0100 ${UDP}`)).routerAlert).toBe(-1);
  });
});

describe('options', () => {
  it.each([
    // The two highest bits of the type say what to do with an unknown option.
    ['1e', 'payload', {}],
    ['5e', 'drop', {}],
    ['9e', 'problem', { code: 2, pointer: 44, isForGroups: true }],
    ['de', 'problem', { code: 2, pointer: 44, isForGroups: false }],
    // Jumbograms are unknown here.
    ['c2', 'problem', { code: 2, pointer: 44, isForGroups: false }],
  ])('of the unknown type %s make it a %s', (type, kind, fields) => {
    expect(walk(packet(60, `1100 0100 ${type} 02 0000 ${UDP}`))).toMatchObject({ kind, ...fields });
  });

  it.each([
    ['have no length', `1100 010200 00 00 1e`],
    ['are longer than their header', `1100 1e05 00000000`],
  ])('drop a packet when they %s', (_, hex) => {
    expect(walk(packet(60, hex + UDP)).kind).toBe('drop');
  });

  it.each([
    [8, 'payload'],
    [9, 'drop'],
  ])('are taken or not when there are %i of them', (count, kind) => {
    const bytes = 2 + 2 * count;
    const padding = (8 - (bytes % 8)) % 8;
    const pad = ['', '00', '0100', '010100', '01020000', '', '010400000000'][padding];
    const length = ((bytes + padding) / 8 - 1).toString(16).padStart(2, '0');
    expect(walk(packet(60, `11${length}${'1e00'.repeat(count)}${pad}${UDP}`)).kind).toBe(kind);
  });

  it.each([
    ['00'.repeat(7), 'payload'],
    [`0105${'00'.repeat(5)}`, 'payload'],
    ['00'.repeat(8), 'drop'],
    [`0106${'00'.repeat(6)}`, 'drop'],
    [`0102000000 010100`, 'drop'],
  ])('with the padding %s make it a %s', (padding, kind) => {
    const rest = 14 - padding.replace(/ /g, '').length / 2;
    const filler = `1e${(rest - 2).toString(16).padStart(2, '0')}${'00'.repeat(rest - 2)}`;
    expect(walk(packet(60, `1101 ${padding} ${filler} ${UDP}`)).kind).toBe(kind);
  });
});

describe('routing headers', () => {
  it.each([0, 2, 3, 4, 253])('of type %i are refused while segments are left', (type) => {
    const hex = `1100 ${type.toString(16).padStart(2, '0')}01 00000000 ${UDP}`;
    expect(walk(packet(43, hex))).toMatchObject({ kind: 'problem', code: 0, pointer: 42 });
  });

  it.each([0, 2, 253])('of type %i are passed when there are none', (type) => {
    const hex = `1100 ${type.toString(16).padStart(2, '0')}00 00000000 ${UDP}`;
    expect(walk(packet(43, hex))).toMatchObject({ kind: 'payload', protocol: 17, start: 48 });
  });
});

describe('fragment headers', () => {
  it('of a first fragment', () => {
    expect(walk(packet(60, `2c00 ${PADDING} 1100 0001 fedcba98 ${UDP}`))).toMatchObject({
      kind: 'fragment',
      protocol: 17,
      start: 56,
      nextHeaderAt: 40,
      fragmentOffset: 0,
      moreFragments: true,
      identification: 0xfedc_ba98,
    });
  });

  it('of a last fragment, whose payload may have any length', () => {
    expect(walk(packet(44, `0600 05a8 00000001 ff`))).toMatchObject({
      kind: 'fragment',
      protocol: 6,
      start: 48,
      nextHeaderAt: 6,
      fragmentOffset: 1448,
      moreFragments: false,
      identification: 1,
    });
  });

  it('of an atomic fragment are passed', () => {
    expect(walk(packet(44, `1100 0006 00000001 ${UDP}`))).toMatchObject({
      kind: 'payload',
      protocol: 17,
      start: 48,
      nextHeaderAt: 40,
    });
  });

  it.each([
    ['a piece of odd length has others behind it', `1100 0001 00000001 ${UDP} 00`, 0, 4],
    ['the whole would be too long', `1100 fff8 00000001 ${UDP}`, 0, 42],
    ['the first piece has no upper layer', '3c00 0001 00000001 0600 010400000000', 3, 0],
    ['the first piece has half of UDP', '3c00 0001 00000001 1101 010400000000', 3, 0],
    ['the first piece has half of TCP', `0600 0001 00000001 ${'00'.repeat(16)}`, 3, 0],
    ['the first piece is empty', '1100 0001 00000001', 3, 0],
  ])('are a problem when %s', (_, hex, code, pointer) => {
    expect(walk(packet(44, hex))).toMatchObject({ kind: 'problem', code, pointer });
  });

  it.each([
    ['fff0', 7, 'fragment'],
    ['fff0', 8, 'fragment'],
    ['fff0', 15, 'fragment'],
    ['fff0', 16, 'problem'],
  ])('at offset %s with %i bytes make it a %s', (offset, length, kind) => {
    expect(walk(packet(44, `1100${offset}00000001${'00'.repeat(length)}`)).kind).toBe(kind);
  });

  it('are written as they are read', () => {
    const bytes = new Uint8Array(10).fill(0xff);
    emitFragmentHeader(bytes, 1, 17, { offset: 1448, more: true }, 0xfedc_ba98);
    expect(toHex(bytes)).toBe('ff110005a9fedcba98ff');
  });
});

describe('emitRouterAlert', () => {
  it('writes what is read as one', () => {
    const bytes = new Uint8Array(16);
    emitRouterAlert(bytes, 0, 58, 0);
    expect(toHex(bytes.subarray(0, 8))).toBe('3a00050200000100');
    expect(walk(packet(0, bytes))).toMatchObject({ kind: 'payload', protocol: 58, routerAlert: 0 });
  });
});

describe('findUpperLayer', () => {
  const find = (first: number, hex: string) => {
    const { bytes } = packet(first, hex);
    return findUpperLayer(bytes, 40, bytes.length, first);
  };

  it.each([
    [17, UDP, { protocol: 17, start: 40 }],
    [
      0,
      `2b00 ${PADDING} 2c00 0004 00000000 1100 0001 00000001 ${UDP}`,
      { protocol: 17, start: 64 },
    ],
    [44, '1100 0008 00000001 ff', { protocol: 17, start: -1 }],
    [60, '11', { protocol: 60, start: -1 }],
    [60, `1103 ${PADDING}`, { protocol: 17, start: -1 }],
    [60, `1100 ${PADDING}`, { protocol: 17, start: 48 }],
  ])('behind %i in %s', (first, hex, found) => {
    expect(find(first, hex)).toEqual(found);
  });
});
