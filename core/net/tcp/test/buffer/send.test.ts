import { plainCopy } from '@atoll/bytes/fast';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SendBuffer } from '../../src/buffer/send.ts';
import { pool, stream, streamByte } from './stream.ts';

function filled(length: number, first = 0, blocks = 16): SendBuffer {
  const buffer = new SendBuffer(pool(blocks), 65_536);
  buffer.reset(first);
  buffer.write(stream(0, length));
  return buffer;
}

/** The bytes `[sequence, sequence + length)` as they would be put into a frame. */
function read(buffer: SendBuffer, sequence: number, length: number): Uint8Array {
  const to = { bytes: new Uint8Array(length + 4), address: 0 };
  buffer.copyTo(sequence, length, to, 3, plainCopy);
  return to.bytes.slice(3, 3 + length);
}

describe('SendBuffer', () => {
  it('numbers what is written from where it was reset', () => {
    const buffer = filled(10_000, 0xffff_ff00);
    expect(buffer).toMatchObject({ start: 0xffff_ff00, end: 9744, length: 10_000 });
    expect(read(buffer, 0xffff_ff00, 10_000)).toEqual(stream(0, 10_000));
    expect(read(buffer, 0, 1)).toEqual(stream(256, 257));
  });

  it('takes as much as its limit allows', () => {
    const buffer = new SendBuffer(pool(16), 5000);
    expect(buffer.room).toBe(5000);
    expect(buffer.write(stream(0, 6000))).toBe(5000);
    expect(buffer.room).toBe(0);
    expect(buffer.write(stream(0, 1))).toBe(0);
    buffer.limit = 7000;
    expect(buffer.room).toBe(2000);
  });

  it('takes as much as the memory of all allows, and rests of blocks beside', () => {
    const shared = pool(3);
    const first = new SendBuffer(shared, 65_536);
    const second = new SendBuffer(shared, 65_536);
    expect(first.write(stream(0, 5000))).toBe(5000);
    expect(second.room).toBe(4096);
    expect(second.write(stream(0, 5000))).toBe(4096);
    expect(first.room).toBe(2 * 4096 - 5000);
    expect(first.write(stream(5000, 10_000))).toBe(2 * 4096 - 5000);
    expect(read(first, 0, 8192)).toEqual(stream(0, 8192));
    second.release();
    expect(first.room).toBe(4096);
  });

  it('leaves as much to others who send, and has all again when they are done', () => {
    const shared = pool(64);
    const first = new SendBuffer(shared, 2 ** 20);
    const second = new SendBuffer(shared, 2 ** 20);
    expect(first.write(stream(0, 80_000))).toBe(80_000);
    expect(second.write(stream(0, 100))).toBe(100);
    // 16 of 64 blocks are the share of each: the first has more, and nothing of that is taken away.
    expect(first.room).toBe(0);
    expect(second.room).toBe(16 * 4096 - 100);
    first.acknowledge(20_000);
    expect(first.room).toBe(16 * 4096 - 60_000);
    second.acknowledge(100);
    expect(first.room).toBeGreaterThan(100_000);
  });

  it('gives memory back as it is acknowledged', () => {
    const shared = pool(16);
    const buffer = new SendBuffer(shared, 65_536);
    buffer.write(stream(0, 3 * 4096));
    expect(shared.used).toBe(3 * 4096);
    buffer.acknowledge(4095);
    expect(shared.used).toBe(3 * 4096);
    buffer.acknowledge(4096);
    expect(shared.used).toBe(2 * 4096);
    buffer.acknowledge(3 * 4096);
    expect(shared.used).toBe(0);
  });

  it('takes an acknowledgment of a FIN for one of all bytes, and an old one for nothing', () => {
    const buffer = filled(100, 1000);
    buffer.acknowledge(900);
    expect(buffer).toMatchObject({ start: 1000, length: 100 });
    buffer.acknowledge(1101);
    expect(buffer).toMatchObject({ start: 1100, end: 1100, length: 0 });
  });

  it('refuses to copy what is not there', () => {
    const buffer = filled(100, 1000);
    expect(() => read(buffer, 999, 1)).toThrow(RangeError);
    expect(() => read(buffer, 1099, 2)).toThrow(RangeError);
    expect(() => read(buffer, 1000 + 0x8000_0000, 1)).toThrow(RangeError);
    const to = { bytes: new Uint8Array(10), address: 0 };
    expect(() => buffer.copyTo(1050, -10, to, 0, plainCopy)).toThrow(RangeError);
    expect(read(buffer, 1100, 0)).toEqual(new Uint8Array(0));
  });

  it('takes large blocks for much, which count as a whole', () => {
    const shared = pool(64);
    const buffer = new SendBuffer(shared, 200_000);
    buffer.write(stream(0, 4 * 4096 - 1));
    expect(shared.used).toBe(4 * 4096);
    buffer.write(stream(4 * 4096 - 1, 9 * 4096));
    expect(shared.used).toBe((4 + 16) * 4096);
    expect(read(buffer, 0, 9 * 4096)).toEqual(stream(0, 9 * 4096));
    buffer.acknowledge(9 * 4096 - 1);
    expect(shared.used).toBe(16 * 4096);
    expect(buffer.write(stream(9 * 4096, 40 * 4096))).toBe(31 * 4096);
    expect(read(buffer, 9 * 4096, 31 * 4096)).toEqual(stream(9 * 4096, 40 * 4096));
    buffer.release();
    expect(shared.used).toBe(0);
  });

  it.each([
    [6, 9000],
    [70, 50_000],
  ])('is a queue of bytes in %i blocks, whatever is done', (blocks, most) => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('write' as const), amount: fc.nat(most) }),
      fc.record({ kind: fc.constant('acknowledge' as const), amount: fc.nat(most) }),
      fc.record({ kind: fc.constant('copy' as const), amount: fc.nat(3000) }),
      fc.record({ kind: fc.constant('garbage' as const), amount: fc.nat(0xffff_ffff) }),
    );
    const first = fc.oneof(fc.nat(0xffff_ffff), fc.integer({ min: 0xffff_e000, max: 0xffff_ffff }));
    fc.assert(
      fc.property(first, fc.array(step, { maxLength: 60 }), (initial, steps) => {
        const shared = pool(blocks);
        const buffer = new SendBuffer(shared, 2.5 * most);
        buffer.reset(initial);
        let [written, acknowledged] = [0, 0];
        for (const { kind, amount } of steps) {
          const length = written - acknowledged;
          if (kind === 'write') {
            const { room } = buffer;
            const count = buffer.write(stream(written, written + amount));
            expect(count).toBe(Math.min(room, amount));
            written += count;
          } else if (kind === 'acknowledge') {
            const count = amount % (length + 1);
            acknowledged += count;
            buffer.acknowledge((initial + acknowledged) >>> 0);
          } else if (kind === 'garbage') {
            const ahead = (amount - initial - acknowledged) | 0;
            if (ahead > 0) acknowledged = Math.min(written, acknowledged + ahead);
            buffer.acknowledge(amount);
          } else {
            const from = acknowledged + (amount % (length + 1));
            const count = Math.min(amount, written - from);
            expect(read(buffer, (initial + from) >>> 0, count)).toEqual(stream(from, from + count));
          }
          expect(buffer.length).toBe(written - acknowledged);
          expect(buffer.start).toBe((initial + acknowledged) >>> 0);
          expect(buffer.end).toBe((initial + written) >>> 0);
          expect(buffer.room).toBeGreaterThanOrEqual(0);
          expect(buffer.length).toBeLessThanOrEqual(2.5 * most);
          if (blocks < 32) expect(shared.used).toBeLessThan(buffer.length + 2 * 4096);
        }
      }),
    );
  });

  it('keeps bytes apart that look alike', () => {
    expect(new Set(stream(0, 4096)).size).toBe(256);
    expect(streamByte(1)).not.toBe(streamByte(2));
  });
});
