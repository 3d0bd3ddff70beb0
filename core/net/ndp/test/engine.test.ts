import { describe, expect, it } from 'vitest';
import type { NdpMessage } from '../src/packet.ts';
import { REDIRECT, ROUTER_SOLICITATION } from '../src/packet.ts';
import type { LinkOptions, Node } from './link.ts';
import { SimulatedLink } from './link.ts';
import { ip, prefixInformation, routerAdvertisement } from './support.ts';

const PREFIX = ip('2001:db8::');
const ALL = ip('ff02::1');

/** Two hosts and a router, which answers solicitations and advertises every 200 seconds. */
function network(seed: number, options: LinkOptions = {}) {
  const link = new SimulatedLink(seed, options);
  const router = link.add('router', { isRouter: true, autoconfigure: false });
  const one = link.add('one');
  const other = link.add('other');
  const advertise = () => {
    const source = router.ndp.linkLocal;
    if (source === undefined) return;
    const message = routerAdvertisement({
      mac: router.mac,
      prefixes: [prefixInformation(PREFIX)],
      dnsServers: [{ addresses: [PREFIX + 0x53n], lifetime: 600 }],
    });
    link.carryOut(router, [{ kind: 'send', source, destination: ALL, mac: undefined, message }]);
  };
  for (let time = 200_000; time < 3_600_000; time += 200_000) link.at(time, advertise);
  let answered = Number.NEGATIVE_INFINITY;
  const watch = (time: number) => {
    link.at(time, () => {
      const asks = [one, other]
        .flatMap(({ log }) => log)
        .filter(({ now, event }) => {
          return (
            now > answered && event.kind === 'send' && event.message.type === ROUTER_SOLICITATION
          );
        });
      if (asks.length > 0) {
        answered = link.now;
        advertise();
      }
      if (time < 600_000) watch(time + 100);
    });
  };
  watch(100);
  return { link, router, one, other };
}

function globalOf({ ndp }: Node): bigint {
  const found = ndp.addresses.find(({ address }) => address >> 64n === PREFIX >> 64n);
  if (found === undefined) throw new Error('there is no global address');
  return found.address;
}

function countOf({ log }: Node, kind: string): number {
  return log.filter(({ event }) => event.kind === kind).length;
}

describe('two hosts and a router', () => {
  it('find each other within seconds', () => {
    const { link, router, one, other } = network(1);
    link.run(10_000);
    for (const host of [one, other]) {
      expect(host.ndp.addresses.map(({ state }) => state)).toEqual(['preferred', 'preferred']);
      expect(host.ndp.routes).toMatchObject([
        { gateway: router.ndp.linkLocal, prefix: { length: 0 } },
        { gateway: undefined, prefix: { address: PREFIX, length: 64 } },
      ]);
      expect(host.ndp.dnsServers).toEqual([PREFIX + 0x53n]);
      expect(host.ndp.find(router.ndp.linkLocal ?? 0n)).toBe(router.mac);
    }
    link.send(one, globalOf(other), 'hello');
    link.run(11_000);
    expect(other.received).toEqual(['hello']);
    // Who was asked knows who asked, and answers without asking.
    expect(other.ndp.find(globalOf(one))).toBe(one.mac);
  });

  it('stay together while many messages are lost', () => {
    const { link, one, other } = network(2, { loss: 0.2 });
    link.run(60_000);
    for (let time = 60_000; time < 600_000; time += 500) {
      link.at(time, () => link.send(one, globalOf(other), 'hello'));
    }
    link.run(601_000);
    expect(other.received.length).toBeGreaterThan(1080 * 0.7);
    expect(countOf(one, 'moved')).toBe(0);
  });

  it('notice that one is gone, and when it is back elsewhere', () => {
    const { link, one, other } = network(3);
    link.run(10_000);
    const address = globalOf(other);
    link.send(one, address, 'first');
    link.run(11_000);
    link.nodes.splice(link.nodes.indexOf(other), 1);
    for (let time = 60_000; time < 80_000; time += 1000) {
      link.at(time, () => link.send(one, address, 'lost'));
    }
    link.run(90_000);
    const gone = one.log.filter(({ event }) => event.kind === 'unreachable');
    // The first time it was known but did not answer a probe; then it was asked for again.
    expect(gone[0]).toMatchObject({ event: { address, items: [] } });
    expect(gone[0].now).toBeGreaterThanOrEqual(60_000 + 5000 + 3000);
    expect(gone.length).toBeGreaterThan(1);
    const third = link.add('third', { autoconfigure: false });
    link.carryOut(third, third.ndp.add(address, 64, link.now));
    link.run(100_000);
    link.send(one, address, 'again');
    link.run(101_000);
    expect(third.received).toEqual(['again']);
  });

  it('do not take an address that another one has', () => {
    const { link, one, other } = network(4);
    link.run(10_000);
    const taken = globalOf(other);
    link.carryOut(one, one.ndp.add(taken, 64, link.now));
    link.run(20_000);
    expect(countOf(one, 'duplicate')).toBe(1);
    expect(one.ndp.addresses.some(({ address }) => address === taken)).toBe(false);
    expect(globalOf(other)).toBe(taken);
  });

  it('do not both take an address that they want at the same time', () => {
    for (let seed = 0; seed < 50; seed++) {
      const link = new SimulatedLink(seed);
      const nodes = [link.add('one'), link.add('other')];
      link.run(5000);
      const wanted = ip('2001:db8::77');
      for (const node of nodes) {
        const time = 5000 + link.random.below(800);
        link.at(time, () => link.carryOut(node, node.ndp.add(wanted, 64, link.now)));
      }
      link.run(10_000);
      const owners = nodes.filter(({ ndp }) => {
        return ndp.addresses.some(({ address }) => address === wanted);
      });
      expect(owners.length).toBeLessThanOrEqual(1);
    }
  });

  it('get no address on a link that is joined to itself, until it is not', () => {
    const options = { isLooped: true };
    const link = new SimulatedLink(5, options);
    const node = link.add('one');
    link.run(60_000);
    expect(node.ndp.addresses).toMatchObject([{ state: 'tentative' }]);
    options.isLooped = false;
    link.run(70_000);
    expect(node.ndp.addresses).toMatchObject([{ state: 'preferred' }]);
    expect(countOf(node, 'duplicate')).toBe(0);
  });

  it('use another router when theirs does not answer', () => {
    const { link, router, one } = network(6);
    link.run(10_000);
    const first = router.ndp.linkLocal ?? 0n;
    const second = ip('fe80::2');
    const message = routerAdvertisement({ mac: 0x0200_0000_0099, preference: -1 });
    const header = { source: second, destination: ALL, hopLimit: 255 };
    link.carryOut(one, one.ndp.handle(message, header, link.now));
    link.nodes.splice(link.nodes.indexOf(router), 1);
    const gateways = () => one.ndp.routes.flatMap(({ gateway }) => gateway ?? []);
    expect(gateways()).toEqual([first, second]);
    link.send(one, first, 'lost');
    link.run(30_000);
    expect(gateways()).toEqual([second]);
  });

  it('follow a redirect of their router, and know at once where it leads', () => {
    const { link, router, one } = network(7);
    link.run(10_000);
    const target = ip('fe80::2');
    const mac = 0x0200_0000_0099;
    const destination = ip('2001:db8:1::1');
    const packet = new Uint8Array(0);
    const message: NdpMessage = { type: REDIRECT, target, destination, mac, packet };
    const header = { source: router.ndp.linkLocal ?? 0n, destination: 0n, hopLimit: 255 };
    expect(one.ndp.handle(message, { ...header, source: target }, link.now)).toEqual([]);
    expect(one.ndp.find(target)).toBeUndefined();
    expect(one.ndp.handle(message, header, link.now)).toMatchObject([
      { kind: 'route', route: { prefix: { address: destination, length: 128 }, gateway: target } },
    ]);
    expect(one.ndp.find(target)).toBe(mac);
  });

  it('ask as often as their router wants', () => {
    const { link, router, one } = network(8);
    link.run(10_000);
    const message = routerAdvertisement({ retransmitTime: 200 });
    const header = { source: router.ndp.linkLocal ?? 0n, destination: ALL, hopLimit: 255 };
    link.carryOut(one, one.ndp.handle(message, header, link.now));
    link.send(one, PREFIX + 0xffn, 'lost');
    const started = link.now;
    link.run(20_000);
    const gone = one.log.find(({ event }) => event.kind === 'unreachable');
    expect(gone?.now).toBe(started + 600);
  });

  it('let go of an address that ended', () => {
    const { link, one, other } = network(9);
    link.run(10_000);
    const address = globalOf(other);
    link.carryOut(other, other.ndp.remove(address));
    link.send(one, address, 'lost');
    link.run(20_000);
    expect(countOf(one, 'unreachable')).toBe(1);
  });
});
