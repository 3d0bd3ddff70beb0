import { ALL_DHCP_AGENTS } from '@atoll/ipv6/address';
import { describe, expect, it } from 'vitest';
import { FOREVER } from '../../src/identity-association.ts';
import { findOption, OPTION, type Option, STATUS } from '../../src/option.ts';
import type { Dhcpv6Message } from '../../src/packet.ts';
import {
  ADDRESS,
  association,
  associationOf,
  CONFIGURATION,
  complaint,
  DUID,
  lent,
  NAME_SERVER,
  OTHER_SERVER,
  RAPID_COMMIT,
  SERVER,
  T,
  World,
} from './kit.ts';

const preference = (value: number): Option => ({
  code: OPTION.PREFERENCE,
  data: Uint8Array.of(value),
});
const seconds = (code: number, value: number): Option => ({
  code,
  data: Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value),
});
const serverIn = ({ options }: Dhcpv6Message) => findOption(options, OPTION.SERVER_ID);
const elapsed = ({ options }: Dhcpv6Message) => {
  const [high, low] = findOption(options, OPTION.ELAPSED_TIME) ?? [];
  return high * 256 + low;
};
const addresses = (message: Dhcpv6Message) =>
  associationOf(message).addresses.map(({ address }) => address);
const status = (code: number) => ({ code, message: '' });

describe('a client that starts', () => {
  it('says nothing before', () => {
    const { client } = new World();
    expect(client.state).toBe('stopped');
    expect(client.nextTimeout).toBe(Number.POSITIVE_INFINITY);
  });

  it('waits up to the start delay, at random', () => {
    const delays = new Set<number>();
    for (let seed = 1; seed <= 20; seed++) {
      const world = new World({ startDelayMs: 1000, entropy: { fill: (b) => b.fill(seed * 13) } });
      world.take(world.client.start('stateful', world.now));
      delays.add(world.client.nextTimeout - world.now);
    }
    expect(Math.max(...delays)).toBeLessThanOrEqual(1000);
    expect(delays.size).toBeGreaterThan(15);
  });

  it('solicits all servers', () => {
    const world = new World();
    const { send } = world.client.start('stateful', world.now);
    expect(send.map(({ to }) => to)).toEqual([{ address: ALL_DHCP_AGENTS, port: 547 }]);
    const { last } = World.started();
    expect(last.type).toBe(T.SOLICIT);
    expect(findOption(last.options, OPTION.CLIENT_ID)).toEqual(DUID);
    expect(findOption(last.options, OPTION.RAPID_COMMIT)).toEqual(new Uint8Array(0));
    expect(findOption(last.options, OPTION.OPTION_REQUEST)).toEqual(
      Uint8Array.of(0, 23, 0, 24, 0, 82),
    );
    expect(associationOf(last)).toMatchObject({ iaid: 1, t1: 0, t2: 0, addresses: [] });
    expect(elapsed(last)).toBe(0);
    expect(serverIn(last)).toBeUndefined();
  });

  it('solicits again after about twice the time, up to an hour', () => {
    const world = World.started();
    const first = world.client.nextTimeout - world.now;
    expect(first).toBeGreaterThan(1000);
    expect(first).toBeLessThanOrEqual(1100);
    let before = first;
    for (let round = 0; round < 20; round++) {
      world.timeout();
      const wait = world.client.nextTimeout - world.now;
      if (before * 2.1 < 3_600_000) {
        expect(wait / before).toBeGreaterThanOrEqual(1.9);
        expect(wait / before).toBeLessThanOrEqual(2.1);
      } else expect(wait).toBeLessThanOrEqual(3_960_000);
      before = wait;
    }
    expect(new Set(world.sent.map(({ transactionId }) => transactionId)).size).toBe(1);
    expect(elapsed(world.sent[1])).toBe(Math.floor(first / 10));
    expect(elapsed(world.last)).toBe(0xffff);
  });

  it('waits no longer than servers say, even those without addresses', () => {
    const world = World.started();
    const limit = seconds(OPTION.SOL_MAX_RT, 60);
    world.answer(T.ADVERTISE, [complaint(STATUS.NO_ADDRS_AVAIL), limit]);
    for (let round = 0; round < 12; round++) world.timeout();
    expect(world.client.nextTimeout - world.now).toBeLessThanOrEqual(66_000);
    for (const nonsense of [59, 86_401]) {
      world.answer(T.ADVERTISE, [seconds(OPTION.SOL_MAX_RT, nonsense)]);
      world.timeout();
      expect(world.client.nextTimeout - world.now).toBeLessThanOrEqual(66_000);
    }
  });

  it('is known by a DUID of 3 to 130 octets', () => {
    for (const length of [2, 131]) {
      expect(() => new World({ duid: new Uint8Array(length) })).toThrow(RangeError);
    }
  });
});

describe('the choice among servers', () => {
  it('is the one with the highest preference, when the first wait is over', () => {
    const world = World.started();
    world.answer(T.ADVERTISE, [association()]);
    world.answerFrom(OTHER_SERVER, T.ADVERTISE, [
      association({ addresses: [lent(ADDRESS + 1n)] }),
      preference(7),
    ]);
    world.answer(T.ADVERTISE, [association(), preference(6)]);
    expect(world.types).toEqual([T.SOLICIT]);
    world.timeout();
    expect(world.types).toEqual([T.SOLICIT, T.REQUEST]);
    expect(serverIn(world.last)).toEqual(OTHER_SERVER);
    expect(addresses(world.last)).toEqual([ADDRESS + 1n]);
    expect(world.last.transactionId).not.toBe(world.sent[0].transactionId);
  });

  it('is one with preference 255 at once', () => {
    const world = World.started();
    world.answer(T.ADVERTISE, [association(), preference(255)]);
    expect(world.last.type).toBe(T.REQUEST);
  });

  it('is any at once after the first wait', () => {
    const world = World.started();
    world.timeout();
    world.answer(T.ADVERTISE, [association()]);
    expect(world.last.type).toBe(T.REQUEST);
  });

  it.each<[string, Option[]]>([
    ['no association', []],
    ['the association of somebody else', [association({ iaid: 2 })]],
    ['no address', [association({ addresses: [] })]],
    ['a complaint', [association({ status: status(STATUS.NO_ADDRS_AVAIL) })]],
    ['an address of a link', [association({ addresses: [lent((0xfe80n << 112n) | 1n)] })]],
    ['a multicast address', [association({ addresses: [lent(ALL_DHCP_AGENTS)] })]],
    ['no real address', [association({ addresses: [lent(0n), lent(1n)] })]],
    ['lifetimes out of order', [association({ addresses: [lent(ADDRESS, 100, 200)] })]],
    ['an address for nine seconds', [association({ addresses: [lent(ADDRESS, 9)] })]],
    ['T1 behind T2', [association({ t1: 200, t2: 100 })]],
    ['an association that is cut off', [{ code: OPTION.IA_NA, data: new Uint8Array(11) }]],
  ])('is no server with %s', (_, options) => {
    const world = World.started();
    expect(world.answer(T.ADVERTISE, [...options, preference(255)])).toMatch('no address');
    expect(world.client.state).toBe('soliciting');
  });

  it('asks for eight addresses of many', () => {
    const world = World.started();
    const many = Array.from({ length: 500 }, (_, at) => lent(ADDRESS + BigInt(at)));
    world.answer(T.ADVERTISE, [association({ addresses: many }), preference(255)]);
    expect(addresses(world.last).length).toBe(8);
  });
});

describe('a request', () => {
  function requested(): World {
    const world = World.started();
    world.answer(T.ADVERTISE, [association(), preference(255)]);
    return world;
  }

  it('brings a lease', () => {
    const world = requested();
    world.answer(T.REPLY, [association({ t1: 500, t2: 800 }), ...CONFIGURATION]);
    expect(world.kinds).toEqual(['bound']);
    expect(world.client.lease).toEqual({
      addresses: [
        { address: ADDRESS, preferredUntil: world.now + 2e6, validUntil: world.now + 4e6 },
      ],
      serverIdentifier: SERVER,
      configuration: { dnsServers: [NAME_SERVER], searchDomains: ['lan', 'office.example'] },
      renewAt: world.now + 500_000,
      rebindAt: world.now + 800_000,
    });
  });

  it('is where the times of the lease count from', () => {
    const world = requested();
    const sentAt = world.now;
    world.now += 900;
    world.answer(T.REPLY, [association()]);
    expect(world.client.lease?.addresses[0].validUntil).toBe(sentAt + 4_000_000);
    expect(world.client.lease?.renewAt).toBe(sentAt + 1_000_000);
  });

  it('is sent ten times, then another server is looked for', () => {
    const world = requested();
    while (world.client.state === 'requesting') world.timeout();
    expect(world.types).toEqual([T.SOLICIT, ...new Array(10).fill(T.REQUEST), T.SOLICIT]);
  });

  it.each([STATUS.NO_ADDRS_AVAIL, STATUS.NOT_ON_LINK, STATUS.NO_BINDING])(
    'that is refused with status %i begins anew, slower each time',
    (code) => {
      const world = World.started();
      const waits: number[] = [];
      for (let round = 0; round < 3; round++) {
        world.answer(T.ADVERTISE, [association(), preference(255)]);
        world.answer(T.REPLY, [association({ addresses: [], status: status(code) })]);
        expect(world.client.state).toBe('soliciting');
        waits.push(world.client.nextTimeout - world.now);
        world.timeout();
      }
      expect(waits).toEqual([1000, 2000, 4000]);
    },
  );

  it.each<[string, Option[]]>([
    ['without an association', []],
    ['without addresses', [association({ addresses: [] })]],
    ['that failed', [association(), complaint(STATUS.UNSPEC_FAIL)]],
    ['with T1 behind T2', [association({ t1: 9, t2: 8 })]],
  ])('is sent again after a reply %s', (_, options) => {
    const world = requested();
    expect(world.answer(T.REPLY, options)).toBeTypeOf('string');
    expect(world.client.state).toBe('requesting');
    world.timeout();
    expect(world.last.type).toBe(T.REQUEST);
  });

  it('is not answered by another server', () => {
    const world = requested();
    expect(world.answerFrom(OTHER_SERVER, T.REPLY, [association()])).toMatch('another server');
    expect(world.client.lease).toBeUndefined();
  });
});

describe('rapid commit', () => {
  it('brings a lease in two messages', () => {
    const world = World.started();
    world.answer(T.REPLY, [association(), RAPID_COMMIT]);
    expect(world.kinds).toEqual(['bound']);
    expect(world.types).toEqual([T.SOLICIT]);
  });

  it.each([
    ['without its option', true, []],
    ['that was not asked for', false, [RAPID_COMMIT]],
  ])('is nothing %s', (_, rapidCommit, options) => {
    const world = World.started({ rapidCommit });
    expect(findOption(world.last.options, OPTION.RAPID_COMMIT) !== undefined).toBe(rapidCommit);
    expect(world.answer(T.REPLY, [association(), ...options])).toMatch('nothing');
    expect(world.client.lease).toBeUndefined();
  });
});

describe('a lease', () => {
  it('is renewed at T1 by its server', () => {
    const world = World.bound();
    const began = world.now;
    world.timeout();
    expect(world.now - began).toBe(1_000_000);
    expect(world.types).toEqual([T.RENEW]);
    expect(serverIn(world.last)).toEqual(SERVER);
    expect(addresses(world.last)).toEqual([ADDRESS]);
    world.answer(T.REPLY, [association()]);
    expect(world.kinds).toEqual(['renewed']);
    expect(world.client.lease?.addresses[0].validUntil).toBe(world.now + 4_000_000);
  });

  it('is asked of all servers at T2, and over when its last address is', () => {
    const world = World.bound();
    const lease = world.client.lease;
    while (world.client.state !== 'soliciting') world.timeout();
    const renewals = world.types.filter((type) => type === T.RENEW).length;
    const rebindings = world.types.filter((type) => type === T.REBIND).length;
    // 600 s from T1 to T2: after about 10, 30, 70, 150, 310, 630 s; 2400 s to the end: 1230, 1830 s too.
    expect(renewals === 6 || renewals === 7).toBe(true);
    expect(rebindings).toBeGreaterThanOrEqual(8);
    expect(rebindings).toBeLessThanOrEqual(10);
    expect(world.sent[renewals].type).toBe(T.REBIND);
    expect(world.times[renewals]).toBe(lease?.rebindAt);
    expect(serverIn(world.sent[renewals])).toBeUndefined();
    expect(world.now).toBe(lease?.addresses[0].validUntil);
    expect(world.kinds).toEqual(['expired']);
    // It is what we would like to have again.
    expect(addresses(world.last)).toEqual([ADDRESS]);
  });

  it('may be rebound by another server', () => {
    const world = World.bound();
    while (world.client.state !== 'rebinding') world.timeout();
    world.answerFrom(OTHER_SERVER, T.REPLY, [association()]);
    expect(world.client.lease?.serverIdentifier).toEqual(OTHER_SERVER);
  });

  it('that its server does not know is requested again, once, while it is in use', () => {
    const world = World.bound();
    world.timeout();
    const unknown = association({ addresses: [], status: status(STATUS.NO_BINDING) });
    world.answer(T.REPLY, [unknown]);
    expect(world.last.type).toBe(T.REQUEST);
    expect(world.client.lease).toBeDefined();
    const sent = world.sent.length;
    world.answer(T.REPLY, [unknown]);
    expect(world.sent.length).toBe(sent);
    world.answer(T.REPLY, [association()]);
    expect(world.kinds).toEqual(['renewed']);
  });

  it('that its server does not want to give again either is renewed elsewhere', () => {
    const world = World.bound();
    world.timeout();
    world.answer(T.REPLY, [association({ addresses: [], status: status(STATUS.NO_BINDING) })]);
    while (world.client.state === 'requesting') world.timeout();
    expect(world.client.lease).toBeDefined();
    while (world.client.state !== 'rebinding') world.timeout();
    expect(world.kinds).toEqual([]);
  });

  it('loses the addresses that its server takes back', () => {
    const two = { addresses: [lent(), lent(ADDRESS + 1n)] };
    const world = World.bound(two);
    world.timeout();
    world.answer(T.REPLY, [association({ addresses: [lent(ADDRESS, 0), lent(ADDRESS + 1n)] })]);
    expect(world.client.lease?.addresses.map(({ address }) => address)).toEqual([ADDRESS + 1n]);
    world.timeout();
    world.answer(T.REPLY, [association({ addresses: [lent(ADDRESS + 1n, 0)] })]);
    expect(world.kinds).toEqual(['renewed', 'refused']);
    expect(world.client.state).toBe('soliciting');
    expect(addresses(world.last)).toEqual([]);
  });

  it('keeps addresses that an answer does not name until their time is over', () => {
    const world = World.bound({ addresses: [lent(ADDRESS, 400), lent(ADDRESS + 1n, 8000)] });
    world.timeout();
    world.answer(T.REPLY, [association({ addresses: [lent(ADDRESS + 1n, 8000)] })]);
    expect(world.client.lease?.addresses.length).toBe(2);
    while (world.client.lease?.addresses.length === 2) world.timeout();
    expect(world.now).toBe(1_400_000);
    expect(world.kinds).toEqual(['renewed', 'renewed']);
    expect(world.client.lease?.addresses.map(({ address }) => address)).toEqual([ADDRESS + 1n]);
  });

  it('without end is never asked for again', () => {
    const world = World.bound({ addresses: [lent(ADDRESS, FOREVER, FOREVER)] });
    expect(world.client.nextTimeout).toBe(Number.POSITIVE_INFINITY);
    world.at(1e15);
    expect(world.client.state).toBe('bound');
  });

  it('is not renewed more often than every five seconds', () => {
    const world = World.bound({ t1: 1, t2: 1 });
    expect(world.client.nextTimeout).toBe(world.now + 5000);
  });

  it('is over when the clock jumps past its end, whatever comes then', () => {
    for (const state of ['bound', 'renewing', 'rebinding'] as const) {
      const world = World.bound();
      while (world.client.state !== state) world.timeout();
      world.now = 1e12;
      if (state === 'bound') world.at(world.now);
      else world.answer(T.REPLY, [association()]);
      expect(world.kinds).toEqual(['expired']);
      expect(world.client.state).toBe('soliciting');
    }
  });

  it('is given back, until that is answered or was said four times', () => {
    for (const answered of [true, false]) {
      const world = World.bound();
      world.take(world.client.release(world.now));
      expect(world.kinds).toEqual(['released']);
      expect(world.client.lease).toBeUndefined();
      expect(serverIn(world.last)).toEqual(SERVER);
      expect(addresses(world.last)).toEqual([ADDRESS]);
      if (answered) world.answer(T.REPLY, [complaint(STATUS.SUCCESS)]);
      while (world.client.state !== 'stopped') world.timeout();
      expect(world.types).toEqual(new Array(answered ? 1 : 4).fill(T.RELEASE));
      world.take(world.client.start('stateful', world.now));
      expect(world.last.type).toBe(T.SOLICIT);
    }
  });

  it('that is none is not given back', () => {
    const world = World.started();
    world.take(world.client.release(world.now));
    expect(world.client.state).toBe('stopped');
    expect(world.types).toEqual([T.SOLICIT]);
  });
});

describe('a conflict', () => {
  it('ends the lease, and the server hears of it', () => {
    const world = World.bound();
    world.take(world.client.handleConflict(ADDRESS, world.now));
    expect(world.kinds).toEqual(['conflict']);
    expect(world.last.type).toBe(T.DECLINE);
    expect(serverIn(world.last)).toEqual(SERVER);
    expect(addresses(world.last)).toEqual([ADDRESS]);
    world.answer(T.REPLY);
    expect(world.client.nextTimeout).toBe(world.now + 10_000);
    world.timeout();
    expect(world.last.type).toBe(T.SOLICIT);
    expect(addresses(world.last)).toEqual([]);
  });

  it('is told four times', () => {
    const world = World.bound();
    world.take(world.client.handleConflict(ADDRESS, world.now));
    while (world.client.state !== 'soliciting') world.timeout();
    expect(world.types).toEqual(new Array(4).fill(T.DECLINE));
  });

  it('over another address is none', () => {
    const world = World.bound();
    world.take(world.client.handleConflict(ADDRESS + 1n, world.now));
    expect(world.client.state).toBe('bound');
  });
});

describe('a link that comes back', () => {
  it('has the addresses confirmed while they are in use', () => {
    const world = World.bound();
    const lease = world.client.lease;
    world.take(world.client.handleLinkUp(world.now));
    expect(world.last.type).toBe(T.CONFIRM);
    expect(serverIn(world.last)).toBeUndefined();
    expect(addresses(world.last)).toEqual([ADDRESS]);
    world.answerFrom(OTHER_SERVER, T.REPLY, [complaint(STATUS.SUCCESS)]);
    expect(world.client.state).toBe('bound');
    expect(world.client.lease).toBe(lease);
  });

  it('leads to another network, where they are not good', () => {
    const world = World.bound();
    world.take(world.client.handleLinkUp(world.now));
    world.answer(T.REPLY, [complaint(STATUS.NOT_ON_LINK)]);
    expect(world.kinds).toEqual(['refused']);
    expect(world.last.type).toBe(T.SOLICIT);
  });

  it('leaves the lease as it was when nobody answers for ten seconds', () => {
    const world = World.bound();
    world.take(world.client.handleLinkUp(world.now));
    while (world.client.state === 'confirming') world.timeout();
    expect(world.now).toBe(1_010_000);
    expect(world.client.state).toBe('bound');
    expect(world.kinds).toEqual([]);
  });

  it('makes a client without a lease begin anew, unless it is stopped', () => {
    const world = World.started();
    for (let round = 0; round < 8; round++) world.timeout();
    world.take(world.client.handleLinkUp(world.now));
    expect(elapsed(world.last)).toBe(0);
    const stopped = new World();
    stopped.take(stopped.client.handleLinkUp(stopped.now));
    expect(stopped.client.state).toBe('stopped');
  });
});

describe('a stateless client', () => {
  it('asks for a configuration, and again after a day', () => {
    const world = World.started({}, 'stateless');
    expect(world.last.type).toBe(T.INFORMATION_REQUEST);
    expect(findOption(world.last.options, OPTION.IA_NA)).toBeUndefined();
    const requested = findOption(world.last.options, OPTION.OPTION_REQUEST);
    expect(requested).toEqual(Uint8Array.of(0, 23, 0, 24, 0, 32, 0, 83));
    world.answer(T.REPLY, CONFIGURATION);
    expect(world.events).toEqual([
      {
        kind: 'configured',
        configuration: { dnsServers: [NAME_SERVER], searchDomains: ['lan', 'office.example'] },
      },
    ]);
    expect(world.client.nextTimeout).toBe(world.now + 86_400_000);
    world.timeout();
    expect(world.types).toEqual([T.INFORMATION_REQUEST, T.INFORMATION_REQUEST]);
  });

  it.each([
    [3600, 3600],
    [1, 600],
    [FOREVER, Number.POSITIVE_INFINITY],
  ])('asks again after what the server says: %i s', (given, wait) => {
    const world = World.started({}, 'stateless');
    world.answer(T.REPLY, [seconds(OPTION.INFORMATION_REFRESH_TIME, given)]);
    expect(world.client.nextTimeout).toBe(world.now + wait * 1000);
  });

  it('asks again when the link comes back', () => {
    const world = World.started({}, 'stateless');
    world.answer(T.REPLY, CONFIGURATION);
    world.take(world.client.handleLinkUp(world.now));
    expect(world.types).toEqual([T.INFORMATION_REQUEST, T.INFORMATION_REQUEST]);
  });

  it('waits no longer than servers say', () => {
    const world = World.started({}, 'stateless');
    const limit = seconds(OPTION.INF_MAX_RT, 60);
    expect(world.answer(T.REPLY, [complaint(STATUS.UNSPEC_FAIL), limit])).toMatch('unspec-fail');
    for (let round = 0; round < 12; round++) world.timeout();
    expect(world.client.nextTimeout - world.now).toBeLessThanOrEqual(66_000);
  });
});

describe('a stranger', () => {
  const forgeries: [string, (world: World, type: number) => string | undefined][] = [
    [
      'with another transaction',
      (w, type) => w.answer(type, [association()], { transactionId: 1 }),
    ],
    ['for another client', (w, type) => answerWithout(w, type, OPTION.CLIENT_ID, OTHER_SERVER)],
    ['for nobody', (w, type) => answerWithout(w, type, OPTION.CLIENT_ID)],
    ['without a name', (w, type) => answerWithout(w, type, OPTION.SERVER_ID)],
    [
      'with an empty name',
      (w, type) => answerWithout(w, type, OPTION.SERVER_ID, new Uint8Array(0)),
    ],
    ['that wants to reconfigure', (w) => w.answer(T.RECONFIGURE, [association()])],
    ['that is a client', (w) => w.answer(T.REQUEST, [association()])],
  ];

  function answerWithout(world: World, type: number, code: number, data?: Uint8Array) {
    const all: { code: number; data: Uint8Array }[] = [
      { code: OPTION.CLIENT_ID, data: DUID },
      { code: OPTION.SERVER_ID, data: SERVER },
    ];
    const ids = all.filter((one) => one.code !== code);
    if (data !== undefined) ids.push({ code, data });
    return world.answer(type, [], {
      options: [...ids, association(), preference(255), RAPID_COMMIT],
    });
  }

  it.each(forgeries)('%s is not heard', (_, forge) => {
    for (const state of ['soliciting', 'renewing', 'rebinding', 'confirming'] as const) {
      const world = state === 'soliciting' ? World.started() : World.bound();
      if (state === 'confirming') world.take(world.client.handleLinkUp(world.now));
      while (world.client.state !== state) world.timeout();
      const sent = world.sent.length;
      for (const type of [T.ADVERTISE, T.REPLY]) expect(forge(world, type)).toBeTypeOf('string');
      expect(world.client.state).toBe(state);
      expect(world.sent.length).toBe(sent);
      expect(world.kinds).toEqual([]);
    }
  });

  it('is not heard while nothing was asked for', () => {
    const world = World.bound();
    world.sent.push(...World.started().sent);
    expect(world.answer(T.REPLY, [association({ addresses: [lent(ADDRESS, 0)] })])).toMatch(
      'nothing',
    );
    expect(world.client.lease).toBeDefined();
  });
});
