import type { Region } from '@atoll/device/fast';
import type { Cache } from './cache.ts';
import type { Damage, Entry } from './entry.ts';
import type { Log } from './log.ts';
import type { JournalRegion } from './region.ts';
import type { Scanner } from './scan.ts';
import type { Segments } from './segments.ts';
import type { Superblock } from './superblock.ts';
import type { Tree } from './tree.ts';

/** All that an open journal remembers. */
export interface JournalState {
  readonly region: JournalRegion;
  readonly scanner: Scanner;
  readonly segments: Segments;
  /** What is on the disk for certain. */
  readonly index: Tree<Entry>;
  readonly log: Log;
  readonly cache: Cache;
  readonly damage: Damage[];
  superblock: Superblock;
  /** What all keys cost, see `costOf`. */
  cost: number;
  /** Bytes of all entries of a checkpoint. */
  indexBytes: number;
  /** Bytes of memory that the index takes, see `memoryOf`, and may take. */
  memory: number;
  readonly mostMemory: number;
  /** Where superblocks are made. */
  readonly scratch: Region;
}
