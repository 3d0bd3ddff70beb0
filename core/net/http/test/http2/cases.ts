import { encodeLatin1 } from '@atoll/bytes/latin1';
import { ERROR, errorName, PREFACE, SETTING } from '../../src/http2/code.ts';
import type { Frame } from '../../src/http2/frame.ts';
import type { Fields } from './client.ts';
import { block, data, get, headers, octets, post, settings } from './client.ts';
import { huffmanEncode } from './hpack/huffman-code.ts';

/**
 * What a server of HTTP/2 is asked by h2spec, case by case in its order and in our words: what a client sends, and
 * what it must hear. `answer 1` is a response on stream 1; `stream 1 X` a reset with that code; `connection X` a GOAWAY.
 */
export interface Case {
  /** A section of RFC 9113, `g` with a number for what h2spec calls generic, or `h` with one of RFC 7541. */
  readonly section: string;
  readonly what: string;
  /** All that the client sends, from its preface on, each piece when what came before it was answered. */
  readonly sent: readonly Uint8Array[];
  readonly expected: string;
}

const HELLO = encodeLatin1(PREFACE);
const GREETING = [HELLO, settings()];
/** With windows of nothing, so that no response with a body comes to its end. */
const HOLDING = [HELLO, settings({ id: SETTING.INITIAL_WINDOW_SIZE, value: 0 })];

type Piece = Frame | Uint8Array;

/** A frame as it must not be: any type, flags, stream and payload. */
function raw(type: number, flags: number, stream: number, payload: ArrayLike<number>): Uint8Array {
  const { length } = payload;
  const head = [length >> 16, length >> 8, length, type, flags];
  head.push(stream >>> 24, stream >>> 16, stream >>> 8, stream);
  return Uint8Array.from([...head.map((octet) => octet & 0xff), ...Array.from(payload)]);
}

/** HEADERS with END_STREAM and END_HEADERS, and this block. */
function blockFrame(...blocks: readonly ArrayLike<number>[]): Uint8Array {
  return raw(1, 5, 1, [...blocks.flatMap((piece) => Array.from(piece))]);
}

function string(text: string, isHuffman: boolean): number[] {
  const plain = encodeLatin1(text);
  const bytes = isHuffman ? huffmanEncode(plain) : plain;
  return [bytes.length | (isHuffman ? 0x80 : 0), ...bytes];
}

const parts = (stream: number, fields: Fields, isEnd = true) => {
  const fragment = block(fields);
  const half = fragment.length >> 1;
  const head = raw(1, isEnd ? 1 : 0, stream, fragment.subarray(0, half));
  return { head, rest: fragment.subarray(half) };
};
const ping = (text = 'pingping'): Frame => ({
  type: 'PING',
  isAck: false,
  data: encodeLatin1(text),
});
const reset = (stream: number, code = 8): Frame => ({ type: 'RST_STREAM', stream, code });
const more = (stream: number, increment: number): Frame => ({
  ...{ type: 'WINDOW_UPDATE', stream, increment },
});
const priority = (stream: number, dependency: number): Frame => ({
  ...{ type: 'PRIORITY', stream, dependency },
});
const open = (stream = 1, fields = post()) => headers(stream, fields, false);
const whole = (stream = 1, fields = get()) => headers(stream, fields);
const pseudo = get();
const without = (name: string): Fields => pseudo.filter(([one]) => one !== name);
const twice = (name: string): Fields => [...pseudo.filter(([one]) => one === name), ...pseudo];
const sized = (...pairs: (readonly [number, number])[]) =>
  settings(...pairs.map(([id, value]) => ({ id, value })));
const { rest: tail, head: begun } = parts(1, get());

type Row = readonly [
  section: string,
  what: string,
  pieces: readonly Piece[],
  expected: string,
  greeting?: readonly Piece[],
];

const GENERIC: readonly Row[] = [
  ['g1', 'the preface', [], 'settings'],
  ['g2', 'PRIORITY on an idle stream', [priority(1, 0), whole()], 'answer 1'],
  ['g2', 'WINDOW_UPDATE on a half-closed stream', [whole(), more(1, 1e6)], 'answer 1', HOLDING],
  ['g2', 'PRIORITY on a half-closed stream', [whole(), priority(1, 0)], 'answer 1', HOLDING],
  ['g2', 'RST_STREAM on a half-closed stream', [whole(), reset(1), ping()], 'ping', HOLDING],
  ['g2', 'PRIORITY on a closed stream', [whole(), priority(1, 0), ping()], 'ping'],
  ['g3.1', 'DATA', [open(), data(1, 'test', true)], 'answer 1'],
  ['g3.1', 'DATA twice', [open(), data(1, 'test'), data(1, 'test', true)], 'answer 1'],
  ['g3.1', 'DATA with padding', [open(), data(1, 'test', true, 7)], 'answer 1'],
  ['g3.2', 'HEADERS', [whole()], 'answer 1'],
  ['g3.2', 'HEADERS with padding', [{ ...whole(), padding: 9 } as Frame], 'answer 1'],
  ['g3.2', 'HEADERS with a priority', [{ ...whole(), dependency: 0 } as Frame], 'answer 1'],
  ['g3.3', 'PRIORITY 1', [raw(2, 0, 1, [0, 0, 0, 0, 0]), whole()], 'answer 1'],
  ['g3.3', 'PRIORITY 256', [raw(2, 0, 1, [0, 0, 0, 0, 255]), whole()], 'answer 1'],
  ['g3.3', 'PRIORITY on a stream', [priority(1, 3), whole()], 'answer 1'],
  ['g3.3', 'PRIORITY that is exclusive', [raw(2, 0, 1, [128, 0, 0, 3, 0]), whole()], 'answer 1'],
  ['g3.3', 'PRIORITY of a later stream', [priority(9, 0), whole()], 'answer 1'],
  ['g3.4', 'RST_STREAM', [open(), reset(1), ping()], 'ping'],
  ['g3.5', 'SETTINGS', [sized([3, 100])], 'settings'],
  ['g3.7', 'PING', [ping()], 'ping'],
  [
    ...(['g3.8', 'GOAWAY'] as const),
    [{ type: 'GOAWAY', last: 0, code: 0, debug: new Uint8Array(0) }, ping()],
    'connection NO_ERROR',
  ],
  ['g3.9', 'WINDOW_UPDATE of the connection', [more(0, 1), whole()], 'answer 1'],
  ['g3.9', 'WINDOW_UPDATE of a stream', [open(), more(1, 1), data(1, '', true)], 'answer 1'],
  ['g3.10', 'CONTINUATION', [begun, raw(9, 4, 1, tail)], 'answer 1'],
  [
    ...(['g3.10', 'CONTINUATION three times'] as const),
    [begun, raw(9, 0, 1, tail.slice(0, 3)), raw(9, 0, 1, []), raw(9, 4, 1, tail.slice(3))],
    'answer 1',
  ],
  ['g4', 'GET', [whole()], 'answer 1'],
  ['g4', 'HEAD', [whole(1, [[':method', 'HEAD'], ...without(':method')])], 'answer 1'],
  ['g4', 'POST', [open(), data(1, 'test', true)], 'answer 1'],
  ['g4', 'POST with trailers', [open(), data(1, 'test'), whole(1, [['x-a', 'b']])], 'answer 1'],
  ['g5', 'an indexed field', [blockFrame(block(without(':method')), [0x82])], 'answer 1'],
  ...[0x40, 0x00, 0x10].flatMap((kind) =>
    [false, true].flatMap((isHuffman): Row[] => {
      const how = `a literal of kind ${kind}${isHuffman ? ' in the Huffman code' : ''}`;
      const named = [kind | (kind === 0x40 ? 58 : 15)];
      if (kind !== 0x40) named.push(58 - 15);
      const value = string('some value', isHuffman);
      const own = [kind, ...string('x-own', isHuffman), ...value];
      return [
        ['g5', `${how}, with an index`, [blockFrame(block(pseudo), named, value)], 'answer 1'],
        ['g5', `${how}, with a name`, [blockFrame(block(pseudo), own)], 'answer 1'],
      ];
    }),
  ),
  ['g5', 'a table size', [blockFrame([0x20], block(pseudo))], 'answer 1'],
  ['g5', 'two table sizes', [blockFrame([0x20, 0x3f, 0xe1, 0x1f], block(pseudo))], 'answer 1'],
];

const CONNECTIONS: readonly Row[] = [
  ['3.4', 'the preface', [], 'settings'],
  [
    ...(['3.4', 'another preface'] as const),
    [encodeLatin1('INVALID CONNECTION PREFACE\r\n\r\n')],
    ...(['connection PROTOCOL_ERROR', []] as const),
  ],
  [
    ...(['3.4', 'HTTP/1.1'] as const),
    [encodeLatin1('GET / HTTP/1.1\r\nHost: a\r\n\r\n')],
    ...(['connection PROTOCOL_ERROR', []] as const),
  ],
  ['3.4', 'no SETTINGS first', [ping()], 'connection PROTOCOL_ERROR', [HELLO]],
  ['4.1', 'a frame of an unknown type', [raw(0x16, 0, 0, [1, 2, 3]), ping()], 'ping'],
  ['4.1', 'a PING with unknown flags', [raw(6, 0x16, 0, encodeLatin1('pingping'))], 'ping'],
  ['4.1', 'a reserved bit', [raw(6, 0, 0x8000_0000, encodeLatin1('pingping'))], 'ping'],
  ['4.2', 'DATA of 16,384 octets', [open(), data(1, 'x'.repeat(16_384), true)], 'answer 1'],
  [
    ...(['4.2', 'DATA that is larger'] as const),
    [open(), raw(0, 1, 1, new Uint8Array(16_385))],
    'connection FRAME_SIZE_ERROR',
  ],
  [
    ...(['4.2', 'HEADERS that are larger'] as const),
    [raw(1, 5, 1, new Uint8Array(16_385))],
    'connection FRAME_SIZE_ERROR',
  ],
  ['4.3', 'a block that is none', [raw(1, 5, 1, [0x40])], 'connection COMPRESSION_ERROR'],
  ['4.3', 'PRIORITY within a block', [begun, priority(1, 0)], 'connection PROTOCOL_ERROR'],
  ['4.3', 'other HEADERS within a block', [begun, whole(3)], 'connection PROTOCOL_ERROR'],
  ['5.4.1', 'a connection that ends says why', [raw(6, 0, 0, [1])], 'connection FRAME_SIZE_ERROR'],
  ['5.5', 'an unknown frame', [raw(0x16, 0, 0, []), ping()], 'ping'],
  [
    '5.5',
    'an unknown frame within a block',
    [begun, raw(22, 0, 1, [])],
    'connection PROTOCOL_ERROR',
  ],
];

const STREAMS: readonly Row[] = [
  ['5.1', 'idle: DATA', [data(1, 'test', true)], 'connection PROTOCOL_ERROR'],
  ['5.1', 'idle: RST_STREAM', [reset(1)], 'connection PROTOCOL_ERROR'],
  ['5.1', 'idle: WINDOW_UPDATE', [more(1, 100)], 'connection PROTOCOL_ERROR'],
  ['5.1', 'idle: CONTINUATION', [raw(9, 4, 1, tail)], 'connection PROTOCOL_ERROR'],
  ['5.1', 'half-closed: DATA', [whole(), data(1, 'test')], 'stream 1 STREAM_CLOSED', HOLDING],
  ['5.1', 'half-closed: HEADERS', [whole(), whole()], 'stream 1 STREAM_CLOSED', HOLDING],
  [
    ...(['5.1', 'half-closed: CONTINUATION'] as const),
    [whole(), raw(9, 4, 1, tail)],
    ...(['connection PROTOCOL_ERROR', HOLDING] as const),
  ],
  [
    ...(['5.1', 'closed by a reset: DATA'] as const),
    [open(), reset(1), data(1, 'test')],
    'connection STREAM_CLOSED',
  ],
  [
    ...(['5.1', 'closed by a reset: HEADERS'] as const),
    [open(), reset(1), whole()],
    'connection STREAM_CLOSED',
  ],
  [
    ...(['5.1', 'closed by a reset: CONTINUATION'] as const),
    [open(), reset(1), raw(9, 4, 1, tail)],
    'connection PROTOCOL_ERROR',
  ],
  ['5.1', 'closed: DATA', [whole(), data(1, 'test')], 'connection STREAM_CLOSED'],
  ['5.1', 'closed: HEADERS', [whole(), whole()], 'connection STREAM_CLOSED'],
  ['5.1', 'closed: CONTINUATION', [whole(), raw(9, 4, 1, tail)], 'connection PROTOCOL_ERROR'],
  ['5.1', 'closed: WINDOW_UPDATE and RST_STREAM', [whole(), more(1, 9), reset(1), ping()], 'ping'],
  ['5.1.1', 'an even number', [whole(2)], 'connection PROTOCOL_ERROR'],
  ['5.1.1', 'a number that was passed over', [whole(5), whole(3)], 'connection PROTOCOL_ERROR'],
  [
    ...(['5.1.2', 'more streams than the limit'] as const),
    Array.from({ length: 101 }, (_, at) => whole(2 * at + 1)),
    ...(['stream 201 REFUSED_STREAM', HOLDING] as const),
  ],
  [
    ...(['5.3.1', 'HEADERS that depend on themselves'] as const),
    [{ ...whole(), dependency: 1 } as Frame],
    'connection PROTOCOL_ERROR',
  ],
  ['5.3.1', 'PRIORITY that depends on itself', [open(), priority(1, 1)], 'stream 1 PROTOCOL_ERROR'],
];

const FRAMES: readonly Row[] = [
  ['6.1', 'DATA on stream 0', [raw(0, 1, 0, [1])], 'connection PROTOCOL_ERROR'],
  ['6.1', 'DATA on no open stream', [whole(), data(1, 'x')], 'stream 1 STREAM_CLOSED', HOLDING],
  [
    ...(['6.1', 'DATA with more padding than payload'] as const),
    [open(), raw(0, 9, 1, [6, 1, 2, 3, 4, 5])],
    'connection PROTOCOL_ERROR',
  ],
  [
    '6.2',
    'HEADERS, and PRIORITY before the rest',
    [begun, priority(3, 0)],
    'connection PROTOCOL_ERROR',
  ],
  ['6.2', 'HEADERS, and others before the rest', [begun, whole(3)], 'connection PROTOCOL_ERROR'],
  ['6.2', 'HEADERS on stream 0', [raw(1, 5, 0, block(pseudo))], 'connection PROTOCOL_ERROR'],
  [
    ...(['6.2', 'HEADERS with more padding than payload'] as const),
    [raw(1, 0xd, 1, [200, ...block(pseudo)])],
    'connection PROTOCOL_ERROR',
  ],
  ['6.3', 'PRIORITY on stream 0', [raw(2, 0, 0, [0, 0, 0, 0, 0])], 'connection PROTOCOL_ERROR'],
  [
    ...(['6.3', 'PRIORITY of another size'] as const),
    [open(), raw(2, 0, 1, [0, 0, 0, 0])],
    'stream 1 FRAME_SIZE_ERROR',
  ],
  ['6.4', 'RST_STREAM on stream 0', [raw(3, 0, 0, [0, 0, 0, 8])], 'connection PROTOCOL_ERROR'],
  ['6.4', 'RST_STREAM on an idle stream', [reset(1)], 'connection PROTOCOL_ERROR'],
  [
    ...(['6.4', 'RST_STREAM of another size'] as const),
    [open(), raw(3, 0, 1, [0, 0, 0])],
    'connection FRAME_SIZE_ERROR',
  ],
  ['6.5', 'an answer with a payload', [raw(4, 1, 0, [0])], 'connection FRAME_SIZE_ERROR'],
  ['6.5', 'SETTINGS on a stream', [raw(4, 0, 1, [])], 'connection PROTOCOL_ERROR'],
  ['6.5', 'SETTINGS of another size', [raw(4, 0, 0, [0, 3, 0])], 'connection FRAME_SIZE_ERROR'],
  ['6.5.2', 'ENABLE_PUSH of 2', [sized([2, 2])], 'connection PROTOCOL_ERROR'],
  [
    ...(['6.5.2', 'INITIAL_WINDOW_SIZE that is too large'] as const),
    [sized([4, 0x8000_0000])],
    'connection FLOW_CONTROL_ERROR',
  ],
  ['6.5.2', 'MAX_FRAME_SIZE that is too small', [sized([5, 16_383])], 'connection PROTOCOL_ERROR'],
  [
    ...(['6.5.2', 'MAX_FRAME_SIZE that is too large'] as const),
    [sized([5, 16_777_216])],
    'connection PROTOCOL_ERROR',
  ],
  ['6.5.2', 'an unknown setting', [sized([0xff, 1]), ping()], 'ping'],
  [
    ...(['6.5.3', 'INITIAL_WINDOW_SIZE twice: the second one counts'] as const),
    [sized([4, 100], [4, 1]), whole()],
    'data 1',
  ],
  ['6.5.3', 'SETTINGS are answered', [sized([3, 1])], 'settings'],
  ['6.7', 'PING', [ping('somebody')], 'ping'],
  [
    ...(['6.7', 'an answer to no PING'] as const),
    [{ ...ping('invalid.'), isAck: true } as Frame, ping()],
    'ping',
  ],
  ['6.7', 'PING on a stream', [raw(6, 0, 1, new Uint8Array(8))], 'connection PROTOCOL_ERROR'],
  ['6.7', 'PING of another size', [raw(6, 0, 0, new Uint8Array(6))], 'connection FRAME_SIZE_ERROR'],
  ['6.8', 'GOAWAY on a stream', [raw(7, 0, 1, new Uint8Array(8))], 'connection PROTOCOL_ERROR'],
  ['6.9', 'an increment of 0', [raw(8, 0, 0, [0, 0, 0, 0])], 'connection PROTOCOL_ERROR'],
  [
    ...(['6.9', 'an increment of 0 on a stream'] as const),
    [open(), raw(8, 0, 1, [0, 0, 0, 0])],
    'stream 1 PROTOCOL_ERROR',
  ],
  [
    '6.9',
    'WINDOW_UPDATE of another size',
    [raw(8, 0, 0, [0, 0, 1])],
    'connection FRAME_SIZE_ERROR',
  ],
  ['6.9.1', 'a window of 1', [sized([4, 1]), whole()], 'data 1'],
  [
    ...(['6.9.1', 'a window of the connection that overflows'] as const),
    [more(0, 0x7fff_ffff), more(0, 0x7fff_ffff)],
    'connection FLOW_CONTROL_ERROR',
  ],
  [
    ...(['6.9.1', 'a window of a stream that overflows'] as const),
    [open(), more(1, 0x7fff_ffff), more(1, 0x7fff_ffff)],
    'stream 1 FLOW_CONTROL_ERROR',
  ],
  ['6.9.2', 'a window that opens later', [whole(), sized([4, 1])], 'data 1', HOLDING],
  [
    ...(['6.9.2', 'a window that was negative'] as const),
    [sized([4, 3]), whole(), sized([4, 2]), more(1, 2), ping()],
    'data 4',
  ],
  [
    ...(['6.9.2', 'windows that are too large'] as const),
    [sized([4, 0x8000_0000])],
    'connection FLOW_CONTROL_ERROR',
  ],
  ['6.10', 'CONTINUATION twice', [begun, raw(9, 0, 1, []), raw(9, 4, 1, tail)], 'answer 1'],
  [
    ...(['6.10', 'CONTINUATION, and another frame'] as const),
    [begun, raw(9, 0, 1, []), data(1, 'test')],
    'connection PROTOCOL_ERROR',
  ],
  ['6.10', 'CONTINUATION on stream 0', [begun, raw(9, 4, 0, tail)], 'connection PROTOCOL_ERROR'],
  [
    ...(['6.10', 'CONTINUATION behind whole HEADERS'] as const),
    [open(), raw(9, 4, 1, tail)],
    'connection PROTOCOL_ERROR',
  ],
  [
    ...(['6.10', 'CONTINUATION behind the last one'] as const),
    [parts(1, post(), false).head, raw(9, 4, 1, parts(1, post()).rest), raw(9, 4, 1, tail)],
    'connection PROTOCOL_ERROR',
  ],
  [
    ...(['6.10', 'CONTINUATION behind DATA'] as const),
    [open(), data(1, 'test'), raw(9, 4, 1, tail)],
    'connection PROTOCOL_ERROR',
  ],
  [
    ...(['7', 'GOAWAY with an unknown code'] as const),
    [{ type: 'GOAWAY', last: 0, code: 255, debug: new Uint8Array(0) }],
    'connection NO_ERROR',
  ],
  ['7', 'RST_STREAM with an unknown code', [open(), reset(1, 255), ping()], 'ping'],
];

const malformed = (section: string, what: string, fields: Fields): Row => [
  ...([section, what, [whole(1, fields)], 'stream 1 PROTOCOL_ERROR'] as const),
];

const MESSAGES: readonly Row[] = [
  [
    ...(['8.1', 'a second HEADERS without END_STREAM'] as const),
    [open(), data(1, 'test'), open(1, [['x-a', 'b']])],
    'stream 1 PROTOCOL_ERROR',
  ],
  malformed('8.2', 'a name in upper case', [...pseudo, ['X-TEST', 'ok']]),
  malformed('8.3', 'a pseudo-header field that there is not', [[':test', 'ok'], ...pseudo]),
  malformed('8.3', 'a pseudo-header field of responses', [[':status', '200'], ...pseudo]),
  [
    ...(['8.3', 'a pseudo-header field in trailers'] as const),
    [open(), data(1, 'test'), whole(1, [[':method', 'GET']])],
    'stream 1 PROTOCOL_ERROR',
  ],
  malformed('8.3', 'a pseudo-header field behind others', [['x-a', 'b'], ...pseudo]),
  malformed('8.2.2', 'a field of connections', [...pseudo, ['connection', 'keep-alive']]),
  malformed('8.2.2', 'TE with something else', [...pseudo, ['te', 'trailers, deflate;q=0.5']]),
  malformed('8.3.1', 'an empty :path', [[':path', ''], ...without(':path')]),
  malformed('8.3.1', 'no :method', without(':method')),
  malformed('8.3.1', 'no :scheme', without(':scheme')),
  malformed('8.3.1', 'no :path', without(':path')),
  malformed('8.3.1', 'two :method', twice(':method')),
  malformed('8.3.1', 'two :scheme', twice(':scheme')),
  malformed('8.3.1', 'two :path', twice(':path')),
  [
    ...(['8.1.1', 'a length that is not that of DATA'] as const),
    [open(1, post('/', ['content-length', '1'])), data(1, 'test', true)],
    'stream 1 PROTOCOL_ERROR',
  ],
  [
    ...(['8.1.1', 'a length that is not that of all DATA'] as const),
    [open(1, post('/', ['content-length', '9'])), data(1, 'test'), data(1, 'test', true)],
    'stream 1 PROTOCOL_ERROR',
  ],
  ['8.4', 'PUSH_PROMISE', [{ type: 'PUSH_PROMISE', stream: 1 }], 'connection PROTOCOL_ERROR'],
];

const compressed = (section: string, what: string, ...blocks: ArrayLike<number>[]): Row => [
  ...([section, what, [blockFrame(block(pseudo), ...blocks)]] as const),
  'connection COMPRESSION_ERROR',
];
const HPACK: readonly Row[] = [
  compressed('h2.3.3', 'an index that is not there', [0xc6]),
  compressed('h2.3.3', 'a name that is not there', [0x50 | 0x2f, 0x20, ...string('x', false)]),
  compressed('h4.2', 'a table size at the end', [0x20]),
  compressed('h5.2', 'padding of more than seven bits', [0, 1, 0x61, 0x82, 0x1f, 0xff]),
  compressed('h5.2', 'padding of zeros', [0, 1, 0x61, 0x81, 0x18]),
  compressed('h5.2', 'EOS', [0, 1, 0x61, 0x84, 0xff, 0xff, 0xff, 0xff]),
  compressed('h6.1', 'an index of 0', [0x80]),
  [
    ...(['h6.3', 'a table size beyond the setting'] as const),
    [blockFrame([0x3f, 0xe2, 0x1f], block(pseudo))],
    'connection COMPRESSION_ERROR',
  ],
];

export const CASES: readonly Case[] = [
  ...[GENERIC, CONNECTIONS, STREAMS, FRAMES, MESSAGES, HPACK],
].flatMap((rows) =>
  rows.map(([section, what, pieces, expected, greeting = GREETING]): Case => {
    const sent = [...greeting, ...pieces].map((piece) =>
      piece instanceof Uint8Array ? piece : octets(piece),
    );
    return { section, what, expected, sent };
  }),
);

/** Whether `frames` are what `expected` says, and nothing that contradicts it. */
export function isAsExpected(expected: string, frames: readonly Frame[]): boolean {
  const [what, wanted] = expected.split(' ');
  const failures = frames.flatMap(failureOf);
  if (what === 'connection' || what === 'stream') return failures.join() === expected;
  if (failures.length > 0) return false;
  if (what === 'data') {
    const sizes = frames.map((frame) => (frame.type === 'DATA' ? frame.data.length : 0));
    return sizes.reduce((sum, size) => sum + size, 0) === Number(wanted);
  }
  return frames.some(
    (frame) =>
      (what === 'answer' && frame.type === 'HEADERS' && frame.stream === Number(wanted)) ||
      (what === 'ping' && frame.type === 'PING' && frame.isAck) ||
      (what === 'settings' && frame.type === 'SETTINGS' && frame.isAck),
  );
}

function failureOf(frame: Frame): string[] {
  if (frame.type === 'GOAWAY') return [`connection ${errorName(frame.code)}`];
  if (frame.type !== 'RST_STREAM' || frame.code === ERROR.NO_ERROR) return [];
  return [`stream ${frame.stream} ${errorName(frame.code)}`];
}
