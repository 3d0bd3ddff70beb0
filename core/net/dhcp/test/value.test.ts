import { fromHex, toHex } from '@atoll/bytes/hex';
import { expect as unwrap } from '@atoll/result/result';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emitNames, parseNames } from '../src/names.ts';
import { describeOption, optionByCode, optionByName, optionNames } from '../src/option.ts';
import { describeValue, parseValue, type ValueType } from '../src/value.ts';
import { ascii } from './support.ts';

describe('the table of options', () => {
  it('has the codes that matter', () => {
    const codes = [12, 15, 43, 66, 67, 77, 80, 81, 82, 93, 94, 97, 108, 114, 118, 119, 120, 121];
    codes.push(124, 125, 150, 249, 252);
    for (let code = 50; code <= 61; code++) codes.push(code);
    for (const code of codes) expect(optionByCode(code).name, `${code}`).not.toMatch(/^option-/);
  });

  it('finds each option by its name, in any case', () => {
    expect(new Set(optionNames()).size).toBe(optionNames().length);
    for (const name of optionNames()) expect(optionByName(name.toUpperCase())?.name).toBe(name);
    expect(optionByName('nothing')).toBeUndefined();
    expect(optionByCode(230)).toEqual({ code: 230, name: 'option-230', type: 'raw' });
  });
});

describe('values as text', () => {
  it.each<[ValueType, string, string]>([
    ['address', '192.0.2.1', 'c0000201'],
    ['addresses', '192.0.2.1,192.0.2.2', 'c0000201c0000202'],
    ['address-pairs', '10.0.0.0,192.0.2.1', '0a000000c0000201'],
    ['u8', '64', '40'],
    ['u8-list', '1,3,6', '010306'],
    ['u16', '1500', '05dc'],
    ['u16-list', '0,7', '00000007'],
    ['u32', '4294967295', 'ffffffff'],
    ['s32', '-3600', 'fffff1f0'],
    ['flag', '1', '01'],
    // RFC 3397 section 2 has these names compressed the same way.
    [
      'names',
      'eng.apple.com,marketing.apple.com',
      '03656e67056170706c6503636f6d00096d61726b6574696e67c004',
    ],
    ['sip-servers', '192.0.2.1,192.0.2.2', '01c0000201c0000202'],
    ['sip-servers', 'sip.example', '0003736970076578616d706c6500'],
    // Destinations of RFC 3442 section "DHCP option".
    ['routes', '0.0.0.0/0,192.0.2.1', '00c0000201'],
    ['routes', '10.0.0.0/8,192.0.2.1', '080ac0000201'],
    ['routes', '10.17.0.0/16,192.0.2.1', '100a11c0000201'],
    ['routes', '10.27.129.0/24,192.0.2.1', '180a1b81c0000201'],
    ['routes', '10.229.0.128/25,192.0.2.1', '190ae50080c0000201'],
    ['routes', '10.198.122.47/32,192.0.2.1', '200ac67a2fc0000201'],
  ])('%s: %s', (type, text, hex) => {
    const value = unwrap(parseValue(type, text));
    expect(toHex(value.bytes)).toBe(hex);
    expect(describeValue(type, fromHex(hex) ?? ascii(''))).toBe(text);
  });

  it.each<[ValueType, string, string]>([
    ['text', 'a, b', '612c2062'],
    ['text', '"quoted"', '71756f746564'],
    ['names', 'lan.', '036c616e00'],
    ['routes', '10.1.2.3/8,192.0.2.1', '080ac0000201'],
    ['routes', '10.1.2.3,192.0.2.1', '200a010203c0000201'],
    ['u16', '0x100', '0100'],
    ['raw', '192.0.2.1', 'c0000201'],
    ['raw', '1:2:fF', '0102ff'],
    ['raw', '7', '07'],
    ['raw', '300', '012c'],
    ['raw', '70000', '00011170'],
    ['raw', '-1', 'ffffffff'],
    ['raw', '7s', '0007'],
    ['raw', '7i', '00000007'],
    ['raw', 'text', '74657874'],
    ['raw', '"7"', '37'],
  ])('%s takes %s as well', (type, text, hex) => {
    expect(toHex(unwrap(parseValue(type, text)).bytes)).toBe(hex);
  });

  it.each<[ValueType, string, string]>([
    ['address', '192.0.2.1,192.0.2.2', 'expected one address'],
    ['addresses', '192.0.2.256', 'expected an IPv4 address, not "192.0.2.256"'],
    ['address-pairs', '192.0.2.1', 'expected pairs of addresses'],
    ['u8', '256', 'expected a number from 0 to 255, not "256"'],
    ['u8', '1,2', 'expected one number'],
    ['u16', 'x', 'expected a number from 0 to 65535, not "x"'],
    ['u32', '4294967296', 'expected a number from 0 to 4294967295, not "4294967296"'],
    ['flag', 'yes', 'expected 0 or 1, not "yes"'],
    ['empty', '1', 'the option has no value'],
    ['names', 'a..b', 'expected a domain name, not "a..b"'],
    ['routes', '10.0.0.0/8', 'expected pairs of a destination and a router'],
    [
      'routes',
      '10.0.0.0/33,192.0.2.1',
      'expected a destination such as 10.0.0.0/8, not "10.0.0.0/33"',
    ],
    ['routes', '10.0.0.0/8,x', 'expected a router, not "x"'],
    ['raw', '300b', 'expected a number from 0 to 255, not "300"'],
  ])('%s refuses %s', (type, text, reason) => {
    expect(parseValue(type, text)).toEqual({ ok: false, error: { blame: 'config', reason } });
  });

  it('remembers where the own address goes', () => {
    expect(unwrap(parseValue('addresses', '192.0.2.1,0.0.0.0')).ownAddressAt).toEqual([4]);
    expect(unwrap(parseValue('sip-servers', '0.0.0.0')).ownAddressAt).toEqual([1]);
  });

  it.each<[number, string, string]>([
    [1, 'ff00', 'netmask ff:00'],
    [12, '6c6162', 'hostname "lab"'],
    [12, '6c0a62', 'hostname 6c:0a:62'],
    [80, '', 'rapid-commit'],
    [119, 'c000', 'domain-search c0:00'],
    [121, '21', 'classless-static-route 21'],
    [120, '02', 'sip-server 02'],
    [230, '0102', 'option-230 01:02'],
  ])('describes option %i with the octets %s', (code, hex, text) => {
    expect(describeOption(code, fromHex(hex) ?? ascii(''))).toBe(text);
  });
});

describe('lists of names (RFC 3397)', () => {
  const label = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
  const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'));

  it('parse and emit are inverses, compressed or not', () => {
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 20 }),
        fc.boolean(),
        (names, compressed) => {
          expect(parseNames(unwrap(emitNames(names, { compressed })))).toEqual(names);
        },
      ),
    );
  });

  it.each([
    ['a pointer to itself', 'c000'],
    ['a pointer forwards', 'c00401610000'],
    ['an endless name', '0161c000'],
    ['a label that is cut off', '056162'],
    ['a name without an end', '0161'],
    ['a pointer that is cut off', '0161c0'],
    ['a reserved label type', '4161'],
  ])('refuse %s', (_, hex) => {
    expect(parseNames(fromHex(hex) ?? ascii(''))).toBeUndefined();
  });
});
