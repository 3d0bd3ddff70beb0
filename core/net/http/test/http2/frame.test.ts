import { fromHex } from '@atoll/bytes/hex';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERROR, HEAD_LENGTH } from '../../src/http2/code.ts';
import type { Frame } from '../../src/http2/frame.ts';
import { describe as describeFrame, parseFrame } from '../../src/http2/frame.ts';
import { octets } from './client.ts';

const bytes = (constraints: fc.IntArrayConstraints) => fc.uint8Array(constraints);
const stream = fc.integer({ min: 1, max: 0x7fff_ffff });
const number = fc.integer({ min: 0, max: 0x7fff_ffff });
const word = fc.integer({ min: 0, max: 0xffff_ffff });
const isEnd = fc.boolean();
const isWhole = fc.boolean();
const isAck = fc.boolean();
const padding = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 256 }));
const fragment = bytes({ maxLength: 300 });
const dependency = fc.option(number, { nil: undefined });
const setting = fc.record({ id: fc.integer({ min: 0, max: 0xffff }), value: word });

const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ type: fc.constant('DATA' as const), stream, isEnd, data: fragment, padding }),
  fc.record({
    ...{ type: fc.constant('HEADERS' as const), stream, isEnd, isWhole },
    ...{ fragment, dependency, padding },
  }),
  fc.record({ type: fc.constant('PRIORITY' as const), stream, dependency: number }),
  fc.record({ type: fc.constant('RST_STREAM' as const), stream, code: word }),
  fc.record({
    ...{ type: fc.constant('SETTINGS' as const), isAck: fc.constant(false) },
    settings: fc.array(setting, { maxLength: 20 }),
  }),
  fc.record({
    ...{ type: fc.constant('PING' as const), isAck },
    data: bytes({ minLength: 8, maxLength: 8 }),
  }),
  fc.record({ type: fc.constant('GOAWAY' as const), last: number, code: word, debug: fragment }),
  fc.record({
    ...{ type: fc.constant('WINDOW_UPDATE' as const), stream: number },
    increment: fc.integer({ min: 1, max: 0x7fff_ffff }),
  }),
  fc.record({ type: fc.constant('CONTINUATION' as const), stream, isWhole, fragment }),
);

function parsed(hex: string) {
  const whole = fromHex(hex.replaceAll(' ', '')) as Uint8Array;
  return parseFrame(whole, 0, whole.length);
}

describe('frames', () => {
  it('are the same when they were sent', () => {
    fc.assert(
      fc.property(frame, (value) => {
        const sent = octets(value);
        const [high, middle, low] = sent;
        expect((high << 16) | (middle << 8) | low).toBe(sent.length - HEAD_LENGTH);
        expect(parseFrame(sent, 0, sent.length)).toEqual({ ok: true, value });
      }),
    );
  });

  it.each([
    ['DATA 1 end: 2 octets', '000002 00 01 00000001 6869'],
    ['HEADERS 3: 1 octets and more', '000001 01 00 00000003 82'],
    ['PRIORITY 3: on 1', '000005 02 00 00000003 00000001 10'],
    ['RST_STREAM 1: CANCEL', '000004 03 00 00000001 00000008'],
    ['SETTINGS: 3 is 100', '000006 04 00 00000000 0003 00000064'],
    ['SETTINGS: taken', '000000 04 01 00000000'],
    ['PUSH_PROMISE 1', '000004 05 04 00000001 00000002'],
    ['PING', '000008 06 00 00000000 0000000000000000'],
    ['PING: answer', '000008 06 01 00000000 0000000000000000'],
    ['GOAWAY: error 99, last 5', '000008 07 00 00000000 00000005 00000063'],
    ['WINDOW_UPDATE 0: 1 more', '000004 08 00 80000000 80000001'],
    ['CONTINUATION 1: 0 octets', '000000 09 04 00000001'],
    ['type 16 on 0', '000000 10 00 00000000'],
  ])('say in a line what they are: %s', (line, hex) => {
    const result = parsed(hex);
    expect(result.ok && describeFrame(result.value)).toBe(line);
  });

  it.each([
    ['DATA on no stream', '000000 00 00 00000000', ERROR.PROTOCOL_ERROR, 0],
    ['DATA with more padding than there is', '000002 00 08 00000001 0200', ERROR.PROTOCOL_ERROR, 0],
    ['DATA without the length of its padding', '000000 00 08 00000001', ERROR.PROTOCOL_ERROR, 0],
    ['HEADERS on no stream', '000000 01 04 00000000', ERROR.PROTOCOL_ERROR, 0],
    ['HEADERS with half a priority', '000004 01 24 00000001 00000000', ERROR.FRAME_SIZE_ERROR, 0],
    ['HEADERS with more padding', '000002 01 0c 00000001 0200', ERROR.PROTOCOL_ERROR, 0],
    [
      'HEADERS whose padding reaches into the priority',
      '000007 01 2c 00000001 02 0000000000 00',
      ERROR.PROTOCOL_ERROR,
      0,
    ],
    ['PRIORITY of another size', '000004 02 00 00000003 00000000', ERROR.FRAME_SIZE_ERROR, 3],
    ['RST_STREAM of another size', '000003 03 00 00000001 000000', ERROR.FRAME_SIZE_ERROR, 0],
    ['SETTINGS on a stream', '000000 04 00 00000001', ERROR.PROTOCOL_ERROR, 0],
    ['SETTINGS of another size', '000003 04 00 00000000 000000', ERROR.FRAME_SIZE_ERROR, 0],
    ['an answer with settings', '000006 04 01 00000000 000300000064', ERROR.FRAME_SIZE_ERROR, 0],
    ['PING on a stream', '000008 06 00 00000001 0000000000000000', ERROR.PROTOCOL_ERROR, 0],
    ['PING of another size', '000006 06 00 00000000 000000000000', ERROR.FRAME_SIZE_ERROR, 0],
    ['GOAWAY on a stream', '000008 07 00 00000001 0000000000000000', ERROR.PROTOCOL_ERROR, 0],
    ['GOAWAY of another size', '000007 07 00 00000000 00000000000000', ERROR.FRAME_SIZE_ERROR, 0],
    ['WINDOW_UPDATE of another size', '000003 08 00 00000000 000001', ERROR.FRAME_SIZE_ERROR, 0],
    ['an increment of nothing', '000004 08 00 00000001 00000000', ERROR.PROTOCOL_ERROR, 1],
    ['CONTINUATION on no stream', '000000 09 04 00000000', ERROR.PROTOCOL_ERROR, 0],
  ])('are refused: %s', (_, hex, code, on) => {
    expect(parsed(hex)).toMatchObject({ ok: false, error: { code, stream: on } });
  });
});
