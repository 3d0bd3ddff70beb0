import { expect as unwrap } from '@atoll/result/result';
import { describe, expect, it } from 'vitest';
import { addressOf, parseAddress } from '../../src/address.ts';
import { candidates, withoutServers } from '../../src/client/search.ts';
import { nameText } from '../../src/name.ts';
import { TYPE } from '../../src/type.ts';
import { n } from '../kit.ts';
import { outcomeText } from './world.ts';

const DOMAINS = [n('lan'), n('office.example')];

describe('the names that a text may stand for', () => {
  it.each([
    ['printer', 'printer.lan. printer.office.example. printer.'],
    ['printer.', 'printer.'],
    ['printer.lan', 'printer.lan.'],
    ['www.example.', 'www.example.'],
    ['.', '.'],
    ['localhost', 'localhost.'],
  ])('%s', (text, expected) => {
    const names = unwrap(candidates(text, DOMAINS));
    expect(names.map((name) => nameText(name)).join(' ')).toBe(expected);
  });

  it('are not too long', () => {
    const long = n(`${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(50)}`);
    expect(unwrap(candidates('x'.repeat(20), [long])).length).toBe(1);
  });

  it.each(['', 'a..b', 'x'.repeat(64), 'über\u0100'])('are none for "%s"', (text) => {
    expect(candidates(text, DOMAINS)).toMatchObject({
      ok: false,
      error: { kind: 'name', blame: 'config' },
    });
  });
});

describe('an address as text', () => {
  it.each([
    ['192.0.2.1', 0xc000_0201],
    ['::1', 1n],
    ['2001:db8::ffff:1', (0x2001_0db8n << 96n) | 0xffff_0001n],
    ['192.0.2', undefined],
    ['localhost', undefined],
  ])('%s', (text, address) => {
    expect(parseAddress(text)).toBe(address);
  });

  it('is read from anywhere in a buffer', () => {
    const bytes = Uint8Array.of(9, 192, 0, 2, 1, 9);
    expect(addressOf(bytes.subarray(1, 5))).toBe(0xc000_0201);
  });
});

describe('a name that no server is asked about', () => {
  it.each([
    ['localhost', TYPE.A, 'localhost. 0 A 127.0.0.1'],
    ['www.LocalHost', TYPE.AAAA, 'www.LocalHost. 0 AAAA ::1'],
    ['localhost', TYPE.MX, 'empty'],
    ['a.invalid', TYPE.A, 'absent'],
    ['abc.onion', TYPE.A, 'absent'],
  ])('%s', (text, type, expected) => {
    const outcome = withoutServers(n(text), type);
    expect(outcome && outcomeText(outcome)).toBe(expected);
  });

  it('is no other', () => {
    for (const text of ['www.example', 'notlocalhost', 'printer.local', '.']) {
      expect(withoutServers(n(text), TYPE.A)).toBeUndefined();
    }
  });
});
