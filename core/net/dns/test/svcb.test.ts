import { toHex } from '@atoll/bytes/hex';
import { expect as unwrap } from '@atoll/result/result';
import { describe, expect, it } from 'vitest';
import { parseRdataText, rdataText } from '../src/rdata.ts';
import { TYPE } from '../src/type.ts';

const FOO_COM = '03666f6f 076578616d706c65 03636f6d 00';
const FOO_ORG = '03666f6f 076578616d706c65 036f7267 00';

/** RFC 9460 appendix D.1 and D.2: text, octets, and the text that is printed when it is another. */
const VECTORS: readonly (readonly [text: string, hex: string, printed?: string])[] = [
  ['0 foo.example.com.', `0000 ${FOO_COM}`],
  ['1 .', '0001 00'],
  ['16 foo.example.com. port=53', `0010 ${FOO_COM} 0003 0002 0035`],
  [
    '1 foo.example.com. key667=hello',
    `0001 ${FOO_COM} 029b 0005 68656c6c6f`,
    '1 foo.example.com. key667="hello"',
  ],
  ['1 foo.example.com. key667="hello\\210qoo"', `0001 ${FOO_COM} 029b 0009 68656c6c6f d2 716f6f`],
  [
    '1 foo.example.com. ( ipv6hint="2001:db8::1,2001:db8::53:1" )',
    `0001 ${FOO_COM} 0006 0020 20010db8000000000000000000000001 20010db8000000000000000000530001`,
    '1 foo.example.com. ipv6hint=2001:db8::1,2001:db8::53:1',
  ],
  [
    '1 example.com. ( ipv6hint="2001:db8:122:344::192.0.2.33" )',
    '0001 076578616d706c65 03636f6d 00 0006 0010 20010db8012203440000 0000 c0000221',
    '1 example.com. ipv6hint=2001:db8:122:344::c000:221',
  ],
  [
    '16 foo.example.org. (alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1)',
    `0010 ${FOO_ORG} 0000 0004 0001 0004  0001 0009 02 6832 05 68332d3139  0004 0004 c0000201`,
    '16 foo.example.org. mandatory=alpn,ipv4hint alpn="h2,h3-19" ipv4hint=192.0.2.1',
  ],
  [
    '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
    `0010 ${FOO_ORG} 0001 000c 08 665c6f6f2c626172 02 6832`,
  ],
  [
    '16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2',
    `0010 ${FOO_ORG} 0001 000c 08 665c6f6f2c626172 02 6832`,
    '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
  ],
];

/** Not from the RFC's appendix: RFC 9461, RFC 9540, and keys known by number. */
const MORE: typeof VECTORS = [
  ['1 . dohpath="/dns-query{?dns}"', '0001 00 0007 0010 2f646e732d71756572797b3f646e737d'],
  ['1 . alpn="h2" no-default-alpn', '0001 00 0001 0003 026832 0002 0000'],
  ['1 . ohttp', '0001 00 0008 0000'],
  ['1 . ech=AEX+DQ==', '0001 00 0005 0004 0045fe0d'],
  ['1 . key667', '0001 00 029b 0000'],
  ['1 . key3="\\000\\053"', '0001 00 0003 0002 0035', '1 . port=53'],
  ['1 . key3="abc"', '0001 00 0003 0003 616263'],
  ['1 . key4="abc"', '0001 00 0004 0003 616263'],
  ['1 . key1="\\005h2"', '0001 00 0001 0003 056832'],
  ['1 . key65535="x"', '0001 00 ffff 0001 78'],
  ['1 . key8="x"', '0001 00 0008 0001 78'],
];

describe('a service binding', () => {
  const all = [...VECTORS, ...MORE].map(
    ([text, hex, printed = text]) => [text, hex, printed] as const,
  );

  it.each(all)('%s', (text, hex, printed) => {
    const data = unwrap(parseRdataText(TYPE.SVCB, text));
    expect(toHex(data)).toBe(hex.replace(/\s/g, ''));
    expect(rdataText(TYPE.SVCB, data)).toBe(printed);
    expect(parseRdataText(TYPE.HTTPS, printed)).toEqual({ ok: true, value: data });
  });

  // RFC 9460 appendix D.3, and what sections 7 and 8 say.
  it.each([
    'key123=abc key123=def',
    'mandatory',
    'alpn',
    'port',
    'ipv4hint',
    'ipv6hint',
    'no-default-alpn=abc',
    'mandatory=key123',
    'mandatory=mandatory',
    'mandatory=key123,key123 key123=abc',
    'no-default-alpn',
    'ech',
    'ohttp=1',
    'port=65536',
    'port=x',
    'ipv4hint=192.0.2.1,',
    'ipv6hint=192.0.2.1',
    'alpn=h2,,h3',
    'alpn=,',
    'alpn=h2\\\\',
    `alpn=${'x'.repeat(256)}`,
    'key65536=x',
    'key01=x',
    'nosuch=x',
    'toString=x',
    '=x',
  ])('is refused with %s', (params) => {
    expect(parseRdataText(TYPE.SVCB, `1 foo.example.com. ${params}`).ok).toBe(false);
  });
});
