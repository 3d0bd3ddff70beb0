import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import { nearest } from './nearest.ts';
import type { ArgumentTable, Options } from './table.ts';

/** Arguments from a place that counts less than those given at boot. */
export interface Fallback {
  /** For messages: `compiled in`, `on the disk "storage"`. */
  readonly origin: string;
  readonly words: readonly string[];
}

/**
 * Parses boot arguments: `--name=value`, `--name value`, or `--name` for a flag.
 *
 * All arguments of one name come from the same place: from `words`, or else from the first of
 * `fallbacks` that has any. The error is a whole message of two lines: what is wrong, and what was
 * expected.
 */
export function parseArguments<Table extends ArgumentTable>(
  table: Table,
  words: readonly string[],
  fallbacks: readonly Fallback[] = [],
): Result<Options<Table>> {
  const places: Place[] = [];
  for (const { origin, words: texts } of [{ origin: '', words }, ...fallbacks]) {
    const sorted = sortByName(table, texts);
    const prefix = origin === '' ? '' : `${origin}: `;
    if (!sorted.ok) return misconfigured(prefix + sorted.error.reason);
    places.push({ prefix, texts: sorted.value });
  }

  const options: Record<string, unknown> = {};
  for (const name of Object.keys(table)) {
    const place = places.find(({ texts }) => texts.has(name));
    const result = collect(table, name, place?.texts.get(name) ?? []);
    if (!result.ok) return misconfigured((place?.prefix ?? '') + result.error.reason);
    options[name] = result.value;
  }
  return ok(options as Options<Table>);
}

interface Place {
  /** What a message about it starts with. */
  readonly prefix: string;
  readonly texts: ReadonlyMap<string, readonly string[]>;
}

/** The value of the argument `name`, given as `texts`. */
function collect(table: ArgumentTable, name: string, texts: readonly string[]): Result<unknown> {
  const argument = table[name];
  if (argument.kind === 'required' && texts.length === 0) {
    return misconfigured(`--${name} is missing\n${hint(table, name)}`);
  }
  if (argument.kind !== 'repeated' && texts.length > 1) {
    return misconfigured(`--${name} is given twice\n  expected it at most once`);
  }
  const result = argument.collect(texts);
  if (result.ok) return result;
  const text = culprit(argument, texts);
  return misconfigured(`--${name}=${text}: ${result.error.reason}\n${hint(table, name)}`);
}

/** Splits one line of text into words at white space; quotes and backslashes protect it. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  const pattern = /(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g;
  for (const [word] of line.matchAll(pattern)) {
    words.push(
      word.replace(
        /\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/g,
        (_, escaped, double, single) => escaped ?? single ?? double.replace(/\\(.)/g, '$1'),
      ),
    );
  }
  return words;
}

function sortByName(table: ArgumentTable, words: readonly string[]): Result<Map<string, string[]>> {
  const texts = new Map<string, string[]>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    const match = /^--([^=]+)(?:=([\s\S]*))?$/.exec(word);
    if (match === null) {
      return misconfigured(`unexpected "${word}"\n  expected arguments like --name=value`);
    }
    const [, name, inline] = match;
    const argument = Object.hasOwn(table, name) ? table[name] : undefined;
    if (argument === undefined) return unknown(table, name);
    let text = inline;
    if (text === undefined) {
      const next = words[at + 1];
      const takesNext = argument.kind !== 'flag' && next !== undefined && !next.startsWith('--');
      if (takesNext) at++;
      if (argument.kind !== 'flag' && !takesNext) {
        return misconfigured(`--${name} has no value\n${hint(table, name)}`);
      }
      text = takesNext ? next : 'true';
    }
    texts.set(name, [...(texts.get(name) ?? []), text]);
  }
  return ok(texts);
}

function unknown(table: ArgumentTable, name: string): Result<never> {
  const near = nearest(name, Object.keys(table));
  const advice =
    near === undefined ? 'expected one of those that --help prints' : `did you mean --${near}?`;
  return misconfigured(`unknown argument --${name}\n  ${advice}`);
}

function hint(table: ArgumentTable, name: string): string {
  const { expected, example } = table[name];
  return `  expected ${expected}, such as --${name}=${example}`;
}

/** The first text that does not parse by itself. */
function culprit(argument: ArgumentTable[string], texts: readonly string[]): string {
  return texts.find((text) => !argument.collect([text]).ok) ?? texts.join(' ');
}
