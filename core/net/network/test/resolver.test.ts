import { parseArguments } from '@atoll/conf/parse';
import { AnswerCache } from '@atoll/dns/cache';
import { frameMessage, MessageStream } from '@atoll/dns/framing';
import { parseName } from '@atoll/dns/name';
import { createDnsServer } from '@atoll/dns/server';
import { Zone } from '@atoll/dns/zone';
import { Logger } from '@atoll/log/log';
import { expect as unwrap } from '@atoll/result/result';
import { Lan } from '@atoll/sim/lan';
import { Stack } from '@atoll/stack/stack';
import { describe, expect, it } from 'vitest';
import { networkArguments } from '../src/arguments.ts';
import { startNetwork } from '../src/network.ts';
import { createResolver, resolverArguments } from '../src/resolver.ts';
import { systemOn } from './machine.ts';
import { LIFETIME, NAME_SERVER, PREFIX, prefix, Router } from './router.ts';

const SECOND = 1000;
const WEB = PREFIX | 0x80n;
const ARGUMENTS = { ...networkArguments('none'), ...resolverArguments() };

const name = (text: string) => unwrap(parseName(text));

/** Serves DNS on `stack`: `www.lan`, `both.lan` with both versions of IP, and `many.lan`, whose addresses do not fit in a datagram. */
function serveDns(lan: Lan, { udp, tcp }: Stack): string[] {
  const zone = new Zone({ domains: [name('lan')] });
  zone.setHost(name('www.lan'), WEB, 0);
  zone.setHost(name('both.lan'), 0x2a00n << 112n, 0);
  zone.setHost(name('both.lan'), 0xcb00_7101, 0);
  for (let host = 0; host < 100; host++) zone.setHost(name('many.lan'), 0x0a00_0100 + host, 0);
  const server = createDnsServer({
    zone,
    cache: new AnswerCache(),
    upstreams: [],
    entropy: lan.random,
    log: new Logger(() => {}),
  });
  const asked: string[] = [];
  const socket = udp.bind(53, (payload, from, to) => {
    asked.push('udp');
    const reply = server.handleQuery(payload, from, to.address, lan.now);
    if (reply !== undefined) socket?.send(reply, from, to.address);
  });
  tcp.listen(53, (connection) => {
    const stream = new MessageStream();
    return {
      onReadable() {
        const bytes = connection.peek();
        for (const message of unwrap(stream.push(bytes))) {
          asked.push('tcp');
          const { remote, local } = connection;
          const reply = server.handleQuery(message, remote, local.address, lan.now, 'tcp');
          if (reply !== undefined) connection.write(frameMessage(reply));
        }
        connection.consume(bytes.length);
        if (connection.isFinished) connection.end();
      },
    };
  });
  return asked;
}

function startClient(lan: Lan, ...words: string[]) {
  const { system } = systemOn(lan.host('client'));
  const options = unwrap(parseArguments(ARGUMENTS, words));
  const network = startNetwork(system, options, 'service');
  return createResolver(system, network, options);
}

/** A host at `address` that serves nothing. */
function machineAt(lan: Lan, address: number): Stack {
  const host = lan.host('host');
  const stack = new Stack({ entropy: host.entropy, log: new Logger(() => {}) });
  stack.attach({ device: host.device, ipv4: { address, length: 24 } });
  host.run(stack);
  return stack;
}

/** Lets so much time pass that all that was asked for is answered. */
async function settle<T>(lan: Lan, asked: Promise<T>): Promise<T> {
  lan.after(0, () => {});
  // A name without a dot is looked for again after an answer, which promises tell in between.
  for (let turn = 0; turn < 20; turn++) {
    lan.run(lan.now + SECOND);
    for (let task = 0; task < 20; task++) await undefined;
  }
  return asked;
}

const OF_ROUTER = {
  dnsServers: [{ addresses: [NAME_SERVER], lifetime: LIFETIME }],
  searchDomains: [{ domains: ['lan'], lifetime: LIFETIME }],
};

describe('a resolver', () => {
  it('asks the name server of the network as soon as there is one', async () => {
    const lan = new Lan(1, { delay: 1 });
    const router = new Router(lan, OF_ROUTER);
    const asked = serveDns(lan, router.stack);
    const resolver = startClient(lan);
    expect(unwrap(await settle(lan, resolver.addresses('www.lan')))).toEqual([WEB]);
    expect(unwrap(await settle(lan, resolver.addresses('www')))).toEqual([WEB]);
    expect(new Set(asked)).toEqual(new Set(['udp']));
  });

  it('asks over TCP for what does not fit', async () => {
    const lan = new Lan(2, { delay: 1 });
    const router = new Router(lan, OF_ROUTER);
    const asked = serveDns(lan, router.stack);
    const resolver = startClient(lan);
    expect(unwrap(await settle(lan, resolver.addresses('many.lan'))).length).toBe(100);
    expect(asked).toContain('tcp');
  });

  it('asks a name server at a link-local address', async () => {
    const lan = new Lan(3, { delay: 1 });
    const router = new Router(lan);
    lan.run(2 * SECOND);
    const address = router.eth.ipv6.linkLocal ?? 0n;
    router.advertise({ dnsServers: [{ addresses: [address], lifetime: LIFETIME }] });
    serveDns(lan, router.stack);
    const resolver = startClient(lan);
    expect(unwrap(await settle(lan, resolver.addresses('many.lan'))).length).toBe(100);
  });

  it('asks the server of the arguments and no other', async () => {
    const lan = new Lan(4, { delay: 1 });
    const router = new Router(lan, {
      dnsServers: [{ addresses: [PREFIX | 0x99n], lifetime: LIFETIME }],
    });
    serveDns(lan, router.stack);
    const resolver = startClient(lan, '--dns-server=2001:db8:1::53');
    lan.run(10 * SECOND);
    const before = lan.now;
    const asked = resolver.addresses('www.lan');
    lan.run(before + 10);
    expect(unwrap(await asked)).toEqual([WEB]);
  });

  it('follows the network to another name server', async () => {
    const lan = new Lan(5, { delay: 1 });
    const silent = { dnsServers: [{ addresses: [PREFIX | 0x99n], lifetime: LIFETIME }] };
    const router = new Router(lan, silent);
    serveDns(lan, router.stack);
    const resolver = startClient(lan);
    lan.run(10 * SECOND);
    const asked = resolver.addresses('www.lan');
    lan.run(lan.now + SECOND);
    const gone = { addresses: [PREFIX | 0x99n], lifetime: 0 };
    router.advertise({ dnsServers: [gone, ...OF_ROUTER.dnsServers] });
    expect(unwrap(await settle(lan, asked))).toEqual([WEB]);
  });

  it('does not wait for a server that says that it is none', async () => {
    const lan = new Lan(8, { delay: 1 });
    const router = new Router(lan, OF_ROUTER);
    const asked = serveDns(lan, router.stack);
    const nobody = machineAt(lan, 0xc000_0205);
    const words = ['--ipv4=192.0.2.2/24', '--dns-server=192.0.2.5', '--dns-server=2001:db8:1::53'];
    const resolver = startClient(lan, ...words);
    lan.run(20 * SECOND);
    const outcome = resolver.addresses('www.lan');
    lan.run(lan.now + 20);
    expect(nobody.counters.closedPort).toBe(2);
    expect(asked.length).toBe(2);
    expect(unwrap(await outcome)).toEqual([WEB]);
  });

  it('puts first what can be reached best', async () => {
    const lan = new Lan(7, { delay: 1 });
    const router = new Router(lan, OF_ROUTER);
    serveDns(lan, router.stack);
    const far = 'both.lan';
    const [ipv6, ipv4] = [0x2a00n << 112n, 0xcb00_7101];
    const resolver = startClient(lan, '--ipv4=192.0.2.2/24', '--ipv4-gateway=192.0.2.1');
    lan.run(20 * SECOND);
    expect(unwrap(await settle(lan, resolver.addresses(far)))).toEqual([ipv6, ipv4]);
    router.advertise({ lifetime: 0 });
    expect(unwrap(await settle(lan, resolver.addresses(far)))).toEqual([ipv4, ipv6]);
    router.advertise({ lifetime: LIFETIME, prefixes: [prefix({ preferredLifetime: 0 })] });
    expect(unwrap(await settle(lan, resolver.addresses(far)))).toEqual([ipv4, ipv6]);
  });

  it('says that nobody answers when nobody is there', async () => {
    const lan = new Lan(6, { delay: 1 });
    const resolver = startClient(lan);
    const outcome = await settle(lan, resolver.addresses('www.lan'));
    expect(outcome).toMatchObject({ ok: false, error: { kind: 'silent' } });
  });
});
