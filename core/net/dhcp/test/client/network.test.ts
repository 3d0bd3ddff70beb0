/** The client against our own server, in virtual time. */
import { describe, expect, it } from 'vitest';
import { ip, SERVER, server, T } from '../support.ts';
import { OTHER_SERVER } from './kit.ts';
import { type Faults, Network } from './network.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ROUGH: Faults = { loss: 0.2, duplicates: 0.1, delay: 800 };

/** A network with our server, whose leases last for an hour. */
function network(seed: number, faults?: Faults, text: Parameters<typeof server>[0] = {}): Network {
  const net = new Network(seed, faults);
  net.servers.set(SERVER, server(text));
  return net;
}

describe('a client and our server', () => {
  it('agree on a lease in four messages', () => {
    const net = network(1, undefined, {
      options: ['option:mtu,1400', '121,10.0.0.0/8,192.0.2.7,0.0.0.0/0,192.0.2.9', '42,192.0.2.5'],
      domain: 'lan',
    });
    const types: number[] = [];
    net.observe = ({ type }) => types.push(type);
    const client = net.client({ hostname: 'atoll' });
    net.take(client, client.start(0));
    net.run(2000);
    expect(types).toEqual([T.DISCOVER, T.OFFER, T.REQUEST, T.ACK]);
    expect(client.lease).toMatchObject({
      prefixLength: 24,
      serverIdentifier: SERVER,
      routers: [ip('192.0.2.9')],
      routes: [{ destination: ip('10.0.0.0'), length: 8, router: ip('192.0.2.7') }],
      dnsServers: [SERVER],
      ntpServers: [ip('192.0.2.5')],
      domain: 'lan',
      mtu: 1400,
    });
    const [lease] = net.servers.get(SERVER)?.exportLeases(net.now, net.now) ?? [];
    expect(lease).toMatchObject({ name: 'atoll', address: client.lease?.address });
    expect(lease.clientId).toBe('01020000000001');
  });

  it('agree in two with rapid commit', () => {
    const net = network(1, undefined, { rapidCommit: true });
    const types: number[] = [];
    net.observe = ({ type }) => types.push(type);
    const client = net.client({ rapidCommit: true });
    net.take(client, client.start(0));
    net.run(2000);
    expect(types).toEqual([T.DISCOVER, T.ACK]);
    expect(client.state).toBe('bound');
  });

  it('keep a lease for a day on a network that loses every fifth message', () => {
    for (let seed = 0; seed < 10; seed++) {
      const net = network(seed, ROUGH);
      const client = net.client();
      net.take(client, client.start(0));
      net.run(24 * HOUR);
      const events = net.eventsOf(client);
      expect(events[0]).toBe('bound');
      expect(events.slice(1)).toEqual(new Array(events.length - 1).fill('renewed'));
      expect(events.length).toBeGreaterThan(24);
    }
  });

  it('agree on the same address after a new start', () => {
    const net = network(1);
    const first = net.client();
    net.take(first, first.start(0));
    net.run(MINUTE);
    const address = first.lease?.address ?? 0;
    net.hosts.length = 0;
    net.users.clear();
    const second = net.client({ remembered: address });
    const types: number[] = [];
    net.observe = ({ type }) => types.push(type);
    net.take(second, second.start(net.now));
    net.run(2 * MINUTE);
    expect(types).toEqual([T.REQUEST, T.ACK]);
    expect(second.lease?.address).toBe(address);
  });

  it('agree on a new address when the remembered one is of another network', () => {
    const net = network(1);
    const client = net.client({ remembered: ip('10.0.0.7') });
    net.take(client, client.start(0));
    net.run(MINUTE);
    expect((client.lease?.address ?? 0) >>> 8).toBe(SERVER >>> 8);
  });

  it('settle it when somebody else has the address', () => {
    const net = network(1, undefined, { ranges: ['192.0.2.100,192.0.2.101'] });
    const client = net.client({ probeMs: 1000 });
    net.take(client, client.start(0));
    while (client.state !== 'probing') net.run(net.now + 100);
    const [event] = net.hosts[0].events;
    net.take(client, client.handleConflict(event.lease.address, net.now));
    net.run(net.now + MINUTE);
    expect(net.eventsOf(client)).toEqual(['probe', 'probe', 'bound']);
    expect(client.lease?.address).not.toBe(event.lease.address);
  });

  it('part when it releases its lease', () => {
    const net = network(1);
    const client = net.client();
    net.take(client, client.start(0));
    net.run(MINUTE);
    net.take(client, client.release(net.now));
    net.run(2 * MINUTE);
    expect(net.eventsOf(client)).toEqual(['bound', 'released']);
    expect(net.servers.get(SERVER)?.exportLeases(net.now, net.now)).toEqual([]);
  });
});

describe('when a server is gone', () => {
  it('the lease ends on time, and a new one begins when it is back', () => {
    const net = network(3);
    const client = net.client();
    net.take(client, client.start(0));
    net.run(MINUTE);
    const until = client.lease?.until ?? 0;
    net.dead.add(SERVER);
    net.run(until - 1);
    expect(client.lease).toBeDefined();
    net.run(until);
    expect(net.eventsOf(client)).toEqual(['bound', 'expired']);
    net.run(12 * HOUR);
    net.dead.clear();
    net.run(12 * HOUR + 2 * MINUTE);
    expect(client.state).toBe('bound');
  });

  it('and has forgotten its leases, it prolongs them all the same', () => {
    const net = network(3);
    const client = net.client();
    net.take(client, client.start(0));
    net.run(MINUTE);
    net.servers.set(SERVER, server());
    net.run(3 * HOUR);
    expect(net.eventsOf(client)).not.toContain('refused');
  });

  it('another one of the network takes over at T2', () => {
    const net = network(4);
    const client = net.client();
    net.take(client, client.start(0));
    net.run(MINUTE);
    net.dead.add(SERVER);
    net.servers.set(OTHER_SERVER, server({ address: OTHER_SERVER }));
    net.run(2 * HOUR);
    const events = net.eventsOf(client);
    expect(new Set(events)).toEqual(new Set(['bound', 'renewed']));
    expect(client.lease?.serverIdentifier).toBe(OTHER_SERVER);
  });
});

describe('with two servers', () => {
  it('the client takes the first offer and tells both', () => {
    const net = network(5, { ...ROUGH, loss: 0 });
    net.servers.set(
      OTHER_SERVER,
      server({ address: OTHER_SERVER, ranges: ['192.0.2.30,192.0.2.60'] }),
    );
    const client = net.client();
    net.take(client, client.start(0));
    net.run(MINUTE);
    const leases = [...net.servers.values()].flatMap((one) => one.exportLeases(net.now, net.now));
    expect(leases.map(({ address }) => address)).toEqual([client.lease?.address]);
  });

  it('of which one refuses everything, it gets a lease of the other', () => {
    const net = network(6, { loss: 0, duplicates: 0, delay: 100 });
    net.servers.set(
      OTHER_SERVER,
      server({ address: OTHER_SERVER, ranges: ['192.0.2.30,192.0.2.60'] }),
    );
    for (let count = 0; count < 10; count++) {
      const client = net.client({ remembered: ip('192.0.2.31') });
      net.take(client, client.start(0));
    }
    net.run(HOUR);
    for (const { client } of net.hosts) expect(client.state).toBe('bound');
  });
});

describe('many clients', () => {
  it.each([11, 12, 13])('never use one address at the same time (seed %i)', (seed) => {
    const range = '192.0.2.100,192.0.2.109,5m';
    const net = network(seed, ROUGH, { ranges: [range] });
    const steps: (() => void)[] = [];
    // More clients than addresses, which come and go, some without a word.
    for (let count = 0; count < 14; count++) {
      let plugged = true;
      const client = net.client({ probeMs: 500, startDelayMs: 60_000 }, () => plugged);
      net.take(client, client.start(0));
      const step = () => {
        const chance = net.random.below(10);
        if (chance === 0) net.take(client, client.release(net.now));
        else if (chance === 1) plugged = false;
        else if (client.state === 'stopped') net.take(client, client.start(net.now));
        else if (!plugged) {
          plugged = true;
          net.take(client, client.handleLinkUp(net.now));
        } else if (chance === 2 && client.lease !== undefined) {
          net.take(client, client.handleConflict(client.lease.address, net.now));
        }
      };
      steps.push(step);
    }
    for (let round = 0; round < 500; round++) {
      net.run(net.now + 30_000);
      net.random.pick(steps)();
    }
    const bound = net.hosts.flatMap(({ events }) => events).filter(({ kind }) => kind === 'bound');
    expect(bound.length).toBeGreaterThan(50);
  });
});
