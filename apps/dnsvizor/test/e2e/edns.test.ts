import { Bed, NETWORK } from '@atoll/testbed/bed';
import type { DigAnswer } from '@atoll/testbed/client/dig';
import { dig } from '@atoll/testbed/client/dig';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL, onEach } from './targets.ts';
import { ZONE } from './zone.ts';

/**
 * How a server has to take what it does not know (RFC 6891, RFC 8906 section 8): a row is what it
 * is about, the words for dig, and what the answer has to be. All are asked for a local name and for
 * one of another server, because the two take different ways.
 */
const ROWS: ReadonlyArray<readonly [what: string, words: string, check: Check]> = [
  ['a plain query', '+noedns', (answer) => expect(answer.edns).toBeUndefined()],
  ['EDNS version 0', '+edns=0', hasEdns],
  ['EDNS with a buffer below 512', '+edns=0 +bufsize=100', hasEdns],
  ['an unknown EDNS option', '+edns=0 +ednsopt=100:cafe', echoesNoOption],
  ['an unknown EDNS flag', '+edns=0 +ednsflags=0x80', clearsUnknownFlags],
  ['DNSSEC OK', '+dnssec', hasEdns],
  ['DNSSEC OK and checking disabled', '+dnssec +cdflag', hasEdns],
  ['NSID', '+edns=0 +nsid', hasEdns],
  ['a cookie', '+edns=0 +cookie=0102030405060708', hasEdns],
  ['EXPIRE', '+edns=0 +expire', hasEdns],
  ['a client subnet', '+edns=0 +subnet=10.0.0.0/24', hasEdns],
  ['several options at once', '+nsid +expire +cookie=0102030405060708 +ednsopt=100', hasEdns],
  ['AA set', '+aaflag', isAnswered],
  ['AD set', '+adflag', isAnswered],
  ['CD set', '+cdflag', isAnswered],
  ['RA set', '+raflag', isAnswered],
  ['TC set', '+tcflag', (answer) => expect(answer.flags).not.toContain('tc')],
  ['RD set', '+rdflag', (answer) => expect(answer.flags).toContain('rd')],
];

type Check = (answer: DigAnswer) => void;

/** Types that nobody uses, have been withdrawn, or were never given out. */
const STRANGE_TYPES = [
  'MD',
  'NULL',
  'WKS',
  'RP',
  'X25',
  'NSAP',
  'APL',
  'SINK',
  'SPF',
  'UID',
  'TYPE666',
];

onEach(ALL, ['dig'], (target) => {
  // What dnsmasq 2.90 gets wrong; a version that gets it right makes these fail, to be noticed.
  const beyondDnsmasq = target.name === 'dnsmasq' ? it.fails : it;
  let bed: Bed;
  const ask = (...question: string[]) => dig(bed.client, NETWORK.server, ...question);

  beforeAll(() => {
    bed = new Bed(target, { domain: 'lan', words: ['--host-record=router.lan,10.0.0.1'] }, ZONE);
    return bed.start();
  });
  afterAll(() => bed.stop());

  describe.each(['router.lan', 'www.example'])('%s', (name) => {
    it.each(ROWS)('%s: %s', async (_, words, check) => {
      const answer = await ask(...words.split(' '), name, 'A');
      expect(answer).toMatchObject({ status: 'NOERROR', answer: [{ type: 'A' }] });
      check(answer);
    });

    it.each(STRANGE_TYPES)('has no %s', async (type) => {
      const answer = await ask(name, type);
      expect(answer).toMatchObject({ status: 'NOERROR', answer: [] });
    });

    beyondDnsmasq('clears the reserved header bit', async () => {
      const answer = await ask('+zflag', name);
      expect(answer).toMatchObject({ status: 'NOERROR', answer: [{ type: 'A' }] });
      expect(answer.text).not.toMatch(/MBZ/);
    });

    beyondDnsmasq('refuses EDNS version 1 with its own version', async () => {
      const answer = await ask('+edns=1', '+noednsnegotiation', name);
      expect(answer).toMatchObject({ status: 'BADVERS', answer: [], edns: { version: 0 } });
    });
  });

  beyondDnsmasq('does not implement opcode 15, and says so with a bare header', async () => {
    const answer = await ask('+opcode=15', '+header-only', '+tries=1', '+timeout=1');
    expect(answer).toMatchObject({ status: 'NOTIMP', answer: [] });
  });

  it('does not recurse into what it was not asked to', async () => {
    const answer = await ask('+norecurse', 'router.lan');
    expect(answer).toMatchObject({ status: 'NOERROR', answer: [{ data: '10.0.0.1' }] });
    expect(answer.flags).not.toContain('rd');
  });
});

function isAnswered(answer: DigAnswer): void {
  expect(answer.flags).toContain('qr');
}

function hasEdns(answer: DigAnswer): void {
  expect(answer.edns?.version).toBe(0);
}

function echoesNoOption(answer: DigAnswer): void {
  hasEdns(answer);
  expect(answer.edns?.options).toEqual([]);
}

function clearsUnknownFlags(answer: DigAnswer): void {
  hasEdns(answer);
  expect(answer.text).not.toMatch(/MBZ/);
}
