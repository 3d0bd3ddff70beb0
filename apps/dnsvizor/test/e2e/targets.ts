import { lacks, skipped } from '@atoll/testbed/requirements';
import type { Target } from '@atoll/testbed/target';
import { imagesOf } from '@atoll/testbed/target/images';
import { dnsmasq } from '@atoll/testbed/target/peers';
import { describe } from 'vitest';

export const { node, unix, microvm, q35, plain } = imagesOf('dnsvizor');

/** Our appliance on every target. */
export const OURS = [node, unix, microvm];

/** dnsmasq comes first: where it fails, the test is wrong. */
export const ALL = [dnsmasq, ...OURS];

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
