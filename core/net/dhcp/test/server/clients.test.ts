/** Whole conversations with the messages that well-known clients send, octet by octet where it matters. */
import { fromHex } from '@atoll/bytes/hex';
import { expect as unwrap } from '@atoll/result/result';
import { describe, expect, it } from 'vitest';
import { OPTION } from '../../src/option.ts';
import { type DhcpMessage, parseMessage } from '../../src/packet.ts';
import type { DhcpServer } from '../../src/server/engine.ts';
import { EVERYBODY, ip, number, reply, SERVER, server, T } from '../support.ts';

interface Script {
  /** The options of DISCOVER and REQUEST behind the message type, in hexadecimal. */
  readonly discover: string;
  readonly request: (address: string) => string;
  readonly flags?: number;
  readonly giaddr?: string;
  readonly length?: number;
}

const SERVER_ID = '3604c0000201';
const wish = (address: string) => `3204${address}`;

const SCRIPTS: Record<string, Script> = {
  // Client identifier, maximum message size 576, parameter request list, vendor class.
  udhcpc: {
    discover: '3d0701020000000a01390202403707010306 0c0f1c2a3c0c756468637020312e33352e30ff',
    request: (address) =>
      `3d0701020000000a01${wish(address)}${SERVER_ID}39020240370701 03060c0f1c2a3c0c756468637020312e33352e30ff`,
    length: 300,
  },
  // No client identifier; host name, a long parameter request list with classless routes first.
  dhclient: {
    discover: '0c066c6170746f70370d011c02790f060c28292a1a7703ff',
    request: (address) =>
      `${SERVER_ID}${wish(address)}0c066c6170746f70370d011c02790f060c28292a1a7703ff`,
    length: 300,
  },
  // Broadcast, client FQDN in ASCII, MSFT 5.0, auto-configure question, no padding.
  windows: {
    discover:
      '740101 3d0701020000000a01 0c066c6170746f70 3c084d53465420352e30 370c010f03062c2e2f1f2179f92b ff',
    request: (address) =>
      `3d0701020000000a01 ${wish(address)} ${SERVER_ID} 0c066c6170746f70 51090000006c6170746f70 3c084d53465420352e30 370c010f03062c2e2f1f2179f92b ff`,
    flags: 0x8000,
  },
  // A load generator that plays relay: giaddr, one hop.
  perfdhcp: {
    discover: '370701 1c02030f060cff',
    request: (address) => `${SERVER_ID}${wish(address)}3707011c02030f060cff`,
    giaddr: '192.0.2.77',
  },
};

function build(type: number, script: Script, options: string): DhcpMessage {
  const bytes = new Uint8Array(script.length ?? 600);
  const view = new DataView(bytes.buffer);
  bytes.set([1, 1, 6, script.giaddr === undefined ? 0 : 1]);
  view.setUint32(4, 0x3903f326);
  view.setUint16(10, script.flags ?? 0);
  view.setUint32(24, script.giaddr === undefined ? 0 : ip(script.giaddr));
  bytes.set([2, 0, 0, 0, 10, 1], 28);
  view.setUint32(236, 0x63825363);
  bytes.set([53, 1, type, ...(fromHex(options) ?? [])], 240);
  return unwrap(parseMessage(bytes));
}

function converse(dhcp: DhcpServer, script: Script): DhcpMessage {
  const to = script.giaddr === undefined ? EVERYBODY : SERVER;
  const offer = reply(dhcp.handle(build(T.DISCOVER, script, script.discover), to, 0));
  expect(offer).toMatchObject({ type: T.OFFER, xid: 0x3903f326 });
  const address = offer.yiaddr.toString(16);
  const output = dhcp.handle(build(T.REQUEST, script, script.request(address)), to, 10);
  expect(reply(output)).toMatchObject({ type: T.ACK, xid: 0x3903f326, yiaddr: offer.yiaddr });
  expect(output.events).toMatchObject([{ kind: 'added', hardware: '02:00:00:00:0a:01' }]);
  return reply(output);
}

describe('a conversation with', () => {
  it.each(Object.keys(SCRIPTS))('%s ends with a lease', (name) => {
    const ack = converse(server({ domain: 'lan', options: ['42,0.0.0.0'] }), SCRIPTS[name]);
    expect(number(ack, OPTION.LEASE_TIME)).toBe(3600);
    expect(number(ack, OPTION.NETMASK)).toBe(ip('255.255.255.0'));
    expect(number(ack, OPTION.ROUTER)).toBe(SERVER);
    expect(number(ack, OPTION.DNS_SERVER)).toBe(SERVER);
  });

  it('udhcpc has what it asked for, in its order, and its identifier', () => {
    const ack = converse(server({ domain: 'lan', options: ['42,0.0.0.0'] }), SCRIPTS.udhcpc);
    expect([...ack.options.keys()]).toEqual([54, 61, 51, 58, 59, 1, 3, 6, 15, 28, 42]);
  });

  it('dhclient and windows leaves the name of the client', () => {
    for (const name of ['dhclient', 'windows']) {
      const dhcp = server();
      converse(dhcp, SCRIPTS[name]);
      expect(dhcp.exportLeases(0, 0)).toMatchObject([{ name: 'laptop' }]);
    }
  });

  it('perfdhcp goes through its relay', () => {
    const dhcp = server();
    const given = build(T.DISCOVER, SCRIPTS.perfdhcp, SCRIPTS.perfdhcp.discover);
    const output = dhcp.handle(given, SERVER, 0);
    expect(output.send[0].to).toEqual({ address: ip('192.0.2.77'), port: 67 });
  });
});
