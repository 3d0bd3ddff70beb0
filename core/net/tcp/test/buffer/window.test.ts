import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Block, BlockPool } from '../../src/buffer/blocks.ts';
import { ReceiveBuffer } from '../../src/buffer/receive.ts';
import { ReceiveWindow } from '../../src/buffer/window.ts';
import { framed, MARGIN, pool } from './stream.ts';

const MSS = 1000;

class Receiver {
  readonly buffer: ReceiveBuffer;
  readonly window: ReceiveWindow;

  constructor({ limit = 8000, maximum = 64_000, first = 0, memory = pool(64) as BlockPool } = {}) {
    this.buffer = new ReceiveBuffer(memory, limit);
    this.buffer.reset(first);
    this.window = new ReceiveWindow(this.buffer, MSS, maximum);
    this.window.reset(0);
  }

  arrive(length: number): void {
    this.buffer.insert(framed(0, length), MARGIN, MARGIN + length, this.buffer.next);
  }

  consume(count: number): void {
    for (let left = count; left > 0; ) {
      const piece = Math.min(left, this.buffer.peek().length);
      this.buffer.consume(piece);
      left -= piece;
    }
  }
}

describe('the window that is announced', () => {
  it('is all room at first, and becomes smaller as bytes wait', () => {
    const { buffer, window } = new Receiver();
    expect(window.size).toBe(0);
    expect(window.announce()).toBe(8000);
    expect(window.size).toBe(8000);
    buffer.insert(framed(0, 3000), MARGIN, MARGIN + 3000, 0);
    expect(window.size).toBe(5000);
    expect(window.announce()).toBe(5000);
  });

  it('does not open by less than a segment (RFC 9293 section 3.8.6.2.2)', () => {
    const receiver = new Receiver();
    receiver.window.announce();
    receiver.arrive(8000);
    expect(receiver.window.announce()).toBe(0);
    receiver.consume(999);
    expect(receiver.window.announce()).toBe(0);
    receiver.consume(1);
    expect(receiver.window.announce()).toBe(1000);
  });

  it('opens by half of a buffer that is small', () => {
    const receiver = new Receiver({ limit: 600 });
    receiver.window.announce();
    receiver.arrive(600);
    receiver.consume(299);
    expect(receiver.window.announce()).toBe(0);
    receiver.consume(1);
    expect(receiver.window.announce()).toBe(300);
  });

  it('is in units of its scale, and fits its field', () => {
    const receiver = new Receiver({ limit: 200_000 });
    expect(receiver.window.announce()).toBe(0xffff);
    expect(receiver.window.size).toBe(0xffff);
    receiver.window.scale = 2;
    expect(receiver.window.announce()).toBe(50_000);
    expect(receiver.window.size).toBe(200_000);
  });

  it('does not become smaller when it is rounded, where there is room', () => {
    const receiver = new Receiver({ limit: 8000 });
    receiver.window.scale = 7;
    expect(receiver.window.announce()).toBe(62);
    receiver.arrive(100);
    // 7836 bytes are open; 62 units are 36 more than what is free.
    expect(receiver.window.announce()).toBe(61);
    receiver.consume(100);
    expect(receiver.window.announce()).toBe(62);
    expect(receiver.window.size).toBe(62 * 128);
  });

  it('stays what it was when memory becomes short, and then opens by little', () => {
    const memory = pool(64);
    const receiver = new Receiver({ memory });
    receiver.window.announce();
    const blocks: Block[] = [];
    while (!memory.isTight) blocks.push(memory.take() as Block);
    expect(receiver.window.announce()).toBe(8000);
    receiver.arrive(8000);
    receiver.consume(8000);
    expect(receiver.window.announce()).toBe(4 * MSS);
    for (const block of blocks) memory.give(block);
    expect(receiver.window.announce()).toBe(8000);
  });

  it('is never taken back: what was allowed once fits', () => {
    const step = fc.record({
      arrives: fc.integer({ min: 0, max: 3000 }),
      consumed: fc.nat(100),
      announces: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.nat(14),
        fc.integer({ min: 1, max: 100_000 }),
        fc.nat(0xffff_ffff),
        fc.array(step, { maxLength: 50 }),
        (scale, limit, first, steps) => {
          const receiver = new Receiver({ limit, maximum: 1_000_000, first, memory: pool(400) });
          const { buffer, window } = receiver;
          window.scale = scale;
          // From the first byte on, so that it does not wrap.
          let [arrived, edge, now] = [0, 0, 0];
          for (const { arrives, consumed, announces } of steps) {
            const length = Math.min(arrives, window.size);
            receiver.arrive(length);
            arrived += length;
            expect(buffer.next).toBe((first + arrived) >>> 0);
            const count = Math.floor((buffer.available * consumed) / 100);
            receiver.consume(count);
            window.onConsumed(count, ++now, 0);
            if (!announces) continue;
            const told = window.announce() * 2 ** scale;
            expect(told).toBeLessThanOrEqual(buffer.limit - buffer.available);
            expect(arrived + told).toBeGreaterThan(edge - 2 ** scale);
            edge = Math.max(edge, arrived + told);
            expect(window.size).toBe(edge - arrived);
          }
        },
      ),
    );
  });
});

describe('a window update', () => {
  it('is due when two segments and a part of the buffer became free', () => {
    const receiver = new Receiver({ limit: 32_000 });
    receiver.window.announce();
    receiver.arrive(20_000);
    receiver.window.announce();
    receiver.consume(7999);
    expect(receiver.window.isUpdateDue).toBe(false);
    receiver.consume(1);
    expect(receiver.window.isUpdateDue).toBe(true);
    receiver.window.announce();
    expect(receiver.window.isUpdateDue).toBe(false);
  });

  it('is due earlier when the peer can hardly send', () => {
    const receiver = new Receiver({ limit: 32_000 });
    receiver.window.announce();
    receiver.arrive(30_000);
    receiver.window.announce();
    receiver.consume(1999);
    expect(receiver.window.isUpdateDue).toBe(false);
    receiver.consume(1);
    expect(receiver.window.isUpdateDue).toBe(true);
  });

  it('is due for half of a buffer that is smaller than two segments', () => {
    const receiver = new Receiver({ limit: 1200 });
    receiver.window.announce();
    receiver.arrive(1200);
    receiver.consume(599);
    expect(receiver.window.isUpdateDue).toBe(false);
    receiver.consume(1);
    expect(receiver.window.isUpdateDue).toBe(true);
  });
});

describe('the limit of the buffer', () => {
  it('becomes twice what the application takes in a round trip', () => {
    const { buffer, window } = new Receiver({ limit: 8000 });
    window.onConsumed(6000, 50, 100);
    expect(buffer.limit).toBe(8000);
    window.onConsumed(6000, 100, 100);
    expect(buffer.limit).toBe(2 * 12_000 + 16 * MSS);
  });

  it('doubles with a sender that does, up to its maximum', () => {
    const { buffer, window } = new Receiver({ limit: 10_000, maximum: 1_000_000 });
    const limits = [6000, 12_000, 24_000, 48_000, 96_000, 192_000, 384_000, 768_000].map(
      (taken, index) => {
        window.onConsumed(taken, (index + 1) * 100, 100);
        return buffer.limit;
      },
    );
    expect(limits).toEqual([28_000, 40_000, 64_000, 112_000, 208_000, 400_000, 784_000, 1_000_000]);
  });

  it('stays when the application is slow, and never becomes less', () => {
    const { buffer, window } = new Receiver({ limit: 20_000 });
    for (let now = 100; now < 2000; now += 100) window.onConsumed(4000, now, 100);
    expect(buffer.limit).toBe(20_000);
    window.onConsumed(30_000, 2100, 100);
    expect(buffer.limit).toBe(64_000);
    window.onConsumed(11_000, 2200, 100);
    expect(buffer.limit).toBe(64_000);
  });

  it('stays when memory is short', () => {
    const memory = pool(8);
    const { buffer, window } = new Receiver({ memory });
    while (!memory.isTight) memory.take();
    window.onConsumed(100_000, 100, 100);
    expect(buffer.limit).toBe(8000);
  });
});
