import { fromHex, toHex } from '@atoll/bytes/hex';
import { expect as unwrap } from '@atoll/result/result';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EDNS_OPTION } from '../src/edns.ts';
import { optionText } from '../src/edns-text.ts';
import { describe as describeMessage, emitMessage, parseMessage } from '../src/packet.ts';
import { CLASS, RCODE, TYPE } from '../src/type.ts';
import { u16 } from './arbitrary.ts';
import { address, failureOf, hex, QUERY, queryBytes } from './query.ts';

describe('EDNS', () => {
  const OPT = '00 0029 04d0 00000000 0000';

  it('carries the upper bits of the RCODE', () => {
    const read = unwrap(parseMessage(queryBytes('0000 0000 0001', '00 0029 0200 01018000 0000')));
    expect(read.rcode).toBe(RCODE.BADVERS);
    expect(read.edns).toEqual({ version: 1, udpPayloadSize: 512, dnssecOk: true, options: [] });
  });

  it('must be there for an RCODE above 15', () => {
    expect(() => emitMessage({ ...QUERY, rcode: RCODE.BADVERS })).toThrow(RangeError);
  });

  it('has options', () => {
    const bytes = queryBytes(
      '0000 0000 0001',
      '00 0029 04d0 00000000 000a 000a 0002 0102 0003 0000',
    );
    expect(unwrap(parseMessage(bytes)).edns?.options).toEqual([
      { code: EDNS_OPTION.COOKIE, data: hex('0102') },
      { code: EDNS_OPTION.NSID, data: hex('') },
    ]);
  });

  it.each(['0007 000a 0002 0102 00', '0007 000a 0004 010203', '0003 000a00'])(
    'is refused when its options are %s',
    (options) => {
      const bytes = queryBytes('0000 0000 0001', `00 0029 04d0 00000000 ${options}`);
      expect(failureOf(bytes).readable).toEqual(QUERY);
    },
  );

  it('has options of an unknown form in versions to come', () => {
    const bytes = queryBytes('0000 0000 0001', '00 0029 04d0 00010000 0003 ffffff');
    expect(unwrap(parseMessage(bytes)).edns).toMatchObject({ version: 1, options: [] });
  });

  it.each([
    ['twice', '0000 0000 0002', OPT + OPT],
    ['as an answer', '0001 0000 0000', OPT],
    ['as an authority', '0000 0001 0000', OPT],
    ['below a name', '0000 0000 0001', `c00c ${OPT.slice(3)}`],
  ])('is refused %s', (_, counts, rest) => {
    const failure = failureOf(queryBytes(counts, rest));
    expect(failure.reason).toBe('misplaced OPT');
    expect(failure.readable).toEqual(QUERY);
  });

  it('leaves the last place to TSIG', () => {
    const edns = { version: 0, udpPayloadSize: 1232, dnssecOk: false, options: [] };
    const data = hex('0102');
    const tsig = { ...address('key', 0), type: TYPE.TSIG, class: CLASS.ANY, ttl: 0, data };
    const bytes = emitMessage({ ...QUERY, additionals: [tsig], edns });
    expect(toHex(bytes.subarray(-2))).toBe('0102');
  });
});

describe('optionText', () => {
  it.each([
    [EDNS_OPTION.NSID, '', 'nsid'],
    [EDNS_OPTION.NSID, '6e732d31 0a', 'nsid="ns-1\\010"'],
    [EDNS_OPTION.CLIENT_SUBNET, '0001 18 00 c00002', 'subnet=192.0.2.0/24'],
    [EDNS_OPTION.CLIENT_SUBNET, '0002 20 10 20010db8', 'subnet=2001:db8::/32/16'],
    [EDNS_OPTION.CLIENT_SUBNET, '0001 00 00', 'subnet=0.0.0.0/0'],
    [EDNS_OPTION.CLIENT_SUBNET, '0001 18 00 c000', 'option8=00011800c000'],
    [EDNS_OPTION.CLIENT_SUBNET, '0001 21 00 c000020101', 'option8=00012100c000020101'],
    [EDNS_OPTION.CLIENT_SUBNET, '0003 00 00', 'option8=00030000'],
    [EDNS_OPTION.CLIENT_SUBNET, '00', 'option8=00'],
    [EDNS_OPTION.COOKIE, '0011223344556677', 'cookie=0011223344556677'],
    [EDNS_OPTION.COOKIE, '00112233445566', 'option10=00112233445566'],
    [EDNS_OPTION.COOKIE, '001122334455667700', 'option10=001122334455667700'],
    [EDNS_OPTION.KEEPALIVE, '', 'keepalive'],
    [EDNS_OPTION.KEEPALIVE, '007d', 'keepalive=12.5s'],
    [EDNS_OPTION.KEEPALIVE, '00', 'option11=00'],
    [EDNS_OPTION.PADDING, '00'.repeat(468), 'padding=468'],
    [EDNS_OPTION.EXTENDED_ERROR, '000f', 'ede=15(Blocked)'],
    [EDNS_OPTION.EXTENDED_ERROR, '0006 6e6f204453', 'ede=6(DNSSEC Bogus)"no DS"'],
    [EDNS_OPTION.EXTENDED_ERROR, 'c000', 'ede=49152'],
    [EDNS_OPTION.EXTENDED_ERROR, '00', 'option15=00'],
    [65_001, '00ff', 'option65001=00ff'],
    [EDNS_OPTION.NSID, '61'.repeat(65), 'option3=(65 octets)'],
  ])('of %d %s is %s', (code, digits, text) => {
    expect(optionText({ code, data: hex(digits) })).toBe(text);
  });

  it('is short and plain, whatever the option', () => {
    const code = fc.oneof(u16, fc.constantFrom(...Object.values(EDNS_OPTION)));
    fc.assert(
      fc.property(code, fc.uint8Array({ maxLength: 100 }), (value, data) => {
        expect(optionText({ code: value, data })).toMatch(/^[ -~]{1,320}$/);
      }),
    );
  });

  it('stands in the line of a message', () => {
    const options = [{ code: EDNS_OPTION.EXTENDED_ERROR, data: fromHex('000f') ?? hex('') }];
    const edns = { version: 0, udpPayloadSize: 1232, dnssecOk: true, options };
    expect(describeMessage({ ...QUERY, edns })).toBe(
      '0x1a2b QUERY www.example. A +rd +do edns0:1232 ede=15(Blocked)',
    );
  });
});
