import type { BodyProducer, BodyStream } from '@atoll/http/message';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SharedBody } from '../src/page/shared.ts';

/** Somebody who reads a body as fast as told. */
class Reader {
  read = 0;
  hasEnded = false;
  readonly #producer: BodyProducer;
  #room = 0;

  constructor(body: BodyStream) {
    this.#producer = body.start({
      write: (bytes) => {
        const taken = Math.min(bytes.length, this.#room);
        this.#room -= taken;
        this.read += taken;
        return taken;
      },
      end: () => {
        this.hasEnded = true;
      },
      abort: () => {},
    });
  }

  take(count: number): void {
    this.#room += count;
    if (!this.hasEnded) this.#producer.onWritable();
  }

  leave(): void {
    if (!this.hasEnded) this.#producer.onClosed?.();
    this.hasEnded = true;
  }
}

describe('SharedBody', () => {
  it('makes one copy of each version', () => {
    let made = 0;
    let version = 0;
    const make = () => new Uint8Array(100).fill(++made);
    const shared = new SharedBody(make, () => version, 1000);
    const readers = [1, 1, 2].map((now) => {
      version = now;
      return new Reader(shared.body);
    });
    expect([made, shared.size]).toEqual([2, 200]);
    for (const reader of readers) reader.take(100);
    expect(readers.map(({ read, hasEnded }) => [read, hasEnded])).toEqual([
      [100, true],
      [100, true],
      [100, true],
    ]);
    expect(shared.size).toBe(0);
  });

  it('has few bytes in memory, however many read however slowly', () => {
    const action = fc.tuple(
      fc.constantFrom('open', 'take', 'leave'),
      fc.nat({ max: 200 }),
      fc.nat({ max: 100 }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 300 }), (actions) => {
        let version = 0;
        const shared = new SharedBody(
          () => new Uint8Array(100),
          () => ++version,
          1000,
        );
        const readers: Reader[] = [];
        for (const [what, who, count] of actions) {
          const reader = readers[who % (readers.length || 1)];
          if (what === 'open') readers.push(new Reader(shared.body));
          else if (what === 'take') reader?.take(count);
          else reader?.leave();
          expect(shared.size).toBeLessThanOrEqual(1000);
        }
        for (const reader of readers) reader.take(100);
        for (const { hasEnded } of readers) expect(hasEnded).toBe(true);
        expect(shared.size).toBe(0);
      }),
    );
  });

  it('is at the version that is asked for, once there is room again', () => {
    let now = 0;
    const shared = new SharedBody(
      () => new Uint8Array(now),
      () => ++now,
      3,
    );
    const readers = Array.from({ length: 5 }, () => new Reader(shared.body));
    for (const reader of readers) reader.take(10);
    expect(readers.map(({ read }) => read)).toEqual([1, 2, 2, 2, 2]);
    const last = new Reader(shared.body);
    last.take(10);
    expect(last.read).toBe(6);
  });
});
