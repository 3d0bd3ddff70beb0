import { describe, expect, it } from 'vitest';
import type { Validators } from '../src/conditional.ts';
import { evaluateConditions, isRangeCurrent } from '../src/conditional.ts';
import { dateText } from '../src/date.ts';
import { Headers } from '../src/headers.ts';

const MODIFIED = 784_111_777_500;
const NOW = MODIFIED + 1_000_000;
const [EARLIER, SAME, LATER] = [-10_000, 0, 10_000].map((delay) => dateText(MODIFIED + delay));
const TAGGED: Validators = { tag: '"a"', modified: MODIFIED };
const WEAK: Validators = { tag: 'W/"a"', modified: MODIFIED };

describe('preconditions', () => {
  it.each<[string, Record<string, string>, Validators | undefined, number | undefined]>([
    ['GET', {}, TAGGED, undefined],
    ['GET', { 'if-none-match': '"a"' }, TAGGED, 304],
    ['HEAD', { 'if-none-match': '"b" , "a"' }, TAGGED, 304],
    ['GET', { 'if-none-match': 'W/"a"' }, TAGGED, 304],
    ['GET', { 'if-none-match': '"a"' }, WEAK, 304],
    ['GET', { 'if-none-match': '"a,b"' }, TAGGED, undefined],
    ['GET', { 'if-none-match': '"b"' }, TAGGED, undefined],
    ['GET', { 'if-none-match': 'a' }, TAGGED, undefined],
    ['GET', { 'if-none-match': '*' }, TAGGED, 304],
    ['PUT', { 'if-none-match': '*' }, TAGGED, 412],
    ['PUT', { 'if-none-match': '*' }, undefined, undefined],
    ['PUT', { 'if-match': '"a"' }, TAGGED, undefined],
    ['PUT', { 'if-match': '"b", "c"' }, TAGGED, 412],
    ['PUT', { 'if-match': 'W/"a"' }, TAGGED, 412],
    ['PUT', { 'if-match': '"a"' }, WEAK, 412],
    ['PUT', { 'if-match': '*' }, WEAK, undefined],
    ['PUT', { 'if-match': '*' }, undefined, 412],
    ['PUT', { 'if-match': '"a"' }, undefined, 412],
    ['GET', { 'if-modified-since': SAME }, TAGGED, 304],
    ['GET', { 'if-modified-since': LATER }, TAGGED, 304],
    ['GET', { 'if-modified-since': EARLIER }, TAGGED, undefined],
    ['GET', { 'if-modified-since': 'yesterday' }, TAGGED, undefined],
    ['GET', { 'if-modified-since': SAME }, { tag: '"a"' }, undefined],
    ['PUT', { 'if-modified-since': SAME }, TAGGED, undefined],
    ['PUT', { 'if-unmodified-since': SAME }, TAGGED, undefined],
    ['PUT', { 'if-unmodified-since': EARLIER }, TAGGED, 412],
    ['PUT', { 'if-unmodified-since': 'yesterday' }, TAGGED, undefined],
    // If-Match goes before If-Unmodified-Since, If-None-Match before If-Modified-Since, the former before the latter.
    ['PUT', { 'if-match': '"a"', 'if-unmodified-since': EARLIER }, TAGGED, undefined],
    ['GET', { 'if-none-match': '"b"', 'if-modified-since': SAME }, TAGGED, undefined],
    ['GET', { 'if-match': '"b"', 'if-none-match': '"a"' }, TAGGED, 412],
    ['GET', { 'if-match': '"a"', 'if-none-match': '"a"' }, TAGGED, 304],
  ])('%s %j of %j: %s', (method, fields, current, expected) => {
    expect(evaluateConditions(method, new Headers(fields), current, NOW)).toBe(expected);
  });
});

describe('If-Range', () => {
  it.each<[string, Validators, boolean]>([
    ['"a"', TAGGED, true],
    ['"b"', TAGGED, false],
    ['W/"a"', TAGGED, false],
    ['"a"', WEAK, false],
    ['a', TAGGED, false],
    [SAME, TAGGED, true],
    [EARLIER, TAGGED, false],
    [LATER, TAGGED, false],
    [SAME, { tag: '"a"' }, false],
  ])('%s of %j: %s', (value, current, expected) => {
    expect(isRangeCurrent(new Headers({ 'if-range': value }), current, NOW)).toBe(expected);
  });

  it('with a date says nothing within the second of the change', () => {
    expect(isRangeCurrent(new Headers({ 'if-range': SAME }), TAGGED, MODIFIED + 100)).toBe(false);
  });
});
