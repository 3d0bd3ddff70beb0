import { expect as unwrap } from '@atoll/result/result';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/message.ts';
import { nameText } from '../../src/name.ts';
import { parseRdata } from '../../src/rdata.ts';
import { RCODE, TYPE } from '../../src/type.ts';
import { OTHER_UPSTREAM, rr, UPSTREAM } from '../kit.ts';
import { type Answerer, Internet } from './internet.ts';
import { outcomeText, SERVERS } from './world.ts';

const SOA = rr('example. 300 SOA ns.example. host.example. 1 2 3 4 60');
const RECORDS = [
  'www.example. 300 A 192.0.2.1',
  'www.example. 300 AAAA 2001:db8::1',
  'v4.example. 300 A 192.0.2.4',
  'example. 300 MX 10 mail.example.',
  'printer.lan. 300 A 192.0.2.9',
].map((text) => rr(text));

/** A server that knows {@link RECORDS}, and `big.example`, which needs TCP. */
const honest: Answerer = ({ questions: [{ name, type }] }, transport) => {
  if (nameText(name) === 'big.example.') {
    if (transport === 'udp') return { truncated: true };
    const text = 'x'.repeat(250);
    return {
      answers: Array.from({ length: 30 }, (_, at) => rr(`big.example. 5 TXT ${text}${at}`)),
    };
  }
  const here = RECORDS.filter((record) => record.name === name);
  if (here.length === 0) return { rcode: RCODE.NXDOMAIN, authorities: [SOA] };
  const answers = here.filter((record) => record.type === type);
  return { answers, authorities: answers.length > 0 ? [] : [SOA] };
};

function internet(answerer: Answerer = honest): Internet {
  const net = new Internet();
  net.servers.set(UPSTREAM.address, answerer);
  net.servers.set(OTHER_UPSTREAM.address, answerer);
  net.resolver.configure(SERVERS, ['lan']);
  return net;
}

async function lookUp(net: Internet, name: string, type: number): Promise<string> {
  return outcomeText(await net.settle(net.resolver.resolve(name, type)));
}

describe('a resolver', () => {
  it('resolves a name, and the next time without asking', async () => {
    const net = internet();
    expect(await lookUp(net, 'www.example', TYPE.A)).toBe('www.example. 300 A 192.0.2.1');
    expect(await lookUp(net, 'www.example', TYPE.A)).toMatch('192.0.2.1');
    expect(net.queries).toBe(1);
    expect(net.ports.size).toBe(0);
  });

  it('has records of any type', async () => {
    const net = internet();
    const outcome = await net.settle(net.resolver.resolve('example', TYPE.MX));
    const [record] = unwrap(outcome).records;
    expect(unwrap(parseRdata(TYPE.MX, record.data))).toMatchObject({ preference: 10 });
  });

  it('asks once for all who ask the same', async () => {
    const net = internet();
    const asked = [1, 2, 3].map(() => net.resolver.resolve('www.example', TYPE.A));
    const outcomes = await net.settle(Promise.all(asked));
    expect(outcomes.map(outcomeText)).toEqual(new Array(3).fill('www.example. 300 A 192.0.2.1'));
    expect(net.queries).toBe(1);
  });

  it('knows the addresses of a name, and of an address', async () => {
    const net = internet();
    const { resolver } = net;
    const addresses = async (name: string) => unwrap(await net.settle(resolver.addresses(name)));
    expect(await addresses('www.example')).toEqual([(0x2001_0db8n << 96n) | 1n, 0xc000_0201]);
    expect(await addresses('v4.example')).toEqual([0xc000_0204]);
    expect(await addresses('localhost')).toEqual([1n, 0x7f00_0001]);
    expect(net.queries).toBe(4);
    expect(await addresses('198.51.100.7')).toEqual([0xc633_6407]);
    expect(await addresses('2001:db8::7')).toEqual([(0x2001_0db8n << 96n) | 7n]);
    expect(net.queries).toBe(4);
  });

  it.each([
    ['no.example', 'absent'],
    ['example', 'empty'],
    ['a..b', 'name'],
  ])('has no address for %s: %s', async (name, kind) => {
    const net = internet();
    net.resolver.configure(SERVERS);
    const result = await net.settle(net.resolver.addresses(name));
    expect(result).toMatchObject({ ok: false, error: { kind } });
  });

  it('looks for a name without a dot below the search domains first', async () => {
    const net = internet();
    expect(await lookUp(net, 'printer', TYPE.A)).toBe('printer.lan. 300 A 192.0.2.9');
    expect(await lookUp(net, 'printer.', TYPE.A)).toBe('absent');
    expect(await lookUp(net, 'example', TYPE.MX)).toBe('example. 300 MX 10 mail.example.');
    expect(await lookUp(net, 'www', TYPE.A)).toBe('absent');
  });

  it('leaves out search domains that are none', async () => {
    const net = internet();
    net.resolver.configure(SERVERS, ['', 'a..b', 'lan']);
    expect(await lookUp(net, 'printer', TYPE.A)).toBe('printer.lan. 300 A 192.0.2.9');
  });
});

describe('a large answer', () => {
  it('comes over TCP, in pieces', async () => {
    const net = internet();
    const outcome = await net.settle(net.resolver.resolve('big.example', TYPE.TXT));
    expect(unwrap(outcome).records.length).toBe(30);
    expect(net.connections).toBe(1);
    expect(net.ports.size).toBe(0);
  });

  it('comes from the other server when the first one hangs up', async () => {
    let first = true;
    const net = internet((query, transport) => {
      if (transport === 'udp' || !first) return honest(query, transport);
      first = false;
      return undefined;
    });
    const outcome = await net.settle(net.resolver.resolve('big.example', TYPE.TXT));
    expect(unwrap(outcome).records.length).toBe(30);
    expect(net.connections).toBe(2);
  });
});

describe('on a bad network', () => {
  it('nearly every name is resolved, and all ports are closed', async () => {
    const net = internet();
    net.loss = 0.3;
    net.delay = 400;
    let failures = 0;
    for (let round = 0; round < 200; round++) {
      const outcome = await lookUp(
        net,
        round % 20 === 0 ? 'big.example' : `h${round}.example`,
        TYPE.TXT,
      );
      if (outcome === 'silent' || outcome === 'failed') failures++;
    }
    expect(failures).toBeLessThan(10);
    expect(net.ports.size).toBe(0);
  });

  it('a name waits for the servers that DHCP brings', async () => {
    const net = new Internet();
    net.servers.set(UPSTREAM.address, honest);
    const asked = net.resolver.resolve('www.example', TYPE.A);
    net.after(() => net.resolver.configure([UPSTREAM]), 3000);
    expect(outcomeText(await net.settle(asked))).toMatch('192.0.2.1');
    expect(net.now).toBeLessThan(4000);
  });

  it('a name fails after ten seconds without an answer', async () => {
    const net = internet(() => undefined);
    expect(await lookUp(net, 'www.example', TYPE.A)).toBe('silent');
    expect(net.now).toBe(10_000);
    expect(net.ports.size).toBe(0);
  });

  it('a server that only lies is followed by the other one', async () => {
    const net = internet();
    const lame: Partial<Message> = { rcode: RCODE.REFUSED };
    net.servers.set(UPSTREAM.address, () => lame);
    expect(await lookUp(net, 'www.example', TYPE.A)).toMatch('192.0.2.1');
    expect(net.queries).toBe(2);
  });
});
