import { Faults, faulty } from '@atoll/device/fault';
import { loopbackPair } from '@atoll/device/loopback';
import type { NetworkDevice } from '@atoll/device/network';
import { describe, expect, it } from 'vitest';
import { Random } from '../src/random.ts';

function send(device: NetworkDevice, byte: number): void {
  const frame = device.transmit();
  if (frame === undefined) throw new Error('the queue is full');
  frame.bytes[0] = byte;
  frame.length = 1;
  device.send(frame);
}

describe('Faults', () => {
  it('loses and duplicates as often as asked', () => {
    const faults = new Faults(new Random(1), { loss: 0.1, duplicate: 0.2 });
    const copies = [0, 0, 0];
    for (let frame = 0; frame < 10_000; frame++) copies[faults.delays().length]++;
    expect(Math.abs(copies[0] - 1000)).toBeLessThan(150);
    expect(Math.abs(copies[2] - 1800)).toBeLessThan(200);
  });

  it('delays within the jitter, except for what overtakes', () => {
    const faults = new Faults(new Random(2), { delay: 10, jitter: 5, reorder: 0.25 });
    const delays = Array.from({ length: 4000 }, () => faults.delays()[0]);
    const overtaking = delays.filter((delay) => delay === 0);
    expect(Math.abs(overtaking.length - 1000)).toBeLessThan(150);
    for (const delay of delays) expect(delay === 0 || (delay >= 10 && delay < 15)).toBe(true);
  });

  it('flips one bit', () => {
    const faults = new Faults(new Random(3), { corrupt: 1 });
    const frame = new Uint8Array(64);
    faults.damage(frame);
    const ones = frame.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
    expect(ones).toBe(1);
  });
});

describe('faulty', () => {
  it('holds frames back until their time and says when that is', () => {
    let now = 0;
    const clock = { monotonic: () => now, wall: () => now };
    const [left, right] = loopbackPair();
    const device = faulty(right, new Random(4), clock, { delay: 10 });
    send(left, 1);
    expect(device.receive()).toBeUndefined();
    expect(device.nextTimeout).toBe(10);
    now = 5;
    send(left, 2);
    expect(device.receive()).toBeUndefined();
    now = 10;
    expect(device.receive()?.bytes[0]).toBe(1);
    expect(device.receive()).toBeUndefined();
    expect(device.nextTimeout).toBe(15);
    now = 15;
    expect(device.receive()?.bytes[0]).toBe(2);
    expect(device.nextTimeout).toBe(Number.POSITIVE_INFINITY);
  });

  it('reorders by jitter, and repeats itself for a seed', () => {
    const arrivals = (seed: number): number[] => {
      let now = 0;
      const clock = { monotonic: () => now, wall: () => now };
      const [left, right] = loopbackPair();
      const device = faulty(right, new Random(seed), clock, { jitter: 10 });
      for (let byte = 0; byte < 50; byte++) send(left, byte);
      const order: number[] = [];
      for (; now < 10; now += 0.01) {
        for (let got = device.receive(); got !== undefined; got = device.receive()) {
          order.push(got.bytes[0]);
        }
      }
      return order;
    };
    const order = arrivals(5);
    expect(order).not.toEqual(order.toSorted((one, other) => one - other));
    expect(new Set(order).size).toBe(50);
    expect(arrivals(5)).toEqual(order);
  });
});
