import type { KeyedHash } from '@atoll/bytes/fast';
import type { Geometry } from './geometry.ts';
import { SEGMENTS_START, segmentOf } from './geometry.ts';
import type { JournalRegion } from './region.ts';

/**
 * What is in each segment: its serial number and nonce, and how many bytes of it are live. A segment can be
 * written anew when nothing in it is live, recovery does not read it, and no reader may still do so.
 */
export class Segments {
  readonly geometry: Geometry;
  readonly #region: JournalRegion;
  readonly #segments: Segment[];
  /** Segments that can be written. */
  readonly #free: number[] = [];
  /** Segments with nothing live, with the moment when that came about. */
  readonly #empty = new Map<number, number>();
  /** Readers by the moment when they began. */
  readonly #readers = new Map<number, number>();
  #moment = 0;
  #live = 0;
  /** Where recovery started when {@link reclaim} freed all that could be; `undefined` since there is more to free. */
  #reclaimed: number | undefined;

  constructor(region: JournalRegion, geometry: Geometry) {
    this.geometry = geometry;
    this.#region = region;
    this.#segments = Array.from({ length: geometry.segmentCount }, () => ({
      serial: 0,
      nonce: 0,
      live: 0,
      begun: 0,
      isDamaged: false,
      hash: undefined,
    }));
  }

  get free(): number {
    return this.#free.length;
  }

  /** Bytes of records that are live. */
  get live(): number {
    return this.#live;
  }

  /** Whether somebody reads, which may keep segments from being freed. */
  get isRead(): boolean {
    return this.#readers.size > 0;
  }

  serial(segment: number): number {
    return this.#segments[segment].serial;
  }

  nonce(segment: number): number {
    return this.#segments[segment].nonce;
  }

  hash(segment: number): KeyedHash {
    const entry = this.#segments[segment];
    entry.hash ??= this.#region.segmentHash(entry.nonce);
    return entry.hash;
  }

  /** Says what is in `segment` from now on. */
  begin(segment: number, serial: number, nonce: number): void {
    const entry = this.#segments[segment];
    entry.serial = serial;
    entry.nonce = nonce;
    entry.hash = undefined;
    entry.isDamaged = false;
    entry.begun = ++this.#moment;
    this.#setEmpty(segment, this.#moment);
  }

  /** Takes a free segment; there must be one. */
  take(): number {
    const segment = this.#free.shift();
    if (segment === undefined) throw new Error('no segment is free');
    return segment;
  }

  /** What was live is so no more, and something else is instead. */
  move(from: number, lengthFrom: number, to: number, lengthTo: number): void {
    // As segmentOf does it, without that call: with every put.
    const { segmentSize } = this.geometry;
    const source = ((from - SEGMENTS_START) / segmentSize) | 0;
    const target = ((to - SEGMENTS_START) / segmentSize) | 0;
    if (source === target) {
      if (lengthFrom !== lengthTo) this.#add(target, lengthTo - lengthFrom);
      return;
    }
    this.#add(target, lengthTo);
    this.#add(source, -lengthFrom);
  }

  /** `bytes` more at `position` are live, or less when negative. */
  add(position: number, bytes: number): void {
    this.#add(segmentOf(this.geometry, position), bytes);
  }

  #add(segment: number, bytes: number): void {
    const entry = this.#segments[segment];
    const before = entry.live;
    this.#live += bytes;
    entry.live = before + bytes;
    if (entry.live === 0) this.#setEmpty(segment, this.#moment++);
    else if (before === 0) this.#empty.delete(segment);
  }

  /** Something live in `segment` cannot be read: it is not compacted again and again. */
  setDamaged(segment: number): void {
    this.#segments[segment].isDamaged = true;
  }

  /** Begins to read; {@link release} takes what it answers. Nothing that is live now is overwritten meanwhile. */
  hold(): number {
    this.#readers.set(this.#moment, (this.#readers.get(this.#moment) ?? 0) + 1);
    return this.#moment;
  }

  release(moment: number): void {
    const count = (this.#readers.get(moment) ?? 1) - 1;
    if (count === 0) this.#readers.delete(moment);
    else this.#readers.set(moment, count);
    this.#reclaimed = undefined;
  }

  /** Frees what can be freed, where recovery starts with the segment of serial number `start`. */
  reclaim(start: number): void {
    if (this.#reclaimed === start) return;
    this.#reclaimed = start;
    for (const [segment, emptied] of this.#empty) {
      const { serial, begun } = this.#segments[segment];
      if (serial >= start || this.#isHeld(begun, emptied)) continue;
      this.#empty.delete(segment);
      this.#segments[segment].serial = 0;
      this.#free.push(segment);
    }
  }

  #setEmpty(segment: number, moment: number): void {
    this.#empty.set(segment, moment);
    this.#reclaimed = undefined;
  }

  /** Whether somebody reads who began between these moments. */
  #isHeld(begun: number, emptied: number): boolean {
    for (const moment of this.#readers.keys()) {
      if (moment >= begun && moment <= emptied) return true;
    }
    return false;
  }

  /** After recovery: `segment` is chosen to follow in the log, whatever was in it. */
  reserve(segment: number): void {
    this.#segments[segment].serial = 0;
    this.#empty.delete(segment);
  }

  /** After recovery: all segments without a serial number are free but those in `reserved`. */
  freeOthers(reserved: readonly number[]): void {
    for (let segment = 0; segment < this.#segments.length; segment++) {
      const { serial, live } = this.#segments[segment];
      if (serial === 0 && live === 0 && !reserved.includes(segment)) this.#free.push(segment);
    }
  }

  /** The segment before serial number `start` that costs least to free; `undefined` when none pays. */
  victim(start: number): number | undefined {
    let best: number | undefined;
    let least = this.geometry.segmentSize * WORTH_MOVING;
    for (let segment = 0; segment < this.#segments.length; segment++) {
      const { serial, live, isDamaged } = this.#segments[segment];
      if (serial === 0 || serial >= start || isDamaged || live === 0 || live >= least) continue;
      best = segment;
      least = live;
    }
    return best;
  }

  /** Bytes that are live in `segment`. */
  liveIn(segment: number): number {
    return this.#segments[segment].live;
  }
}

/** A segment that is fuller than this is not worth its move. */
const WORTH_MOVING = 0.75;

interface Segment {
  /** 0 when it is free. */
  serial: number;
  nonce: number;
  live: number;
  /** The moment when it was begun. */
  begun: number;
  isDamaged: boolean;
  hash: KeyedHash | undefined;
}
