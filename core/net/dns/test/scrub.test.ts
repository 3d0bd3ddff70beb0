import { describe, expect, it } from 'vitest';
import { EDNS_OPTION } from '../src/edns.ts';
import type { Message } from '../src/message.ts';
import { RCODE } from '../src/type.ts';
import { ask, edns, read, rr, summary, World } from './kit.ts';

const A = 'www.example. 300 A 192.0.2.1';

describe('what is in an answer', () => {
  const reply = (
    changes: Partial<Message>,
    query: Partial<Message> = {},
    question = 'www.example',
  ) => {
    const world = new World();
    world.query(ask(question, query));
    world.answer(world.takeSent(), changes);
    return summary(world.takeReply());
  };
  const rrs = (...texts: string[]) => texts.map((text) => rr(text));
  const SOA = 'example. 300 SOA ns.example. host.example. 1 2 3 4 5';
  const NEGATIVE_SOA = 'example. 5 SOA ns.example. host.example. 1 2 3 4 5';
  const sig = (owner: string, type: string) =>
    `${owner} 300 RRSIG ${type} 8 2 300 20330518033320 20010909014640 12345 example. AAAA`;

  it('is dropped unless it is on the way from the name', () => {
    const answers = rrs(A, 'bank.example. 300 A 192.0.2.66', 'www.example. 300 MX 1 evil.example.');
    const authorities = rrs('example. 300 NS evil.example.', SOA);
    const additionals = rrs('evil.example. 300 A 192.0.2.66');
    expect(reply({ answers, authorities, additionals })).toBe(`NOERROR ${A}`);
  });

  it('is put in the order of the chain', () => {
    const answers = rrs(
      'b.example. 1 A 192.0.2.1',
      'a.example. 1 CNAME b.example.',
      'www.example. 1 CNAME A.example.',
    );
    expect(reply({ answers })).toBe(
      'NOERROR www.example. 1 CNAME A.example. | a.example. 1 CNAME b.example. | b.example. 1 A 192.0.2.1',
    );
  });

  it('is one alias per name', () => {
    const answers = rrs(
      'www.example. 1 CNAME b.example.',
      'www.example. 1 CNAME c.example.',
      'b.example. 1 A 192.0.2.1',
    );
    expect(reply({ answers })).toBe(
      'NOERROR www.example. 1 CNAME b.example. | b.example. 1 A 192.0.2.1',
    );
  });

  it('may redirect a whole domain', () => {
    const answers = rrs(
      'example. 9 DNAME net.',
      'www.example. 9 CNAME www.net.',
      'www.net. 9 A 192.0.2.1',
    );
    expect(reply({ answers })).toBe(
      'NOERROR example. 9 DNAME net. | www.example. 9 CNAME www.net. | www.net. 9 A 192.0.2.1',
    );
  });

  it('fails when it goes round in circles, or too far', () => {
    const circle = rrs('www.example. 9 CNAME b.example.', 'b.example. 9 CNAME www.example.');
    expect(reply({ answers: circle })).toBe('SERVFAIL');
    const long = (length: number) => [
      rr('www.example. 9 CNAME d1.example.'),
      ...Array.from({ length: length - 1 }, (_, at) =>
        rr(`d${at + 1}.example. 9 CNAME d${at + 2}.example.`),
      ),
      rr(`d${length}.example. 9 A 192.0.2.1`),
    ];
    expect(reply({ answers: long(10) })).toMatch(/^NOERROR/);
    expect(reply({ answers: long(11) })).toBe('SERVFAIL');
  });

  it('says with an SOA record above the name that there is nothing', () => {
    const rcode = RCODE.NXDOMAIN;
    expect(reply({ rcode, authorities: rrs(SOA) })).toBe(`NXDOMAIN / ${NEGATIVE_SOA}`);
    expect(reply({ authorities: rrs(SOA) })).toBe(`NOERROR / ${NEGATIVE_SOA}`);
    expect(reply({ authorities: rrs('other. 300 SOA a. b. 1 2 3 4 5') })).toBe('NOERROR');
    const answers = rrs('www.example. 9 CNAME b.net.');
    const soa = 'net. 5 SOA a. b. 1 2 3 4 5';
    expect(reply({ rcode, answers, authorities: rrs(soa) })).toBe(
      `NXDOMAIN www.example. 9 CNAME b.net. / ${soa}`,
    );
  });

  it('may be an alias only, as from a server that does not follow it', () => {
    const answers = rrs('www.example. 9 CNAME b.example.');
    const authorities = rrs('example. 300 NS ns.example.');
    expect(reply({ answers, authorities })).toBe('NOERROR www.example. 9 CNAME b.example.');
  });

  it('is no answer when it refers to others or contradicts itself', () => {
    expect(reply({ authorities: rrs('example. 300 NS ns.example.') })).toBe('SERVFAIL');
    expect(reply({ rcode: RCODE.NXDOMAIN, answers: rrs(A) })).toBe('SERVFAIL');
  });

  it('has signatures and proofs for those with DO', () => {
    const answers = rrs(A, sig('www.example.', 'A'), sig('www.example.', 'MX'));
    const nsec = 'a.example. 300 NSEC z.example. A RRSIG NSEC';
    const authorities = rrs(nsec, sig('a.example.', 'NSEC'), sig('example.', 'NS'));
    const query = { edns: edns(1232, true) };
    expect(reply({ answers, authorities }, query)).toMatch(
      /^NOERROR www.*RRSIG A .*AAAA \/ a\.example\. 300 NSEC [^|]* \| a\.example\. 300 RRSIG NSEC [^|]*$/,
    );
    expect(reply({ answers, authorities })).toBe(`NOERROR ${A}`);
  });

  it('explains a failure in the words of the server', () => {
    const world = new World();
    world.query(ask('www.example', { edns: edns() }));
    const option = { code: EDNS_OPTION.EXTENDED_ERROR, data: new Uint8Array([0, 6, 0x68, 0x69]) };
    const cookie = { code: EDNS_OPTION.COOKIE, data: new Uint8Array(8) };
    world.answer(world.takeSent(), {
      rcode: RCODE.SERVFAIL,
      edns: { ...edns(), options: [cookie, option] },
    });
    expect(read(world.takeReply()).edns?.options).toEqual([option]);
    expect(read(world.query(ask('www.example', { edns: edns() }))).edns?.options).toEqual([option]);
  });
});
