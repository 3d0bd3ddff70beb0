import type { Configuration } from '@atoll/appliance/appliance';
import type { BlockDevice, BlockRequest } from '@atoll/device/block';
import type { Failure, Result } from '@atoll/result/result';
import { malformed, misconfigured, ok } from '@atoll/result/result';
import { MOST_CONFIGURATION, parseArguments } from './arguments.ts';
import type { DiskLabel, DiskRegion } from './label.ts';
import { LABEL_LENGTH, regionOf } from './label.ts';
import { labelCopyOffset } from './layout.ts';
import { checkOwner, readLabel } from './read.ts';

/**
 * Boot arguments on the block device `device`, which the appliance declares. They are read before it starts:
 * from a disk with a label of the appliance's own, whose configuration may be empty. Whatever else is on the
 * disk stops the start with a reason; a disk that fails is to blame itself, anything else its owner.
 */
export function diskConfiguration(device: string): Configuration {
  return {
    device,
    read(disk, owner) {
      const work = readConfiguration(disk, owner);
      return () => {
        const step = work.next();
        return step.done ? step.value : undefined;
      };
    },
  };
}

/** Yields while the disk has to do something first. */
function* readConfiguration(
  disk: BlockDevice,
  owner: string,
): Generator<undefined, Result<readonly string[], Failure>> {
  const label = yield* readDiskLabel(disk);
  if (!label.ok) return label;
  const owned = checkOwner(label.value, owner);
  if (!owned.ok) return owned;
  const region = regionOf(label.value, 'configuration');
  if (region === undefined) return ok([]);
  const bytes = yield* readRegion(disk, region);
  return bytes.ok ? parseArguments(bytes.value, label.value.identity) : bytes;
}

function* readDiskLabel(disk: BlockDevice): Generator<undefined, Result<DiskLabel, Failure>> {
  const { blockSize } = disk;
  const size = disk.blockCount * blockSize;
  if (size < LABEL_LENGTH) return misconfigured(`it has ${size} bytes, too few for a label`);
  const first = yield* readRegion(disk, { offset: 0, size: LABEL_LENGTH });
  if (!first.ok) return first;
  const copy = yield* readRegion(disk, { offset: labelCopyOffset(size), size: LABEL_LENGTH });
  if (!copy.ok) return copy;
  const read = readLabel({ label: first.value, copy: copy.value, blockSize, size });
  return read.ok ? ok(read.value.label) : read;
}

function* readRegion(
  disk: BlockDevice,
  { offset, size }: Pick<DiskRegion, 'offset' | 'size'>,
): Generator<undefined, Result<Uint8Array, Failure>> {
  const bytes = new Uint8Array(Math.min(size, MOST_CONFIGURATION));
  const block = offset / disk.blockSize;
  const request: BlockRequest = { operation: 'read', block, bytes, failure: undefined };
  while (!disk.submit(request)) yield undefined;
  while (disk.complete() === undefined) yield undefined;
  const { failure } = request;
  return failure === undefined ? ok(bytes) : malformed(`${failure}, in block ${block}`);
}
