import { readFileSync } from 'node:fs';
import { argumentsOf } from '@atoll/appliance/launch';
import { helpMarkdown } from '@atoll/conf/help';
import { parseArguments } from '@atoll/conf/parse';
import { describe, expect, it } from 'vitest';
import pinata from '../src/main.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('the argument table', () => {
  it('stands in the README as the program has it', () => {
    const [, table] = /<!-- arguments -->\n([\s\S]*?)<!-- \/arguments -->/.exec(readme) ?? [];
    expect(table?.trim()).toBe(helpMarkdown(argumentsOf(pinata)));
  });

  it('has examples that are accepted', () => {
    const table = argumentsOf(pinata);
    const words = Object.entries(table).map(([name, { example }]) => `--${name}=${example}`);
    expect(parseArguments(table, words)).toHaveProperty('ok', true);
  });
});
