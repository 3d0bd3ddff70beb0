import type { BlockDevice } from '@atoll/device/block';
import type { Host } from '@atoll/device/host';
import { promptDisk } from '@atoll/device/prompt-disk';

/** The block device with the kernel's handle `handle`: a request is done when `submit` returns. */
export function openBlock(host: Host, handle: number): BlockDevice {
  const about = {
    name: host.blockName(handle) ?? '',
    blockSize: host.blockSize(handle),
    blockCount: host.blockCount(handle),
    isReadOnly: host.blockIsReadOnly(handle),
    durability: host.blockIsDurable(handle) ? 'power' : 'program',
  } as const;
  return promptDisk(about, {
    handle,
    read: host.blockRead,
    write: host.blockWrite,
    persist: host.blockPersist,
    flush: host.blockFlush,
  });
}
