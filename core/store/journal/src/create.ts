import type { Region } from '@atoll/device/fast';
import type { Failure, Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import {
  planGeometry,
  SEGMENTS_START,
  SUPERBLOCK_PLACES,
  SUPERBLOCK_SPACING,
  segmentStart,
} from './geometry.ts';
import type { RegionOptions } from './region.ts';
import { JournalRegion } from './region.ts';
import { writeSuperblock } from './superblock.ts';

/**
 * The first bytes of the region of a new, empty journal; what is behind them may hold anything. `scratch`
 * has {@link NEW_JOURNAL_LENGTH} bytes and is where they are made.
 */
export function createJournal(
  options: RegionOptions,
  scratch: Region,
): Result<Uint8Array, Failure> {
  const geometry = planGeometry(options.size, options.blockSize);
  if (geometry === undefined) return misconfigured('its region is too small for a journal');
  const region = new JournalRegion(options);
  const bytes = scratch.bytes.subarray(0, NEW_JOURNAL_LENGTH);
  bytes.fill(0);
  // The log begins as if segment 0 had been filled with nothing.
  const start = {
    segment: 0,
    position: segmentStart(geometry, 1),
    sequence: 1,
    serial: 1,
    nonce: 1,
    next: 1,
    afterNext: 2,
  };
  for (let place = 0; place < SUPERBLOCK_PLACES; place += 2) {
    const from = place * SUPERBLOCK_SPACING;
    const part = { bytes: bytes.subarray(from), address: scratch.address + from };
    writeSuperblock(part, { geometry, number: 2, start, checkpointEnd: 0 }, region.hash);
  }
  return ok(bytes);
}

export const NEW_JOURNAL_LENGTH = SEGMENTS_START;
