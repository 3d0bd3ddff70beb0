import type { CloseReason } from '@atoll/device/socket';
import { parseIpv6 } from '@atoll/ipv6/address';
import { expect as unwrap } from '@atoll/result/result';
import { Lan } from '@atoll/sim/lan';
import { describe, expect, it } from 'vitest';
import { describeFrame } from '../src/describe.ts';
import { ALICE, BOB, machine, pair } from './kit.ts';

const DATA = new Uint8Array([1]);
const ASKED = 'alice > ARP who-has 192.0.2.2 tell 192.0.2.1';

/** Alice sends to Bob every second for `seconds`, and counts what arrives. */
function talk(seed: number, seconds: number) {
  const { lan, alice, bob, trace } = pair(seed);
  const arrived: number[] = [];
  bob.stack.udp.bind(7, () => arrived.push(lan.now));
  const socket = alice.stack.udp.bind(0, () => {});
  lan.run(5000);
  trace.length = 0;
  for (let second = 0; second < seconds; second++) {
    lan.at(5000 + second * 1000, () => socket?.send(DATA, { address: BOB, port: 7 }));
  }
  return { lan, alice, bob, trace, arrived };
}

describe('a neighbour', () => {
  it('is asked again every minute while it is used, and never missed', () => {
    const { lan, trace, arrived } = talk(1, 300);
    lan.run(310_000);
    expect(arrived).toHaveLength(300);
    const questions = trace.filter((line) => line.includes(ASKED));
    expect(questions.length).toBeGreaterThanOrEqual(3);
    expect(questions.length).toBeLessThanOrEqual(6);
  });

  it('is forgotten when it is silent, and found again', () => {
    const { lan, bob, trace, arrived } = talk(2, 300);
    lan.at(20_500, () => {
      bob.host.plugged = false;
    });
    lan.at(150_500, () => {
      bob.host.plugged = true;
    });
    lan.run(150_000);
    expect(arrived).toHaveLength(16);
    trace.length = 0;
    lan.run(310_000);
    // What waited when Bob came back arrives as well, and everything after it.
    expect(arrived.length).toBeGreaterThan(16 + 154);
  });

  it('that changes its hardware address is followed, with a warning', () => {
    const { lan, alice, bob } = talk(3, 10);
    lan.run(7000);
    bob.host.plugged = false;
    const heir = lan.host('heir', 0x0200_0000_0099);
    lan.after(0, () => {
      const frame = heir.device.transmit();
      if (frame === undefined) throw new Error('the queue is full');
      // A gratuitous ARP request for 192.0.2.2.
      const hex =
        'ffffffffffff02000000009908060001080006040001020000000099c0000202000000000000c0000202';
      frame.bytes.set(hex.match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? []);
      frame.length = 42;
      heir.device.send(frame);
    });
    lan.run(16_000);
    expect(heir.device.receive()).toBeDefined();
    expect(alice.lines).toEqual([
      'warning alice: 192.0.2.2 moved from 02:00:00:00:00:02 to 02:00:00:00:00:99',
    ]);
  });

  it('that nobody is costs four questions, and the datagrams', () => {
    const { lan, alice, trace } = pair(4);
    const socket = alice.stack.udp.bind(0, () => {});
    lan.run(5000);
    trace.length = 0;
    lan.after(0, () => socket?.send(DATA, { address: 0xc000_0277, port: 7 }));
    lan.run(100_000);
    expect(trace).toEqual(new Array(4).fill('alice > ARP who-has 192.0.2.119 tell 192.0.2.1'));
    expect(alice.stack.counters.unsent).toBe(1);
  });

  it.each([
    ['IPv4', 0xc000_0277],
    ['IPv6', (0xfe80n << 112n) | 0x77n],
  ])('that does not answer is told of to who wants to reach it over %s', (_, address) => {
    const lan = new Lan(5);
    const alice = machine(lan, 'alice', ALICE, { ipv6: 'link-local' });
    lan.run(5000);
    const to = { address, port: 7 };
    const failures: unknown[] = [];
    const socket = alice.stack.udp.bind(
      0,
      () => {},
      (where, reason) => failures.push([where, reason]),
    );
    let closed: CloseReason | undefined;
    lan.after(0, () => {
      for (let count = 0; count < 2; count++) socket?.send(DATA, to);
      alice.stack.tcp.connect(to, () => ({
        onReadable() {},
        onClosed(reason) {
          closed = reason;
        },
      }));
    });
    lan.run(25_000);
    expect(failures).toEqual([
      [to, 'unreachable'],
      [to, 'unreachable'],
    ]);
    // It may be there soon, so the connection is tried for longer.
    expect(closed).toBeUndefined();
    lan.run(300_000);
    expect(closed).toBe('unreachable');
  });
});

describe('a neighbour with whom TCP makes progress', () => {
  const ALICE6 = unwrap(parseIpv6('2001:db8::1'));
  const BOB6 = unwrap(parseIpv6('2001:db8::2'));

  /** Alice sends to `address` of Bob for 200 seconds; the questions about neighbours after the first seconds. */
  function questions(address: number | bigint, isHeard = true): string[] {
    const trace: string[] = [];
    const lan = new Lan(5, {
      delay: 1,
      observe: (now, from, frame) => {
        const line = describeFrame(frame, frame.length);
        if (now > 10_000 && line.includes('who-has')) trace.push(`${from} > ${line}`);
      },
    });
    const alice = machine(lan, 'alice', ALICE, { ipv6: 'link-local' });
    const bob = machine(lan, 'bob', BOB, { ipv6: 'link-local' });
    for (const [{ stack, eth }, own] of [
      [alice, ALICE6],
      [bob, BOB6],
    ] as const) {
      eth.ipv6.add(own, 64, 0);
      stack.addRoute6(eth, { address: own, length: 64 });
    }
    lan.run(5000);
    let received = 0;
    bob.stack.tcp.listen(80, (connection) => ({
      onReadable() {
        const bytes = connection.peek();
        received += bytes.length;
        connection.consume(bytes.length);
      },
    }));
    const connection = alice.stack.tcp.connect({ address, port: 80 }, () => ({ onReadable() {} }));
    for (let time = 6000; time < 206_000; time += 500) {
      lan.at(time, () => connection?.write(new Uint8Array(3000)));
    }
    if (!isHeard) {
      lan.at(106_050, () => {
        bob.host.plugged = false;
      });
    }
    lan.run(210_000);
    expect(received).toBe(isHeard ? 3000 * 400 : 3000 * 201);
    return trace;
  }

  it.each([
    ['IPv4', BOB],
    ['IPv6', BOB6],
  ])('is never asked for over %s', (_, address) => {
    expect(questions(address)).toEqual([]);
  });

  it('is asked for when there is none any more', () => {
    expect(questions(BOB6, false)[0]).toBe(
      'alice > 2001:db8::1 > 2001:db8::2 ND who-has 2001:db8::2',
    );
  });
});
