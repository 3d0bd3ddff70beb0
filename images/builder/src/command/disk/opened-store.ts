import { randomFillSync } from 'node:crypto';
import { closeSync } from 'node:fs';
import { plainSipHash } from '@atoll/bytes/fast';
import { heapMemory } from '@atoll/device/frame';
import type { DiskLabel } from '@atoll/disk/label';
import { FileDisk } from '@atoll/driver-node/block';
import { openDiskFile } from '@atoll/driver-node/disk-file';
import type { OpenedStore } from '@atoll/journal/store';
import { Store } from '@atoll/journal/store';
import { withLabelled } from './labelled-file.ts';

/** What {@link withStore} hands out. */
export interface StoreOnDisk {
  readonly label: DiskLabel;
  readonly store: Store;
  readonly opened: OpenedStore;
  /** In bytes. */
  readonly size: number;
}

/** Calls `body` with the journal on the disk in `path`, whoever owns it; throws an error that says why it cannot. */
export async function withStore(
  path: string,
  isReadOnly: boolean,
  body: (disk: StoreOnDisk) => Promise<void>,
): Promise<void> {
  let label: DiskLabel | undefined;
  withLabelled(path, (disk) => {
    label = disk.label;
  });
  if (label === undefined) throw new Error(`${path}: it has no label`);
  const { blockSize } = label;
  const file = openDiskFile(path, blockSize);
  try {
    if (file.isReadOnly && !isReadOnly) throw new Error('it cannot be written');
    const poll = (): void => {
      store.poll(performance.now());
    };
    const device = new FileDisk('disk', file, blockSize);
    const store: Store = new Store(device, {
      owner: undefined,
      hash: plainSipHash,
      allocate: heapMemory,
      entropy: { fill: randomFillSync },
      isReadOnly,
      indexMemory: Number.POSITIVE_INFINITY,
      wake: () => setImmediate(poll),
    });
    poll();
    const opened = await store.opened;
    if (!opened.ok) throw new Error(opened.error.reason);
    await body({ label, store, opened: opened.value, size: file.size });
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    closeSync(file.descriptor);
  }
}
