import { parseArguments } from '@atoll/conf/parse';
import { parseDhcpOption } from '@atoll/dhcp/argument/option';
import { parseDhcpRange } from '@atoll/dhcp/argument/range';
import { dhcpServerConfig } from '@atoll/dhcp/config';
import { parseMessage } from '@atoll/dhcp/packet';
import { DhcpServer } from '@atoll/dhcp/server';
import { Logger } from '@atoll/log/log';
import { expect as unwrap } from '@atoll/result/result';
import { Lan } from '@atoll/sim/lan';
import { describeFrame } from '@atoll/stack/describe';
import { Stack } from '@atoll/stack/stack';
import { describe, expect, it } from 'vitest';
import type { NetworkOptions } from '../src/arguments.ts';
import { networkArguments } from '../src/arguments.ts';
import { startNetwork } from '../src/network.ts';
import { systemOn } from './machine.ts';

const SERVER = 0x0a00_0001;
const MINUTE = 60_000;

/** A machine that asks for its address, with the name servers and addresses that it had in turn. */
function startClient(lan: Lan, ...words: string[]) {
  const { system, lines } = systemOn(lan.host('client'));
  const options: NetworkOptions = unwrap(parseArguments(networkArguments('dhcp'), words));
  const addresses: (number | undefined)[] = [];
  const network = startNetwork(system, options, 'service', {
    onAddress: (prefix) => addresses.push(prefix?.address),
  });
  return { network, lines, addresses };
}

/** A DHCP server with five addresses, leased for two minutes each. */
function startServer(lan: Lan, ...options: string[]) {
  const host = lan.host('server');
  const stack = new Stack({ entropy: host.entropy, log: new Logger(() => {}) });
  stack.attach({ device: host.device, ipv4: { address: SERVER, length: 24 } });
  const range = unwrap(parseDhcpRange('10.0.0.100,10.0.0.104,2m'));
  const config = unwrap(
    dhcpServerConfig({
      address: SERVER,
      netmask: 0xffff_ff00,
      ranges: [range],
      options: options.map((option) => unwrap(parseDhcpOption(option))),
    }),
  );
  const server = new DhcpServer(config);
  const socket = stack.udp.bind(67, (payload, _, to) => {
    const { send } = server.handle(unwrap(parseMessage(payload)), Number(to.address), lan.now);
    for (const { payload: reply, to: client, mac } of send) {
      socket?.send(reply, client, undefined, mac);
    }
  });
  const echo = stack.udp.bind(7, (payload, from) => echo?.send(payload, from));
  host.run(stack);
  return host;
}

/** A host that has `address` whatever others say, and what it warns of. */
function startOwner(lan: Lan, address: number): readonly string[] {
  const host = lan.host('owner');
  const lines: string[] = [];
  const stack = new Stack({
    entropy: host.entropy,
    log: new Logger((_, line) => lines.push(line), 'warning'),
  });
  stack.attach({ device: host.device, ipv4: { address, length: 24 } });
  host.run(stack);
  return lines;
}

describe('--ipv4=dhcp', () => {
  it('gets an address, uses it, and keeps it', () => {
    const lan = new Lan(1, { delay: 1 });
    startServer(lan);
    const { network, lines, addresses } = startClient(lan);
    lan.run(1000);
    expect(addresses).toEqual([undefined, expect.any(Number)]);
    expect(network.interface?.ipv4.prefix).toEqual({ address: addresses[1], length: 24 });
    let echoes = 0;
    const socket = network.sockets.udp.bind(0, () => echoes++);
    lan.after(0, () => socket?.send(new Uint8Array(3), { address: SERVER, port: 7 }));
    lan.run(30 * MINUTE);
    expect(echoes).toBe(1);
    expect(new Set(addresses.slice(1))).toEqual(new Set([addresses[1]]));
    expect(lines.filter((line) => line.includes('renewed')).length).toBeGreaterThan(20);
  });

  it('does not use an address before it has asked for it', () => {
    const lines: string[] = [];
    const lan = new Lan(8, {
      delay: 1,
      observe: (_, from, frame) => lines.push(`${from} > ${describeFrame(frame, frame.length)}`),
    });
    startServer(lan);
    startClient(lan);
    lan.run(10_000);
    const asked = lines.filter((line) => line.startsWith('client > ARP'));
    const [address] = /10\.0\.0\.10\d/.exec(asked[0]) ?? [];
    const probe = `client > ARP who-has ${address} tell 0.0.0.0`;
    const announcement = `client > ARP who-has ${address} tell ${address}`;
    expect(asked).toEqual([probe, probe, probe, announcement, announcement]);
    expect(lines.findIndex((line) => line.startsWith(`client > ${address} >`))).toBe(-1);
  });

  it('declines addresses that others have, and gets another', () => {
    const lan = new Lan(9, { delay: 1 });
    startServer(lan);
    const owners = [0, 1, 2, 3].map((number) => startOwner(lan, 0x0a00_0064 + number));
    const { addresses, lines } = startClient(lan);
    lan.run(5 * MINUTE);
    expect(addresses[1]).toBe(0x0a00_0068);
    expect(new Set(addresses.slice(1))).toEqual(new Set([0x0a00_0068]));
    expect(lines.some((line) => /warning dhcp: 10\.0\.0\.10\d is in use by 02:/.test(line))).toBe(
      true,
    );
    // Nobody whose address was probed saw a conflict.
    expect(owners.flat()).toEqual([]);
  });

  it('gives up an address that somebody insists on later, and gets another', () => {
    const lan = new Lan(10, { delay: 1 });
    startServer(lan);
    const { addresses, lines } = startClient(lan);
    lan.run(1000);
    const [, first = 0] = addresses;
    startOwner(lan, first);
    lan.run(MINUTE);
    expect(addresses[2]).toBeUndefined();
    expect(lines.some((line) => line.includes(': conflict'))).toBe(true);
    expect(addresses.at(-1)).not.toBe(first);
    expect(addresses.at(-1)).toBeDefined();
  });

  it('gets one in the end on a bad network', () => {
    const lan = new Lan(2, { delay: 5, jitter: 20, loss: 0.3, duplicate: 0.1 });
    startServer(lan);
    const { addresses } = startClient(lan);
    lan.run(20 * MINUTE);
    expect(addresses).toContainEqual(expect.any(Number));
  });

  it('gives the address up when nobody renews it, and gets one again', () => {
    const lan = new Lan(3, { delay: 1 });
    const server = startServer(lan);
    const { network, lines, addresses } = startClient(lan);
    lan.run(1000);
    server.plugged = false;
    lan.run(5 * MINUTE);
    expect(addresses.at(-1)).toBeUndefined();
    expect(network.interface?.ipv4.prefix).toBeUndefined();
    expect(lines.some((line) => line.includes('lost') && line.includes('expired'))).toBe(true);
    server.plugged = true;
    lan.run(10 * MINUTE);
    expect(network.interface?.ipv4.prefix).toBeDefined();
  });

  it('sends no more at a time than the server says', () => {
    let longest = 0;
    const lan = new Lan(5, {
      delay: 1,
      observe(_, from, frame) {
        if (from === 'client') longest = Math.max(longest, frame.length);
      },
    });
    startServer(lan, 'option:mtu,1400');
    const { network } = startClient(lan);
    lan.run(1000);
    let echoed = 0;
    const socket = network.sockets.udp.bind(0, (payload) => {
      echoed = payload.length;
    });
    lan.after(0, () => socket?.send(new Uint8Array(1450), { address: SERVER, port: 7 }));
    lan.run(2000);
    expect(echoed).toBe(1450);
    // What is left of 1400 bytes is cut at a multiple of 8 behind two headers.
    expect(longest).toBe(14 + 20 + 1376);
  });

  it('knows the name servers and the domain of the network', () => {
    const lan = new Lan(6, { delay: 1 });
    startServer(lan, 'option:dns-server,10.0.0.53,10.0.0.54', 'option:domain-name,lan');
    const { network } = startClient(lan);
    lan.run(1000);
    expect(network.dns).toEqual({ servers: [0x0a00_0035, 0x0a00_0036], searchDomains: ['lan'] });
  });

  it('reaches a router that is outside of its network', () => {
    const lan = new Lan(7, { delay: 1 });
    startServer(lan, 'option:router,192.0.2.1');
    const { network, addresses } = startClient(lan);
    lan.run(1000);
    const way = { source: addresses[1], destination: 0x0808_0808, hop: 0xc000_0201 };
    expect(network.interface?.ipv4.way(0x0808_0808)).toEqual(way);
  });

  it('takes the router of the argument before that of the server', () => {
    const lan = new Lan(4, { delay: 1 });
    startServer(lan);
    const { network } = startClient(lan, '--ipv4-gateway=10.0.0.77');
    lan.run(1000);
    expect(network.interface?.ipv4.way(0x0808_0808)?.hop).toBe(0x0a00_004d);
  });
});
