/** Where replies go and what they repeat: RFC 2131 section 4.1 and table 3, RFC 3046, RFC 6842. */
import { describe, expect, it } from 'vitest';
import { OPTION } from '../../src/option.ts';
import {
  ascii,
  EVERYBODY,
  ip,
  lease,
  message,
  number,
  reply,
  SERVER,
  server,
  T,
  u32,
} from '../support.ts';

const RELAY = ip('192.0.2.3');

describe('an offer goes', () => {
  it("to the offered address and the client's hardware address", () => {
    const output = server().handle(message(T.DISCOVER, 0x105), EVERYBODY, 0);
    const { yiaddr } = reply(output);
    expect(output.send[0]).toMatchObject({
      to: { address: yiaddr, port: 68 },
      mac: 0x020000000105,
    });
  });

  it.each([
    ['the client asks for that', { flags: 0x8000 }],
    ['the hardware is no Ethernet', { htype: 6 }],
    ['the hardware address is no MAC', { chaddr: Uint8Array.of(1, 2, 3, 4) }],
  ])('to everybody if %s', (_, fields) => {
    const output = server().handle(message(T.DISCOVER, 1, fields), EVERYBODY, 0);
    expect(output.send[0]).toMatchObject({ to: { address: EVERYBODY, port: 68 }, mac: undefined });
  });

  it('to the relay it came through', () => {
    const output = server().handle(message(T.DISCOVER, 1, { giaddr: RELAY }), EVERYBODY, 0);
    expect(output.send[0]).toMatchObject({ to: { address: RELAY, port: 67 }, mac: undefined });
  });

  it('nowhere near a ciaddr that a DISCOVER cannot have', () => {
    const output = server().handle(message(T.DISCOVER, 1, { ciaddr: ip('8.8.8.8') }), EVERYBODY, 0);
    expect(output.send[0].to.address).toBe(reply(output).yiaddr);
  });
});

describe('a reply', () => {
  it('repeats xid, flags, giaddr and chaddr, and nothing else of the header', () => {
    const fields = { xid: 0xfedcba98, flags: 0x8000, giaddr: RELAY, hops: 3, secs: 9, sname: 'x' };
    const given = message(T.DISCOVER, 9, fields);
    const offer = reply(server().handle(given, EVERYBODY, 0));
    const { xid, flags, giaddr, chaddr } = given;
    expect(offer).toMatchObject({ op: 2, xid, flags, giaddr, htype: 1, hops: 0, secs: 0 });
    expect(offer).toMatchObject({ ciaddr: 0, sname: '', file: '' });
    expect(offer.chaddr).toEqual(chaddr);
  });

  it('repeats the client identifier, also in a NAK', () => {
    const id: [number, Uint8Array] = [OPTION.CLIENT_ID, ascii('\x00me')];
    const offer = reply(server().handle(message(T.DISCOVER, 1, { options: [id] }), EVERYBODY, 0));
    expect(offer.options.get(OPTION.CLIENT_ID)).toEqual(id[1]);
    const wrong = message(T.REQUEST, 1, { options: [id, [OPTION.REQUESTED_ADDRESS, u32(1)]] });
    const nak = reply(server().handle(wrong, EVERYBODY, 0));
    expect([...nak.options.keys()].sort()).toEqual([54, 56, 61]);
  });

  it('repeats relay agent information as the last option', () => {
    const relay = Uint8Array.of(1, 3, 7, 8, 9);
    const options: [number, Uint8Array][] = [[OPTION.RELAY_AGENT_INFORMATION, relay]];
    const offer = reply(
      server().handle(message(T.DISCOVER, 1, { giaddr: RELAY, options }), EVERYBODY, 0),
    );
    expect([...offer.options].at(-1)).toEqual([OPTION.RELAY_AGENT_INFORMATION, relay]);
  });

  it('has 300 octets at least', () => {
    expect(server().handle(message(T.DISCOVER, 1), EVERYBODY, 0).send[0].payload.length).toBe(300);
  });

  it.each([
    ['548 octets without a maximum message size', [], 548],
    ["548 octets if the client's maximum is below what is allowed", [1, 44], 548],
    ['no more than the client takes', [3, 32], 772],
    ['no more than a frame takes', [255, 255], 1472],
  ])('has %s', (_, size, limit) => {
    const options = [230, 231, 232, 233, 234, 235, 236, 237].map(
      (code) => `${code},${'x'.repeat(200)}`,
    );
    const sizes: [number, Uint8Array][] = size.length
      ? [[OPTION.MAX_MESSAGE_SIZE, Uint8Array.from(size)]]
      : [];
    const output = server({ options }).handle(
      message(T.DISCOVER, 1, { options: sizes }),
      EVERYBODY,
      0,
    );
    const { length } = output.send[0].payload;
    expect(length).toBeLessThanOrEqual(limit);
    expect(length).toBeGreaterThan(limit - 205);
  });
});

describe('the subnet of a relayed request', () => {
  const dhcp = () =>
    server({
      ranges: [
        '192.0.2.100,192.0.2.199',
        '10.0.0.100,10.0.0.199,255.255.255.0',
        '10.1.0.100,10.1.0.199,255.255.255.0',
      ],
    });
  const giaddr = ip('10.0.0.1');

  it('is that of giaddr; the relay is the router', () => {
    const ack = lease(dhcp(), 1, 0, { giaddr });
    expect(ack.yiaddr >>> 8).toBe(giaddr >>> 8);
    expect(number(ack, OPTION.ROUTER)).toBe(giaddr);
    expect(number(ack, OPTION.BROADCAST)).toBe(ip('10.0.0.255'));
  });

  it('keeps its router when the client renews past the relay', () => {
    const both = dhcp();
    const { yiaddr } = lease(both, 1, 0, { giaddr });
    const ack = reply(both.handle(message(T.REQUEST, 1, { ciaddr: yiaddr }), SERVER, 1));
    expect(number(ack, OPTION.ROUTER)).toBe(giaddr);
  });

  it.each([
    [
      'link selection (RFC 3527)',
      OPTION.RELAY_AGENT_INFORMATION,
      Uint8Array.of(1, 1, 9, 5, 4, 10, 1, 0, 7),
    ],
    ['subnet selection (RFC 3011)', OPTION.SUBNET_SELECTION, u32(ip('10.1.0.0'))],
  ])('is that of %s', (_, code, value) => {
    const ack = lease(dhcp(), 1, 0, { giaddr, options: [[code, value]] });
    expect(ack.yiaddr >>> 8).toBe(ip('10.1.0.0') >>> 8);
    expect(ack.options.get(code)).toEqual(value);
    expect(ack.giaddr).toBe(giaddr);
  });
});
