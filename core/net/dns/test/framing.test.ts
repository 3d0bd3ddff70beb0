import { expect as unwrap } from '@atoll/result/result';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameMessage, MessageStream } from '../src/framing.ts';

const message = (length: number, fill = 7) => new Uint8Array(length).fill(fill);

/** Pushes `bytes` in pieces of the given lengths, then the rest; answers copies of what came out. */
function pieces(stream: MessageStream, bytes: Uint8Array, lengths: readonly number[]) {
  const found: Uint8Array[] = [];
  let at = 0;
  for (const length of [...lengths, bytes.length]) {
    const piece = bytes.slice(at, at + length);
    for (const one of unwrap(stream.push(piece))) found.push(one.slice());
    at += length;
  }
  return found;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

describe('frameMessage', () => {
  it('puts the length before the message, the high octet first', () => {
    const framed = frameMessage(message(300));
    expect([...framed.subarray(0, 3)]).toEqual([1, 44, 7]);
    expect(framed.length).toBe(302);
  });

  it('takes no more than the length can say', () => {
    expect(frameMessage(message(65_535)).length).toBe(65_537);
    expect(() => frameMessage(message(65_536))).toThrow(RangeError);
  });
});

describe('a stream of messages', () => {
  it('gives back what was framed, however it is cut', () => {
    const octets = fc.uint8Array({ minLength: 12, maxLength: 300 });
    const run = fc.tuple(fc.array(octets, { maxLength: 6 }), fc.array(fc.nat(120)));
    fc.assert(
      fc.property(run, ([messages, lengths]) => {
        const stream = new MessageStream();
        const framed = join(messages.map(frameMessage));
        expect(pieces(stream, framed, lengths)).toEqual(messages);
        expect(stream.pending).toBe(0);
      }),
    );
  });

  it('gives a message of the largest length that comes octet by octet', () => {
    const stream = new MessageStream();
    const framed = frameMessage(message(65_535));
    const found = pieces(stream, framed, new Array<number>(framed.length).fill(1));
    expect(found).toEqual([message(65_535)]);
  });

  it('lends views that the next push may not damage while they are valid', () => {
    const stream = new MessageStream();
    unwrap(stream.push(frameMessage(message(20, 1)).subarray(0, 5)));
    const rest = join([frameMessage(message(20, 1)).subarray(5), frameMessage(message(12, 2))]);
    const [first, second] = unwrap(stream.push(join([rest, Uint8Array.of(0, 12, 3)])));
    expect(first).toEqual(message(20, 1));
    expect(second).toEqual(message(12, 2));
    expect(stream.pending).toBe(3);
  });

  it.each([
    ['shorter than a header', 11, 65_535],
    ['empty', 0, 65_535],
    ['above the limit', 513, 512],
  ])('ends at a message that is %s', (_, length, limit) => {
    const stream = new MessageStream(limit);
    const result = stream.push(frameMessage(message(length)));
    expect(result).toMatchObject({ ok: false, error: { blame: 'peer' } });
    expect(stream.push(frameMessage(message(20)))).toEqual(result);
  });

  it('refuses a length as soon as it is there', () => {
    const stream = new MessageStream(512);
    expect(stream.push(Uint8Array.of(2)).ok).toBe(true);
    expect(stream.push(Uint8Array.of(1)).ok).toBe(false);
  });
});
