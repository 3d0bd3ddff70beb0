import { internetChecksum, sum } from '@atoll/bytes/checksum';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import type { CableOptions } from '../src/cable.ts';
import { Cable } from '../src/cable.ts';
import { tooBig } from '../src/too-big.ts';

const HERE = [0x02, 0, 0, 0, 0, 1];
const THERE = [0x02, 0, 0, 0, 0, 2];

function ipv4(length: number, { dontFragment = true } = {}): Uint8Array {
  const frame = new Uint8Array(14 + length);
  frame.set([...THERE, ...HERE, 0x08, 0, 0x45, 0, length >> 8, length & 255, 0, 7]);
  if (dontFragment) frame[20] = 0x40;
  frame.set([64, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2], 22);
  return frame;
}

function ipv6(length: number, next = 6): Uint8Array {
  const frame = new Uint8Array(14 + length);
  frame.set([...THERE, ...HERE, 0x86, 0xdd, 0x60]);
  frame[20] = next;
  frame[37] = 1;
  frame[53] = 2;
  return frame;
}

/** The first bytes of what comes out, with the times at which they do. */
function carry(options: CableOptions, count: number, seed = 1): [number, number][] {
  const cable = new Cable(new Random(seed), options);
  for (let index = 0; index < count; index++) cable.handle(Uint8Array.of(index), index);
  const out: [number, number][] = [];
  for (let now = cable.nextTimeout; now < Number.POSITIVE_INFINITY; now = cable.nextTimeout) {
    for (let frame = cable.poll(now); frame !== undefined; frame = cable.poll(now)) {
      out.push([now, frame[0]]);
    }
  }
  return out;
}

describe('a cable', () => {
  it('carries everything in order and at once when there is nothing wrong with it', () => {
    expect(carry({}, 3)).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
  });

  it('loses, doubles, delays and reorders, the same for a seed', () => {
    const options = { loss: 0.2, duplicate: 0.2, delay: 5, jitter: 20 };
    const out = carry(options, 200);
    const order = out.map(([, index]) => index);
    expect(new Set(order).size).toBeGreaterThan(140);
    expect(new Set(order).size).toBeLessThan(180);
    expect(order.length).toBeGreaterThan(new Set(order).size + 10);
    expect(order).not.toEqual(order.toSorted((a, b) => a - b));
    for (const [time, index] of out) expect(time - index).toBeGreaterThanOrEqual(5);
    expect(carry(options, 200)).toEqual(out);
    expect(carry(options, 200, 2)).not.toEqual(out);
  });

  it('counts', () => {
    const cable = new Cable(new Random(1), { loss: 1 });
    cable.handle(ipv4(100), 0);
    cable.change({ mtu: 99, duplicate: 1 });
    cable.handle(ipv4(100), 0);
    cable.handle(ipv4(99), 0);
    while (cable.poll(0) !== undefined);
    expect(cable.counters).toEqual({ arrived: 3, lost: 1, tooBig: 1, delivered: 2 });
  });

  it('is silent about its MTU, or not', () => {
    const cable = new Cable(new Random(1), { mtu: 1280 });
    expect(cable.handle(ipv4(1280), 0)).toBeUndefined();
    expect(cable.handle(ipv4(1281), 0)).toBeUndefined();
    cable.change({ mtu: 1280, reportsTooBig: true });
    expect(cable.handle(ipv4(1280), 0)).toBeUndefined();
    expect(cable.handle(ipv4(1281), 0)).toEqual(tooBig(ipv4(1281), 1280));
    expect(cable.counters.tooBig).toBe(2);
  });
});

describe('tooBig', () => {
  it('answers IPv4 with the start of the packet', () => {
    const packet = ipv4(1500);
    const answer = tooBig(packet, 1280);
    if (answer === undefined) throw new Error('no answer');
    expect([...answer.subarray(0, 14)]).toEqual([...HERE, ...THERE, 0x08, 0]);
    expect([...answer.subarray(26, 34)]).toEqual([192, 0, 2, 2, 192, 0, 2, 1]);
    expect(internetChecksum(answer, 14, 34)).toBe(0);
    expect(internetChecksum(answer, 34, answer.length)).toBe(0);
    expect([...answer.subarray(34, 36), answer[40] * 256 + answer[41]]).toEqual([3, 4, 1280]);
    expect(answer.subarray(42)).toEqual(packet.subarray(14, 14 + 548));
    expect(answer.length - 14).toBe(answer[16] * 256 + answer[17]);
  });

  it('answers IPv6 with as much as fits into 1280 octets', () => {
    const packet = ipv6(1500);
    const answer = tooBig(packet, 1280);
    if (answer === undefined) throw new Error('no answer');
    expect([answer.length, answer[18] * 256 + answer[19]]).toEqual([14 + 1280, 1240]);
    expect([answer[37], answer[53], answer[54]]).toEqual([2, 1, 2]);
    expect(new DataView(answer.buffer).getUint32(58)).toBe(1280);
    expect(internetChecksum(answer, 54, answer.length, sum(answer, 22, 54, 58 + 1240))).toBe(0);
    expect(answer.subarray(62)).toEqual(packet.subarray(14, 14 + 1232));
  });

  it('leaves alone what a router would cut, and what is no question of size', () => {
    expect(tooBig(ipv4(1500, { dontFragment: false }), 1280)).toBeUndefined();
    expect(tooBig(ipv6(1500, 58), 1280)).toBeUndefined();
    const arp = ipv4(1500);
    arp[13] = 6;
    expect(tooBig(arp, 1280)).toBeUndefined();
  });
});
