import { parseIpv6 } from '@atoll/ipv6/address';
import { expect as unwrap } from '@atoll/result/result';
import type { LanOptions } from '@atoll/sim/lan';
import { Lan } from '@atoll/sim/lan';
import { describe, expect, it } from 'vitest';
import type { Machine } from './kit.ts';
import { ALICE, BOB, machine } from './kit.ts';
import { trade } from './streams.ts';

const PORT = 80;
const BOB6 = unwrap(parseIpv6('2001:db8::2'));

/** Two machines that speak IPv4 and IPv6. */
function hosts(seed: number, options: LanOptions): { lan: Lan; alice: Machine; bob: Machine } {
  const lan = new Lan(seed, options);
  const alice = machine(lan, 'alice', ALICE, { ipv6: 'link-local' });
  const bob = machine(lan, 'bob', BOB, { ipv6: 'link-local' });
  for (const [{ stack, eth }, host] of [
    [alice, '1'],
    [bob, '2'],
  ] as const) {
    const address = unwrap(parseIpv6(`2001:db8::${host}`));
    eth.ipv6.add(address, 64, 0);
    stack.addRoute6(eth, { address, length: 64 });
  }
  return { lan, alice, bob };
}

describe('a connection', () => {
  it.each([
    ['IPv4', BOB],
    ['IPv6', BOB6],
  ])('carries bytes both ways over %s', (_, address) => {
    const { lan, alice, bob } = hosts(1, { delay: 1 });
    // Addresses of IPv6 are asked for first.
    lan.run(5000);
    const sides = trade(alice.stack.tcp, bob.stack.tcp, { address, port: PORT }, 300_000);
    lan.after(0, () => {});
    lan.run(60_000);
    for (const side of sides) {
      expect(side).toEqual({ received: 300_000, isIntact: true, reason: 'finished' });
    }
  });

  it.each([
    [{ loss: 0.05, delay: 10 }],
    [{ loss: 0.02, delay: 20, jitter: 20, duplicate: 0.05 }],
    [{ corrupt: 0.05, delay: 5 }],
    [{ reorder: 0.1, delay: 20 }],
    [{ loss: 0.01, delay: 5, mtu: 9000 }],
    [{ loss: 0.01, delay: 5, mtu: 1280 }],
  ])('arrives intact with %j', (options) => {
    for (let seed = 0; seed < 5; seed++) {
      const { lan, alice, bob } = hosts(seed, options);
      lan.run(5000);
      const to = { address: seed % 2 === 0 ? BOB : BOB6, port: PORT };
      const sides = trade(alice.stack.tcp, bob.stack.tcp, to, 100_000);
      lan.after(0, () => {});
      lan.run(600_000);
      for (const side of sides) {
        expect(side).toEqual({ received: 100_000, isIntact: true, reason: 'finished' });
      }
    }
  });

  it('is refused where nobody listens, and cannot get where nobody is', () => {
    const { lan, alice } = hosts(3, { delay: 1 });
    const reasons: string[] = [];
    const open = (address: number | bigint) =>
      alice.stack.tcp.connect({ address, port: 81 }, () => ({
        onReadable() {},
        onClosed: (reason) => reasons.push(reason),
      }));
    lan.at(5000, () => open(BOB));
    lan.at(5001, () => open(BOB6));
    lan.run(6000);
    expect(reasons).toEqual(['refused', 'refused']);
    lan.at(7000, () => open(0xc000_02aa));
    lan.run(300_000);
    expect(reasons[2]).toBe('unreachable');
    lan.after(0, () => open(0x0808_0808));
    lan.run(400_000);
    expect(reasons[3]).toBe('unreachable');
  });
});
