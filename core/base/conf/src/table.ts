import type { Result } from '@atoll/result/result';
import { ok } from '@atoll/result/result';

/**
 * One table says all there is to know about a program's boot arguments. Parsing, `--help`, error
 * messages, the README's option table and the image's note come from it.
 */
export type ArgumentTable = Readonly<Record<string, Argument<unknown>>>;

/** The values that parsing a table yields. */
export type Options<Table extends ArgumentTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Argument<infer Value> ? Value : never;
};

export interface Argument<Value> {
  readonly kind: 'required' | 'optional' | 'repeated' | 'flag';
  /** What stands for the value in `--help`, in capitals; empty for a flag. */
  readonly form: string;
  /** Completes the sentence "expected …". */
  readonly expected: string;
  /** The value when none is given, as it would be written. */
  readonly defaultText: string | undefined;
  /** One sentence. */
  readonly summary: string;
  /** A whole value that would be accepted. */
  readonly example: string;
  /** Parses all values given, none for a missing argument. */
  collect(texts: readonly string[]): Result<Value>;
}

/** How one value is written. */
export interface ValueType<T> {
  readonly form: string;
  readonly expected: string;
  parse(text: string): Result<T>;
}

export interface Description {
  readonly summary: string;
  readonly example: string;
}

/** An argument that has a value even when it is not given; the default is parsed like a given one. */
export function withDefault<T>(
  type: ValueType<T>,
  defaultText: string,
  description: Description,
): Argument<T> {
  return {
    kind: 'optional',
    form: type.form,
    expected: type.expected,
    defaultText,
    ...description,
    collect: (texts) => type.parse(texts.at(-1) ?? defaultText),
  };
}

export function optional<T>(type: ValueType<T>, description: Description): Argument<T | undefined> {
  return {
    kind: 'optional',
    form: type.form,
    expected: type.expected,
    defaultText: undefined,
    ...description,
    collect(texts) {
      const text = texts.at(-1);
      return text === undefined ? ok(undefined) : type.parse(text);
    },
  };
}

/** An argument that must be given. */
export function required<T>(type: ValueType<T>, description: Description): Argument<T> {
  return {
    kind: 'required',
    form: type.form,
    expected: type.expected,
    defaultText: undefined,
    ...description,
    // The parser complains about a missing one before it collects.
    collect: (texts) => type.parse(texts.at(-1) ?? ''),
  };
}

/** An argument that may be given any number of times; its values keep their order. */
export function repeated<T>(type: ValueType<T>, description: Description): Argument<readonly T[]> {
  return {
    kind: 'repeated',
    form: type.form,
    expected: type.expected,
    defaultText: undefined,
    ...description,
    collect(texts) {
      const values: T[] = [];
      for (const text of texts) {
        const result = type.parse(text);
        if (!result.ok) return result;
        values.push(result.value);
      }
      return ok(values);
    },
  };
}

/** `--name` switches it on; `--name=false` off again, for what was compiled in. */
export function flag(description: { readonly summary: string }): Argument<boolean> {
  return {
    kind: 'flag',
    form: '',
    expected: 'true or false',
    defaultText: 'false',
    summary: description.summary,
    example: 'true',
    collect: (texts) => parseFlag(texts.at(-1) ?? 'false'),
  };
}

function parseFlag(text: string): Result<boolean> {
  if (text === 'true' || text === '') return ok(true);
  if (text === 'false') return ok(false);
  return { ok: false, error: { blame: 'config', reason: `${text} is neither` } };
}
