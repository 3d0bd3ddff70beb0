import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import type { SendNdp } from '../../src/event.ts';
import type { NeighbourEvent } from '../../src/neighbour/engine.ts';
import { NeighbourDiscovery } from '../../src/neighbour/engine.ts';
import type { NdpMessage } from '../../src/packet.ts';
import { ROUTER_SOLICITATION } from '../../src/packet.ts';
import { advertisement, envelope, ip, routerAdvertisement, solicitation } from '../support.ts';

const US = ip('fe80::1');
const PEER = ip('fe80::2');
const OUR_MAC = 0x0200_0000_0001;
const PEER_MAC = 0x0200_0000_0002;
const OTHER_MAC = 0x0200_0000_0003;
const GROUP = ip('ff02::1:ff00:2');

type Engine = NeighbourDiscovery<string>;

function engine(options: { isRouter?: boolean; capacity?: number } = {}): Engine {
  const entropy = new Random(1);
  const neighbours = new NeighbourDiscovery<string>({ mac: OUR_MAC, entropy, ...options });
  neighbours.assign(US);
  neighbours.poll(0);
  return neighbours;
}

function hear(
  neighbours: Engine,
  message: NdpMessage,
  now: number,
  from = 'fe80::2',
  to = 'fe80::1',
): readonly NeighbourEvent<string>[] {
  return neighbours.handle(message, envelope(from, to), now);
}

/** An engine that knows since `now` for certain where PEER is. */
function acquainted(now = 1000, options: { isRouter?: boolean } = {}): Engine {
  const neighbours = engine(options);
  neighbours.wait(PEER, 'first');
  neighbours.poll(now);
  hear(neighbours, advertisement(PEER, { mac: PEER_MAC }), now);
  return neighbours;
}

/** An engine that was told at 1000 where PEER is. */
function told(): Engine {
  const neighbours = engine();
  hear(neighbours, solicitation(US, { mac: PEER_MAC }), 1000);
  return neighbours;
}

/** What a solicitation of ours for PEER looks like as an event. */
function asked(mac?: number): SendNdp {
  const destination = mac === undefined ? GROUP : PEER;
  const message = solicitation(PEER, { mac: OUR_MAC });
  return { kind: 'send', source: US, destination, mac, message };
}

function answer(destination: bigint, mac: number | undefined, isSolicited = true): SendNdp {
  const message = advertisement(US, { mac: OUR_MAC, isSolicited });
  return { kind: 'send', source: US, destination, mac, message };
}

/** All events and their times until `until`. */
function run(neighbours: Engine, until: number): [number, NeighbourEvent<string>][] {
  const log: [number, NeighbourEvent<string>][] = [];
  for (let now = neighbours.nextTimeout; now <= until; now = neighbours.nextTimeout) {
    const time = Math.max(now, 0);
    for (const event of neighbours.poll(time)) log.push([time, event]);
  }
  return log;
}

describe('asking', () => {
  it('asks when something waits, and hands it out with the answer', () => {
    const neighbours = engine();
    expect(neighbours.find(PEER)).toBeUndefined();
    neighbours.wait(PEER, 'one');
    neighbours.wait(PEER, 'two');
    expect(neighbours.poll(1000)).toEqual([asked()]);
    expect(hear(neighbours, advertisement(PEER, { mac: PEER_MAC }), 1001)).toEqual([
      { kind: 'resolved', address: PEER, mac: PEER_MAC, items: ['one', 'two'] },
    ]);
    expect(neighbours.find(PEER)).toBe(PEER_MAC);
  });

  it('asks three times, a second apart, and gives up after another', () => {
    const neighbours = engine();
    neighbours.wait(PEER, 'lost');
    expect(run(neighbours, 10_000)).toEqual([
      [0, asked()],
      [1000, asked()],
      [2000, asked()],
      [3000, { kind: 'unreachable', address: PEER, items: ['lost'] }],
    ]);
    expect(neighbours.size).toBe(0);
  });

  it('asks as often as routers want', () => {
    const neighbours = engine();
    neighbours.configure(30_000, 250);
    neighbours.wait(PEER, 'lost');
    expect(run(neighbours, 10_000).map(([time]) => time)).toEqual([0, 250, 500, 750]);
  });

  it('waits for an answer with a hardware address', () => {
    const neighbours = engine();
    neighbours.wait(PEER, 'one');
    neighbours.poll(1000);
    expect(hear(neighbours, advertisement(PEER), 1001)).toEqual([]);
    expect(neighbours.find(PEER)).toBeUndefined();
  });

  it('says nothing while we have no address', () => {
    const neighbours = new NeighbourDiscovery<string>({ mac: OUR_MAC, entropy: new Random(1) });
    neighbours.wait(PEER, 'lost');
    expect(run(neighbours, 10_000)).toEqual([
      [3000, { kind: 'unreachable', address: PEER, items: ['lost'] }],
    ]);
  });

  it('asks from the address that is next to the one in question', () => {
    const neighbours = engine();
    for (const text of ['2001:db8:1::1', '2001:db8:2::1']) neighbours.assign(ip(text));
    run(neighbours, 5000);
    neighbours.wait(ip('2001:db8:2::5'), 'one');
    expect(neighbours.poll(5000)).toMatchObject([{ source: ip('2001:db8:2::1') }]);
  });

  it('bounds what waits', () => {
    const neighbours = engine();
    const lost = Array.from({ length: 66 }, (_, item) => neighbours.wait(PEER, `${item}`));
    expect(lost.slice(-3)).toEqual([0, 1, 1]);
    expect(neighbours.wait(ip('fe80::3'), 'x'.repeat(0x4_0000))).toBe(1);
  });
});

describe('reachability', () => {
  it('lasts half to one and a half of the time that routers tell', () => {
    const times = new Set<number>();
    for (let seed = 0; seed < 50; seed++) {
      const entropy = new Random(seed);
      const neighbours = new NeighbourDiscovery<string>({ mac: OUR_MAC, entropy });
      neighbours.configure(100_000, 1000);
      neighbours.wait(PEER, 'one');
      neighbours.poll(0);
      hear(neighbours, advertisement(PEER, { mac: PEER_MAC }), 0);
      neighbours.poll(1000);
      times.add(neighbours.nextTimeout);
    }
    expect(Math.min(...times)).toBeGreaterThanOrEqual(50_000);
    expect(Math.max(...times)).toBeLessThanOrEqual(150_000);
    expect(times.size).toBeGreaterThan(40);
  });

  it('is not looked after for those who are not used', () => {
    expect(run(acquainted(), 10_000_000)).toEqual([]);
  });

  it('is asked for five seconds after a stale neighbour was used, and then three times', () => {
    const neighbours = told();
    expect(run(neighbours, 100_000)).toEqual([]);
    expect(neighbours.find(PEER)).toBe(PEER_MAC);
    expect(neighbours.poll(100_000)).toEqual([]);
    expect(run(neighbours, 200_000)).toEqual([
      [105_000, asked(PEER_MAC)],
      [106_000, asked(PEER_MAC)],
      [107_000, asked(PEER_MAC)],
      [108_000, { kind: 'unreachable', address: PEER, items: [] }],
    ]);
  });

  it('is not asked for when upper layers confirm it meanwhile', () => {
    const neighbours = told();
    neighbours.find(PEER);
    neighbours.poll(2000);
    neighbours.confirm(PEER, 4000);
    expect(run(neighbours, 19_000)).toEqual([]);
    expect(neighbours.find(PEER)).toBe(PEER_MAC);
    // Still reachable: using it started nothing.
    expect(neighbours.nextTimeout).toBeGreaterThanOrEqual(19_000);
  });

  it('is not confirmed for those whose place is unknown', () => {
    const neighbours = engine();
    neighbours.confirm(PEER, 1000);
    neighbours.wait(PEER, 'one');
    neighbours.confirm(PEER, 1000);
    expect(neighbours.find(PEER)).toBeUndefined();
    expect(neighbours.poll(1000)).toEqual([asked()]);
  });

  it('is there again when a probe is answered', () => {
    const neighbours = told();
    neighbours.find(PEER);
    neighbours.poll(2000);
    expect(neighbours.poll(7000)).toEqual([asked(PEER_MAC)]);
    hear(neighbours, advertisement(PEER, { isOverride: false }), 7500);
    expect(run(neighbours, 100_000)).toEqual([]);
    expect(neighbours.find(PEER)).toBe(PEER_MAC);
  });

  it('is doubted at once when what waited went to a place that was only told', () => {
    const neighbours = engine();
    neighbours.wait(PEER, 'one');
    neighbours.poll(1000);
    const events = hear(neighbours, solicitation(US, { mac: PEER_MAC }), 1500);
    expect(events.map(({ kind }) => kind)).toEqual(['resolved', 'send']);
    expect(neighbours.poll(6499)).toEqual([]);
    expect(neighbours.poll(6500)).toEqual([asked(PEER_MAC)]);
  });
});

/** The table of RFC 4861 section 7.2.5 and appendix C: a neighbour is known as PEER_MAC and hears of something. */
describe('advertisements about a neighbour', () => {
  const moved = { kind: 'moved', address: PEER, from: PEER_MAC, mac: OTHER_MAC };
  const [S, O] = [true, true];
  it.each<['reachable' | 'stale', boolean, boolean, number | undefined, unknown[], number, string]>(
    [
      ['reachable', false, false, PEER_MAC, [], PEER_MAC, 'reachable'],
      ['reachable', false, false, OTHER_MAC, [], PEER_MAC, 'stale'],
      ['reachable', S, false, OTHER_MAC, [], PEER_MAC, 'stale'],
      ['reachable', false, O, PEER_MAC, [], PEER_MAC, 'reachable'],
      ['reachable', false, O, OTHER_MAC, [moved], OTHER_MAC, 'stale'],
      ['reachable', S, O, OTHER_MAC, [moved], OTHER_MAC, 'reachable'],
      ['reachable', false, O, undefined, [], PEER_MAC, 'reachable'],
      ['stale', false, false, PEER_MAC, [], PEER_MAC, 'stale'],
      ['stale', S, false, PEER_MAC, [], PEER_MAC, 'reachable'],
      ['stale', S, false, OTHER_MAC, [], PEER_MAC, 'stale'],
      ['stale', S, false, undefined, [], PEER_MAC, 'reachable'],
      ['stale', false, O, OTHER_MAC, [moved], OTHER_MAC, 'stale'],
      ['stale', S, O, OTHER_MAC, [moved], OTHER_MAC, 'reachable'],
      ['stale', false, O, undefined, [], PEER_MAC, 'stale'],
    ],
  )('%s, solicited %s, override %s, mac %s', (before, isSolicited, isOverride, mac, ...then) => {
    const [events, known, after] = then;
    const neighbours = before === 'stale' ? told() : acquainted();
    const message = advertisement(PEER, { mac, isSolicited, isOverride });
    expect(hear(neighbours, message, 2000)).toEqual(events);
    expect(neighbours.find(PEER)).toBe(known);
    // Using a stale neighbour starts its clock at once.
    const isStale = neighbours.nextTimeout === Number.NEGATIVE_INFINITY;
    expect(isStale ? 'stale' : 'reachable').toBe(after);
  });

  it('teach nothing when nobody asked', () => {
    const neighbours = engine();
    hear(neighbours, advertisement(PEER, { mac: PEER_MAC }), 1000);
    expect(neighbours.size).toBe(0);
  });

  it.each([
    ['of everybody', 0xffff_ffff_ffff],
    ['of a group', 0x3333_0000_0001],
    ['of nobody', 0],
    ['of ours', OUR_MAC],
  ])('are not believed with a hardware address %s', (_, mac) => {
    const neighbours = acquainted();
    expect(hear(neighbours, advertisement(PEER, { mac }), 2000)).toEqual([]);
    expect(neighbours.find(PEER)).toBe(PEER_MAC);
    expect(hear(neighbours, solicitation(US, { mac }), 2000)).toEqual([]);
  });

  it('say when a router is none any more', () => {
    const neighbours = engine();
    hear(neighbours, routerAdvertisement({ mac: PEER_MAC }), 1000);
    const gone = { kind: 'host', address: PEER };
    expect(hear(neighbours, advertisement(PEER, { isRouter: true }), 2000)).toEqual([]);
    expect(hear(neighbours, advertisement(PEER), 3000)).toEqual([gone]);
    expect(hear(neighbours, advertisement(PEER), 4000)).toEqual([]);
  });
});

describe('answering', () => {
  it('answers a solicitation for us and remembers who asked', () => {
    const neighbours = engine();
    const message = solicitation(US, { mac: PEER_MAC });
    expect(hear(neighbours, message, 1000)).toEqual([answer(PEER, PEER_MAC)]);
    expect(neighbours.find(PEER)).toBe(PEER_MAC);
  });

  it('answers one without a hardware address like any packet', () => {
    expect(hear(engine(), solicitation(US), 1000)).toEqual([answer(PEER, undefined)]);
  });

  it('tells all who would like to have our address', () => {
    const events = hear(engine(), solicitation(US, { nonce: 5 }), 1000, '::', 'ff02::1:ff00:1');
    expect(events).toEqual([answer(ip('ff02::1'), undefined, false)]);
  });

  it('says whether we are a router', () => {
    const events = hear(engine({ isRouter: true }), solicitation(US), 1000);
    expect(events).toMatchObject([{ message: { isRouter: true } }]);
  });

  it('does not answer for others, nor for what was ours', () => {
    const neighbours = engine();
    expect(hear(neighbours, solicitation(PEER, { mac: OTHER_MAC }), 1000, 'fe80::3')).toEqual([]);
    neighbours.release(US);
    expect(hear(neighbours, solicitation(US, { mac: PEER_MAC }), 1000)).toEqual([]);
    expect(neighbours.size).toBe(0);
  });

  it('takes no notice of its own messages', () => {
    const message = solicitation(US, { mac: OUR_MAC });
    expect(hear(engine(), message, 1000, 'fe80::1')).toEqual([]);
  });

  it('learns from router solicitations only as a router', () => {
    const message: NdpMessage = { type: ROUTER_SOLICITATION, mac: PEER_MAC };
    for (const isRouter of [true, false]) {
      const neighbours = engine({ isRouter });
      expect(hear(neighbours, message, 1000)).toEqual([]);
      expect(neighbours.find(PEER)).toBe(isRouter ? PEER_MAC : undefined);
    }
  });
});

describe('announcing', () => {
  const GLOBAL = ip('2001:db8::1');
  function announced(destination: string, isOverride: boolean): SendNdp {
    const message = advertisement(GLOBAL, { mac: OUR_MAC, isSolicited: false, isOverride });
    return { kind: 'send', source: GLOBAL, destination: ip(destination), mac: undefined, message };
  }

  it('tells routers of a new address three times, and replaces nothing that they know', () => {
    const neighbours = engine();
    neighbours.assign(GLOBAL);
    neighbours.assign(GLOBAL);
    const event = announced('ff02::2', false);
    expect(run(neighbours, 10_000)).toEqual([0, 1000, 2000].map((time) => [time, event]));
  });

  it('tells everybody when an address came here from elsewhere', () => {
    const neighbours = engine();
    neighbours.assign(GLOBAL);
    neighbours.announce(GLOBAL);
    const event = announced('ff02::1', true);
    expect(run(neighbours, 10_000)).toEqual([0, 1000, 2000].map((time) => [time, event]));
  });

  it('ends when the address is no longer ours', () => {
    const neighbours = engine();
    neighbours.assign(GLOBAL);
    neighbours.release(GLOBAL);
    expect(run(neighbours, 10_000)).toEqual([]);
    expect(() => neighbours.announce(GLOBAL)).toThrow();
  });
});

describe('conflicts', () => {
  it('are reported once in ten seconds, whatever their source', () => {
    const neighbours = engine();
    const claim = advertisement(US, { mac: OTHER_MAC, isSolicited: false });
    const event = { kind: 'conflict', address: US, mac: OTHER_MAC };
    expect(hear(neighbours, claim, 1000, 'fe80::1', 'ff02::1')).toEqual([event]);
    expect(hear(neighbours, claim, 10_999)).toEqual([]);
    expect(hear(neighbours, claim, 11_000)).toEqual([event]);
  });

  it('are none when our own advertisement comes back', () => {
    const message = advertisement(US, { mac: OUR_MAC, isSolicited: false });
    expect(hear(engine(), message, 1000, 'fe80::1', 'ff02::1')).toEqual([]);
  });
});

describe('a flood', () => {
  it('never fills more than the capacity, and does not push out who is used', () => {
    const neighbours = engine({ capacity: 16 });
    hear(neighbours, solicitation(US, { mac: PEER_MAC }), 1000);
    neighbours.find(PEER);
    for (let host = 3; host < 2000; host++) {
      const address = `fe80::${host.toString(16)}`;
      hear(neighbours, solicitation(US, { mac: OTHER_MAC }), 1000, address);
      neighbours.wait(ip(`2001:db8::${host.toString(16)}`), 'scan');
      expect(neighbours.find(PEER)).toBe(PEER_MAC);
    }
    expect(neighbours.size).toBe(16);
  });
});
