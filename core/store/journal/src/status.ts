import type { Damage } from './entry.ts';
import type { JournalState } from './state.ts';
import { isUserKey } from './values.ts';

export interface JournalStatus {
  readonly keys: number;
  /** Bytes of records that are in use, of all records that there is room for. */
  readonly liveBytes: number;
  readonly capacity: number;
  readonly segmentSize: number;
  readonly segmentCount: number;
  readonly freeSegments: number;
  /** How many segments and superblocks were written since the journal was made. */
  readonly begunSegments: number;
  readonly checkpoints: number;
  /** What is known to be damaged. */
  readonly damage: readonly Damage[];
  /** Why nothing is written any more. */
  readonly failure: string | undefined;
}

export function statusOf(state: JournalState, failure: string | undefined): JournalStatus {
  const { segments, damage } = state;
  const { segmentSize, segmentCount } = segments.geometry;
  return {
    keys: countKeys(state),
    liveBytes: segments.live,
    capacity: capacityOf(state),
    segmentSize,
    segmentCount,
    freeSegments: segments.free,
    begunSegments: state.log.head.serial,
    checkpoints: state.superblock.number,
    damage,
    failure,
  };
}

/** Without pieces of values, which come last. */
export function countKeys({ index }: Pick<JournalState, 'index'>): number {
  let count = 0;
  for (const [key] of index.from('')) {
    if (!isUserKey(key)) break;
    count++;
  }
  return count;
}

/** What all keys may cost: with five eighths in use, compaction always finds something worth its while. */
export function capacityOf({ segments }: JournalState): number {
  const { segmentCount, segmentSize } = segments.geometry;
  return (segmentCount - NOT_FOR_VALUES) * segmentSize * 0.625;
}

/** The log, the two segments that follow, the reserve. */
const NOT_FOR_VALUES = 8;
