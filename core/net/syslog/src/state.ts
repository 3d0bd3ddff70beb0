import type { Level } from '@atoll/log/log';

/** A log line that is to be sent. */
export interface Entry {
  readonly level: Level;
  readonly source: string;
  readonly sentence: string;
  /** When it was logged, in milliseconds since 1970-01-01 UTC. */
  readonly time: number;
}

/**
 * Log lines that wait for the collector. There is room for so many, and for so many in a while: those that
 * come in excess are lost, and in their place stands one line that says how many they were.
 */
export class Backlog {
  /** Lines that were lost since the start. */
  lost = 0;
  readonly #entries: Entry[] = [];
  /** Characters of all sentences. */
  #size = 0;
  /** Lines that may come at once, and when that was found. */
  #credit = BURST;
  #creditedAt: number;
  /** Lines that were lost since the last one that was not. */
  #missing = 0;

  /** `now` is in monotonic milliseconds. */
  constructor(now: number) {
    this.#creditedAt = now;
  }

  get first(): Entry | undefined {
    return this.#entries[0];
  }

  /** Whether lines were lost of which nobody was told. */
  get isIncomplete(): boolean {
    return this.#missing > 0;
  }

  add(entry: Entry, now: number): void {
    this.#earn(now);
    const sentence = entry.sentence.slice(0, LONGEST_SENTENCE);
    const needed = this.#missing > 0 ? 2 : 1;
    if (this.#credit < needed || !this.#hasRoom(needed, sentence.length)) {
      this.#missing++;
      this.lost++;
      return;
    }
    this.#tell(entry.time);
    this.#push({ ...entry, sentence });
  }

  /** Puts the line about lost ones behind the others, if there is room; `time` is the time of day. */
  complete(time: number, now: number): void {
    this.#earn(now);
    if (this.#missing > 0 && this.#credit >= 1 && this.#hasRoom(1, 0)) this.#tell(time);
  }

  shift(): void {
    const entry = this.#entries.shift();
    if (entry !== undefined) this.#size -= entry.sentence.length;
  }

  #tell(time: number): void {
    if (this.#missing === 0) return;
    const sentence = `log lines that were lost here: ${this.#missing}`;
    this.#missing = 0;
    this.#push({ level: 'warning', source: 'syslog', sentence, time });
  }

  #push(entry: Entry): void {
    this.#entries.push(entry);
    this.#size += entry.sentence.length;
    this.#credit--;
  }

  #hasRoom(count: number, size: number): boolean {
    return this.#entries.length + count <= MOST_LINES && this.#size + size <= MOST_CHARACTERS;
  }

  #earn(now: number): void {
    const earned = ((now - this.#creditedAt) / 1000) * LINES_PER_SECOND;
    this.#credit = Math.min(this.#credit + earned, BURST);
    this.#creditedAt = now;
  }
}

/** Lines that wait at most, and characters in them. */
const MOST_LINES = 512;
const MOST_CHARACTERS = 65_536;
const LONGEST_SENTENCE = 2048;

/** So many at once, and so many for ever. */
const BURST = 500;
const LINES_PER_SECOND = 100;
