import { expect, it } from 'vitest';
import { splitWords } from '../src/words.ts';

it.each([
  ['', []],
  ['  \t ', []],
  [' --a=1  --b ', ['--a=1', '--b']],
  ['--a="x y" z', ['--a=x y', 'z']],
  ['"" "a\\"b\\\\c"', ['', 'a"b\\c']],
  ['a\\b "c', ['a\\b', 'c']],
])('%j has the words %j', (text, expected) => {
  expect(splitWords(text)).toEqual(expected);
});
