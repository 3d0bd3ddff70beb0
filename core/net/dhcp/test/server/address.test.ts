/** Which address a client gets, and how little a flood can take. */
import { describe, expect, it } from 'vitest';
import { OPTION } from '../../src/option.ts';
import { AddressPool } from '../../src/server/pool.ts';
import {
  ascii,
  EVERYBODY,
  ip,
  lease,
  message,
  reply,
  requested,
  SERVER,
  server,
  serverId,
  T,
} from '../support.ts';

const discover = (client: number, address?: number) =>
  message(T.DISCOVER, client, address === undefined ? {} : { options: [requested(address)] });
const MAC = '02:00:00:00:00:0';
const HOUR = 3_600_000;

describe('a client gets', () => {
  it('the address that it asks for, if it is free', () => {
    const dhcp = server();
    expect(lease(dhcp, 1, 0, { options: [requested(ip('192.0.2.150'))] }).yiaddr).toBe(
      ip('192.0.2.150'),
    );
    expect(reply(dhcp.handle(discover(2, ip('192.0.2.150')), EVERYBODY, 0)).yiaddr).not.toBe(
      ip('192.0.2.150'),
    );
    expect(reply(dhcp.handle(discover(3, ip('192.0.2.50')), EVERYBODY, 0)).yiaddr).not.toBe(
      ip('192.0.2.50'),
    );
  });

  it('its lease rather than what it asks for', () => {
    const dhcp = server();
    const { yiaddr } = lease(dhcp, 1);
    const wish = yiaddr === ip('192.0.2.150') ? ip('192.0.2.151') : ip('192.0.2.150');
    expect(reply(dhcp.handle(discover(1, wish), EVERYBODY, 1)).yiaddr).toBe(yiaddr);
  });

  it('the address it had before, long after the lease ended', () => {
    const dhcp = server();
    lease(dhcp, 1, 0, { options: [requested(ip('192.0.2.150'))] });
    expect(dhcp.handleTimeout(HOUR).events).toMatchObject([{ kind: 'removed' }]);
    expect(reply(dhcp.handle(discover(1), EVERYBODY, 100 * HOUR)).yiaddr).toBe(ip('192.0.2.150'));
  });

  it('the same address from a server that knows nothing of it', () => {
    expect(lease(server(), 1).yiaddr).toBe(lease(server(), 1).yiaddr);
  });

  it('each address of a range, and nothing beyond', () => {
    const dhcp = server({ ranges: ['192.0.2.100,192.0.2.103', '192.0.2.110'] });
    const given = [1, 2, 3, 4, 5].map((client) => lease(dhcp, client).yiaddr);
    expect(given.sort()).toEqual(
      ['100', '101', '102', '103', '110'].map((last) => ip(`192.0.2.${last}`)),
    );
    const output = dhcp.handle(discover(6), EVERYBODY, 0);
    expect(output).toMatchObject({ send: [], note: 'no address is free' });
  });

  it('never the address of the server, of the router, of a host, or of the subnet', () => {
    const dhcp = server({
      ranges: ['192.0.2.0,192.0.2.7', '192.0.2.253,192.0.2.255'],
      router: ip('192.0.2.254'),
      hosts: ['pc,192.0.2.5'],
    });
    const given = [1, 2, 3, 4, 5, 6].map((client) => lease(dhcp, client).yiaddr & 0xff);
    expect(given.sort((a, b) => a - b)).toEqual([2, 3, 4, 6, 7, 253]);
    expect(dhcp.handle(discover(7), EVERYBODY, 0).note).toBe('no address is free');
  });
});

describe('a host', () => {
  it('gets its address, inside a range or outside', () => {
    const hosts = [`${MAC}1,192.0.2.150`, `${MAC}2,192.0.2.7`];
    const dhcp = server({ hosts });
    expect(lease(dhcp, 1).yiaddr).toBe(ip('192.0.2.150'));
    expect(lease(dhcp, 2).yiaddr).toBe(ip('192.0.2.7'));
    const wish = { options: [requested(ip('192.0.2.150')), serverId()] };
    expect(reply(dhcp.handle(message(T.REQUEST, 3, wish), EVERYBODY, 0)).type).toBe(T.NAK);
  });

  it('is the only one that a static range serves', () => {
    const dhcp = server({
      ranges: ['192.0.2.0,static'],
      hosts: [`${MAC}1,192.0.2.7`, `${MAC}2,pc`],
    });
    expect(lease(dhcp, 1).yiaddr).toBe(ip('192.0.2.7'));
    expect(dhcp.handle(discover(2), EVERYBODY, 0).send).toEqual([]);
    expect(dhcp.handle(discover(3), EVERYBODY, 0).send).toEqual([]);
  });

  it('with several hardware addresses gives its address to the one that asks last', () => {
    const dhcp = server({ hosts: [`${MAC}1,${MAC}2,192.0.2.7,laptop`] });
    lease(dhcp, 1);
    const offer = reply(dhcp.handle(discover(2), EVERYBODY, 1));
    expect(offer.options.get(OPTION.HOSTNAME)).toEqual(ascii('laptop'));
    const request = message(T.REQUEST, 2, { options: [requested(offer.yiaddr), serverId()] });
    expect(dhcp.handle(request, EVERYBODY, 1).events).toMatchObject([
      { kind: 'removed', hardware: `${MAC}1`, name: 'laptop' },
      { kind: 'added', hardware: `${MAC}2`, name: 'laptop', address: ip('192.0.2.7') },
    ]);
  });

  it.each<[string, string, Parameters<typeof message>[2]]>([
    ['hardware address', `${MAC}9`, {}],
    ['pattern', '02:00:00:*:*:*', {}],
    ['client identifier', 'id:00:6d:65', { options: [[OPTION.CLIENT_ID, ascii('\x00me')]] }],
    ['identifier as text', 'id:me', { options: [[OPTION.CLIENT_ID, ascii('me')]] }],
    ['name', 'pc', { options: [[OPTION.HOSTNAME, ascii('PC.lan')]] }],
  ])('is found by its %s', (_, key, fields) => {
    const dhcp = server({ hosts: [`${key},192.0.2.7`] });
    expect(lease(dhcp, 9, 0, fields).yiaddr).toBe(ip('192.0.2.7'));
  });

  it('is found by the pattern with the fewest wildcards, and by no pattern if it has a line', () => {
    const hosts = ['*:*:*:*:*:*,192.0.2.5', '02:00:*:*:*:*,192.0.2.6', `${MAC}1,192.0.2.7`];
    const dhcp = server({ hosts });
    expect(lease(dhcp, 1).yiaddr).toBe(ip('192.0.2.7'));
    expect(lease(dhcp, 2).yiaddr).toBe(ip('192.0.2.6'));
  });

  it('found by its name need not repeat it to renew', () => {
    const dhcp = server({ hosts: ['tv,192.0.2.7'] });
    const { yiaddr } = lease(dhcp, 1, 0, { options: [[OPTION.HOSTNAME, ascii('tv')]] });
    const output = dhcp.handle(message(T.REQUEST, 1, { ciaddr: yiaddr }), SERVER, 1);
    expect(reply(output)).toMatchObject({ type: T.ACK, yiaddr: ip('192.0.2.7') });
    expect(output.events).toMatchObject([{ kind: 'renewed', name: 'tv' }]);
  });

  it('with a name and a hardware address is not found by the name alone', () => {
    const dhcp = server({ hosts: [`${MAC}1,pc,192.0.2.7`] });
    const claim = { options: [[OPTION.HOSTNAME, ascii('pc')] as [number, Uint8Array]] };
    const ack = lease(dhcp, 2, 0, claim);
    expect(ack.yiaddr).not.toBe(ip('192.0.2.7'));
    expect(ack.options.has(OPTION.HOSTNAME)).toBe(false);
  });

  it('may be ignored', () => {
    const dhcp = server({ hosts: [`${MAC}1,ignore`] });
    expect(dhcp.handle(discover(1), EVERYBODY, 0).note).toBe('the host is to be ignored');
    expect(lease(dhcp, 2).type).toBe(T.ACK);
  });

  it('counts where a range of its subnet sets the tag', () => {
    const ranges = [
      'set:lan,192.0.2.100,192.0.2.199',
      'set:lab,10.0.0.100,10.0.0.199,255.255.255.0',
    ];
    const dhcp = server({ ranges, hosts: [`${MAC}1,tag:lab,ignore`] });
    expect(dhcp.handle(message(T.DISCOVER, 1, { giaddr: ip('10.0.0.1') }), SERVER, 0).send).toEqual(
      [],
    );
    expect(lease(dhcp, 1).type).toBe(T.ACK);
  });
});

describe('a client is', () => {
  const withId = (id: string) => ({
    options: [[OPTION.CLIENT_ID, ascii(id)] as [number, Uint8Array]],
  });

  it('its client identifier, whatever hardware it uses (RFC 4361)', () => {
    const dhcp = server();
    const first = lease(dhcp, 1, 0, withId('\xffsame'));
    expect(lease(dhcp, 2, 1, withId('\xffsame')).yiaddr).toBe(first.yiaddr);
    expect(lease(dhcp, 1, 2, withId('\xffother')).yiaddr).not.toBe(first.yiaddr);
    expect(dhcp.exportLeases(0, 0)).toHaveLength(2);
  });

  it('its hardware address if id:* says so', () => {
    const dhcp = server({ hosts: [`${MAC}1,id:*`] });
    const first = lease(dhcp, 1, 0, withId('\xffsame'));
    expect(lease(dhcp, 1, 0, withId('\xffother')).yiaddr).toBe(first.yiaddr);
    expect(dhcp.exportLeases(0, 0)).toMatchObject([{ clientId: undefined }]);
  });

  it.each([[''], ['x'], ['x'.repeat(256)]])('not an identifier of an impossible length', (id) => {
    const dhcp = server();
    lease(dhcp, 1, 0, withId(id));
    expect(dhcp.exportLeases(0, 0)).toMatchObject([{ clientId: undefined }]);
  });
});

describe('a flood of DISCOVERs', () => {
  it('keeps no address from real clients', () => {
    const dhcp = server({ ranges: ['192.0.2.100,192.0.2.109'] });
    const taken = new Set<number>();
    for (let client = 1; client <= 10; client++) {
      for (let fake = 0; fake < 500; fake++) dhcp.handle(discover(1000 + fake), EVERYBODY, client);
      taken.add(lease(dhcp, client, client).yiaddr);
    }
    expect(taken.size).toBe(10);
    expect(dhcp.exportLeases(0, 0)).toHaveLength(10);
  });

  it('keeps no memory', () => {
    const dhcp = server({
      ranges: ['192.0.2.100,192.0.2.109', '10.0.0.0,10.0.255.255,255.255.0.0'],
    });
    const giaddr = ip('10.0.0.1');
    for (let fake = 0; fake < 5000; fake++) {
      dhcp.handle(message(T.DISCOVER, fake, { giaddr }), SERVER, 0);
    }
    let timeouts = 0;
    // The newest 1024 offers time out together.
    expect(dhcp.nextTimeout).toBe(10_000);
    while (dhcp.nextTimeout < Number.POSITIVE_INFINITY) {
      expect(dhcp.handleTimeout(dhcp.nextTimeout).events).toEqual([]);
      timeouts++;
    }
    expect(timeouts).toBe(1);
  });

  it('leaves room for as many leases as configured, and for renewals beyond', () => {
    const dhcp = server({ maxLeases: 3 });
    const given = [1, 2, 3].map((client) => lease(dhcp, client).yiaddr);
    expect(dhcp.handle(discover(4), EVERYBODY, 0).note).toBe('no lease is left');
    const wish = { options: [requested(ip('192.0.2.150')), serverId()] };
    expect(dhcp.handle(message(T.REQUEST, 4, wish), EVERYBODY, 0).send).toEqual([]);
    expect(reply(dhcp.handle(message(T.REQUEST, 1, { ciaddr: given[0] }), SERVER, 1)).type).toBe(
      T.ACK,
    );
    dhcp.handle(message(T.RELEASE, 2, { ciaddr: given[1] }), SERVER, 1);
    expect(lease(dhcp, 4, 2).type).toBe(T.ACK);
  });
});

describe('a probe', () => {
  const probing = () => server({ probeMs: 500, ranges: ['192.0.2.100,192.0.2.101'] });

  it('holds the offer back until nobody answered', () => {
    const dhcp = probing();
    const output = dhcp.handle(discover(1), EVERYBODY, 0);
    expect(output.send).toEqual([]);
    expect(output.probe).toHaveLength(1);
    expect(dhcp.nextTimeout).toBe(500);
    expect(dhcp.handleTimeout(499).send).toEqual([]);
    const offer = reply(dhcp.handleTimeout(500));
    expect(offer).toMatchObject({ type: T.OFFER, yiaddr: output.probe[0] });
    const options = [requested(offer.yiaddr), serverId()];
    expect(reply(dhcp.handle(message(T.REQUEST, 1, { options }), EVERYBODY, 501)).type).toBe(T.ACK);
  });

  it('is one for all DISCOVERs of a client, of which the last is answered', () => {
    const dhcp = probing();
    dhcp.handle(discover(1), EVERYBODY, 0);
    const again = dhcp.handle(message(T.DISCOVER, 1, { xid: 99 }), EVERYBODY, 100);
    expect(again).toMatchObject({ send: [], probe: [] });
    expect(reply(dhcp.handleTimeout(500)).xid).toBe(99);
    expect(dhcp.handle(discover(1), EVERYBODY, 600)).toMatchObject({ send: [{}], probe: [] });
  });

  it('that is answered makes the client get another address', () => {
    const dhcp = probing();
    const [taken] = dhcp.handle(discover(1), EVERYBODY, 0).probe;
    dhcp.handleConflict(taken, 100);
    expect(dhcp.handleTimeout(500).send).toEqual([]);
    const [other] = dhcp.handle(discover(1), EVERYBODY, 4000).probe;
    expect(other).not.toBe(taken);
    expect(reply(dhcp.handleTimeout(4500)).yiaddr).toBe(other);
    dhcp.handleConflict(other, 4600);
    expect(dhcp.handle(discover(2), EVERYBODY, 4700).note).toBeUndefined();
  });
});

describe('the pool', () => {
  it.each([1, 31, 32, 33, 1000, 1024, 1025, 40_000])(
    'of %i addresses finds each free one',
    (size) => {
      const pool = new AddressPool(1000, 1000 + size - 1);
      expect(pool.free).toBe(size);
      for (let count = 0; count < size; count++) {
        const address = pool.nextFree(Math.floor(size / 2));
        expect(address).toBe(1000 + ((Math.floor(size / 2) + count) % size));
        pool.take(address as number);
      }
      expect(pool.nextFree(0)).toBeUndefined();
      pool.release(1000);
      expect(pool.nextFree(size - 1)).toBe(1000);
      expect(() => pool.release(1000)).toThrow(RangeError);
      expect(() => pool.take(999)).toThrow(RangeError);
    },
  );
});
