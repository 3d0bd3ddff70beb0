import type { Copy, Located } from '@atoll/bytes/fast';
import { fastCopy, plainCopy } from '@atoll/bytes/fast';
import type { FastModule, FastPaths, Region } from '@atoll/device/fast';
import { createFrame } from '@atoll/device/frame';
import type { Frame } from '@atoll/device/network';
import { LARGE_FRAME_CAPACITY } from '@atoll/device/network';
import type { Result } from '@atoll/result/result';
import type { Coalescer } from './gro.ts';
import type { Segmenter } from './gso.ts';
import { IPV4_TRANSPORT, IPV6_TRANSPORT, isIpv4 } from './gso-headers.ts';
import { clearOptions, MAX_SACKS } from './options.ts';
import type { Segment, SegmentHeader } from './packet.ts';
import {
  CHECKSUM_OFFSET,
  emitTcp,
  PARSED,
  parseTcp,
  SYN,
  TCP_HEADER_LENGTH,
  TOO_SHORT,
  WRONG_CHECKSUM,
  WRONG_OFFSET,
} from './packet.ts';

/** Whom frames are for. */
export interface Ipv4Host {
  /** The hardware address: its upper 32 bits and its lower 16. */
  readonly macHigh: number;
  readonly macLow: number;
  readonly address: number;
  /** The address of everybody on its network. */
  readonly broadcast: number;
}

/** Segments from and to bytes. */
export interface TcpWire extends Copy {
  /** Like {@link parseTcp}. */
  parse(
    region: Located,
    start: number,
    end: number,
    addresses: number,
    segment: Segment,
  ): Result<undefined>;
  /**
   * Reads the segment in `frame` into `segment` when it is for `host` and nothing is wrong with the frame,
   * from Ethernet to TCP: nearly every frame of a busy server costs one call. Answers the address it came
   * from. All others, for which it answers -1, have to go through Ethernet and IP, who know what to say.
   */
  parseFrame(frame: Frame, host: Ipv4Host, segment: Segment): number;
  /** Like {@link emitTcp}. */
  emit(
    region: Located,
    start: number,
    header: Readonly<SegmentHeader>,
    addresses: number,
    isPartial: boolean,
    payload: Located,
    payloadStart: number,
    length: number,
  ): number;
}

/** The reference in TypeScript. */
export const plainWire: TcpWire = {
  parse: (region, start, end, addresses, segment) =>
    parseTcp(region, start, end, addresses, segment),
  parseFrame: () => -1,
  emit: (region, start, header, addresses, isPartial, payload, payloadStart, length) =>
    emitTcp(region, start, header, addresses, isPartial, payload, payloadStart, length),
  copy: plainCopy.copy,
};

/**
 * The same from `assembly/`, for regions that `fast` allocated: one call a segment. A range outside of
 * its region throws.
 */
export function fastWire(fast: FastPaths): TcpWire {
  const { parse: parseAt, parseFrame: parseFrameAt, emit: emitAt } = fast.load('tcp');
  const block = fast.allocate(BLOCK_WORDS * 4);
  const words = wordsOf(block);
  const edges = words.subarray(SACKS, SOURCE);
  const at = block.address;
  /** The segment that has no options but timestamps, as far as is known: nothing to clear there. */
  let clear: Segment | undefined;

  return {
    copy: fastCopy(fast).copy,

    parse(region, start, end, addresses, segment) {
      if (start < 0 || start > end || end > region.bytes.length) throw new RangeError(OUTSIDE);
      const fixed = parseAt(region.address + start, end - start, addresses, at);
      if (fixed < 0) return FAILURES[~fixed];
      read(segment, fixed, start, end);
      return PARSED;
    },

    parseFrame(frame, host, segment) {
      const fixed = parseFrameAt(
        frame.address,
        frame.length,
        host.macHigh,
        host.macLow,
        host.address,
        host.broadcast,
        frame.isChecked ? 1 : 0,
        at,
      );
      if (fixed < 0) return -1;
      read(segment, fixed, IPV4_TRANSPORT, words[END]);
      return words[SOURCE];
    },

    emit(region, start, header, addresses, isPartial, payload, payloadStart, length) {
      const room = region.bytes.length - start;
      if (start < 0 || room < 0 || length < 0) throw new RangeError(OUTSIDE);
      if (length > 0 && (payloadStart < 0 || payloadStart + length > payload.bytes.length)) {
        throw new RangeError(OUTSIDE);
      }
      const { flags, hasTimestamp, sackCount } = header;
      const isSyn = (flags & SYN) !== 0;
      if (sackCount !== 0) edges.set(header.sacks);
      const written = emitAt(
        region.address + start,
        room,
        (header.sourcePort << 16) | header.destinationPort,
        header.sequence,
        header.acknowledgment,
        (header.window << 14) | (hasTimestamp ? HAS_TIMESTAMP : 0) | flags,
        hasTimestamp ? header.timestamp : 0,
        hasTimestamp ? header.timestampEcho : 0,
        isSyn ? rareOfSyn(header) : sackCount << 24,
        at,
        addresses,
        isPartial ? 1 : 0,
        payload.address + payloadStart,
        length,
      );
      if (written < TCP_HEADER_LENGTH) throw new RangeError('a TCP segment too long');
      return written;
    },
  };

  /** Takes over what was parsed; the header is at `start`. */
  function read(segment: Segment, fixed: number, start: number, end: number): void {
    const ports = words[PORTS];
    segment.sourcePort = ports >>> 16;
    segment.destinationPort = ports & 0xffff;
    segment.sequence = words[SEQUENCE];
    segment.acknowledgment = words[ACKNOWLEDGMENT];
    segment.flags = fixed & 0xff;
    segment.window = fixed >>> 14;
    segment.payloadStart = start + ((fixed >>> 6) & 0x3c);
    segment.payloadEnd = end;
    const hasRare = (fixed & HAS_RARE) !== 0;
    if (clear !== segment || hasRare) {
      clearOptions(segment);
      if (hasRare) readRare(segment, words[RARE]);
      clear = hasRare ? undefined : segment;
    }
    if ((fixed & HAS_TIMESTAMP) !== 0) {
      segment.hasTimestamp = true;
      segment.timestamp = words[TSVAL];
      segment.timestampEcho = words[TSECR];
    } else if (segment.hasTimestamp) {
      segment.hasTimestamp = false;
      segment.timestamp = 0;
      segment.timestampEcho = 0;
    }
  }

  function readRare(segment: Segment, rare: number): void {
    segment.mss = rare & 0xffff;
    segment.windowScale = (rare & HAS_SCALE) === 0 ? -1 : (rare >>> 16) & 0x0f;
    segment.sackPermitted = (rare & SACK_PERMITTED) !== 0;
    segment.sackCount = rare >>> 24;
    if (rare >>> 24 !== 0) segment.sacks.set(edges);
  }
}

function rareOfSyn({ mss, windowScale, sackPermitted }: Readonly<SegmentHeader>): number {
  const scale = windowScale < 0 ? 0 : HAS_SCALE | (windowScale << 16);
  return mss | scale | (sackPermitted ? SACK_PERMITTED : 0);
}

/** A {@link Segmenter} whose work is done in `assembly/gso.ts`. */
export class FastSegmenter implements Segmenter {
  readonly #begin: FastModule[string];
  readonly #next: FastModule[string];
  readonly #state: number;
  #checksumStart = 0;

  constructor(fast: FastPaths) {
    const { begin, next } = fast.load('tcp');
    this.#begin = begin;
    this.#next = next;
    this.#state = fast.allocate(STATE_BYTES).address;
  }

  begin(frame: Frame, isPartial: boolean): boolean {
    const { address, length, segmentSize } = frame;
    const transport = this.#begin(this.#state, address, length, segmentSize, isPartial ? 1 : 0);
    this.#checksumStart = isPartial ? transport : 0;
    return transport !== 0;
  }

  next(into: Frame): boolean {
    const length = this.#next(this.#state, into.address, into.bytes.length);
    if (length <= 0) {
      if (length < 0) throw new RangeError('a piece of a segment that does not fit');
      return false;
    }
    into.length = length;
    into.segmentSize = 0;
    into.checksumStart = this.#checksumStart;
    into.checksumOffset = CHECKSUM_OFFSET;
    return true;
  }
}

/** A {@link Coalescer} whose work is done in `assembly/gro.ts`. */
export class FastCoalescer implements Coalescer {
  readonly #take: FastModule[string];
  readonly #finish: FastModule[string];
  readonly #state: number;
  readonly #held: Frame;
  #isHolding = false;

  constructor(fast: FastPaths) {
    const { take, finish } = fast.load('tcp');
    this.#take = take;
    this.#finish = finish;
    this.#held = createFrame(fast.allocate, LARGE_FRAME_CAPACITY);
    const state = fast.allocate(STATE_BYTES);
    wordsOf(state)[0] = this.#held.address;
    this.#state = state.address;
  }

  take(frame: Frame): boolean {
    if (frame.segmentSize !== 0) return false;
    const isChecked = frame.isChecked ? 1 : 0;
    const taken = this.#take(this.#state, frame.address, frame.length, isChecked);
    if (taken === REFUSED) return false;
    if (taken === STARTED) {
      const held = this.#held;
      held.checksumStart = frame.checksumStart;
      held.checksumOffset = frame.checksumOffset;
      this.#isHolding = true;
    }
    return true;
  }

  flush(): Frame | undefined {
    if (!this.#isHolding) return undefined;
    this.#isHolding = false;
    const finished = this.#finish(this.#state);
    const held = this.#held;
    const segmentSize = finished >>> 17;
    held.length = finished & 0x1_ffff;
    held.segmentSize = segmentSize;
    held.isChecked = true;
    if (segmentSize !== 0) {
      held.checksumStart = isIpv4(held.bytes) ? IPV4_TRANSPORT : IPV6_TRANSPORT;
      held.checksumOffset = CHECKSUM_OFFSET;
    }
    return held;
  }
}

function wordsOf({ bytes }: Region): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
}

/** Words of the block, and bits of what passes besides it: see `assembly/packet.ts`. */
const PORTS = 0;
const SEQUENCE = 1;
const ACKNOWLEDGMENT = 2;
const TSVAL = 3;
const TSECR = 4;
const RARE = 5;
const SACKS = 6;
/** Of `assembly/frame.ts`. */
const SOURCE = SACKS + 2 * MAX_SACKS;
const END = SOURCE + 1;
const BLOCK_WORDS = END + 1;

const HAS_TIMESTAMP = 0x1000;
const HAS_RARE = 0x2000;
const HAS_SCALE = 0x10_0000;
const SACK_PERMITTED = 0x20_0000;

/** By the complement of what `parse` answers. */
const FAILURES = [TOO_SHORT, WRONG_OFFSET, WRONG_CHECKSUM] as const;

/** What `take` answers; the third is that it joined the frame to the one that is held. */
const REFUSED = 0;
const STARTED = 2;

/** Enough for the states of `assembly/gso.ts` and `assembly/gro.ts`. */
const STATE_BYTES = 48;

const OUTSIDE = 'a TCP segment out of bounds';
