import { describe, expect, it } from 'vitest';
import { EDNS_OPTION } from '../src/edns.ts';
import type { Message } from '../src/message.ts';
import { emitMessage } from '../src/packet.ts';
import { CLASS, RCODE, TYPE } from '../src/type.ts';
import { Zone } from '../src/zone.ts';
import { ask, asked, edns, n, read, rr, World } from './kit.ts';

/** The rows of ISC's compliance tests (genreport), after RFC 6891 and RFC 8906. */
describe('compliance', () => {
  const option = (code: number, ...data: number[]) => ({ code, data: new Uint8Array(data) });
  const withOptions = (...options: ReturnType<typeof option>[]): Partial<Message> => ({
    edns: { ...edns(4096), options },
  });
  const SOA = 'example. 300 SOA ns.example. host.example. 1 2 3 4 5';

  /** The reply to `example SOA` with these changes, which must come from the cache or at once. */
  function reply(changes: Partial<Message>, patch?: (octets: Uint8Array) => void): Message {
    const world = new World();
    const query = ask('example SOA', changes);
    patch?.(query);
    const known = world.query(query);
    if (known !== undefined) return read(known);
    world.answer(world.takeSent(), { answers: [rr(SOA)] });
    return read(world.takeReply());
  }

  const good = { rcode: RCODE.NOERROR, answers: [rr(SOA)] };

  it('dns: no OPT unless asked', () => {
    expect(reply({})).toMatchObject({ ...good, edns: undefined });
  });

  it('edns', () => {
    expect(reply({ edns: edns() })).toMatchObject({ ...good, edns: { version: 0, options: [] } });
  });

  it.each([
    ['edns1', { edns: { ...edns(), version: 1 } }],
    ['edns1opt', { edns: { ...edns(), version: 1, options: [option(100)] } }],
    ['edns1do', { edns: { ...edns(1232, true), version: 1 } }],
  ])('%s: BADVERS', (_, changes) => {
    const world = new World();
    const answer = read(world.query(ask('example SOA', changes)));
    expect(answer).toMatchObject({ rcode: RCODE.BADVERS, answers: [], edns: { version: 0 } });
    expect(world.sent).toEqual([]);
  });

  it('edns@512: at most 512 octets, with TC', () => {
    const world = new World();
    world.query(ask('example DNSKEY', { edns: edns(512, true) }));
    const keys = [1, 2, 3].map((at) =>
      rr(`example. 300 DNSKEY 256 3 8 ${'AAAA'.repeat(60)}AAA${'ABC'[at - 1]}`),
    );
    world.answer(world.takeSent(), { answers: keys });
    const octets = world.takeReply();
    expect(octets?.length).toBeLessThanOrEqual(512);
    expect(read(octets).truncated).toBe(true);
    expect(read(octets).edns?.dnssecOk).toBe(true);
  });

  it.each([
    ['ednsopt', withOptions(option(100, 1, 2))],
    ['ednsnsid', withOptions(option(EDNS_OPTION.NSID))],
    ['ednscookie', withOptions(option(EDNS_OPTION.COOKIE, 1, 2, 3, 4, 5, 6, 7, 8))],
    ['ednsexpire', withOptions(option(9))],
    ['ednssubnet', withOptions(option(EDNS_OPTION.CLIENT_SUBNET, 0, 1, 0, 0))],
    [
      'optlist',
      withOptions(
        option(3),
        option(8, 0, 1, 0, 0),
        option(9),
        option(10, ...[1, 2, 3, 4, 5, 6, 7, 8]),
      ),
    ],
  ])('%s: NOERROR, nothing echoed', (_, changes) => {
    expect(reply(changes)).toMatchObject({ ...good, edns: { options: [] } });
  });

  it('ednsflags and zflag: clear in the reply', () => {
    const octets = new World();
    const query = ask('example SOA', { edns: edns() });
    query[query.length - 3] |= 0x80;
    query[3] |= 0x40;
    octets.query(query);
    octets.answer(octets.takeSent(), { answers: [rr(SOA)] });
    const answer = octets.takeReply() ?? new Uint8Array(0);
    expect(answer[3] & 0x40).toBe(0);
    expect(Array.from(answer.slice(-4))).toEqual([0, 0, 0, 0]);
  });

  it('do and docd: DO and CD copied', () => {
    expect(reply({ edns: edns(1232, true) }).edns?.dnssecOk).toBe(true);
    const both = reply({ edns: edns(1232, true), checkingDisabled: true });
    expect(both).toMatchObject({ checkingDisabled: true, edns: { dnssecOk: true } });
  });

  it('opcode and opcodeflg: NOTIMP, no flags', () => {
    for (const flags of [0x0000, 0x07f0]) {
      const header = new Uint8Array([1, 2, 0x78 | (flags >> 8), flags, 0, 0, 0, 0, 0, 0, 0, 0]);
      const answer = new World().query(header);
      expect(Array.from(answer ?? [])).toEqual([1, 2, 0xf8, 4, 0, 0, 0, 0, 0, 0, 0, 0]);
    }
  });

  it.each([
    ['aa', { authoritative: true }],
    ['tc', { truncated: true }],
    ['ra', { recursionAvailable: true }],
    ['ad', { authenticData: true }],
    ['cd', { checkingDisabled: true }],
    ['rd', { recursionDesired: true }],
  ])('%s: only RD and CD are copied', (_, changes) => {
    expect(reply(changes)).toMatchObject({
      ...good,
      authoritative: false,
      truncated: false,
      recursionAvailable: true,
      recursionDesired: true,
      authenticData: false,
      checkingDisabled: 'checkingDisabled' in changes,
    });
  });

  it.each([666, 1234, ...Array.from({ length: 64 }, (_, at) => at + 1).filter((at) => at !== 41)])(
    'type %i: NODATA here, and asked upstream there',
    (type) => {
      const world = new World({ zone: new Zone({ domains: [n('lan')] }) });
      const here = read(world.query(ask(`lan TYPE${type}`)));
      expect(here.rcode).toBe(RCODE.NOERROR);
      expect(world.query(ask(`x.example TYPE${type}`))).toBeUndefined();
      expect(world.takeSent().message.questions[0].type).toBe(type);
    },
  );

  it('dig11 and bind11: everything modern at once', () => {
    const changes = {
      ...withOptions(option(EDNS_OPTION.COOKIE, 1, 2, 3, 4, 5, 6, 7, 8)),
      authenticData: true,
    };
    expect(reply(changes)).toMatchObject(good);
  });

  it('dnswkk: a signature that we do not know is ignored', () => {
    const tsig = {
      name: n('key'),
      type: TYPE.TSIG,
      class: CLASS.ANY,
      ttl: 0,
      data: new Uint8Array(20),
    };
    const octets = emitMessage({ ...asked('example SOA'), additionals: [tsig] });
    const world = new World();
    expect(world.query(octets)).toBeUndefined();
    world.answer(world.takeSent(), { answers: [rr(SOA)] });
    expect(read(world.takeReply())).toMatchObject(good);
  });
});
