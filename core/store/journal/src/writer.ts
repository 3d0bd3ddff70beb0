/**
 * What is written, in rounds: all batches that wait, one step of compaction and of a checkpoint go into the
 * log together, and are made durable at once. Only then the index changes and the batches are acknowledged.
 * There is never more than one round under way.
 */
import type { BlockRequest } from '@atoll/device/block';
import { applyRecord } from './apply.ts';
import type { Batch, WriteFailure } from './batch.ts';
import { Checkpointer } from './checkpointer.ts';
import { Compaction } from './compaction.ts';
import type { Task } from './region.ts';
import { failureOf, flushRequest } from './region.ts';
import { Round } from './round.ts';
import type { JournalState } from './state.ts';

interface Answers {
  push(batch: Batch): void;
}

export class Writer {
  readonly #state: JournalState;
  /** The one that is under way, or the next one. */
  readonly #round: Round;
  /** It waits for {@link run} to write it. */
  #isPrepared = false;
  readonly #waiting: Batch[] = [];
  #waitingBytes = 0;
  readonly #answers: Answers;
  #failure: string | undefined;
  #compaction: Compaction | undefined;
  #checkpoint: Checkpointer | undefined;
  /** The oldest batch waits for room. */
  #isBlocked = false;
  /** A checkpoint was made for the sake of it. */
  #wasForced = false;
  /** Everything that was written has a group behind it that says so. */
  #isSettled = true;
  #mustSettle = false;
  #isRunning = false;

  /** `answers` gets batches that were written, or not. */
  constructor(state: JournalState, answers: Answers) {
    this.#state = state;
    this.#round = new Round(state);
    this.#answers = answers;
  }

  /** Why nothing is written any more. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Whether there is something for {@link run} to do. */
  get hasWork(): boolean {
    const isDue = this.#waiting.length > 0 || this.#hasMaintenance || this.#mustSettle;
    return isDue && this.#failure === undefined;
  }

  add(batch: Batch): void {
    const { length: count } = this.#waiting;
    const isBusy = count === MOST_WAITING || this.#waitingBytes + batch.length > MOST_WAITING_BYTES;
    if (this.#failure !== undefined) {
      this.#answer(batch, { kind: 'failed', reason: this.#failure });
    } else if (isBusy && count > 0) {
      this.#answer(batch, { kind: 'busy', reason: 'too much waits for the disk' });
    } else {
      this.#waiting.push(batch);
      this.#waitingBytes += batch.length;
    }
  }

  /** Has an empty round written behind the last one, if need be: it says that everything before is durable. */
  settle(): void {
    this.#mustSettle = !this.#isSettled;
  }

  /** A round was begun, or {@link run} was started, and has not ended. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /**
   * Begins the next round, if there is work and none is under way. Where it is but one request, as most are, it
   * answers that one, and {@link end} is to be called when it has ended; otherwise {@link run} is to be started.
   */
  begin(): BlockRequest | undefined {
    this.#isPrepared = this.#prepare();
    const { log } = this.#state;
    const { batches, records, length } = this.#round;
    if (batches.length === 0 || this.#hasMaintenance || !log.takes(length)) return undefined;
    this.#isPrepared = false;
    this.#isRunning = true;
    log.begin();
    for (let at = 0; at < records.length; at++) {
      const list = records[at];
      for (let index = 0; index < list.length; index++) log.add(list[index]);
    }
    log.end();
    return log.takeWrites()[0];
  }

  /** The only request of a round has ended. */
  end({ failure }: BlockRequest): void {
    this.#isRunning = false;
    if (failure === undefined) this.#acknowledge();
    else this.#fail(failure);
  }

  /** Writes rounds until there is nothing to do. */
  *run(): Task<void> {
    this.#isRunning = true;
    for (; this.#isPrepared; this.#isPrepared = this.#prepare()) {
      const failure = yield* this.#write();
      if (failure !== undefined) this.#fail(failure);
    }
    this.#isRunning = false;
  }

  /** Plans the next round; false when there is nothing to write. */
  #prepare(): boolean {
    if (!this.hasWork) return false;
    const reserve = this.#reserve;
    this.#maintain(reserve);
    this.#admit(reserve);
    if (this.#isBlocked) this.#maintain(reserve);
    const isEmpty = this.#round.batches.length === 0 && !this.#hasMaintenance;
    if (isEmpty && !this.#mustSettle) return false;
    this.#isSettled = isEmpty;
    this.#mustSettle = false;
    return true;
  }

  get #hasMaintenance(): boolean {
    return this.#compaction !== undefined || this.#checkpoint !== undefined;
  }

  /** Free segments that are kept for compaction, and for a checkpoint beside it. */
  get #reserve(): number {
    const { segmentSize } = this.#state.segments.geometry;
    return LEAST_FREE + 1 + Math.ceil((1.5 * this.#state.indexBytes) / segmentSize);
  }

  /** Starts a compaction or a checkpoint where one is due; so many free segments are kept for them. */
  #maintain(reserve: number): void {
    const { segments, superblock, log, indexBytes } = this.#state;
    const { segmentCount, segmentSize } = segments.geometry;
    const start = superblock.start.serial;
    const isLow = segments.free < reserve + 2 + segmentCount / 16;
    if (this.#compaction === undefined && (isLow || this.#isBlocked)) {
      const victim = segments.victim(start);
      if (victim !== undefined) this.#compaction = new Compaction(this.#state, victim);
    }
    if (this.#checkpoint !== undefined) return;
    const tail = log.serial - start;
    const longest = Math.min(Math.max(segmentCount / 8, 2), LONGEST_TAIL);
    const isForced = this.#isBlocked && this.#compaction === undefined && this.#canForce;
    if (!isForced && tail <= longest + (2 * indexBytes) / segmentSize) return;
    this.#checkpoint = new Checkpointer(this.#state);
    this.#wasForced ||= isForced;
  }

  /** A checkpoint lets the segments before it be compacted; a second one would bring nothing more. */
  get #canForce(): boolean {
    const { log, superblock } = this.#state;
    return !this.#wasForced && log.serial > superblock.start.serial;
  }

  /** The batches that there is room for, and not too many; those for which there will be none are refused. */
  #admit(reserve: number): void {
    const round = this.#round;
    round.begin(LEAST_FREE, reserve);
    this.#isBlocked = false;
    let count = 0;
    for (; count < this.#waiting.length && !round.isFull; count++) {
      const batch = this.#waiting[count];
      const obstacle = round.add(batch);
      if (obstacle !== undefined) {
        // What the batches before it bring is known for certain in the next round.
        if (round.batches.length > 0) break;
        this.#isBlocked = obstacle === 'segment' && this.#canGain;
        if (this.#isBlocked) break;
        this.#answer(batch, { kind: 'full', reason: obstacle === 'memory' ? NO_MEMORY : NO_ROOM });
      }
      this.#waitingBytes -= batch.length;
    }
    if (count === this.#waiting.length) this.#waiting.length = 0;
    else this.#waiting.splice(0, count);
    if (round.batches.length > 0) this.#wasForced = false;
  }

  /** Whether there may be more room later. */
  get #canGain(): boolean {
    const { segments, superblock } = this.#state;
    const hasVictim = segments.victim(superblock.start.serial) !== undefined;
    return this.#hasMaintenance || hasVictim || this.#canForce || segments.isRead;
  }

  /** Writes one round; answers what failed. */
  *#write(): Task<string | undefined> {
    const { log } = this.#state;
    const compaction = this.#compaction;
    const checkpoint = this.#checkpoint;
    log.begin();
    const moves = compaction === undefined ? [] : yield* compaction.step();
    for (const list of [moves, checkpoint?.step() ?? [], ...this.#round.records]) {
      for (const record of list) {
        while (!log.add(record)) {
          const failure = yield* this.#drain();
          if (failure !== undefined) return failure;
        }
      }
    }
    while (!log.end()) {
      const failure = yield* this.#drain();
      if (failure !== undefined) return failure;
    }
    const failure = yield* this.#finish(log.takeWrites());
    if (failure !== undefined) return failure;

    for (const move of moves) applyRecord(this.#state, move);
    this.#acknowledge();
    if (compaction?.isOver) {
      compaction.finish();
      this.#compaction = undefined;
    }
    if (!checkpoint?.isOver) return undefined;
    this.#checkpoint = undefined;
    return yield* checkpoint.finish();
  }

  /** The round is durable. */
  #acknowledge(): void {
    const { batches, records } = this.#round;
    const state = this.#state;
    for (let at = 0; at < records.length; at++) {
      const list = records[at];
      for (let index = 0; index < list.length; index++) applyRecord(state, list[index]);
    }
    for (let at = 0; at < batches.length; at++) this.#answers.push(batches[at]);
    batches.length = 0;
    state.segments.reclaim(state.superblock.start.serial);
  }

  /** Writes what is in memory. */
  *#drain(): Task<string | undefined> {
    const writes = this.#state.log.takeWrites();
    yield writes;
    return failureOf(writes);
  }

  /** Writes the rest of a round, and makes it durable. */
  *#finish(writes: readonly BlockRequest[]): Task<string | undefined> {
    yield writes;
    const failure = failureOf(writes);
    if (failure !== undefined || writes[0].operation === 'persist') return failure;
    const flush = [flushRequest()];
    yield flush;
    return failureOf(flush);
  }

  /** Nothing more is written, and nothing that was not acknowledged will be: who knows what the disk kept. */
  #fail(reason: string): void {
    this.#failure = reason;
    for (const batch of [...this.#round.batches, ...this.#waiting.splice(0)]) {
      this.#answer(batch, { kind: 'failed', reason });
    }
  }

  #answer(batch: Batch, failure: WriteFailure): void {
    batch.failure = failure;
    this.#answers.push(batch);
  }
}

const NO_ROOM = 'there is no room left on the disk';
const NO_MEMORY = 'there is no memory left for more keys';

/** Batches that wait at the same time, and their bytes; one alone may be longer. */
const MOST_WAITING = 4096;
const MOST_WAITING_BYTES = 0x200_0000;

/** Segments of log behind the start of the last checkpoint, at most, but for a large index. */
const LONGEST_TAIL = 16;

/** Free segments that only deletions and compaction may use. */
const LEAST_FREE = 2;
