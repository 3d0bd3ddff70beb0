import { nearest } from '@atoll/conf/nearest';

/** The exit status for a command line that cannot be used, as in BSD's sysexits. */
export const EXIT_USAGE = 64;

/** The command line asks for something that cannot be; its message says what, and what was expected. */
export class UsageError extends Error {}

/** Answers `text` when it is one of `known`; otherwise complains, with the nearest known name. */
export function oneOf<const T extends string>(what: string, text: string, known: readonly T[]): T {
  const found = known.find((candidate) => candidate === text);
  if (found !== undefined) return found;
  const near = nearest(text, known);
  const advice =
    near === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${near}?`;
  throw new UsageError(`unknown ${what} "${text}"\n  ${advice}`);
}
