import { describe, expect, it } from 'vitest';
import { nodeIdentifier } from '../../src/client/identifier.ts';
import { OPTION } from '../../src/option.ts';
import { ascii, EVERYBODY, ip, number, SERVER, T, u32 } from '../support.ts';
import { ADDRESS, LEASE_SECONDS, MAC, OTHER_SERVER, World } from './kit.ts';

const rapid: [number, Uint8Array] = [OPTION.RAPID_COMMIT, new Uint8Array(0)];
const from = (server: number): [number, Uint8Array] => [OPTION.SERVER_IDENTIFIER, u32(server)];

describe('a client that starts', () => {
  it('says nothing before', () => {
    const { client } = new World();
    expect(client.state).toBe('stopped');
    expect(client.nextTimeout).toBe(Number.POSITIVE_INFINITY);
    expect(client.lease).toBeUndefined();
  });

  it('waits up to the start delay, at random', () => {
    const delays = new Set<number>();
    for (let seed = 1; seed <= 20; seed++) {
      const world = new World({ startDelayMs: 5000, entropy: { fill: (b) => b.fill(seed * 13) } });
      world.take(world.client.start(world.now));
      delays.add(world.client.nextTimeout - world.now);
    }
    expect(Math.max(...delays)).toBeLessThanOrEqual(5000);
    expect(delays.size).toBeGreaterThan(15);
  });

  it('discovers with its name, its identifier and what it wants to know', () => {
    const { last } = World.started({ hostname: 'atoll' });
    const { message } = last;
    expect(last).toMatchObject({ source: 0, to: { address: EVERYBODY, port: 67 } });
    expect(message).toMatchObject({ op: 1, type: T.DISCOVER, htype: 1, ciaddr: 0, flags: 0x8000 });
    expect([...message.chaddr]).toEqual([2, 0, 0, 0, 0, 1]);
    expect(message.options.get(OPTION.CLIENT_ID)).toEqual(Uint8Array.of(1, 2, 0, 0, 0, 0, 1));
    expect(message.options.get(OPTION.HOSTNAME)).toEqual(ascii('atoll'));
    expect(number(message, OPTION.MAX_MESSAGE_SIZE)).toBe(1500);
    const wanted = [...(message.options.get(OPTION.PARAMETER_REQUEST_LIST) ?? [])];
    expect(wanted).toEqual(expect.arrayContaining([1, 3, 6, 15, 26, 42, 51, 54, 58, 59, 119, 121]));
    expect(wanted.indexOf(121)).toBeLessThan(wanted.indexOf(3));
  });

  it('may be known by its DUID', () => {
    const clientId = nodeIdentifier(0x0a0b_0c0d, Uint8Array.of(0, 3, 0, 1, 2, 0, 0, 0, 0, 1));
    const { last } = World.started({ clientId });
    const octets = [255, 10, 11, 12, 13, 0, 3, 0, 1, 2, 0, 0, 0, 0, 1];
    expect([...(last.message.options.get(OPTION.CLIENT_ID) ?? [])]).toEqual(octets);
  });

  it('discovers after about 4, 8, 16, 32 and 64 seconds again, and so on for ever', () => {
    const world = World.started();
    const { xid } = world.last.message;
    for (const seconds of [4, 8, 16, 32, 64, 64, 64, 64]) {
      const delay = (world.client.nextTimeout - world.now) / 1000;
      expect(Math.abs(delay - seconds)).toBeLessThanOrEqual(1);
      const before = world.now;
      world.timeout();
      expect(world.last.message.xid).toBe(xid);
      expect(world.last.message.secs).toBe(Math.floor((before + delay * 1000 - 1_000_000) / 1000));
    }
    expect(world.types).toEqual(new Array(9).fill(T.DISCOVER));
  });

  it.each([
    ['a host name with a space', { hostname: 'a b' }],
    ['a host name above 255 octets', { hostname: 'a'.repeat(256) }],
    ['a client identifier of one octet', { clientId: Uint8Array.of(1) }],
  ])('does not take %s', (_, options) => {
    expect(() => new World(options)).toThrow(RangeError);
  });
});

describe('a client that got an offer', () => {
  it('requests it from everybody, with the seconds of its DISCOVER', () => {
    const world = World.started();
    world.timeout();
    const discover = world.last.message;
    world.now += 1500;
    world.answer(T.OFFER);
    expect(world.client.state).toBe('requesting');
    const { message, source, to } = world.last;
    expect({ source, to }).toEqual({ source: 0, to: { address: EVERYBODY, port: 67 } });
    expect(message).toMatchObject({ type: T.REQUEST, ciaddr: 0, xid: discover.xid });
    expect(message.secs).toBe(discover.secs);
    expect(number(message, OPTION.REQUESTED_ADDRESS)).toBe(ADDRESS);
    expect(number(message, OPTION.SERVER_IDENTIFIER)).toBe(SERVER);
  });

  it('has a lease when it is acknowledged, counted from its request', () => {
    const world = World.started();
    world.answer(T.OFFER);
    const requestedAt = world.now;
    world.now += 1000;
    world.answer(T.ACK);
    expect(world.kinds).toEqual(['bound']);
    expect(world.client.lease).toEqual({
      address: ADDRESS,
      prefixLength: 24,
      serverIdentifier: SERVER,
      routers: [SERVER],
      routes: [],
      dnsServers: [],
      ntpServers: [],
      domain: undefined,
      searchDomains: [],
      mtu: undefined,
      renewAt: expect.any(Number),
      rebindAt: expect.any(Number),
      until: requestedAt + LEASE_SECONDS * 1000,
    });
  });

  it('starts again when nobody acknowledges it for a minute', () => {
    const world = World.started();
    world.answer(T.OFFER);
    const requested = world.now;
    while (world.client.state === 'requesting') world.timeout();
    expect(world.types).toEqual([T.DISCOVER, ...new Array(5).fill(T.REQUEST), T.DISCOVER]);
    expect(world.now - requested).toBeGreaterThan(60_000);
    expect(world.sent[6].message.xid).not.toBe(world.sent[5].message.xid);
  });

  it.each<[string, () => World, number, [number, Uint8Array][]]>([
    ['an ACK of another address', World.started, T.ACK, []],
    ['an ACK of another server', World.started, T.ACK, [from(OTHER_SERVER)]],
    ['a NAK of another server', World.started, T.NAK, [from(OTHER_SERVER)]],
    ['a second offer', World.started, T.OFFER, [from(OTHER_SERVER)]],
    ['a RELEASE', World.started, T.RELEASE, []],
  ])('ignores %s', (what, start, type, options) => {
    const world = start();
    world.answer(T.OFFER);
    const fields = what.endsWith('address') ? { yiaddr: ADDRESS + 1 } : {};
    expect(world.answer(type, fields, options)).toBeTypeOf('string');
    expect(world.client.state).toBe('requesting');
    expect(world.sent.length).toBe(2);
  });

  it('starts again at once after a NAK, and slower after each further one', () => {
    const world = World.started();
    const waits: number[] = [];
    for (let round = 0; round < 4; round++) {
      world.answer(T.OFFER);
      world.answer(T.NAK);
      const refused = world.now;
      if (world.client.state === 'init') world.timeout();
      expect(world.client.state).toBe('selecting');
      waits.push(world.now - refused);
    }
    expect(waits).toEqual([0, 1000, 2000, 4000]);
  });
});

describe('the choice among offers', () => {
  it('is the first one when nothing is remembered', () => {
    const world = World.started();
    world.answer(T.OFFER, { yiaddr: ADDRESS + 7 });
    expect(number(world.last.message, OPTION.REQUESTED_ADDRESS)).toBe(ADDRESS + 7);
  });

  it('is the remembered address when it comes within a second', () => {
    const world = World.started({ remembered: ADDRESS });
    while (world.client.state === 'rebooting') world.timeout();
    expect(number(world.last.message, OPTION.REQUESTED_ADDRESS)).toBe(ADDRESS);
    world.answer(T.OFFER, { yiaddr: ADDRESS + 1 }, [from(OTHER_SERVER)]);
    expect(world.client.state).toBe('selecting');
    world.now += 900;
    world.answer(T.OFFER);
    expect(world.client.state).toBe('requesting');
    expect(number(world.last.message, OPTION.SERVER_IDENTIFIER)).toBe(SERVER);
  });

  it('is what there is when it does not', () => {
    const world = World.started({ remembered: ADDRESS });
    while (world.client.state === 'rebooting') world.timeout();
    world.answer(T.OFFER, { yiaddr: ADDRESS + 1 });
    world.answer(T.OFFER, { yiaddr: ADDRESS + 2 });
    expect(world.client.nextTimeout).toBe(world.now + 1000);
    world.timeout();
    expect(number(world.last.message, OPTION.REQUESTED_ADDRESS)).toBe(ADDRESS + 1);
  });

  it('is the address that had a conflict only when there is no other', () => {
    for (const other of [true, false]) {
      const world = World.bound();
      world.take(world.client.handleConflict(ADDRESS, world.now));
      world.timeout();
      world.answer(T.OFFER);
      expect(world.client.state).toBe('selecting');
      if (other) world.answer(T.OFFER, { yiaddr: ADDRESS + 1 });
      world.timeout();
      expect(number(world.last.message, OPTION.REQUESTED_ADDRESS)).toBe(
        other ? ADDRESS + 1 : ADDRESS,
      );
    }
  });
});

describe('rapid commit', () => {
  it('takes a lease in two messages when it was asked for', () => {
    const world = World.started({ rapidCommit: true });
    expect(world.last.message.options.get(OPTION.RAPID_COMMIT)).toEqual(new Uint8Array(0));
    world.answer(T.ACK, {}, [rapid]);
    expect(world.client.lease?.address).toBe(ADDRESS);
  });

  it.each([
    ['without the option', { rapidCommit: true }, []],
    ['that was not asked for', {}, [rapid]],
  ])('is nothing %s', (_, options, answer) => {
    const world = World.started(options);
    expect(world.answer(T.ACK, {}, answer as [number, Uint8Array][])).toMatch('nothing');
    expect(world.client.state).toBe('selecting');
  });
});

describe('a lease', () => {
  it('is prolonged by its server from T1 on', () => {
    const world = World.bound();
    world.timeout();
    expect(world.client.state).toBe('renewing');
    const { source, to, message } = world.last;
    expect({ source, to }).toEqual({ source: ADDRESS, to: { address: SERVER, port: 67 } });
    expect(message).toMatchObject({ type: T.REQUEST, ciaddr: ADDRESS, flags: 0 });
    expect(message.options.has(OPTION.REQUESTED_ADDRESS)).toBe(false);
    expect(message.options.has(OPTION.SERVER_IDENTIFIER)).toBe(false);
    const askedAt = world.now;
    world.now += 10;
    world.answer(T.ACK);
    expect(world.kinds).toEqual(['renewed']);
    expect(world.client.state).toBe('bound');
    expect(world.client.lease?.until).toBe(askedAt + LEASE_SECONDS * 1000);
  });

  it('is asked for at ever shorter intervals, then of everybody, then it is over', () => {
    const world = World.bound();
    const lease = world.client.lease;
    while (world.client.state !== 'selecting') world.timeout();
    expect(world.now).toBe(lease?.until);
    expect(world.kinds).toEqual(['expired']);
    expect(world.client.lease).toBeUndefined();
    const renewals = world.sent.filter(({ to }) => to.address === SERVER);
    const rebindings = world.sent.filter(
      ({ to, source }) => to.address === EVERYBODY && source === ADDRESS,
    );
    // 1350 s are left at T1, halved down to a minute; 450 s at T2.
    expect(renewals.length).toBe(6);
    expect(rebindings.length).toBe(4);
    expect(new Set(world.sent.map(({ message }) => message.xid)).size).toBe(world.sent.length);
    expect(world.last.message.type).toBe(T.DISCOVER);
    // The next DISCOVER asks for the same address.
    expect(number(world.last.message, OPTION.REQUESTED_ADDRESS)).toBe(ADDRESS);
  });

  it('is prolonged by any server from T2 on', () => {
    const world = World.bound();
    while (world.client.state !== 'rebinding') world.timeout();
    world.answer(T.ACK, {}, [from(OTHER_SERVER)]);
    expect(world.client.state).toBe('bound');
    expect(world.client.lease?.serverIdentifier).toBe(OTHER_SERVER);
  });

  it('is over when its server says so while it renews, and when any does while it rebinds', () => {
    const renewing = World.bound();
    renewing.timeout();
    expect(renewing.answer(T.NAK, {}, [from(OTHER_SERVER)])).toMatch('another server');
    expect(renewing.client.lease).toBeDefined();
    renewing.answer(T.NAK);
    expect(renewing.kinds).toEqual(['refused']);
    const rebinding = World.bound();
    while (rebinding.client.state !== 'rebinding') rebinding.timeout();
    rebinding.answer(T.NAK, {}, [from(OTHER_SERVER)]);
    expect(rebinding.kinds).toEqual(['refused']);
    expect(rebinding.last.message.type).toBe(T.DISCOVER);
    expect(rebinding.last.message.options.has(OPTION.REQUESTED_ADDRESS)).toBe(false);
  });

  it('never changes its address by being prolonged', () => {
    const world = World.bound();
    world.timeout();
    expect(world.answer(T.ACK, { yiaddr: ADDRESS + 1 })).toMatch('another address');
    expect(world.client.lease?.address).toBe(ADDRESS);
  });

  it('is not made longer by an answer to an earlier request', () => {
    const world = World.bound();
    world.timeout();
    const { message } = world.last;
    world.timeout();
    const late = { xid: message.xid };
    expect(world.answer(T.ACK, late)).toMatch('another transaction');
  });

  it('without end is never asked for again', () => {
    const world = World.bound({}, [[OPTION.LEASE_TIME, u32(0xffff_ffff)]]);
    expect(world.client.nextTimeout).toBe(Number.POSITIVE_INFINITY);
    expect(world.client.lease?.until).toBe(Number.POSITIVE_INFINITY);
    world.at(1e15);
    expect(world.client.state).toBe('bound');
  });

  it('is over when the clock jumps past its end, whatever comes then', () => {
    for (const state of ['bound', 'renewing', 'rebinding'] as const) {
      const world = World.bound();
      while (world.client.state !== state) world.timeout();
      const lease = world.client.lease;
      world.now = (lease?.until ?? 0) + 1e9;
      if (state === 'bound') world.at(world.now);
      else world.answer(T.ACK);
      expect(world.kinds).toEqual(['expired']);
      expect(world.client.state).toBe('selecting');
    }
  });

  it('is rebound at once when the clock jumps past T2', () => {
    const world = World.bound();
    world.at((world.client.lease?.rebindAt ?? 0) + 1);
    expect(world.client.state).toBe('rebinding');
    expect(world.sent.length).toBe(1);
  });

  it('is given back to its server', () => {
    const world = World.bound();
    world.take(world.client.release(world.now));
    const { source, to, message } = world.last;
    expect({ source, to }).toEqual({ source: ADDRESS, to: { address: SERVER, port: 67 } });
    expect(message).toMatchObject({ type: T.RELEASE, ciaddr: ADDRESS });
    expect([...message.options.keys()]).toEqual([OPTION.CLIENT_ID, OPTION.SERVER_IDENTIFIER]);
    expect(world.kinds).toEqual(['released']);
    expect(world.client.state).toBe('stopped');
    world.take(world.client.start(world.now));
    expect(world.last.message.type).toBe(T.DISCOVER);
  });

  it('that is none is not given back', () => {
    const world = World.started();
    world.take(world.client.release(world.now));
    expect(world.types).toEqual([T.DISCOVER]);
    expect(world.client.nextTimeout).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a remembered address', () => {
  it('is asked for first, of everybody and of no server in particular', () => {
    const world = World.started({ remembered: ADDRESS });
    const { message, to, source } = world.last;
    expect(world.client.state).toBe('rebooting');
    expect({ source, to }).toEqual({ source: 0, to: { address: EVERYBODY, port: 67 } });
    expect(message).toMatchObject({ type: T.REQUEST, ciaddr: 0 });
    expect(number(message, OPTION.REQUESTED_ADDRESS)).toBe(ADDRESS);
    expect(message.options.has(OPTION.SERVER_IDENTIFIER)).toBe(false);
    world.answer(T.ACK);
    expect(world.kinds).toEqual(['bound']);
  });

  it('is forgotten when a server refuses it', () => {
    const world = World.started({ remembered: ADDRESS });
    world.answer(T.NAK, {}, [from(OTHER_SERVER)]);
    expect(world.client.state).toBe('selecting');
    expect(world.last.message.options.has(OPTION.REQUESTED_ADDRESS)).toBe(false);
  });

  it('is discovered when nobody answers three times', () => {
    const world = World.started({ remembered: ADDRESS });
    while (world.client.state === 'rebooting') world.timeout();
    expect(world.types).toEqual([T.REQUEST, T.REQUEST, T.REQUEST, T.DISCOVER]);
  });
});

describe('an address that is to be probed', () => {
  it('is bound after the time for probes', () => {
    const world = World.started({ probeMs: 4000 });
    world.answer(T.OFFER);
    world.answer(T.ACK);
    expect(world.kinds).toEqual(['probe']);
    expect(world.client.lease).toBeUndefined();
    expect(world.client.nextTimeout).toBe(world.now + 4000);
    world.timeout();
    expect(world.kinds).toEqual(['probe', 'bound']);
  });

  it('is bound as soon as it is known to be free', () => {
    const world = World.started({ probeMs: 4000 });
    world.answer(T.OFFER);
    world.answer(T.ACK);
    world.take(world.client.handleFree(ADDRESS + 1, world.now));
    expect(world.client.lease).toBeUndefined();
    world.take(world.client.handleFree(ADDRESS, world.now));
    expect(world.client.lease?.address).toBe(ADDRESS);
  });

  it('is declined when somebody has it, and never was a lease', () => {
    const world = World.started({ probeMs: 4000 });
    world.answer(T.OFFER);
    world.answer(T.ACK);
    world.take(world.client.handleConflict(ADDRESS, world.now));
    const { source, to, message } = world.last;
    expect({ source, to }).toEqual({ source: 0, to: { address: EVERYBODY, port: 67 } });
    expect(message).toMatchObject({ type: T.DECLINE, ciaddr: 0 });
    expect(number(message, OPTION.REQUESTED_ADDRESS)).toBe(ADDRESS);
    expect(number(message, OPTION.SERVER_IDENTIFIER)).toBe(SERVER);
    expect(world.kinds).toEqual(['probe']);
    expect(world.client.nextTimeout).toBe(world.now + 10_000);
    world.timeout();
    expect(world.last.message.type).toBe(T.DISCOVER);
  });

  it('is not bound when the host slept until the lease was over', () => {
    const world = World.started({ probeMs: 4000 });
    world.answer(T.OFFER);
    world.answer(T.ACK);
    world.at(world.now + LEASE_SECONDS * 1000);
    expect(world.kinds).toEqual(['probe']);
    expect(world.client.state).toBe('selecting');
  });
});

describe('a conflict', () => {
  it('ends a lease in use', () => {
    const world = World.bound();
    world.take(world.client.handleConflict(ADDRESS, world.now));
    expect(world.kinds).toEqual(['conflict']);
    expect(world.types).toEqual([T.DECLINE]);
    expect(world.client.state).toBe('init');
  });

  it('makes it wait for ten seconds, and after ten of them for a minute', () => {
    const world = World.bound();
    const waits: number[] = [];
    const conflict = () => {
      world.take(world.client.handleConflict(ADDRESS, world.now));
      waits.push(world.client.nextTimeout - world.now);
    };
    const leaseAgain = () => {
      world.at(world.client.nextTimeout);
      world.answer(T.OFFER);
      world.at(world.now + 1000);
      world.answer(T.ACK);
    };
    for (let count = 0; count < 12; count++) {
      conflict();
      leaseAgain();
    }
    expect(waits).toEqual([...new Array(10).fill(10_000), 60_000, 60_000]);
    // One that lasts makes up for all.
    world.at(world.client.nextTimeout);
    world.answer(T.ACK);
    conflict();
    expect(waits.at(-1)).toBe(10_000);
  });

  it('over another address is none', () => {
    const world = World.bound();
    world.take(world.client.handleConflict(ADDRESS + 1, world.now));
    expect(world.kinds).toEqual([]);
    expect(world.client.state).toBe('bound');
  });
});

describe('a link that comes back', () => {
  it('has the lease confirmed while it is in use', () => {
    const world = World.bound();
    world.take(world.client.handleLinkUp(world.now));
    expect(world.client.state).toBe('rebooting');
    expect(world.client.lease?.address).toBe(ADDRESS);
    world.answer(T.ACK);
    expect(world.kinds).toEqual(['renewed']);
  });

  it('leads to another network, where the address is refused', () => {
    const world = World.bound();
    world.take(world.client.handleLinkUp(world.now));
    world.answer(T.NAK, {}, [from(OTHER_SERVER)]);
    expect(world.kinds).toEqual(['refused']);
    expect(world.client.state).toBe('selecting');
  });

  it('leaves the lease as it was when nobody answers', () => {
    const world = World.bound();
    const lease = world.client.lease;
    world.take(world.client.handleLinkUp(world.now));
    while (world.client.state === 'rebooting') world.timeout();
    expect(world.client.state).toBe('bound');
    expect(world.client.lease).toBe(lease);
    expect(world.kinds).toEqual([]);
  });

  it('has a client without a lease discover at once', () => {
    const world = World.started();
    for (let round = 0; round < 5; round++) world.timeout();
    world.take(world.client.handleLinkUp(world.now));
    expect(world.client.nextTimeout - world.now).toBeLessThanOrEqual(5000);
  });

  it('does not start a client that is stopped', () => {
    const world = new World();
    world.take(world.client.handleLinkUp(world.now));
    expect(world.client.state).toBe('stopped');
  });
});

describe('a stranger', () => {
  it.each<[string, Parameters<World['answer']>[1], [number, Uint8Array][]]>([
    ['with another transaction', { xid: 1 }, []],
    ['with another hardware address', { chaddr: Uint8Array.of(2, 0, 0, 0, 0, 2) }, []],
    ['with a longer hardware address', { chaddr: Uint8Array.of(2, 0, 0, 0, 0, 1, 0) }, []],
    ['of another hardware type', { htype: 6 }, []],
    ['with another client identifier', {}, [[OPTION.CLIENT_ID, Uint8Array.of(1, 2, 3)]]],
    ['that is a request', { op: 1 }, []],
  ])('%s is not heard', (_, fields, options) => {
    for (const state of ['selecting', 'requesting', 'renewing', 'rebinding'] as const) {
      const world =
        state === 'selecting' || state === 'requesting' ? World.started() : World.bound();
      if (state === 'requesting') world.answer(T.OFFER);
      while (world.client.state !== state) world.timeout();
      const sent = world.sent.length;
      for (const type of [T.OFFER, T.ACK, T.NAK]) {
        expect(world.answer(type, fields, options)).toBeTypeOf('string');
      }
      expect(world.client.state).toBe(state);
      expect(world.sent.length).toBe(sent);
      expect(world.kinds).toEqual([]);
    }
  });

  it('is not heard while nothing was asked for', () => {
    const world = World.bound();
    world.sent.push(...World.started().sent);
    expect(world.answer(T.NAK)).toMatch('nothing was asked for');
    expect(world.client.lease?.address).toBe(ADDRESS);
  });

  it('is heard with our own client identifier', () => {
    const world = World.started();
    world.answer(T.OFFER, {}, [[OPTION.CLIENT_ID, Uint8Array.of(1, 2, 0, 0, 0, 0, MAC & 0xff)]]);
    expect(world.client.state).toBe('requesting');
  });

  it('who offers without a server identifier is not chosen', () => {
    const world = World.started();
    expect(world.answer(T.OFFER, {}, [], [OPTION.SERVER_IDENTIFIER])).toMatch('server identifier');
    expect(world.client.state).toBe('selecting');
  });

  it('is the server itself when its ACK does not say who it is', () => {
    const world = World.started({ remembered: ip('192.0.2.100') });
    world.answer(T.ACK, {}, [], [OPTION.SERVER_IDENTIFIER]);
    expect(world.client.lease?.serverIdentifier).toBe(SERVER);
  });
});
