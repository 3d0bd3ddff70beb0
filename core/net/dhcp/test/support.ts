/** What the tests share: short ways to write addresses, messages and servers. */
import { parseIpv4 } from '@atoll/ipv4/address';
import { expect as unwrap } from '@atoll/result/result';
import { parseDhcpHost } from '../src/argument/host.ts';
import { parseDhcpOption } from '../src/argument/option.ts';
import { parseDhcpRange } from '../src/argument/range.ts';
import { type DhcpServerSettings, dhcpServerConfig } from '../src/config.ts';
import { OPTION } from '../src/option.ts';
import { BOOTREQUEST, type DhcpMessage, ETHERNET, parseMessage } from '../src/packet.ts';
import { DhcpServer } from '../src/server/engine.ts';
import type { Output } from '../src/server/event.ts';

export function ip(text: string): number {
  return unwrap(parseIpv4(text));
}

export const SERVER = ip('192.0.2.1');
export const EVERYBODY = 0xffff_ffff;

export interface ServerText
  extends Partial<Omit<DhcpServerSettings, 'ranges' | 'hosts' | 'options'>> {
  ranges?: string[];
  hosts?: string[];
  options?: string[];
}

export function settings(text: ServerText = {}): DhcpServerSettings {
  const { ranges = ['192.0.2.100,192.0.2.199'], hosts = [], options = [], ...rest } = text;
  return {
    address: SERVER,
    netmask: ip('255.255.255.0'),
    ...rest,
    ranges: ranges.map((one) => unwrap(parseDhcpRange(one))),
    hosts: hosts.map((one) => unwrap(parseDhcpHost(one))),
    options: options.map((one) => unwrap(parseDhcpOption(one))),
  };
}

export function server(text: ServerText = {}): DhcpServer {
  return new DhcpServer(unwrap(dhcpServerConfig(settings(text))));
}

/** A message of client number `client`, whose hardware address ends with it. */
export function message(
  type: number,
  client: number,
  fields: Partial<Omit<DhcpMessage, 'options'>> & { options?: [number, Uint8Array][] } = {},
): DhcpMessage {
  return {
    op: BOOTREQUEST,
    type,
    htype: ETHERNET,
    hops: 0,
    xid: 0x1000 + client,
    secs: 0,
    flags: 0,
    ciaddr: 0,
    yiaddr: 0,
    siaddr: 0,
    giaddr: 0,
    chaddr: Uint8Array.of(2, 0, 0, 0, client >>> 8, client),
    sname: '',
    file: '',
    ...fields,
    options: new Map(fields.options),
  };
}

export function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export const requested = (address: number): [number, Uint8Array] => [
  OPTION.REQUESTED_ADDRESS,
  u32(address),
];
export const serverId = (address = SERVER): [number, Uint8Array] => [
  OPTION.SERVER_IDENTIFIER,
  u32(address),
];
export const asks = (...codes: number[]): [number, Uint8Array] => [
  OPTION.PARAMETER_REQUEST_LIST,
  Uint8Array.from(codes),
];
export const hostname = (name: string): [number, Uint8Array] => [OPTION.HOSTNAME, ascii(name)];

/** The only message that `output` sends. */
export function reply(output: Output): DhcpMessage {
  if (output.send.length !== 1) {
    throw new Error(`${output.send.length} messages sent, expected 1 (${output.note})`);
  }
  return unwrap(parseMessage(output.send[0].payload));
}

/** The number in option `code` of `from`. */
export function number(from: DhcpMessage, code: number): number | undefined {
  return from.options.get(code)?.reduce((sum, byte) => sum * 256 + byte, 0);
}

export const T = {
  DISCOVER: 1,
  OFFER: 2,
  REQUEST: 3,
  DECLINE: 4,
  ACK: 5,
  NAK: 6,
  RELEASE: 7,
  INFORM: 8,
};

/** Client number `client` gets a lease in four messages; answers the acknowledgement. */
export function lease(
  dhcp: DhcpServer,
  client: number,
  now = 0,
  fields: Parameters<typeof message>[2] = {},
): DhcpMessage {
  const { options = [] } = fields;
  const offer = reply(dhcp.handle(message(T.DISCOVER, client, fields), EVERYBODY, now));
  const request = message(T.REQUEST, client, {
    ...fields,
    options: [requested(offer.yiaddr), serverId(), ...options],
  });
  return reply(dhcp.handle(request, EVERYBODY, now));
}
