import type { IpAddress } from '@atoll/device/socket';
import type { Segment } from '../packet.ts';
import { ACK, FIN, RST, SYN } from '../packet.ts';
import { distance } from '../sequence.ts';
import type { Entry } from './table.ts';

/**
 * What is left of a connection: SND.NXT, RCV.NXT, the last timestamp of the peer, and what ours are ahead of
 * the clock of milliseconds.
 */
export interface Remains {
  readonly sendNext: number;
  readonly receiveNext: number;
  readonly hasTimestamps: boolean;
  readonly recentTimestamp: number;
  readonly timestampOffset: number;
}

/** What is to be done about a segment for a connection in TIME-WAIT. */
export const IGNORE = 0;
export const ACKNOWLEDGE = 1;
/** It is the SYN of a new connection, which takes the place of this one. */
export const REOPEN = 2;

/** A connection in TIME-WAIT: no more than is needed to answer (RFC 9293 section 3.10.7.4). */
export class TimeWait implements Entry {
  sibling: Entry | undefined = undefined;
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
  readonly sendNext: number;
  readonly receiveNext: number;
  readonly hasTimestamps: boolean;
  readonly timestampOffset: number;
  recentTimestamp: number;
  /** When it is forgotten, in monotonic milliseconds. */
  expiry = 0;

  constructor(entry: Entry, remains: Remains) {
    this.localAddress = entry.localAddress;
    this.localPort = entry.localPort;
    this.remoteAddress = entry.remoteAddress;
    this.remotePort = entry.remotePort;
    this.sendNext = remains.sendNext;
    this.receiveNext = remains.receiveNext;
    this.hasTimestamps = remains.hasTimestamps;
    this.recentTimestamp = remains.recentTimestamp;
    this.timestampOffset = remains.timestampOffset;
  }

  /** Answers {@link IGNORE}, {@link ACKNOWLEDGE} or {@link REOPEN}. */
  handle(segment: Readonly<Segment>): number {
    const { flags } = segment;
    // A forged or old RST must not end the wait (RFC 1337).
    if ((flags & RST) !== 0) return IGNORE;
    if ((flags & SYN) !== 0) {
      return (flags & ACK) === 0 && this.#isNewer(segment) ? REOPEN : ACKNOWLEDGE;
    }
    if ((flags & ACK) === 0) return IGNORE;
    if (segment.hasTimestamp && this.hasTimestamps) {
      const passed = distance(this.recentTimestamp, segment.timestamp);
      if (passed > 0) this.recentTimestamp = segment.timestamp;
    }
    const isEmpty = segment.payloadStart === segment.payloadEnd && (flags & FIN) === 0;
    return isEmpty && segment.sequence === this.receiveNext ? IGNORE : ACKNOWLEDGE;
  }

  /** Whether a SYN can only be that of a new connection (RFC 6191 section 2). */
  #isNewer({ sequence, hasTimestamp, timestamp }: Readonly<Segment>): boolean {
    if (hasTimestamp) {
      if (!this.hasTimestamps) return true;
      const passed = distance(this.recentTimestamp, timestamp);
      if (passed !== 0) return passed > 0;
    }
    return distance(this.receiveNext, sequence) >= 0;
  }
}

/** All connections in TIME-WAIT. When there are too many, the oldest are forgotten. */
export class TimeWaits {
  readonly #capacity: number;
  readonly #duration: number;
  readonly #forget: (record: TimeWait) => void;
  /** The one that expires first comes first: all wait for the same time. */
  readonly #records = new Set<TimeWait>();

  /** Each is kept for `duration` milliseconds; `forget` is told of those that expire. */
  constructor(capacity: number, duration: number, forget: (record: TimeWait) => void) {
    this.#capacity = capacity;
    this.#duration = duration;
    this.#forget = forget;
  }

  get size(): number {
    return this.#records.size;
  }

  get nextTimeout(): number {
    return this.#first?.expiry ?? Number.POSITIVE_INFINITY;
  }

  add(record: TimeWait, now: number): void {
    if (this.#records.size >= this.#capacity) this.#expire(this.#first);
    record.expiry = now + this.#duration;
    this.#records.add(record);
  }

  /** Lets the time of `record` start again: the peer has not seen our last ACK. */
  restart(record: TimeWait, now: number): void {
    if (!this.#records.delete(record)) return;
    record.expiry = now + this.#duration;
    this.#records.add(record);
  }

  remove(record: TimeWait): void {
    this.#records.delete(record);
  }

  /** Forgets those whose time is over. */
  poll(now: number): void {
    for (let first = this.#first; first !== undefined && first.expiry <= now; first = this.#first) {
      this.#expire(first);
    }
  }

  get #first(): TimeWait | undefined {
    return this.#records.values().next().value;
  }

  #expire(record: TimeWait | undefined): void {
    if (record === undefined) return;
    this.#records.delete(record);
    this.#forget(record);
  }
}
