import { fromHex, toHex } from '@atoll/bytes/hex';
import { expect as unwrap } from '@atoll/result/result';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emitRdata, parseRdata, parseRdataText, rdataText } from '../src/rdata.ts';
import { parseType, TYPE, typeText } from '../src/type.ts';
import { KNOWN_TYPES, octetText, rdata, rdataValues } from './arbitrary.ts';

describe.each(KNOWN_TYPES.map((type) => [typeText(type), type] as const))('%s', (_, type) => {
  it('gives the values that went in', () => {
    fc.assert(
      fc.property(rdataValues(type), (values) => {
        expect(parseRdata(type, emitRdata(type, values))).toEqual({ ok: true, value: values });
      }),
    );
  });

  it('has text that means the same octets', () => {
    fc.assert(
      fc.property(rdata(type), (data) => {
        const text = rdataText(type, data);
        expect(text.startsWith('\\#')).toBe(false);
        expect(text).toMatch(/^[ -~]*$/);
        expect(parseRdataText(type, text)).toEqual({ ok: true, value: data });
      }),
    );
  });

  it('has an opaque form that means the same octets', () => {
    fc.assert(
      fc.property(rdata(type), (data) => {
        const text = `\\# ${data.length} ${toHex(data)}`;
        expect(parseRdataText(type, text)).toEqual({ ok: true, value: data });
      }),
    );
  });

  it('is refused, or else exactly what was read, when octets are missing or too many', () => {
    fc.assert(
      fc.property(rdata(type), fc.nat(), fc.uint8Array({ maxLength: 3 }), (data, cut, more) => {
        const changed = Uint8Array.of(...data.subarray(0, cut % (data.length + 1)), ...more);
        const values = parseRdata(type, changed);
        if (values.ok) expect(emitRdata(type, values.value)).toEqual(changed);
        expect(parseRdataText(type, rdataText(type, changed))).toEqual({
          ok: true,
          value: changed,
        });
      }),
    );
  });
});

describe('record data of an unknown type', () => {
  it('is opaque in both directions (RFC 3597 section 5)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
        expect(parseRdata(731, data)).toEqual({ ok: true, value: { data } });
        expect(parseRdataText(731, rdataText(731, data))).toEqual({ ok: true, value: data });
      }),
    );
  });

  it('may be written with white space, comments and lines between', () => {
    const text = '\\# 6 ( 01 23 ; first\n 45 67\n 89ab )';
    expect(rdataText(62_347, unwrap(parseRdataText(62_347, text)))).toBe('\\# 6 0123456789ab');
  });

  it.each([
    '\\# 2 01',
    '\\# 1 0102',
    '\\# 1 0',
    '\\# x 01',
    '\\#',
    '',
    '01',
    '\\# 1 0g',
    '\\# 1 :01',
  ])('is refused as %j', (text) => {
    expect(parseRdataText(731, text).ok).toBe(false);
  });
});

/** Text, what it is printed as (the same when empty), and the octets where an RFC shows or fixes them. */
const VECTORS: readonly (readonly [type: string, text: string, printed: string, hex: string])[] = [
  // RFC 3597 section 5: a known type in the opaque form.
  ['A', '\\# 4 0A000001', '10.0.0.1', '0a000001'],
  ['A', '\\# 4 0A 00 00 ( \n 02 )', '10.0.0.2', '0a000002'],
  // RFC 1035 section 5.3, with the dot in the mailbox.
  [
    'SOA',
    'VENERA Action\\.domains ( 20 ; SERIAL\n 7200 600 3600000 60)',
    'VENERA. Action\\.domains. 20 7200 600 3600000 60',
    '0656454e455241000e416374696f6e2e646f6d61696e73000000001400001c20000002580036ee800000003c',
  ],
  ['SOA', 'a. b. 1 2h 10M 1w2d 1h0m30s', 'a. b. 1 7200 600 777600 3630', ''],
  ['TXT', '"a b" c\\032d "" "\\"\\\\\\200"', '"a b" "c d" "" "\\"\\\\\\200"', ''],
  ['TXT', '\\#x', '"#x"', '022378'],
  ['TXT', '"\\# 0"', '"# 0"', '03232030'],
  ['TXT', '(a;b"\n"c;d")', '"a" "c;d"', ''],
  ['HINFO', 'PDP-11/70 UNIX', '"PDP-11/70" "UNIX"', ''],
  ['AAAA', '2001:DB8:0:0:8:800:200C:417A', '2001:db8::8:800:200c:417a', ''],
  ['AAAA', '::ffff:192.0.2.1', '::ffff:c000:201', ''],
  ['AAAA', '::', '::', '00000000000000000000000000000000'],
  ['AAAA', '1:0:0:2:0:0:0:3', '1:0:0:2::3', ''],
  ['AAAA', '1:0:2:3:4:5:6:7', '', ''],
  ['SRV', '0 5 5060 sip.example.com.', '', '000000 05 13c4 03736970 07 6578616d706c65 03636f6d00'],
  // RFC 3403 section 6.2: quoted expression with escapes.
  [
    'NAPTR',
    '100 50 "u" "E2U+sip" "!^.*$!sip:info@example.com!" .',
    '100 50 "u" "E2U+sip" "!^.*$!sip:info@example.com!" .',
    '',
  ],
  // RFC 1876 section 4, with the defaults of section 3.
  [
    'LOC',
    '42 21 54 N 71 06 18 W -24m 30m',
    '42 21 54.000 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m',
    '00331613 8917 2dd0 70be15f0 00988d20',
  ],
  [
    'LOC',
    '52 14 05 N 00 08 50 E 10m',
    '52 14 5.000 N 0 8 50.000 E 10.00m 1.00m 10000.00m 10.00m',
    '',
  ],
  [
    'LOC',
    '90 S 180 W -100000.00 0 0 0m',
    '90 0 0.000 S 180 0 0.000 W -100000.00m 0.00m 0.00m 0.00m',
    '',
  ],
  // RFC 4034 sections 2.3, 3.3, 4.3 and 5.4.
  [
    'RRSIG',
    `A 5 3 86400 20030322173103 ( 20030220173103 2642 example.com.
      oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTrPYGv07h108dUKGMeDPKijVCHX3DDKdfb+v6o
      B9wfuh3DTJXUAfI/M0zmO/zz8bW0Rznl8O3tGNazPwQKkRN20XPXV6nwwfoXmJQbsLNrLfkG
      J5D6fwFm8nN+6pBzeDQfsS3Ap3o= )`,
    'A 5 3 86400 20030322173103 20030220173103 2642 example.com. oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTrPYGv07h108dUKGMeDPKijVCHX3DDKdfb+v6oB9wfuh3DTJXUAfI/M0zmO/zz8bW0Rznl8O3tGNazPwQKkRN20XPXV6nwwfoXmJQbsLNrLfkGJ5D6fwFm8nN+6pBzeDQfsS3Ap3o=',
    '',
  ],
  [
    'NSEC',
    'host.example.com. ( A MX RRSIG NSEC TYPE1234 )',
    'host.example.com. A MX RRSIG NSEC TYPE1234',
    `04686f7374 07 6578616d706c65 03636f6d00 0006400100000003
     041b 000000000000000000000000000000000000000000000000000020`,
  ],
  [
    'DS',
    '60485 RSASHA1 1 ( 2BB183AF5F22588179A53B0A 98631FAD1A292118 )',
    '60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118',
    'ec45 05 01 2bb183af5f22588179a53b0a98631fad1a292118',
  ],
  // RFC 5155 appendix A.
  [
    'NSEC3',
    '1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS SOA NSEC3PARAM RRSIG',
    '1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA MX RRSIG DNSKEY NSEC3PARAM',
    '',
  ],
  ['NSEC3PARAM', '1 0 0 -', '', '01 00 0000 00'],
  // RFC 8078 section 4: what asks to delete the DS records.
  ['CDS', '0 0 0 00', '', '0000 00 00 00'],
  ['CDNSKEY', '0 3 0 AA==', '', '0000 03 00 00'],
  // RFC 7553 section 4, RFC 8659 section 4.1.1.
  ['URI', '10 1 "ftp://ftp1.example.com/public"', '', ''],
  ['CAA', '0 issue "ca1.example.net; account=230123"', '', ''],
  ['CAA', '128 tbs Unknown', '128 tbs "Unknown"', '80 03746273 556e6b6e6f776e'],
];

describe('master file text', () => {
  it.each(VECTORS)('%s %s', (typeName, text, printed, hex) => {
    const type = parseType(typeName) ?? 0;
    const data = unwrap(parseRdataText(type, text));
    expect(rdataText(type, data)).toBe(printed === '' ? text : printed);
    if (hex !== '') expect(toHex(data)).toBe(hex.replace(/\s/g, ''));
  });

  it('completes names with the origin', () => {
    const mx = unwrap(parseRdataText(TYPE.MX, '10 mail', 'example.org.'));
    expect(rdataText(TYPE.MX, mx)).toBe('10 mail.example.org.');
    const ns = unwrap(parseRdataText(TYPE.NS, '@', 'example.org.'));
    expect(rdataText(TYPE.NS, ns)).toBe('example.org.');
    const dotted = unwrap(parseRdataText(TYPE.NS, 'a\\.', 'example.org.'));
    expect(rdataText(TYPE.NS, dotted)).toBe('a\\..example.org.');
  });

  it.each([
    ['A', '1.2.3'],
    ['A', '1.2.3.256'],
    ['A', '1.2.3.4 5'],
    ['A', ''],
    ['AAAA', '1::2::3'],
    ['AAAA', '1:2:3:4:5:6:7'],
    ['AAAA', '1:2:3:4:5:6:7:8:9'],
    ['AAAA', '1:2:3:4:5:6:7::8:9'],
    ['AAAA', '1.2.3.4::'],
    ['AAAA', ':1::'],
    ['AAAA', '12345::'],
    ['MX', 'mail.example.'],
    ['MX', '65536 mail.example.'],
    ['MX', '-1 mail.example.'],
    ['HINFO', 'one'],
    ['TXT', ''],
    ['TXT', '"open'],
    ['TXT', 'a\\'],
    ['TXT', 'a\\25'],
    ['TXT', 'x'.repeat(256)],
    ['DS', '1 8 2 0'],
    ['DNSKEY', '256 3 8 A==='],
    ['DNSKEY', '256 3 8 AB=='],
    ['DNSKEY', '256 3 NOSUCH AAAA'],
    ['RRSIG', 'A 8 2 1 20030230173103 20030220173103 2 . AAAA'],
    ['RRSIG', 'NOSUCH 8 2 1 20030220173103 20030220173103 2 . AAAA'],
    ['NSEC', 'a. NOSUCH'],
    ['NSEC3', '1 0 0 - -'],
    ['NSEC3PARAM', '1 0 0'],
    ['LOC', '91 N 0 E 0m'],
    ['LOC', '90 0 0.001 N 0 E 0m'],
    ['LOC', '1 60 0 N 0 E 0m'],
    ['LOC', '1 N 0 E -100001m'],
    ['CAA', '0 is-sue "x"'],
    ['SOA', 'a. b. 1 2 3 4'],
    ['SOA', 'a. b. 1 2 3 4 4294967296'],
    ['SOA', 'a. b. 1 2 3 4 7000w1w'],
  ])('refuses %s %j', (typeName, text) => {
    expect(parseRdataText(parseType(typeName) ?? 0, text).ok).toBe(false);
  });

  it('takes text of any kind without throwing', () => {
    const words = fc.array(
      fc.oneof(octetText(0, 6), fc.constantFrom('\\#', '"', '(', ';', '\n', '1', 'a.', '=')),
    );
    fc.assert(
      fc.property(fc.constantFrom(...KNOWN_TYPES, 731), words, (type, parts) => {
        const data = parseRdataText(type, parts.join(' '));
        if (!data.ok) return;
        expect(parseRdataText(type, rdataText(type, data.value))).toEqual(data);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('malformed record data', () => {
  it.each([
    ['NSEC', '00 0000', 'an empty block'],
    ['NSEC', '00 000101 000101', 'a block twice'],
    ['NSEC', '00 0002 4000', 'trailing zero octets'],
    ['NSEC', `00 0021 ${'01'.repeat(33)}`, 'a block above 32 octets'],
    ['SVCB', '0001 00 0003 0000 0001 0000', 'keys that fall'],
    ['SVCB', '0001 00 0001 0005 00', 'a value cut short'],
    ['SVCB', '0001 00 0002 0000', 'no-default-alpn without alpn'],
    ['SVCB', '0001 00 0000 0002 0003', 'a mandatory key that is missing'],
    ['LOC', '01121212 80000000 80000000 00989680', 'another version'],
    ['LOC', '00a01212 80000000 80000000 00989680', 'a size with a digit above 9'],
    ['CNAME', 'c00c', 'a pointer'],
    ['CNAME', '0161', 'a name without end'],
    ['TXT', '', 'no string'],
    ['TXT', '0561', 'a string cut short'],
    ['CAA', '00 00 61', 'an empty tag'],
    ['NSEC3', '01 00 0000 00 00', 'an empty hash'],
  ])('of %s %s: %s', (typeName, hex) => {
    const type = parseType(typeName) ?? 0;
    const data = fromHex(hex) ?? new Uint8Array(0);
    expect(parseRdata(type, data).ok).toBe(false);
    expect(rdataText(type, data)).toBe(`\\# ${data.length}${hex && ` ${toHex(data)}`}`);
  });
});

describe('emitRdata', () => {
  it('throws for values that cannot be', () => {
    expect(() => emitRdata(TYPE.A, { address: 2 ** 32 })).toThrow(RangeError);
    expect(() => emitRdata(TYPE.MX, { preference: -1, exchange: '\0' })).toThrow(RangeError);
    expect(() => emitRdata(TYPE.TXT, { strings: [] })).toThrow(RangeError);
    expect(() => emitRdata(TYPE.TXT, { strings: ['x'.repeat(256)] })).toThrow(RangeError);
    expect(() => emitRdata(TYPE.AAAA, { address: new Uint8Array(4) })).toThrow(RangeError);
    expect(() => emitRdata(TYPE.NSEC, { next: '\0', types: [2, 1] })).toThrow(RangeError);
  });
});
