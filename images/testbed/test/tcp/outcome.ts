/** What `action` answers, or the kind of error that it throws. */
export function outcome<T>(action: () => T): T | string {
  try {
    return action();
  } catch (error) {
    return (error as Error).name;
  }
}

/** Throws unless the outcome of `actual` is `expected`. */
export function same(what: string, expected: unknown, actual: () => unknown): void {
  const found = outcome(actual);
  if (found !== expected) throw new Error(`${what}: ${found} instead of ${expected}`);
}
