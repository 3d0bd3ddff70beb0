import { parseArgs } from 'node:util';
import { oneOf, UsageError } from '../usage.ts';
import type { App } from '../workspace.ts';
import { appAround, apps } from '../workspace.ts';

export interface Command {
  /** The command line without `atoll`. */
  readonly usage: string;
  /** One sentence. */
  readonly summary: string;
  /** The options, a line each, and what else there is to know. */
  readonly details: string;
  /** Does it and answers the exit status; throws {@link UsageError} for words it cannot use. */
  run(words: readonly string[]): Promise<number>;
}

/** `string` options may be given several times, `boolean` ones have no value. */
export type OptionTypes = Readonly<Record<string, 'string' | 'boolean'>>;

export interface Words {
  readonly positionals: readonly string[];
  readonly options: ReadonlyMap<string, readonly string[]>;
  /** What stands behind `--`. */
  readonly rest: readonly string[];
}

/** Sorts the words of a command line; the positional ones are called `names`, those in brackets optional. */
export function parseWords(
  words: readonly string[],
  names: readonly string[],
  types: OptionTypes,
): Words {
  const end = words.indexOf('--');
  const { tokens } = parseArgs({
    args: words.slice(0, end < 0 ? words.length : end),
    options: Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type }])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const positionals: string[] = [];
  const options = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const name = oneOf('option', token.name, Object.keys(types));
    if (types[name] === 'string' && token.value === undefined) {
      throw new UsageError(`--${name} has no value`);
    }
    if (types[name] === 'boolean' && token.value !== undefined) {
      throw new UsageError(`--${name} takes no value`);
    }
    options.set(name, [...(options.get(name) ?? []), token.value ?? '']);
  }
  if (positionals.length > names.length) {
    throw new UsageError(`unexpected "${positionals[names.length]}"`);
  }
  const missing = names.slice(positionals.length).find((name) => !name.startsWith('['));
  if (missing !== undefined) throw new UsageError(`${missing} is missing`);
  return { positionals, options, rest: end < 0 ? [] : words.slice(end + 1) };
}

/** The last value of an option. */
export function last({ options }: Words, name: string): string | undefined {
  return options.get(name)?.at(-1);
}

/** The app called `name`, or the one whose folder this is. */
export async function chooseApp(name: string | undefined): Promise<App> {
  if (name === undefined) {
    const app = await appAround(process.cwd());
    if (app === undefined) throw new UsageError('APP is missing: this is not the folder of one');
    return app;
  }
  const known = await apps();
  const names = known.map((app) => app.name);
  return known[names.indexOf(oneOf('app', name, names))];
}
