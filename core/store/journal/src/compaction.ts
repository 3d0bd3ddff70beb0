import { segmentStart } from './geometry.ts';
import { GROUP_HEADER_LENGTH } from './group.ts';
import type { NewRecord } from './record.ts';
import { newRecord, RECORD_KIND, recordKey, recordValue } from './record.ts';
import type { Task } from './region.ts';
import { recordsIn } from './scan.ts';
import type { JournalState } from './state.ts';

/** Copies what is live in one segment to the end of the log, a window of it in each round. */
export class Compaction {
  readonly #state: JournalState;
  readonly #segment: number;
  #position: number;

  constructor(state: JournalState, segment: number) {
    this.#state = state;
    this.#segment = segment;
    this.#position = segmentStart(state.segments.geometry, segment);
  }

  /**
   * Reads on until something live is found or the segment is over, and answers copies of it to be written.
   * Their values lie in the window of the scanner, and stay there until the next call.
   */
  *step(): Task<NewRecord[]> {
    const { segments, scanner } = this.#state;
    const end = segmentStart(segments.geometry, this.#segment + 1);
    const nonce = segments.nonce(this.#segment);
    const moves: NewRecord[] = [];
    while (moves.length === 0 && !this.isOver) {
      const { found, next } = yield* scanner.groups(
        this.#position,
        end,
        (header) => header.nonce === nonce,
      );
      const hash = segments.hash(this.#segment);
      for (const { at, header } of found) {
        const start = at + GROUP_HEADER_LENGTH;
        for (const record of recordsIn(scanner.window, start, at + header.length, hash)) {
          const { isInPieces, version } = record.header;
          const key = recordKey(scanner.window, record.at, record.header);
          const entry = this.#state.index.get(key);
          if (entry?.position !== scanner.positionOf(record.at) || !record.isWhole) continue;
          const value = recordValue(scanner.window, record.at, record.header);
          moves.push(newRecord(RECORD_KIND.move, key, value, isInPieces, version));
        }
      }
      this.#position = next;
    }
    return moves;
  }

  /** Whether there is nothing left to copy. */
  get isOver(): boolean {
    const { segments } = this.#state;
    return (
      this.#position >= segmentStart(segments.geometry, this.#segment + 1) ||
      segments.liveIn(this.#segment) === 0
    );
  }

  /** What was copied is on the disk: the segment is free unless something in it could not be read. */
  finish(): void {
    const { segments } = this.#state;
    if (segments.liveIn(this.#segment) > 0) segments.setDamaged(this.#segment);
  }
}
