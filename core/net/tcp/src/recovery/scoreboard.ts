/** What is known of a range that was sent: nothing yet, */
export const SENT = 0;
/** that the peer has it, */
export const SACKED = 1;
/** or that it was lost and has to be sent again. */
export const LOST = 2;

/** Bytes that were sent and not yet acknowledged, all with the same fate. */
export interface SentRange {
  start: number;
  end: number;
  /** When it was sent last. */
  sentAt: number;
  /** The run of segments that it was sent in. Later ones have greater numbers, also at the same time. */
  run: number;
  state: typeof SENT | typeof SACKED | typeof LOST;
  /** Whether any of it was sent more than once. */
  isRetransmitted: boolean;
  next: SentRange | undefined;
  previous: SentRange | undefined;
}

/**
 * What was sent and not yet acknowledged (the scoreboard of RFC 6675), as ranges from SND.UNA to SND.NXT
 * without gaps. Neighbours with the same fate become one, so there are about twice as many as there are
 * holes in what the peer has, or as many as there were moments at which we sent.
 *
 * Polling order for each acknowledgment: `begin`, `sack` for each of its blocks, `acknowledge`; then read
 * what it told.
 */
export class Scoreboard {
  /** In the order of sequence numbers. To be read only, like all others. */
  first: SentRange | undefined;
  last: SentRange | undefined;
  count = 0;
  sackedBytes = 0;
  /** Bytes that were lost and were not sent again since. */
  lostBytes = 0;
  /** RACK.fack: the highest end of what the peer has. */
  forward = 0;

  // What the acknowledgment told that is looked at:
  /** Bytes that were not known to have arrived. */
  delivered = 0;
  /** Bytes of them that were reported selectively. */
  newlySacked = 0;
  /** When the oldest of them was sent, of those that were sent once; -1: none. */
  oldestSentAt = -1;
  /** Some of them were sent again, and nobody knows which copy arrived. */
  isAmbiguous = false;
  /** When what was at SND.UNA was sent last; -1: SND.UNA did not move. */
  edgeSentAt = -1;
  /** The last of them: in which run and when it was sent, and where it ends; -1: none. */
  latestRun = -1;
  latestSentAt = -1;
  latestEnd = 0;
  /** Something that was sent once arrived after something that was sent later. */
  isReordered = false;

  /** The run that goes on, when it does, and where it came to. */
  #run = 0;
  #runAt = -1;
  #runEnd = 0;
  /** Retransmissions after this moment cannot be what the acknowledgment tells of. */
  #credible = 0;
  /** `forward` before the acknowledgment, whose blocks come in any order. */
  #known = 0;
  /** Where the peer reported something last. */
  #recent: SentRange | undefined;
  #free: SentRange | undefined;
  #freeCount = 0;

  /** Forgets all. What is sent next is number `sequence`. */
  clear(sequence: number): void {
    this.first = undefined;
    this.last = undefined;
    this.count = 0;
    this.sackedBytes = 0;
    this.lostBytes = 0;
    this.forward = sequence;
    this.#recent = undefined;
    this.#free = undefined;
    this.#freeCount = 0;
  }

  /** Bytes `[start, end)` are sent for the first time; they follow what was sent before. */
  add(start: number, end: number, now: number): void {
    const { last } = this;
    const run = this.#continue(start, end, now);
    if (last !== undefined && last.run === run && last.state === SENT && !last.isRetransmitted) {
      last.end = end;
      return;
    }
    const range = this.#create(start, end, now, run, SENT, false);
    range.previous = last;
    this.last = range;
    if (last === undefined) this.first = range;
    else last.next = range;
  }

  /** An acknowledgment is looked at; retransmissions after `credible` did not cause it. */
  begin(credible: number): void {
    this.delivered = 0;
    this.newlySacked = 0;
    this.oldestSentAt = -1;
    this.isAmbiguous = false;
    this.edgeSentAt = -1;
    this.latestRun = -1;
    this.isReordered = false;
    this.#credible = credible;
    this.#known = this.forward;
  }

  /** The peer has everything before `sequence`. */
  acknowledge(sequence: number): void {
    let range = this.first;
    if (range !== undefined) this.edgeSentAt = range.sentAt;
    while (range !== undefined && ((range.start - sequence) | 0) < 0) {
      const rest = (range.end - sequence) | 0;
      const end = rest > 0 ? sequence : range.end;
      const length = (end - range.start) | 0;
      if (range.state === SACKED) {
        this.sackedBytes -= length;
      } else {
        if (range.state === LOST) this.lostBytes -= length;
        this.#deliver(range, end, length);
      }
      if (rest > 0) {
        range.start = sequence;
        break;
      }
      const { next } = range;
      this.#release(range);
      range = next;
    }
    this.first = range;
    if (range === undefined) this.last = undefined;
    else range.previous = undefined;
  }

  /** The peer has `[start, end)`, which is within what was sent. */
  sack(start: number, end: number): void {
    let range = this.#find(start);
    while (range !== undefined && ((range.start - end) | 0) < 0) {
      if (range.state !== SACKED) {
        const isPart = ((range.start - start) | 0) < 0 || ((range.end - end) | 0) > 0;
        // Too many ranges to tell more of them apart.
        if (isPart && this.count > MOST_RANGES - 2) return;
        if (((range.start - start) | 0) < 0) range = this.#split(range, start);
        if (((range.end - end) | 0) > 0) this.#split(range, end);
        range = this.#markSacked(range);
        this.#recent = range;
      }
      range = range.next;
    }
  }

  /** Whether all of `[start, end)` is known to have arrived. */
  isSacked(start: number, end: number): boolean {
    const range = this.#find(start);
    return range?.state === SACKED && ((range.end - end) | 0) >= 0;
  }

  /** The first range that has to be sent again. */
  get firstLost(): SentRange | undefined {
    if (this.lostBytes === 0) return undefined;
    let range = this.first;
    while (range !== undefined && range.state !== LOST) range = range.next;
    return range;
  }

  /** `range` did not arrive. Answers the range that it is part of now. */
  markLost(range: SentRange): SentRange {
    if (range.state !== SENT) return range;
    range.state = LOST;
    this.lostBytes += (range.end - range.start) | 0;
    return this.#join(range);
  }

  /** At most the first `length` bytes of `range` did not arrive. */
  markStartLost(range: SentRange, length: number): void {
    if (range.state !== SENT) return;
    if (((range.end - range.start) | 0) > length) this.#split(range, (range.start + length) >>> 0);
    this.markLost(range);
  }

  /** Nothing arrived but what was reported. */
  markAllLost(): void {
    for (let range = this.first; range !== undefined; range = range.next) {
      range = this.markLost(range);
    }
  }

  /** What was held for lost and was not sent again was only late. */
  forgiveLost(): void {
    for (let range = this.first; range !== undefined; range = range.next) {
      if (range.state === LOST) range.state = SENT;
    }
    this.lostBytes = 0;
  }

  /** The peer threw away what it reported (RFC 2018 section 8): everything is to be sent again. */
  forgetSacks(): void {
    this.sackedBytes = 0;
    for (let range = this.first; range !== undefined; range = range.next) {
      if (range.state === SACKED) {
        range.state = SENT;
        range.isRetransmitted = true;
      }
      range = this.markLost(range);
    }
  }

  /** The first `length` bytes of `range`, which was lost, or is the tail that is probed, are sent again. */
  resend(range: SentRange, length: number, now: number): void {
    if (((range.end - range.start) | 0) > length) this.#split(range, (range.start + length) >>> 0);
    if (range.state === LOST) this.lostBytes -= (range.end - range.start) | 0;
    range.state = SENT;
    range.isRetransmitted = true;
    range.sentAt = now;
    range.run = this.#continue(range.start, range.end, now);
    this.#join(range);
  }

  /** The last `length` bytes of the last range, for themselves; the peer has not reported them. */
  tail(length: number): SentRange | undefined {
    const { last } = this;
    if (last === undefined || ((last.end - last.start) | 0) <= length) return last;
    return this.#split(last, (last.end - length) >>> 0);
  }

  /** The run in which `[start, end)` is sent: the one before, if it follows at the same time. */
  #continue(start: number, end: number, now: number): number {
    if (start !== this.#runEnd || now !== this.#runAt) {
      this.#run++;
      this.#runAt = now;
    }
    this.#runEnd = end;
    return this.#run;
  }

  #deliver(range: SentRange, end: number, length: number): void {
    this.delivered += length;
    const { sentAt, run } = range;
    if (((end - this.forward) | 0) > 0) this.forward = end;
    if (range.isRetransmitted) {
      this.isAmbiguous = true;
      if (sentAt > this.#credible) return;
    } else {
      if (this.oldestSentAt < 0 || sentAt < this.oldestSentAt) this.oldestSentAt = sentAt;
      if (((end - this.#known) | 0) < 0) this.isReordered = true;
    }
    if (run < this.latestRun) return;
    if (run === this.latestRun && ((end - this.latestEnd) | 0) < 0) return;
    this.latestRun = run;
    this.latestSentAt = sentAt;
    this.latestEnd = end;
  }

  #markSacked(range: SentRange): SentRange {
    const length = (range.end - range.start) | 0;
    if (range.state === LOST) this.lostBytes -= length;
    range.state = SACKED;
    this.sackedBytes += length;
    this.newlySacked += length;
    this.#deliver(range, range.end, length);
    return this.#join(range);
  }

  /** The range that `sequence` is in: mostly near to the one that was reported last. */
  #find(sequence: number): SentRange | undefined {
    let range = this.#recent ?? this.first;
    while (range !== undefined && ((range.start - sequence) | 0) > 0) range = range.previous;
    while (range !== undefined && ((range.end - sequence) | 0) <= 0) range = range.next;
    return range;
  }

  /** Cuts `range` at `sequence` and answers the part behind. */
  #split(range: SentRange, sequence: number): SentRange {
    const { next } = range;
    const rest = this.#create(
      sequence,
      range.end,
      range.sentAt,
      range.run,
      range.state,
      range.isRetransmitted,
    );
    range.end = sequence;
    range.next = rest;
    rest.previous = range;
    rest.next = next;
    if (next === undefined) this.last = rest;
    else next.previous = rest;
    return rest;
  }

  /** Makes `range` one with its neighbours of the same fate; answers that one. */
  #join(range: SentRange): SentRange {
    const { previous, next } = range;
    if (next !== undefined && isAlike(range, next)) this.#absorb(range, next);
    if (previous === undefined || !isAlike(previous, range)) return range;
    this.#absorb(previous, range);
    return previous;
  }

  #absorb(range: SentRange, next: SentRange): void {
    range.end = next.end;
    if (next.run > range.run) {
      range.run = next.run;
      range.sentAt = next.sentAt;
    }
    if (next.isRetransmitted) range.isRetransmitted = true;
    range.next = next.next;
    if (next.next === undefined) this.last = range;
    else next.next.previous = range;
    this.#release(next);
  }

  #create(
    start: number,
    end: number,
    sentAt: number,
    run: number,
    state: SentRange['state'],
    isRetransmitted: boolean,
  ): SentRange {
    this.count++;
    const range = this.#free;
    if (range === undefined) {
      const next = undefined;
      return { start, end, sentAt, run, state, isRetransmitted, next, previous: undefined };
    }
    this.#free = range.next;
    this.#freeCount--;
    range.start = start;
    range.end = end;
    range.sentAt = sentAt;
    range.run = run;
    range.state = state;
    range.isRetransmitted = isRetransmitted;
    range.next = undefined;
    range.previous = undefined;
    return range;
  }

  #release(range: SentRange): void {
    this.count--;
    if (this.#recent === range) this.#recent = undefined;
    if (this.#freeCount >= MOST_FREE) return;
    range.next = this.#free;
    range.previous = undefined;
    this.#free = range;
    this.#freeCount++;
  }
}

/** What a peer reports does not cut ranges into more pieces than that. */
export const MOST_RANGES = 256;

function isAlike(range: SentRange, next: SentRange): boolean {
  if (range.state !== next.state) return false;
  if (range.state !== SENT) return true;
  return range.run === next.run && range.isRetransmitted === next.isRetransmitted;
}

const MOST_FREE = 16;
