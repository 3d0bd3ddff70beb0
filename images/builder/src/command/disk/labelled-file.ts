import { closeSync, readSync } from 'node:fs';
import type { DiskLabel } from '@atoll/disk/label';
import { LABEL_LENGTH, parseLabel } from '@atoll/disk/label';
import { labelCopyOffset } from '@atoll/disk/layout';
import { readLabel } from '@atoll/disk/read';
import type { DiskFile } from '@atoll/driver-node/disk-file';
import { openDiskFile } from '@atoll/driver-node/disk-file';

/** A disk in a file that nobody else uses meanwhile, and its label. */
export interface LabelledFile {
  readonly file: DiskFile;
  readonly label: DiskLabel;
}

/** Calls `body` with the disk in `path`; throws an error that says why it is none that can be used. */
export function withLabelled(path: string, body: (disk: LabelledFile) => void): void {
  try {
    const file = openDiskFile(path, SECTOR);
    try {
      body({ file, label: labelOf(file) });
    } finally {
      closeSync(file.descriptor);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${path}: ${reason}`);
  }
}

function labelOf(file: DiskFile): DiskLabel {
  if (file.size < LABEL_LENGTH) throw new Error(`it has ${file.size} bytes, too few for a label`);
  const first = readAt(file, 0, LABEL_LENGTH);
  const copy = readAt(file, labelCopyOffset(file.size), LABEL_LENGTH);
  // A file has no blocks of its own: they are as large as the label says.
  const parsed = [parseLabel(first), parseLabel(copy)].find(({ ok }) => ok);
  const blockSize = parsed?.ok ? parsed.value.blockSize : SECTOR;
  const read = readLabel({ label: first, copy, blockSize, size: file.size });
  if (!read.ok) throw new Error(read.error.reason);
  return read.value.label;
}

/** `length` bytes of the disk, which has so many from `offset` on. */
export function readAt({ descriptor }: DiskFile, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const count = readSync(descriptor, bytes, done, length - done, offset + done);
    if (count === 0) throw new Error('the file has become shorter');
    done += count;
  }
  return bytes;
}

const SECTOR = 512;
