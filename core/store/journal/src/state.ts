import type { Region } from '@atoll/device/fast';
import type { Allocate } from '@atoll/device/frame';
import type { Entropy } from '@atoll/device/system';
import { Cache } from './cache.ts';
import { INDEX_ENTRY_LENGTH } from './checkpoint.ts';
import type { Damage, Entry } from './entry.ts';
import type { Index } from './index.ts';
import { Log } from './log.ts';
import type { Recovered } from './recovery.ts';
import type { JournalRegion } from './region.ts';
import type { Scanner } from './scan.ts';
import type { Segments } from './segments.ts';
import type { Superblock } from './superblock.ts';
import { costOf, memoryOf } from './values.ts';

/** All that an open journal remembers. */
export interface JournalState {
  readonly region: JournalRegion;
  readonly scanner: Scanner;
  readonly segments: Segments;
  /** What is on the disk for certain. */
  readonly index: Index;
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

/** What a state is made with, beside what recovery found. */
export interface StateOptions {
  readonly region: JournalRegion;
  readonly scanner: Scanner;
  readonly allocate: Allocate;
  readonly entropy: Entropy;
  readonly cacheBytes: number;
  readonly indexMemory: number;
}

export function createState(options: StateOptions, recovered: Recovered): JournalState {
  const { region, scanner, allocate, entropy, cacheBytes, indexMemory } = options;
  const { segments, head, index, superblock, damage } = recovered;
  const state: JournalState = {
    region,
    scanner,
    segments,
    index,
    log: new Log(region, segments, head, allocate, entropy),
    cache: new Cache(cacheBytes),
    damage: [...damage],
    superblock,
    cost: 0,
    indexBytes: 0,
    memory: 0,
    mostMemory: indexMemory,
    scratch: allocate(region.blockSize),
  };
  index.visit('', (key, entry) => {
    countEntry(state, key, entry, 1);
    return true;
  });
  return state;
}

/** Counts what `entry` of `key` takes: `sign` is 1 when it comes, -1 when it goes. */
export function countEntry(state: JournalState, key: string, entry: Entry, sign: 1 | -1): void {
  state.cost += sign * costOf(key, entry.valueLength);
  state.indexBytes += sign * (INDEX_ENTRY_LENGTH + key.length);
  state.memory += sign * memoryOf(key);
}
