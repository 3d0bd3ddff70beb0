import type { Failure, Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import type { DiskLabel, DiskRegion } from './label.ts';
import { LABEL_LENGTH } from './label.ts';

export interface DiskPlan {
  readonly owner: string;
  readonly blockSize: number;
  /** Bytes of the whole disk. */
  readonly size: number;
  readonly identity: Uint8Array;
  /** Whether there is room for a journal behind the first mebibyte. */
  readonly journal: boolean;
}

/**
 * The label for a new disk. The first mebibyte holds the label, the configuration and the copy of the
 * label, so that both labels are found on a disk that was made larger; what is behind is the journal.
 */
export function planDisk(plan: DiskPlan): Result<DiskLabel, Failure> {
  const { owner, blockSize, identity, journal } = plan;
  const size = plan.size - (plan.size % LABEL_LENGTH);
  const smallest = journal ? SMALLEST_WITH_JOURNAL : SMALLEST;
  if (size < smallest) {
    return misconfigured(
      `a disk of ${plan.size} bytes is too small\n  expected ${smallest} at least`,
    );
  }
  const regions: DiskRegion[] = [
    {
      kind: 'configuration',
      offset: LABEL_LENGTH,
      size: Math.min(CONFIGURATION_SIZE, labelCopyOffset(size) - LABEL_LENGTH),
    },
  ];
  if (journal) regions.push({ kind: 'journal', offset: MEBIBYTE, size: size - MEBIBYTE });
  return ok({ owner, blockSize, identity, regions });
}

/** Where the copy of the label lies on a disk of `size` bytes: at the end of its first mebibyte, or of the disk. */
export function labelCopyOffset(size: number): number {
  return Math.min(MEBIBYTE, size - (size % LABEL_LENGTH)) - LABEL_LENGTH;
}

const MEBIBYTE = 0x10_0000;

/** Two labels and a configuration. */
const SMALLEST = 3 * LABEL_LENGTH;
const SMALLEST_WITH_JOURNAL = 2 * MEBIBYTE;

/** Boot arguments are a few lines of text. */
const CONFIGURATION_SIZE = 0x1_0000;
