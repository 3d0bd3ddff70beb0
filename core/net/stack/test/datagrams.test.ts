import { LIMITED_BROADCAST } from '@atoll/ipv4/address';
import { Lan } from '@atoll/sim/lan';
import { describe, expect, it } from 'vitest';
import { ALICE, BOB, machine, pair, ROUTER } from './kit.ts';

const PORT = 7;
const DATA = new Uint8Array([1, 2, 3]);

describe('two hosts', () => {
  it.each([1500, 576, 68])('exchange datagrams of all sizes over an MTU of %d', (mtu) => {
    const { lan, alice, bob } = pair(1, { delay: 0.1, mtu });
    const received: Uint8Array[] = [];
    bob.stack.udp.bind(PORT, (payload, from, to) => {
      expect([from.address, to]).toEqual([ALICE, { address: BOB, port: PORT }]);
      received.push(payload.slice());
    });
    const socket = alice.stack.udp.bind(0, () => {});
    // A simulated device holds 256 frames, of 48 bytes each at the smallest MTU.
    const most = mtu === 68 ? 12_000 : 65_507;
    const sizes = [0, 1, 7, 40, 41, 548, 549, 1471, 1472, 1473, 2952, 2953, 7000, most];
    const sent = sizes.map((size) => lan.random.bytes(size));
    for (const payload of sent) {
      lan.after(100, () => socket?.send(payload, { address: BOB, port: PORT }));
      lan.run(lan.now + 200);
    }
    expect(received).toEqual(sent);
  });

  it('keep the first datagram while they ask for the hardware address, whatever its size', () => {
    const { lan, alice, bob, trace } = pair(2);
    const received: number[] = [];
    bob.stack.udp.bind(PORT, (payload) => received.push(payload.length));
    lan.run(5000);
    trace.length = 0;
    lan.after(0, () => {
      const socket = alice.stack.udp.bind(4000, () => {});
      socket?.send(DATA, { address: BOB, port: PORT });
      socket?.send(new Uint8Array(60_000), { address: BOB, port: PORT });
    });
    lan.run(6000);
    expect(received).toEqual([3, 60_000]);
    expect(trace.slice(0, 3)).toEqual([
      'alice > ARP who-has 192.0.2.2 tell 192.0.2.1',
      'bob > ARP 192.0.2.2 is-at 02:00:00:00:00:02',
      'alice > 192.0.2.1 > 192.0.2.2 UDP 4000 > 7 length 3',
    ]);
  });

  it('echo each other while a third of all frames is lost, doubled, late or damaged', () => {
    const { lan, alice, bob } = pair(3, {
      loss: 0.1,
      duplicate: 0.1,
      corrupt: 0.1,
      delay: 1,
      jitter: 10,
    });
    const server = bob.stack.udp.bind(PORT, (payload, from) => server?.send(payload, from));
    const echoes = new Set<number>();
    const client = alice.stack.udp.bind(0, (payload) => {
      expect(payload.every((byte) => byte === payload[0])).toBe(true);
      echoes.add(payload[0]);
    });
    for (let round = 0; round < 200; round++) {
      lan.at(round * 20, () => {
        client?.send(new Uint8Array(2000).fill(round), { address: BOB, port: PORT });
      });
    }
    lan.run(60_000);
    // Four frames in both directions must all survive: about four in ten.
    expect(echoes.size).toBeGreaterThan(50);
    expect(echoes.size).toBeLessThan(150);
  });
});

describe('broadcasts', () => {
  it.each([
    ['everybody', LIMITED_BROADCAST],
    ['the network', 0xc000_02ff],
  ])('to %s reach all other sockets of the port at once', (_, address) => {
    const { lan, alice, bob, trace } = pair(4);
    const got: unknown[] = [];
    bob.stack.udp.bind(PORT, (payload, from, to) => got.push([payload.slice(), from, to]));
    alice.stack.udp.bind(4000, () => {})?.send(DATA, { address, port: PORT });
    lan.run(1);
    const from = { address: ALICE, port: 4000 };
    expect(got).toEqual([[DATA, from, { address, port: PORT }]]);
    expect(trace.filter((line) => line.includes('who-has 192.0.2.2 tell 192.0.2.1'))).toEqual([]);
  });
});

describe('an answer', () => {
  it('to a broadcast comes from an address of ours', () => {
    const { lan, alice, bob } = pair(4);
    const server = bob.stack.udp.bind(PORT, (payload, from, to) =>
      server?.send(payload, from, to.address),
    );
    const sources: unknown[] = [];
    const client = alice.stack.udp.bind(4000, (_, from) => sources.push(from.address));
    for (const address of [LIMITED_BROADCAST, BOB]) {
      lan.after(0, () => client?.send(DATA, { address, port: PORT }));
    }
    lan.run(10);
    expect(sources).toEqual([BOB, BOB]);
  });
});

describe('a hardware address that is given', () => {
  it('is used without asking, even for an address that nobody has', () => {
    const { lan, alice, bob, trace } = pair(5);
    const socket = alice.stack.udp.bind(67, () => {});
    lan.run(5000);
    trace.length = 0;
    const to = { address: 0xc000_0263, port: 68 };
    lan.after(0, () => socket?.send(DATA, to, undefined, bob.host.device.mac));
    lan.run(6000);
    expect(trace).toEqual(['alice > 192.0.2.1 > 192.0.2.99 UDP 67 > 68 length 3']);
    expect(bob.stack.counters.foreign).toBe(1);
  });
});

describe('routes', () => {
  const FAR = 0x0808_0808;

  it('leave the link through the gateway', () => {
    const lan = new Lan(6);
    const alice = machine(lan, 'alice', ALICE, { gateway: ROUTER });
    const router = machine(lan, 'router', ROUTER);
    lan.after(0, () => {
      alice.stack.udp.bind(0, () => {})?.send(DATA, { address: FAR, port: PORT });
    });
    lan.run(10);
    // The frame reached the router, which is not the host that the datagram is for.
    expect(router.stack.counters.foreign).toBe(1);
  });

  it('reach everybody through a gateway beside a prefix of one address', () => {
    const lan = new Lan(6);
    const alice = machine(lan, 'alice', ALICE, {
      ipv4: { address: ALICE, length: 32 },
      gateway: ROUTER,
    });
    const router = machine(lan, 'router', ROUTER);
    const server = router.stack.udp.bind(PORT, (payload, from) => server?.send(payload, from));
    let echoes = 0;
    const socket = alice.stack.udp.bind(0, () => echoes++);
    lan.after(0, () => socket?.send(DATA, { address: ROUTER, port: PORT }));
    lan.run(10);
    expect(echoes).toBe(1);
  });

  it('do not exist without a gateway, to loopback, and to ourselves', () => {
    const { lan, alice, trace } = pair(7);
    lan.run(5000);
    trace.length = 0;
    const socket = alice.stack.udp.bind(0, () => {});
    lan.after(0, () => {
      for (const address of [FAR, 0x7f00_0001, ALICE]) {
        socket?.send(DATA, { address, port: PORT });
      }
    });
    lan.run(6000);
    expect(trace).toEqual([]);
    expect(alice.stack.counters.unsent).toBe(3);
  });
});

describe('misuse', () => {
  it('throws for datagrams that are too long', () => {
    const { alice } = pair(8);
    const socket = alice.stack.udp.bind(0, () => {});
    expect(() => socket?.send(new Uint8Array(65_508), { address: BOB, port: 1 })).toThrow(
      '65508 bytes do not fit',
    );
  });
});

describe('a device without room', () => {
  it('loses datagrams, which are counted', () => {
    const lan = new Lan(9);
    const host = lan.host('full');
    const device = { ...host.device, transmit: () => undefined };
    const { stack } = machine(lan, 'alice', ALICE, { device });
    const socket = stack.udp.bind(0, () => {});
    socket?.send(DATA, { address: LIMITED_BROADCAST, port: 1 });
    socket?.send(new Uint8Array(3000), { address: LIMITED_BROADCAST, port: 1 });
    expect(stack.counters.unsent).toBe(2);
  });
});
