import type { Clock } from '@atoll/device/system';
import type { Result } from '@atoll/result/result';
import type { Loop } from './loop.ts';

/**
 * Calls `then` once with what `read` answers: now, or from `loop` when the disk takes its time; with
 * `undefined` when it took {@link PATIENCE_MS}. Answers whether something is left to run: false when
 * `then` answered so at once.
 */
export function whenRead<T>(
  read: () => Result<T> | undefined,
  loop: Loop,
  clock: Clock,
  then: (result: Result<T> | undefined) => boolean,
): boolean {
  const atOnce = read();
  if (atOnce !== undefined) return then(atOnce);

  const deadline = clock.monotonic() + PATIENCE_MS;
  let isWaiting = true;
  loop.add({
    poll(now) {
      if (!isWaiting) return Number.POSITIVE_INFINITY;
      const result = read();
      if (result === undefined && now < deadline) return deadline;
      isWaiting = false;
      then(result);
      return Number.POSITIVE_INFINITY;
    },
  });
  return true;
}

/** A disk may be a network away; one that takes longer will not do. */
const PATIENCE_MS = 10_000;
