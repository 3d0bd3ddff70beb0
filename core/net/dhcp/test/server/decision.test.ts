/** RFC 2131 section 4.3, row by row. */
import { describe, expect, it } from 'vitest';
import { OPTION } from '../../src/option.ts';
import {
  EVERYBODY,
  ip,
  lease,
  message,
  number,
  reply,
  requested,
  SERVER,
  server,
  serverId,
  T,
} from '../support.ts';

const OTHER_SERVER = ip('192.0.2.2');
const RELAY = ip('10.0.0.1');
/** A second subnet, behind a relay. */
const TWO_SUBNETS = {
  ranges: ['192.0.2.100,192.0.2.199', '10.0.0.100,10.0.0.199,255.255.255.0'],
};
const LEFT_TO_OTHERS = { authoritative: false };

describe('DISCOVER', () => {
  it('is answered with an offer of a free address, which is kept for the client', () => {
    const dhcp = server();
    const offer = reply(dhcp.handle(message(T.DISCOVER, 1), EVERYBODY, 0));
    expect(offer.type).toBe(T.OFFER);
    expect(offer.yiaddr).toBeGreaterThanOrEqual(ip('192.0.2.100'));
    expect(offer.yiaddr).toBeLessThanOrEqual(ip('192.0.2.199'));
    const wish = { options: [requested(offer.yiaddr)] };
    const second = reply(dhcp.handle(message(T.DISCOVER, 2, wish), EVERYBODY, 1));
    expect(second.yiaddr).not.toBe(offer.yiaddr);
  });

  it('makes no lease', () => {
    const dhcp = server();
    expect(dhcp.handle(message(T.DISCOVER, 1), EVERYBODY, 0).events).toEqual([]);
    expect(dhcp.exportLeases(0, 0)).toEqual([]);
  });

  it('is answered with the same address again', () => {
    const dhcp = server();
    const first = reply(dhcp.handle(message(T.DISCOVER, 1), EVERYBODY, 0));
    const second = reply(dhcp.handle(message(T.DISCOVER, 1), EVERYBODY, 4000));
    expect(second.yiaddr).toBe(first.yiaddr);
  });

  it('makes a lease at once only if rapid commit is configured and asked for (RFC 4039)', () => {
    const asking = message(T.DISCOVER, 1, { options: [[OPTION.RAPID_COMMIT, new Uint8Array(0)]] });
    expect(reply(server().handle(asking, EVERYBODY, 0)).type).toBe(T.OFFER);

    const dhcp = server({ rapidCommit: true });
    expect(reply(dhcp.handle(message(T.DISCOVER, 2), EVERYBODY, 0)).type).toBe(T.OFFER);
    const output = dhcp.handle(asking, EVERYBODY, 0);
    expect(reply(output).type).toBe(T.ACK);
    expect(reply(output).options.get(OPTION.RAPID_COMMIT)).toEqual(new Uint8Array(0));
    expect(output.events.map(({ kind }) => kind)).toEqual(['added']);
  });
});

describe('REQUEST in SELECTING', () => {
  it('our offer, the address fits: ACK', () => {
    const dhcp = server();
    const offer = reply(dhcp.handle(message(T.DISCOVER, 1), EVERYBODY, 0));
    const request = message(T.REQUEST, 1, { options: [requested(offer.yiaddr), serverId()] });
    const output = dhcp.handle(request, EVERYBODY, 1000);
    expect(reply(output)).toMatchObject({ type: T.ACK, yiaddr: offer.yiaddr });
    expect(output.events).toEqual([
      {
        kind: 'added',
        address: offer.yiaddr,
        htype: 1,
        hardware: '02:00:00:00:00:01',
        clientId: undefined,
        name: '',
        expires: 3_601_000,
      },
    ]);
  });

  it('another server was chosen: silence, and the offer is free again', () => {
    const dhcp = server({ ranges: ['192.0.2.100'] });
    dhcp.handle(message(T.DISCOVER, 1), EVERYBODY, 0);
    const options = [requested(ip('192.0.2.55')), serverId(OTHER_SERVER)];
    const output = dhcp.handle(message(T.REQUEST, 1, { options }), EVERYBODY, 1);
    expect(output).toMatchObject({ send: [], events: [], note: 'the client chose another server' });
    const wish = { options: [requested(ip('192.0.2.100')), serverId()] };
    expect(reply(dhcp.handle(message(T.REQUEST, 2, wish), EVERYBODY, 2)).type).toBe(T.ACK);
  });

  it("the address is somebody else's: NAK", () => {
    const dhcp = server();
    const { yiaddr } = lease(dhcp, 1);
    const options = [requested(yiaddr), serverId()];
    const output = dhcp.handle(message(T.REQUEST, 2, { options }), EVERYBODY, 1);
    expect(reply(output)).toMatchObject({ type: T.NAK, yiaddr: 0, ciaddr: 0, siaddr: 0 });
    expect(output.events).toEqual([]);
  });

  it('the address is offered to somebody else: NAK', () => {
    const dhcp = server();
    const { yiaddr } = reply(dhcp.handle(message(T.DISCOVER, 1), EVERYBODY, 0));
    const options = [requested(yiaddr), serverId()];
    expect(reply(dhcp.handle(message(T.REQUEST, 2, { options }), EVERYBODY, 1)).type).toBe(T.NAK);
  });

  it('the offer has timed out, but the address is free: ACK', () => {
    const dhcp = server();
    const { yiaddr } = reply(dhcp.handle(message(T.DISCOVER, 1), EVERYBODY, 0));
    const options = [requested(yiaddr), serverId()];
    const output = dhcp.handle(message(T.REQUEST, 1, { options }), EVERYBODY, 60_000);
    expect(reply(output).type).toBe(T.ACK);
  });

  it('no address is named: silence', () => {
    const request = message(T.REQUEST, 1, { options: [serverId()] });
    expect(server().handle(request, EVERYBODY, 0).send).toEqual([]);
  });
});

describe('REQUEST in INIT-REBOOT', () => {
  const reboot = (client: number, address: number, fields = {}) =>
    message(T.REQUEST, client, { ...fields, options: [requested(address)] });

  it('the lease is known and the address right: ACK', () => {
    const dhcp = server();
    const { yiaddr } = lease(dhcp, 1);
    const output = dhcp.handle(reboot(1, yiaddr), EVERYBODY, 5000);
    expect(reply(output)).toMatchObject({ type: T.ACK, yiaddr });
    expect(output.events).toMatchObject([{ kind: 'renewed', expires: 3_605_000 }]);
  });

  it('the lease is known and the address wrong: NAK', () => {
    const dhcp = server();
    const { yiaddr } = lease(dhcp, 1);
    const output = dhcp.handle(
      reboot(1, yiaddr === ip('192.0.2.150') ? yiaddr + 1 : ip('192.0.2.150')),
      EVERYBODY,
      1,
    );
    expect(reply(output).type).toBe(T.NAK);
    expect(output.send[0].to).toEqual({ address: EVERYBODY, port: 68 });
  });

  it.each([true, false])(
    'the network is wrong: NAK by broadcast, authoritative %s',
    (authoritative) => {
      const dhcp = server({ authoritative });
      const output = dhcp.handle(reboot(1, ip('172.16.0.5')), EVERYBODY, 0);
      expect(reply(output)).toMatchObject({ type: T.NAK, yiaddr: 0 });
      expect(output.send[0].to).toEqual({ address: EVERYBODY, port: 68 });
    },
  );

  it('the client came from another subnet of ours, behind a relay: NAK to the relay, which broadcasts', () => {
    const dhcp = server(TWO_SUBNETS);
    const { yiaddr } = lease(dhcp, 1);
    const output = dhcp.handle(reboot(1, yiaddr, { giaddr: RELAY }), SERVER, 1);
    expect(reply(output)).toMatchObject({ type: T.NAK, flags: 0x8000, giaddr: RELAY });
    expect(output.send[0].to).toEqual({ address: RELAY, port: 67 });
  });

  it('the client is unknown: silence unless the server is authoritative', () => {
    const output = server(LEFT_TO_OTHERS).handle(reboot(1, ip('192.0.2.150')), EVERYBODY, 0);
    expect(output).toMatchObject({ send: [], events: [], note: 'the client is unknown' });
    const dhcp = server();
    expect(reply(dhcp.handle(reboot(1, ip('192.0.2.150')), EVERYBODY, 0)).type).toBe(T.ACK);
    expect(reply(dhcp.handle(reboot(2, ip('192.0.2.150')), EVERYBODY, 0)).type).toBe(T.NAK);
    expect(reply(dhcp.handle(reboot(3, ip('192.0.2.50')), EVERYBODY, 0)).type).toBe(T.NAK);
  });
});

describe('REQUEST in RENEWING and REBINDING', () => {
  const renew = (client: number, ciaddr: number) => message(T.REQUEST, client, { ciaddr });

  it.each([
    ['RENEWING', SERVER],
    ['REBINDING', EVERYBODY],
  ])('%s, the lease is known: ACK by unicast, the lease goes on', (_, to) => {
    const dhcp = server();
    const { yiaddr } = lease(dhcp, 1);
    const output = dhcp.handle(renew(1, yiaddr), to, 1_800_000);
    expect(reply(output)).toMatchObject({ type: T.ACK, yiaddr, ciaddr: yiaddr });
    expect(output.send[0]).toMatchObject({ to: { address: yiaddr, port: 68 }, mac: undefined });
    expect(output.events).toMatchObject([{ kind: 'renewed', expires: 5_400_000 }]);
  });

  it('the lease is unknown: silence unless the server is authoritative, which makes it again', () => {
    const address = ip('192.0.2.150');
    expect(server(LEFT_TO_OTHERS).handle(renew(1, address), EVERYBODY, 0).send).toEqual([]);
    const dhcp = server();
    const output = dhcp.handle(renew(1, address), EVERYBODY, 0);
    expect(reply(output)).toMatchObject({ type: T.ACK, yiaddr: address });
    expect(output.events).toMatchObject([{ kind: 'added', address }]);
    expect(reply(dhcp.handle(renew(2, address), EVERYBODY, 0)).type).toBe(T.NAK);
  });

  it('the client moved to another subnet: NAK by broadcast', () => {
    const dhcp = server(TWO_SUBNETS);
    const output = dhcp.handle(renew(1, ip('10.0.0.150')), EVERYBODY, 0);
    expect(reply(output).type).toBe(T.NAK);
    expect(output.send[0].to).toEqual({ address: EVERYBODY, port: 68 });
  });

  it('a client behind a relay renews directly: its own subnet counts', () => {
    const dhcp = server(TWO_SUBNETS);
    const { yiaddr } = lease(dhcp, 1, 0, { giaddr: RELAY });
    const ack = reply(dhcp.handle(renew(1, yiaddr), SERVER, 1000));
    expect(ack).toMatchObject({ type: T.ACK, yiaddr });
    // Nobody hears a broadcast of ours there.
    const refused = dhcp.handle(renew(2, yiaddr), SERVER, 1000);
    expect(reply(refused).type).toBe(T.NAK);
    expect(refused.send[0].to).toEqual({ address: yiaddr, port: 68 });
  });

  it('the host has got another address in the configuration: NAK', () => {
    const dhcp = server({ hosts: ['02:00:00:00:00:01,192.0.2.7'] });
    expect(reply(dhcp.handle(renew(1, ip('192.0.2.150')), SERVER, 0)).type).toBe(T.NAK);
    expect(lease(dhcp, 1).yiaddr).toBe(ip('192.0.2.7'));
  });
});

describe('DECLINE', () => {
  const decline = (client: number, address: number) =>
    message(T.DECLINE, client, { options: [requested(address), serverId()] });

  it('ends the lease; nobody gets the address for 600 seconds', () => {
    const dhcp = server({ ranges: ['192.0.2.100'] });
    const { yiaddr } = lease(dhcp, 1);
    const output = dhcp.handle(decline(1, yiaddr), EVERYBODY, 1000);
    expect(output).toMatchObject({ send: [], events: [{ kind: 'removed', address: yiaddr }] });
    expect(dhcp.handle(message(T.DISCOVER, 1), EVERYBODY, 2000).send).toEqual([]);
    expect(dhcp.handle(message(T.DISCOVER, 2), EVERYBODY, 600_999).send).toEqual([]);
    expect(reply(dhcp.handle(message(T.DISCOVER, 2), EVERYBODY, 601_000)).yiaddr).toBe(yiaddr);
  });

  it('gives the address of a host back after that, and another one meanwhile', () => {
    const dhcp = server({ hosts: ['02:00:00:00:00:01,192.0.2.7'] });
    expect(lease(dhcp, 1).yiaddr).toBe(ip('192.0.2.7'));
    dhcp.handle(decline(1, ip('192.0.2.7')), EVERYBODY, 0);
    expect(lease(dhcp, 1, 1).yiaddr).toBeGreaterThanOrEqual(ip('192.0.2.100'));
    const reboot = message(T.REQUEST, 1, { options: [requested(ip('192.0.2.7'))] });
    expect(reply(dhcp.handle(reboot, EVERYBODY, 2)).type).toBe(T.NAK);
    expect(lease(dhcp, 1, 600_000).yiaddr).toBe(ip('192.0.2.7'));
  });

  it('counts only from the client that has the address, and for this server', () => {
    const dhcp = server();
    const { yiaddr } = lease(dhcp, 1);
    expect(dhcp.handle(decline(2, yiaddr), EVERYBODY, 1).events).toEqual([]);
    const other = { options: [requested(yiaddr), serverId(OTHER_SERVER)] };
    expect(dhcp.handle(message(T.DECLINE, 1, other), EVERYBODY, 1).events).toEqual([]);
    expect(dhcp.exportLeases(0, 0)).toHaveLength(1);
  });
});

describe('RELEASE', () => {
  const release = (client: number, ciaddr: number) =>
    message(T.RELEASE, client, { ciaddr, options: [serverId()] });

  it('ends the lease without an answer; the client gets the address again', () => {
    const dhcp = server();
    const wish = { options: [requested(ip('192.0.2.150'))] };
    expect(lease(dhcp, 1, 0, wish).yiaddr).toBe(ip('192.0.2.150'));
    const output = dhcp.handle(release(1, ip('192.0.2.150')), SERVER, 1000);
    expect(output).toMatchObject({ send: [], events: [{ kind: 'removed' }] });
    expect(dhcp.nextTimeout).toBe(Number.POSITIVE_INFINITY);
    expect(lease(dhcp, 1, 2000).yiaddr).toBe(ip('192.0.2.150'));
  });

  it('counts only from the client that has the address', () => {
    const dhcp = server();
    const { yiaddr } = lease(dhcp, 1);
    expect(dhcp.handle(release(2, yiaddr), SERVER, 1).events).toEqual([]);
    expect(dhcp.handle(release(1, yiaddr + 1), SERVER, 1).events).toEqual([]);
    expect(dhcp.exportLeases(0, 0)).toHaveLength(1);
  });
});

describe('INFORM', () => {
  it('is answered to ciaddr without an address and without times, even through a relay', () => {
    const ciaddr = ip('192.0.2.50');
    for (const giaddr of [0, ip('192.0.2.3')]) {
      const output = server().handle(message(T.INFORM, 1, { ciaddr, giaddr }), EVERYBODY, 0);
      const ack = reply(output);
      expect(ack).toMatchObject({ type: T.ACK, yiaddr: 0, ciaddr, siaddr: SERVER });
      for (const code of [OPTION.LEASE_TIME, OPTION.T1, OPTION.T2]) {
        expect(ack.options.has(code)).toBe(false);
      }
      expect(number(ack, OPTION.ROUTER)).toBe(SERVER);
      expect(output).toMatchObject({ events: [], send: [{ to: { address: ciaddr, port: 68 } }] });
    }
  });

  it('is not answered to an address on no network of ours', () => {
    const output = server().handle(message(T.INFORM, 1, { ciaddr: ip('8.8.8.8') }), SERVER, 0);
    expect(output.send).toEqual([]);
  });
});

describe('what is not for a server', () => {
  it.each([
    ['a reply', message(T.DISCOVER, 1, { op: 2 }), 'it is no request'],
    ['an OFFER', message(T.OFFER, 1), 'it is no message for a server'],
    ['an unknown type', message(77, 1), 'it is no message for a server'],
    [
      'a nameless client',
      message(T.DISCOVER, 1, { chaddr: new Uint8Array(0) }),
      'the client says nothing about itself',
    ],
    [
      'an unknown relay',
      message(T.DISCOVER, 1, { giaddr: RELAY }),
      'no subnet is configured for it',
    ],
  ])('%s gets no answer', (_, given, note) => {
    expect(server().handle(given, EVERYBODY, 0)).toEqual({ send: [], events: [], probe: [], note });
  });
});
