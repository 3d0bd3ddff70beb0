import type { BlockDevice } from './block.ts';
import { promptDisk } from './prompt-disk.ts';

export interface MemoryDiskOptions {
  readonly name?: string;
  /** 512 when left out. */
  readonly blockSize?: number;
  readonly blockCount: number;
  readonly isReadOnly?: boolean;
  /** What the disk holds, whole blocks; zeros when left out. It is used, not copied. */
  readonly contents?: Uint8Array;
}

/** A disk in memory, for tests: it never fails, and forgets everything with the program. */
export function memoryDisk({
  name = 'memory',
  blockSize = 512,
  blockCount,
  isReadOnly = false,
  contents = new Uint8Array(blockCount * blockSize),
}: MemoryDiskOptions): BlockDevice {
  if (contents.length !== blockCount * blockSize) {
    throw new RangeError(`${contents.length} bytes are not ${blockCount} blocks`);
  }
  const write = (_: number, block: number, bytes: Uint8Array): true => {
    contents.set(bytes, block * blockSize);
    return true;
  };
  return promptDisk(
    { name, blockSize, blockCount, isReadOnly, durability: 'program' },
    {
      handle: 0,
      read(_, block, bytes) {
        const start = block * blockSize;
        bytes.set(contents.subarray(start, start + bytes.length));
        return true;
      },
      write,
      persist: write,
      flush: () => true,
    },
  );
}
