import type { Segment } from '../../src/packet.ts';
import { ACK, emptySegment, FIN, SYN } from '../../src/packet.ts';
import { readSegment } from './notation.ts';
import { byteAt, CLOCK, INITIAL, PEER_CLOCK, PEER_INITIAL } from './numbers.ts';

/** A segment of the peer and its payload, in the middle of a buffer. */
export interface Arrival {
  readonly segment: Segment;
  readonly bytes: Uint8Array;
}

/** The side that sends exactly what is written down. */
export class Peer {
  // What is meant where a line leaves it out:
  #next = 0;
  #ack = 0;
  #window = 0xffff;

  /** The segment that `text` stands for, see `notation.ts`. */
  segment(text: string): Arrival {
    const written = readSegment(text);
    const { flags, start = this.#next, timestamp, echo = 0, sacks } = written;
    const first = (flags & SYN) === 0 ? start : start + 1;
    const length = Math.max((written.end ?? first) - first, 0);
    this.#next = Math.max(this.#next, first + length + ((flags & FIN) === 0 ? 0 : 1));
    this.#ack = written.ack ?? this.#ack;
    this.#window = written.window ?? this.#window;
    const segment: Segment = {
      ...emptySegment(),
      sourcePort: 40_000,
      destinationPort: 80,
      flags,
      sequence: (PEER_INITIAL + start) >>> 0,
      acknowledgment: (flags & ACK) === 0 ? 0 : (INITIAL + this.#ack) >>> 0,
      window: this.#window,
      mss: written.mss ?? 0,
      windowScale: written.scale ?? -1,
      sackPermitted: written.sackPermitted,
      hasTimestamp: timestamp !== undefined,
      timestamp: (PEER_CLOCK + (timestamp ?? 0)) >>> 0,
      timestampEcho: (CLOCK + echo) >>> 0,
      sackCount: sacks.length,
      payloadStart: MARGIN,
      payloadEnd: MARGIN + length,
    };
    for (const [index, edge] of sacks.flat().entries()) {
      segment.sacks[index] = (INITIAL + edge) >>> 0;
    }
    const bytes = new Uint8Array(length + 2 * MARGIN).fill(0xdd);
    for (let index = 0; index < length; index++) bytes[MARGIN + index] = byteAt(first + index);
    return { segment, bytes };
  }
}

/** Bytes around a payload that are not part of it. */
const MARGIN = 7;
