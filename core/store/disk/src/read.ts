import type { Failure, Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import type { DiskLabel } from './label.ts';
import { isBlank, parseLabel } from './label.ts';

/** What a device shows: the bytes where its label and the copy of it belong, and what it is itself. */
export interface LabelledDisk {
  readonly label: Uint8Array;
  readonly copy: Uint8Array;
  readonly blockSize: number;
  /** In bytes. */
  readonly size: number;
}

export interface ReadLabel {
  readonly label: DiskLabel;
  /** What is wrong with one of the two labels; the other one serves. */
  readonly damage: string | undefined;
}

/** The label of `disk`; it says why there is none that can be used, and what to do about it. */
export function readLabel(disk: LabelledDisk): Result<ReadLabel, Failure> {
  const first = parseLabel(disk.label);
  const second = parseLabel(disk.copy);
  if (!first.ok && !second.ok) {
    if (!isBlank(disk.label) || !isBlank(disk.copy)) return first;
    return misconfigured('it is blank\n  make it one of Atoll with: atoll disk create');
  }
  const label = first.ok ? first.value : (second as { value: DiskLabel }).value;
  const end = Math.max(0, ...label.regions.map(({ offset, size }) => offset + size));
  if (end > disk.size) {
    return misconfigured(`it has ${disk.size} bytes, but its label speaks of ${end}`);
  }
  if (label.blockSize !== disk.blockSize) {
    return misconfigured(
      `it was made for blocks of ${label.blockSize} bytes, the device has blocks of ${disk.blockSize}`,
    );
  }
  return ok({ label, damage: damageOf(first, second, disk) });
}

/** Says whose the disk is when it is not `owner`'s; `undefined` is content with any. */
export function checkOwner(
  label: DiskLabel,
  owner: string | undefined,
): Result<undefined, Failure> {
  if (owner === undefined || label.owner === owner) return ok(undefined);
  return misconfigured(`it belongs to ${label.owner}, not to ${owner}`);
}

function damageOf(
  first: Result<DiskLabel, Failure>,
  second: Result<DiskLabel, Failure>,
  disk: LabelledDisk,
): string | undefined {
  if (!first.ok) return `the label: ${first.error.reason}; its copy serves`;
  if (!second.ok) return `the copy of the label: ${second.error.reason}`;
  const differ = disk.label.some((byte, at) => byte !== disk.copy[at]);
  return differ ? 'the copy of the label says something else' : undefined;
}
