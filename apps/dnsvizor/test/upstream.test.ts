import { launch } from '@atoll/appliance/launch';
import { parseDhcpOption } from '@atoll/dhcp/argument/option';
import { parseDhcpRange } from '@atoll/dhcp/argument/range';
import { dhcpServerConfig } from '@atoll/dhcp/config';
import { parseMessage as parseDhcp } from '@atoll/dhcp/packet';
import { DhcpServer } from '@atoll/dhcp/server';
import { RESPONSE } from '@atoll/dns/message';
import { parseName } from '@atoll/dns/name';
import { emitMessage, parseMessage } from '@atoll/dns/packet';
import { CLASS, RCODE, TYPE } from '@atoll/dns/type';
import { Logger } from '@atoll/log/log';
import { expect as unwrap } from '@atoll/result/result';
import { Lan } from '@atoll/sim/lan';
import { Stack } from '@atoll/stack/stack';
import { nodeFastPaths, OF_STACK } from '@atoll/testbed/fast';
import { describe, expect, it } from 'vitest';
import dnsvizor from '../src/main.ts';

const ROUTER = 0x0a00_0001;
const DNSVIZOR = 0x0a00_0064;
const SECOND = 1000;

const fast = await nodeFastPaths([...OF_STACK, 'dns']);
const { allocate } = fast;

function startDnsvizor(lan: Lan, ...words: string[]): string[] {
  const host = lan.host('dnsvizor');
  const { clock, entropy } = host;
  const lines: string[] = [];
  const loop = launch(dnsvizor, {
    clock,
    entropy,
    fast,
    words,
    console: { write: (text) => lines.push(text) },
    sockets: undefined,
    freeMemory: () => 2 ** 26,
    memorySize: () => 2 ** 27,
    target: 'test',
    image: '',
    devices: [],
    network: () => host.device,
    block: () => undefined,
    halt: (status) => expect.unreachable(`halted with ${status}: ${lines.join('')}`),
  });
  host.run({ poll: () => loop?.step() ?? Number.POSITIVE_INFINITY });
  return lines;
}

/** A router with a DHCP server and a DNS server, which answers all names with one address. */
function startRouter(lan: Lan, ...options: string[]) {
  const host = lan.host('router');
  const { device, entropy } = host;
  const stack = new Stack({ entropy, log: new Logger(() => {}) });
  stack.attach({ device, ipv4: { address: ROUTER, length: 24 } });
  const config = dhcpServerConfig({
    address: ROUTER,
    netmask: 0xffff_ff00,
    ranges: [unwrap(parseDhcpRange('10.0.0.100,10.0.0.100,2m'))],
    options: options.map((option) => unwrap(parseDhcpOption(option))),
  });
  const server = new DhcpServer(unwrap(config));
  const leases = stack.udp.bind(67, (payload, _, to) => {
    const { send } = server.handle(unwrap(parseDhcp(payload)), Number(to.address), lan.now);
    for (const one of send) leases?.send(one.payload, one.to, undefined, one.mac);
  });
  const names = stack.udp.bind(53, (payload, from) => {
    const { id, questions } = unwrap(parseMessage(payload));
    const [{ name }] = questions;
    const data = Uint8Array.of(192, 0, 2, 1);
    const answers = [{ name, type: TYPE.A, class: CLASS.IN, ttl: 60, data }];
    names?.send(emitMessage({ ...RESPONSE, id, questions, answers }), from);
  });
  host.run(stack);
  /** The code of DNSvizor's answer about `www.example`. */
  return (): number | undefined => {
    let rcode: number | undefined;
    const socket = stack.udp.bind(0, (payload) => {
      rcode = unwrap(parseMessage(payload)).rcode;
    });
    const questions = [{ name: unwrap(parseName('www.example')), type: TYPE.A, class: CLASS.IN }];
    const query = { ...RESPONSE, id: 1, response: false, recursionDesired: true, questions };
    lan.after(0, () => socket?.send(emitMessage(query), { address: DNSVIZOR, port: 53 }));
    lan.run(lan.now + 6 * SECOND);
    socket?.close();
    return rcode;
  };
}

describe('without --dns-upstream', () => {
  it('the name servers that DHCP names are asked', () => {
    const lan = new Lan(1, { allocate, delay: 1 });
    const ask = startRouter(lan, 'option:dns-server,10.0.0.1');
    const lines = startDnsvizor(lan, '--ipv4=dhcp');
    lan.run(SECOND);
    expect(ask()).toBe(RCODE.NOERROR);
    expect(lines.join('')).toContain('name servers: 10.0.0.1\n');
  });

  it('nobody is asked when DHCP names ourselves', () => {
    const lan = new Lan(2, { allocate, delay: 1 });
    const ask = startRouter(lan, 'option:dns-server,10.0.0.100');
    startDnsvizor(lan, '--ipv4=dhcp');
    lan.run(SECOND);
    expect(ask()).toBe(RCODE.REFUSED);
  });

  it('nobody is asked when nothing can be learnt', () => {
    const lan = new Lan(3, { allocate, delay: 1 });
    const ask = startRouter(lan);
    const lines = startDnsvizor(lan, '--ipv4=10.0.0.100/24', '--ipv6=none');
    lan.run(SECOND);
    expect(ask()).toBe(RCODE.REFUSED);
    expect(lines.join('')).toContain('only local names are answered');
  });
});

describe('with --dns-upstream', () => {
  it('what DHCP names is left alone', () => {
    const lan = new Lan(4, { allocate, delay: 1 });
    const ask = startRouter(lan, 'option:dns-server,10.0.0.1');
    startDnsvizor(lan, '--ipv4=dhcp', '--dns-upstream=10.0.0.99');
    lan.run(SECOND);
    expect(ask()).toBe(RCODE.SERVFAIL);
  });
});
