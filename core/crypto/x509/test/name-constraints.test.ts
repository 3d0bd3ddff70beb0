import { describe, expect, it } from 'vitest';
import type { GeneralName } from '../src/general-name.ts';
import { emitName } from '../src/name.ts';
import { constrainedNames, malformation, violation } from '../src/name-constraints.ts';
import { authority, party } from './kit.ts';

const dns = (value: string): GeneralName => ({ kind: 'dns', value });
const email = (value: string): GeneralName => ({ kind: 'email', value });
const uri = (value: string): GeneralName => ({ kind: 'uri', value });
const ip = (...octets: number[]): GeneralName => ({ kind: 'ip', value: Uint8Array.from(octets) });
const other: GeneralName = { kind: 'other', tag: 0xa0, value: new Uint8Array(0) };
const directory = (...attributes: [string, string][]): GeneralName => ({
  kind: 'directory',
  value: authority({ ...party('any'), name: emitName(attributes) }, party('any')).subject,
});

const may = (name: GeneralName, ...permitted: GeneralName[]) =>
  violation({ permitted, excluded: [] }, [name], () => true) === undefined;
const not = (name: GeneralName, ...excluded: GeneralName[]) =>
  violation({ permitted: [], excluded }, [name], () => true) === undefined;

describe('name constraints', () => {
  /** A name, a base, whether it is permitted by the base, and whether it passes where the base is excluded. */
  it.each<[GeneralName, GeneralName, boolean, boolean]>([
    [dns('a.example.com'), dns('example.com'), true, false],
    [dns('EXAMPLE.com'), dns('example.COM'), true, false],
    [dns('notexample.com'), dns('example.com'), false, true],
    [dns('a.example.com'), dns(''), true, false],
    [dns('*.example.com'), dns('example.com'), true, false],
    [dns('*.example.com'), dns('a.example.com'), false, false],
    [dns('*.example.com'), dns('b.a.example.com'), false, true],
    [dns('*.a.example.com'), dns('example.com'), true, false],
    [dns('bad_name.example.org'), dns('example.com'), false, false],
    [ip(10, 1, 2, 3), ip(10, 0, 0, 0, 255, 0, 0, 0), true, false],
    [ip(11, 1, 2, 3), ip(10, 0, 0, 0, 255, 0, 0, 0), false, true],
    [ip(...new Array<number>(16).fill(1)), ip(10, 0, 0, 0, 255, 0, 0, 0), false, true],
    [ip(...new Array<number>(16).fill(1)), ip(...new Array<number>(32).fill(0)), true, false],
    [email('a@example.com'), email('a@example.com'), true, false],
    [email('a@example.com'), email('A@example.com'), false, true],
    [email('a@EXAMPLE.com'), email('example.com'), true, false],
    [email('a@b.example.com'), email('example.com'), false, true],
    [email('a@b.example.com'), email('.example.com'), true, false],
    [email('a@example.com'), email('.example.com'), false, true],
    [email('a@b@example.com'), email('example.com'), false, false],
    [email('"a"@example.com'), email('example.org'), false, false],
    [uri('https://example.com/a'), uri('example.com'), true, false],
    [uri('https://a:b@Example.com:443?q'), uri('example.com'), true, false],
    [uri('https://a.example.com'), uri('example.com'), false, true],
    [uri('https://a.example.com#f'), uri('.example.com'), true, false],
    [uri('https://example.com@evil.org/'), uri('example.com'), false, true],
    [uri('https://evil.org\\@example.com/'), uri('example.org'), false, false],
    [uri('https://192.0.2.1/'), uri('example.com'), false, false],
    [uri('urn:example'), uri('example.com'), false, false],
    [uri(`https://example.com/${'a'.repeat(2048)}`), uri('example.com'), false, false],
    [email(`${'a'.repeat(65)}@example.com`), email('example.com'), false, false],
    [directory(['O', 'Atoll'], ['CN', 'a']), directory(['O', 'ATOLL ']), true, false],
    [directory(['O', 'Atoll']), directory(['O', 'Atoll'], ['CN', 'a']), false, true],
    [directory(['CN', 'a'], ['O', 'Atoll']), directory(['O', 'Atoll']), false, true],
    [directory(['CN', 'a']), directory(), true, false],
    [other, other, false, false],
  ])('%j in %j', (name, base, permitted, passes) => {
    expect([may(name, base), not(name, base)]).toEqual([permitted, passes]);
  });

  it('only concern names of their form', () => {
    const bases = [dns('example.com'), ip(10, 0, 0, 0, 255, 0, 0, 0), directory(['O', 'a']), other];
    for (const base of bases) {
      expect(may(email('a@b.org'), base)).toBe(true);
      expect(not(email('a@b.org'), base)).toBe(true);
    }
  });

  it('permit what any of them permits', () => {
    expect(may(dns('a.org'), dns('example.com'), dns('org'))).toBe(true);
  });

  it('apply to the subject and its mailboxes too', () => {
    const name = emitName([['emailAddress', 'a@b.org']]);
    const names = constrainedNames(authority({ ...party('x'), name }, party('x')));
    expect(names.map(({ kind }) => kind)).toEqual(['directory', 'email']);
  });

  it.each<[GeneralName, boolean]>([
    [dns('.example.com'), false],
    [dns('*.example.com'), false],
    [dns('192.0.2.1'), false],
    [ip(10, 0, 0, 0, 255, 0, 255, 0), false],
    [ip(10, 0, 0, 0), false],
    [ip(10, 0, 0, 0, 255, 240, 0, 0), true],
    [email('.example.com'), true],
    [email('a@b@c'), false],
    [uri('https://example.com'), false],
    [uri('.example.com'), true],
    [other, true],
  ])('%j is a base: %s', (base, expected) => {
    expect(malformation({ permitted: [base], excluded: [] }) === undefined).toBe(expected);
  });

  it('stop when there are too many', () => {
    const names = Array.from({ length: 10 }, () => dns('a.org'));
    let left = 50;
    const reason = violation(
      { permitted: [], excluded: names },
      [dns('b.org'), ...names],
      () => left-- > 0,
    );
    expect(reason).toBe('dns "a.org" is excluded');
    left = 5;
    expect(violation({ permitted: [], excluded: names }, [dns('b.org')], () => left-- > 0)).toBe(
      'too many name constraints to compare',
    );
  });
});
