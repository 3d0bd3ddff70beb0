import type { Failure, Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import { nearest } from './nearest.ts';
import type { ValueType } from './table.ts';

/** A value type from a parser that another package has. */
export function value<T>(
  form: string,
  expected: string,
  parse: (text: string) => Result<T, Failure>,
): ValueType<T> {
  return { form, expected, parse };
}

/** Any text that is not empty. */
export function text(form: string, expected: string): ValueType<string> {
  return value(form, expected, (given) =>
    given === '' ? misconfigured('it is empty') : ok(given),
  );
}

/** A whole number from `low` to `high`, in decimal. */
export function integer(low: number, high: number): ValueType<number> {
  return value('NUMBER', `a whole number from ${low} to ${high}`, (given) => {
    if (!/^-?[0-9]{1,15}$/.test(given)) return misconfigured('it is not a whole number');
    const number = Number(given);
    if (number < low) return misconfigured(`it is below ${low}`);
    if (number > high) return misconfigured(`it is above ${high}`);
    return ok(number);
  });
}

/** One of `choices`. */
export function choice<const T extends string>(form: string, choices: readonly T[]): ValueType<T> {
  return value(form, `one of ${choices.join(', ')}`, (given) => {
    const found = choices.find((candidate) => candidate === given);
    if (found !== undefined) return ok(found);
    const near = nearest(given, choices);
    return misconfigured(near === undefined ? 'it is none of them' : `did you mean ${near}?`);
  });
}
