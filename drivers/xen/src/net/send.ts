import { emptyFrame, frameIn } from '@atoll/device/frame';
import { FRAME_OFFSET } from '@atoll/device/frame-header';
import { FRAME_CAPACITY, type Frame, LARGE_FRAME_CAPACITY } from '@atoll/device/network';
import type { SharedPages } from '../pages.ts';
import { PAGE } from '../pages.ts';
import { FrontRing, SLOTS } from '../ring.ts';
import {
  EXTRA_SEGMENTATION,
  FLAG,
  SEGMENTATION_TCP4,
  SEGMENTATION_TCP6,
  SEND_SLOT,
  SLOT_COUNT,
  STATUS,
} from './packet.ts';

/** A frame to send, in pages that the peer may read. */
interface Buffer {
  readonly id: number;
  readonly frame: Frame;
  readonly references: readonly number[];
  /** Slots whose responses are missing. */
  outstanding: number;
}

/**
 * Frames that leave: they are filled where the peer reads them. A buffer is free again when the
 * peer has answered each of its slots.
 */
export class SendRing {
  violations = 0;
  dropped = 0;
  /** There was no room for a frame, and a response may make some. */
  isFull = false;

  readonly ring: FrontRing;
  readonly #halves: Uint16Array;
  readonly #words: Uint32Array;
  readonly #buffers: readonly Buffer[];
  readonly #free: Buffer[] = [];
  readonly #freeLarge: Buffer[] = [];
  #lent: Buffer | undefined;

  /** Buffers of one page are for frames of the wire, of more for segments that the peer cuts. */
  constructor(ringPage: SharedPages, buffers: readonly SharedPages[], fence: () => void) {
    const { bytes } = ringPage.region;
    this.ring = new FrontRing(ringPage.region, SLOT_COUNT, fence);
    this.#halves = new Uint16Array(bytes.buffer, bytes.byteOffset, PAGE / 2);
    this.#words = new Uint32Array(bytes.buffer, bytes.byteOffset, PAGE / 4);
    this.#buffers = buffers.map(({ region, references }, id) => ({
      id,
      frame: frameIn({
        bytes: region.bytes.subarray(FRAME_OFFSET),
        address: region.address + FRAME_OFFSET,
      }),
      references,
      outstanding: 0,
    }));
    for (const buffer of this.#buffers) this.#release(buffer);
  }

  transmit(capacity: number): Frame | undefined {
    let buffer = this.#lent;
    if (buffer === undefined || buffer.frame.bytes.length < capacity) {
      if (buffer !== undefined) this.#release(buffer);
      buffer = this.#borrow(capacity);
      this.#lent = buffer;
      this.isFull = buffer === undefined;
      if (buffer === undefined) return undefined;
    }
    return emptyFrame(buffer.frame);
  }

  send(frame: Frame): void {
    const buffer = this.#lent;
    if (buffer === undefined || frame !== buffer.frame)
      throw new Error('this frame is not on loan');
    if (frame.length > frame.bytes.length) {
      throw new RangeError('the frame is longer than its buffer');
    }
    this.#lent = undefined;
    if (frame.length > LONGEST_FRAME) {
      this.dropped++;
      this.#release(buffer);
      return;
    }
    const isLong = frame.segmentSize !== 0;
    const flags = frame.checksumStart === 0 ? 0 : FLAG.sendBlank | FLAG.sendValidated;
    let page = 0;
    let offset = FRAME_OFFSET;
    let left = frame.length;
    while (left > 0) {
      const size = Math.min(left, PAGE - offset);
      const isFirst = page === 0;
      const more = left > size ? FLAG.sendMore : 0;
      const extra = isFirst && isLong ? FLAG.sendExtra : 0;
      // The first slot says how long all of it is, the others how long they are.
      this.#request(
        buffer.references[page],
        offset,
        isFirst ? flags | more | extra : more,
        buffer.id,
        isFirst ? frame.length : size,
      );
      buffer.outstanding++;
      if (extra !== 0) this.#describeSegments(frame);
      left -= size;
      offset = 0;
      page++;
    }
  }

  /** Takes back what the peer has read. */
  reclaim(): void {
    for (let left = this.ring.pending(); left > 0; left--) {
      const slot = this.ring.consumed++ & (SLOT_COUNT - 1);
      const at = (SLOTS + slot * SEND_SLOT) / 2;
      const id = this.#halves[at];
      const status = (this.#halves[at + 1] << 16) >> 16;
      if (status === STATUS.extra) continue;
      const buffer = this.#buffers[id];
      if (buffer === undefined || buffer.outstanding === 0) {
        this.violations++;
        continue;
      }
      if (status < 0) this.dropped++;
      if (--buffer.outstanding === 0) this.#release(buffer);
    }
  }

  #borrow(capacity: number): Buffer | undefined {
    const isLarge = capacity > FRAME_CAPACITY;
    // A long segment takes a slot for each page, and one more that says how to cut it.
    const slots = isLarge ? LARGE_PAGES + 1 : 1;
    const find = () => (isLarge ? this.#freeLarge.pop() : this.#free.pop());
    let buffer = this.ring.room >= slots ? find() : undefined;
    if (buffer === undefined) {
      this.reclaim();
      buffer = this.ring.room >= slots ? find() : undefined;
    }
    return buffer;
  }

  #release(buffer: Buffer): void {
    if (buffer.references.length > 1) this.#freeLarge.push(buffer);
    else this.#free.push(buffer);
  }

  #request(reference: number, offset: number, flags: number, id: number, size: number): void {
    const at = SLOTS + (this.ring.produced++ & (SLOT_COUNT - 1)) * SEND_SLOT;
    this.#words[at / 4] = reference;
    this.#halves[at / 2 + 2] = offset;
    this.#halves[at / 2 + 3] = flags;
    this.#halves[at / 2 + 4] = id;
    this.#halves[at / 2 + 5] = size;
  }

  #describeSegments({ bytes, segmentSize }: Frame): void {
    const at = (SLOTS + (this.ring.produced++ & (SLOT_COUNT - 1)) * SEND_SLOT) / 2;
    const isIpv6 = bytes[12] === 0x86;
    this.#halves[at] = EXTRA_SEGMENTATION;
    this.#halves[at + 1] = segmentSize;
    this.#halves[at + 2] = isIpv6 ? SEGMENTATION_TCP6 : SEGMENTATION_TCP4;
    this.#halves[at + 3] = 0;
  }
}

/** What the 16 bits of a slot can say. */
const LONGEST_FRAME = 0xffff;

/** The pages of a buffer for the longest segment. */
export const LARGE_PAGES = Math.ceil((FRAME_OFFSET + LARGE_FRAME_CAPACITY) / PAGE);
