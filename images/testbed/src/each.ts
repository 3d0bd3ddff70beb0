import { describe } from 'vitest';
import { lacks, skipped } from './requirements.ts';
import type { Target } from './target/target.ts';

/**
 * Describes the same tests for each target. What cannot run here is skipped and says why; the
 * variable ATOLL_TARGETS, such as `unix,dnsmasq`, leaves only those that it names.
 */
export function onEach(
  targets: readonly Target[],
  programs: readonly string[],
  body: (target: Target) => void,
): void {
  for (const target of targets) {
    const unwanted = WANTED !== undefined && !WANTED.includes(target.name);
    const skip =
      unwanted || lacks('root', 'netns', 'tap', ...programs) || skipped(target.absence());
    describe.skipIf(skip)(`on ${target.name}`, () => body(target));
  }
}

const WANTED = process.env.ATOLL_TARGETS?.split(',');
