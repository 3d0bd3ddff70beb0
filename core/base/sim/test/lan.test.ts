import { describe, expect, it } from 'vitest';
import type { LanHost } from '../src/host.ts';
import type { LanOptions } from '../src/lan.ts';
import { Lan } from '../src/lan.ts';

const BROADCAST = 0xffff_ffff_ffff;

/** Sends a frame of 15 bytes from `host` to the hardware address `to`. */
function send(host: LanHost, to: number, content: number, from = host.device.mac): void {
  const frame = host.device.transmit();
  if (frame === undefined) throw new Error('the queue is full');
  const view = new DataView(frame.bytes.buffer);
  view.setBigUint64(0, (BigInt(to) << 16n) | (BigInt(from) >> 32n));
  view.setUint32(8, from % 2 ** 32);
  frame.bytes[14] = content;
  frame.length = 15;
  host.device.send(frame);
}

/** Collects the contents of the frames that reach `host`, with the times at which they do. */
function inbox(host: LanHost): [number, number][] {
  const arrived: [number, number][] = [];
  host.run({
    poll(now) {
      for (let got = host.device.receive(); got !== undefined; got = host.device.receive()) {
        arrived.push([now, got.bytes[14]]);
      }
      return Number.POSITIVE_INFINITY;
    },
  });
  return arrived;
}

function threeHosts(options: LanOptions = {}) {
  const lan = new Lan(1, options);
  const hosts = ['a', 'b', 'c'].map((name) => lan.host(name));
  return { lan, hosts, inboxes: hosts.map(inbox) };
}

describe('Lan', () => {
  it('floods broadcasts and unknown addresses, and switches known ones', () => {
    const { lan, hosts, inboxes } = threeHosts({ delay: 2 });
    lan.at(1, () => send(hosts[0], BROADCAST, 1));
    lan.at(2, () => send(hosts[1], hosts[2].device.mac, 2));
    lan.at(3, () => send(hosts[2], hosts[0].device.mac, 3));
    lan.run(10);
    expect(inboxes).toEqual([
      [
        [4, 2],
        [5, 3],
      ],
      [[3, 1]],
      [
        [3, 1],
        [4, 2],
      ],
    ]);
  });

  it('loses frames at pulled cables', () => {
    const { lan, hosts, inboxes } = threeHosts();
    hosts[1].plugged = false;
    send(hosts[0], BROADCAST, 1);
    send(hosts[1], BROADCAST, 2);
    lan.run(1);
    expect(inboxes).toEqual([[], [], [[0, 1]]]);
  });

  it('loses frames that are larger than its MTU', () => {
    const { lan, hosts, inboxes } = threeHosts({ mtu: 0 });
    send(hosts[0], BROADCAST, 1);
    lan.run(1);
    expect(inboxes).toEqual([[], [], []]);
  });

  it('shows frames as they are sent', () => {
    const seen: unknown[] = [];
    const { lan, hosts } = threeHosts({
      loss: 1,
      observe: (now, from, frame) => seen.push([now, from, frame.length]),
    });
    lan.at(5, () => send(hosts[0], BROADCAST, 1));
    lan.run(10);
    expect(seen).toEqual([[5, 'a', 15]]);
  });

  it('repeats itself for a seed', () => {
    const run = (seed: number) => {
      const lan = new Lan(seed, { loss: 0.2, jitter: 9, duplicate: 0.2, corrupt: 0.1 });
      const [one, other] = [lan.host('one'), lan.host('other')];
      const arrived = inbox(other);
      for (let content = 0; content < 100; content++) {
        lan.at(content, () => send(one, other.device.mac, content));
      }
      lan.run(1000);
      return arrived;
    };
    expect(run(1).length).toBeGreaterThan(80);
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it('polls activities when they want to be, and not otherwise', () => {
    const lan = new Lan(1);
    const polls: number[] = [];
    lan.host('a').run({
      poll(now) {
        polls.push(now);
        return now < 30 ? now + 10 : Number.POSITIVE_INFINITY;
      },
    });
    lan.run(1000);
    expect(polls).toEqual([0, 10, 20, 30]);
    expect(lan.now).toBe(1000);
  });

  it('follows a deadline that moves', () => {
    const lan = new Lan(1);
    const polls: number[] = [];
    let deadline = 50;
    lan.host('a').run({
      poll(now) {
        polls.push(now);
        return now < deadline ? deadline : Number.POSITIVE_INFINITY;
      },
    });
    lan.at(10, () => {
      deadline = 20;
    });
    lan.run(15);
    lan.at(16, () => {
      deadline = 60;
    });
    lan.run(100);
    expect(polls.at(-1)).toBe(60);
  });

  it('polls again what was woken, during a poll and between two', () => {
    const lan = new Lan(1);
    const host = lan.host('a');
    let deadline = Number.POSITIVE_INFINITY;
    const polls: number[] = [];
    host.run({
      poll(now) {
        polls.push(now);
        return now < deadline ? deadline : Number.POSITIVE_INFINITY;
      },
    });
    host.run({
      poll() {
        if (deadline === 10) return Number.POSITIVE_INFINITY;
        deadline = 10;
        host.wake();
        return Number.POSITIVE_INFINITY;
      },
    });
    lan.run(5);
    expect(polls).toEqual([0, 0]);
    host.wake();
    lan.run(20);
    expect(polls).toEqual([0, 0, 5, 5, 10]);
  });

  it('says seed and time of an error', () => {
    const lan = new Lan(42);
    lan.at(7, () => {
      throw new Error('broken');
    });
    expect(() => lan.run(10)).toThrow('seed 42, 7 ms: broken');
  });

  it('does not hang on an activity that is never done', () => {
    const lan = new Lan(42);
    lan.host('a').run({ poll: (now) => now });
    expect(() => lan.run(10)).toThrow('a wants to be polled without end');
  });
});
