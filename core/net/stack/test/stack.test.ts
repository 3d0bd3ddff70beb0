import { loopbackPair } from '@atoll/device/loopback';
import { Logger } from '@atoll/log/log';
import { Lan } from '@atoll/sim/lan';
import { Random } from '@atoll/sim/random';
import { describe, expect, it, vi } from 'vitest';
import { FRAMES_PER_POLL, Stack } from '../src/stack.ts';
import { ALICE, BOB, ipv4Frame, machine, pair, station, udpPayload } from './kit.ts';

const QUIET = new Logger(() => {}, 'quiet');

describe('attach', () => {
  it('throws when the addresses make no sense', () => {
    const lan = new Lan(1);
    expect(() => machine(lan, 'a', 0xc000_0200)).toThrow('192.0.2.0/24 is a network');
    expect(() => machine(lan, 'a', ALICE, { gateway: 1 })).toThrow('is not in 192.0.2.1/24');
  });

  it('throws when the device carries less than IPv4 needs', () => {
    expect(() => machine(new Lan(1, { mtu: 67 }), 'a', ALICE)).toThrow('an MTU of 67');
  });

  it('runs over any device, such as one end of a cable', () => {
    const [left, right] = loopbackPair();
    const [one, other] = [left, right].map((device, index) => {
      const stack = new Stack({ entropy: new Random(1), log: QUIET });
      stack.attach({ device, ipv4: { address: [ALICE, BOB][index], length: 24 } });
      return stack;
    });
    const got: number[] = [];
    other.udp.bind(7, (payload) => got.push(payload.length));
    one.udp.bind(0, () => {})?.send(new Uint8Array(5), { address: BOB, port: 7 });
    for (let now = 0; now < 4; now++) for (const stack of [one, other]) stack.poll(now);
    expect(got).toEqual([5]);
  });
});

describe('poll', () => {
  it('handles a limited number of frames, and asks to be called again at once', () => {
    const [left, right] = loopbackPair({ capacity: 200 });
    const stack = new Stack({ entropy: new Random(1), log: QUIET });
    stack.attach({ device: left, ipv4: { address: ALICE, length: 24 } });
    let got = 0;
    stack.udp.bind(7, () => got++);
    const bytes = ipv4Frame({ from: right.mac, to: left.mac }, udpPayload(1, 7, 0), {});
    for (let count = 0; count < 100; count++) {
      const frame = right.transmit();
      if (frame === undefined) throw new Error('the queue is full');
      frame.bytes.set(bytes);
      frame.length = bytes.length;
      right.send(frame);
    }
    expect(stack.poll(10)).toBe(10);
    expect(got).toBe(FRAMES_PER_POLL);
    expect(stack.poll(10)).toBeGreaterThan(10);
    expect(got).toBe(100);
  });
});

describe('a responder', () => {
  it('sees every frame first, and what it has an answer to goes no further', () => {
    const lan = new Lan(1);
    const seen: [number, number, number][] = [];
    const alice = machine(lan, 'alice', ALICE, {
      responder(_frame, length, isChecked, _out, now) {
        seen.push([length, isChecked, now]);
        return length === 46 ? 60 : 0;
      },
    });
    let got = 0;
    alice.stack.udp.bind(7, () => got++);
    const bob = station(lan);
    const macs = { from: bob.host.device.mac, to: alice.host.device.mac };
    lan.at(5, () => bob.send(ipv4Frame(macs, udpPayload(1, 7, 4), {})));
    lan.at(6, () => bob.send(ipv4Frame(macs, udpPayload(1, 7, 5), {})));
    lan.run(10);
    expect(seen).toEqual([
      [46, 0, 5],
      [47, 0, 6],
    ]);
    expect(got).toBe(1);
  });

  it('is told where frame and answer lie, and whether the device vouches for the frame', () => {
    let address = 0;
    const allocate = (size: number) => {
      address += size;
      return { bytes: new Uint8Array(size), address };
    };
    const [left, right] = loopbackPair({ allocate });
    const calls: number[][] = [];
    const stack = new Stack({ entropy: new Random(1), log: QUIET });
    const responder = (...values: number[]) => calls.push(values) && 60;
    stack.attach({ device: left, ipv4: { address: ALICE, length: 24 }, responder });
    const frame = right.transmit();
    if (frame === undefined) throw new Error('the queue is full');
    frame.length = 70;
    frame.checksumStart = 34;
    right.send(frame);
    // The cable has just copied it there.
    const arrived = address;
    stack.poll(3);
    expect(calls).toEqual([[arrived, 70, 1, left.transmit()?.address, 3]]);
    expect(right.receive()?.length).toBe(60);
  });

  it('is left to the device where that can do it', () => {
    const [left] = loopbackPair();
    const respond = vi.fn();
    const responder = vi.fn(() => 0);
    const stack = new Stack({ entropy: new Random(1), log: QUIET });
    const device = Object.assign(left, { respond });
    stack.attach({ device, ipv4: { address: ALICE, length: 24 }, responder });
    expect(respond.mock.calls).toEqual([[responder]]);
  });
});

describe('frames that are not for us', () => {
  it.each([
    ['another hardware address', { to: 0x0200_0000_0077 }, {}, 'foreign'],
    ['another host', {}, { destination: 0xc000_0277 }, 'foreign'],
    ['one host, but broadcast', { to: 0xffff_ffff_ffff }, {}, 'malformed'],
    ['us, from ourselves', {}, { source: ALICE }, 'malformed'],
    ['us, from everybody', {}, { source: 0xffff_ffff }, 'malformed'],
    ['us, from the network', {}, { source: 0xc000_02ff }, 'malformed'],
    ['us, from a group', {}, { source: 0xe000_0001 }, 'malformed'],
    ['us, from a loopback address', {}, { source: 0x7f00_0001 }, 'malformed'],
  ] as const)('are dropped: for %s', (_, macs, fields, counter) => {
    const lan = new Lan(1);
    const alice = machine(lan, 'alice', ALICE);
    const bob = station(lan);
    alice.stack.udp.bind(7, () => {
      throw new Error('delivered');
    });
    const addresses = { from: bob.host.device.mac, to: alice.host.device.mac, ...macs };
    const source = 'source' in fields ? fields.source : BOB;
    const destination = 'destination' in fields ? fields.destination : ALICE;
    const payload = udpPayload(1, 7, 0, source, destination);
    lan.at(1, () => bob.send(ipv4Frame(addresses, payload, { source, destination })));
    lan.run(10);
    expect(alice.stack.counters[counter]).toBe(1);
  });

  it('are counted when they are IPv6 or cut short', () => {
    const lan = new Lan(1);
    const alice = machine(lan, 'alice', ALICE);
    const bob = station(lan);
    const ipv4 = ipv4Frame({ from: 1, to: alice.host.device.mac }, new Uint8Array(), {});
    const ipv6 = ipv4.slice();
    ipv6.set([0x86, 0xdd], 12);
    lan.at(1, () => bob.send(ipv6));
    lan.at(2, () => bob.send(ipv4.slice(0, 33)));
    lan.run(10);
    expect(alice.stack.counters).toMatchObject({ foreign: 1, malformed: 1 });
  });
});

describe('a datagram from a host without an address', () => {
  it('is delivered, as DHCP needs it', () => {
    const lan = new Lan(1);
    const alice = machine(lan, 'alice', ALICE);
    const bob = station(lan);
    const from: unknown[] = [];
    alice.stack.udp.bind(67, (_, source) => from.push(source));
    const macs = { from: bob.host.device.mac, to: 0xffff_ffff_ffff };
    const fields = { source: 0, destination: 0xffff_ffff };
    const payload = udpPayload(68, 67, 4, 0, 0xffff_ffff);
    lan.at(1, () => bob.send(ipv4Frame(macs, payload, fields)));
    lan.run(10);
    expect(from).toEqual([{ address: 0, port: 68 }]);
  });
});

describe('our address in the hands of another', () => {
  it('is warned about, and defended', () => {
    const { lan, alice, trace } = pair(1);
    const thief = machine(lan, 'thief', ALICE);
    lan.run(100_000);
    expect(alice.lines[0]).toBe('warning alice: 02:00:00:00:00:03 claims our address 192.0.2.1');
    expect(thief.lines[0]).toBe('warning thief: 02:00:00:00:00:01 claims our address 192.0.2.1');
    // Both keep it, but they do not shout at each other without end.
    expect(trace.length).toBeLessThan(50);
  });
});
