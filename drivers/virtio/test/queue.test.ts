import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { NOTHING, Queue, queueLayout, stateBytes } from '../src/queue.ts';
import { DeviceQueue, Memory, PHYSICAL_BASE } from './device.ts';

const CAPACITY = 64;

function pair(size: number, hasEventIndex: boolean) {
  const memory = new Memory();
  const region = memory.allocate(queueLayout(size).bytes);
  const queue = new Queue(region, memory.allocate(stateBytes(size)), size, hasEventIndex);
  for (let id = 0; id < size; id++) {
    queue.describe(id, PHYSICAL_BASE + memory.allocate(CAPACITY).address, CAPACITY, true);
  }
  return { queue, device: new DeviceQueue(memory, region.address, size, hasEventIndex) };
}

describe.each([true, false])('a queue (event index: %s)', (hasEventIndex) => {
  it('shows the device what was published, and not before', () => {
    const { queue, device } = pair(4, hasEventIndex);
    queue.offer(2);
    expect(device.next()).toBe(undefined);
    queue.publish();
    expect(device.next()).toBe(2);
    expect(device.buffer(2)).toMatchObject({ length: CAPACITY, isWritten: true });
    expect(queue.take()).toBe(NOTHING);
    device.use(2, 10);
    expect(queue.hasUsed()).toBe(true);
    expect(queue.take()).toBe(2);
    expect(queue.length).toBe(10);
    expect(queue.take()).toBe(NOTHING);
  });

  it('says how much of a buffer is to be sent', () => {
    const { queue, device } = pair(4, hasEventIndex);
    queue.describe(1, PHYSICAL_BASE, CAPACITY, false);
    queue.offerBytes(1, 20);
    expect(device.buffer(1)).toEqual({ start: 0, length: 20, isWritten: false });
  });

  it('refuses to offer a buffer that the device has', () => {
    const { queue } = pair(4, hasEventIndex);
    queue.offer(0);
    expect(() => queue.offer(0)).toThrow('offered already');
  });

  it('loses no buffer, wake-up or notification in any order of events', () => {
    const random = new Random(hasEventIndex ? 1 : 2);
    const { queue, device } = pair(8, hasEventIndex);
    const idle = new Set([0, 1, 2, 3, 4, 5, 6, 7]);
    const held = new Map<number, number>();
    const done = new Map<number, number>();
    let taken = 0;
    let isDeviceWaiting = true;
    let deadline = 0;
    // Indexes have 16 bits: go around more than once.
    while (taken < 70_000) {
      const event = random.below(5);
      const id = random.below(8);
      if (event === 0 && idle.delete(id)) queue.offer(id);
      if (event === 1) {
        queue.publish();
        if (queue.wantsNotification()) isDeviceWaiting = false;
      }
      if (event === 2 && !isDeviceWaiting) {
        const next = device.next();
        if (next === undefined) isDeviceWaiting = true;
        else held.set(next, random.below(CAPACITY + 1));
      }
      if (event === 3) {
        for (const [used, length] of held) {
          held.delete(used);
          done.set(used, length);
          device.use(used, length);
          break;
        }
      }
      if (event === 4) {
        for (let used = queue.take(); used !== NOTHING; used = queue.take()) {
          if (done.get(used) !== queue.length) throw new Error(`buffer ${used} came from nowhere`);
          done.delete(used);
          idle.add(used);
          taken++;
          deadline = 0;
        }
        // Going to sleep: what comes from now on interrupts.
        queue.arm();
        if (queue.hasUsed()) throw new Error('nothing came in the meantime');
        const [first] = held;
        if (first !== undefined) {
          const before = device.interrupts;
          held.delete(first[0]);
          done.set(...first);
          device.use(...first);
          if (device.interrupts !== before + 1) throw new Error('a wake-up is lost');
        }
        queue.disarm();
      }
      // A device that waits for a notification that never comes would stop the exchange.
      if (++deadline > 10_000) throw new Error('nothing happens any more');
    }
    expect(queue.violations).toBe(0);
    expect(queue.outstanding + idle.size).toBe(8);
  });

  it('does not ask for interrupts while it is not armed', () => {
    const { queue, device } = pair(8, hasEventIndex);
    queue.arm();
    for (let id = 0; id < 8; id++) queue.offer(id);
    queue.publish();
    device.use(0, 1);
    expect(device.interrupts).toBe(1);
    queue.disarm();
    for (let id = 1; id < 8; id++) device.use(id, 1);
    expect(device.interrupts).toBe(1);
  });
});

describe('a device that lies', () => {
  it('is not believed more bytes than fit', () => {
    const { queue, device } = pair(4, true);
    queue.offer(1);
    device.use(1, CAPACITY + 1);
    expect([queue.take(), queue.length, queue.violations]).toEqual([1, 0, 1]);
  });

  it('cannot give back what it does not have', () => {
    const { queue, device } = pair(4, true);
    for (const id of [0, 1, 2]) queue.offer(id);
    device.use(1, 5);
    device.use(1, 5);
    device.use(0xffff_ffff, 5);
    expect([queue.take(), queue.take(), queue.violations]).toEqual([1, NOTHING, 2]);
    expect(queue.outstanding).toBe(2);
  });

  it('breaks the queue with an index that jumps', () => {
    const { queue, device } = pair(4, true);
    queue.offer(0);
    device.scribble(1, 0x8000);
    expect(queue.take()).toBe(NOTHING);
    expect([queue.broken, queue.hasUsed()]).toEqual([true, false]);
  });
});
