import { existsSync } from 'node:fs';

/**
 * What this process makes outside of itself has names that begin so. A later process can tell from
 * the number in them what was left behind by one that was killed.
 */
export const PREFIX = `atoll${process.pid}-`;

/** Of `names`, those that belong to processes that are gone. */
export function abandoned(names: readonly string[]): string[] {
  return names.filter((name) => {
    const pid = /^atoll(\d+)-/.exec(name)?.[1];
    return pid !== undefined && !existsSync(`/proc/${pid}`);
  });
}

/** Answers a function that calls `remove`, once; if nobody does so before, it happens at exit. */
export function removedAtExit(remove: () => void): () => void {
  if (removals.size === 0) watchForTheEnd();
  const once = () => {
    if (removals.delete(once)) remove();
  };
  removals.add(once);
  return once;
}

const removals = new Set<() => void>();
let watching = false;

function watchForTheEnd(): void {
  if (watching) return;
  watching = true;
  process.on('exit', () => {
    for (const remove of removals) remove();
  });
  for (const [signal, number] of SIGNALS) process.on(signal, () => process.exit(128 + number));
}

const SIGNALS = [
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const;
