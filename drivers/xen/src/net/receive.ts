import { ETHERNET_HEADER_LENGTH, type Frame } from '@atoll/device/network';
import type { SharedPages } from '../pages.ts';
import { PAGE } from '../pages.ts';
import { FrontRing, SLOTS } from '../ring.ts';
import { findChecksum } from './checksum.ts';
import {
  EXTRA_MORE,
  EXTRA_SEGMENTATION,
  FLAG,
  MAX_SLOTS,
  RECEIVE_SLOT,
  SEGMENTATION_TCP4,
  SEGMENTATION_TCP6,
  SLOT_COUNT,
} from './packet.ts';

/**
 * Frames that arrive. The peer writes into pages that it shares with us and may go on writing; each
 * frame is copied out of them before anybody looks at it, and the pages are offered again.
 */
export class ReceiveRing {
  violations = 0;
  dropped = 0;

  readonly ring: FrontRing;
  readonly #halves: Uint16Array;
  readonly #words: Uint32Array;
  readonly #pages: readonly SharedPages[];
  /** Which page stands in a slot. */
  readonly #offered = new Uint16Array(SLOT_COUNT);
  readonly #frame: Frame;
  /** Of the packet that is being joined. */
  #isGood = true;

  constructor(
    ringPage: SharedPages,
    pages: readonly SharedPages[],
    frame: Frame,
    fence: () => void,
  ) {
    const { bytes } = ringPage.region;
    this.ring = new FrontRing(ringPage.region, SLOT_COUNT, fence);
    this.#halves = new Uint16Array(bytes.buffer, bytes.byteOffset, PAGE / 2);
    this.#words = new Uint32Array(bytes.buffer, bytes.byteOffset, PAGE / 4);
    this.#pages = pages;
    this.#frame = frame;
    for (let page = 0; page < pages.length; page++) this.#offer(page);
  }

  /** The next frame, valid until the next call. */
  receive(): Frame | undefined {
    // One round at most: a peer that sends only rubbish must not keep us here.
    let left = this.ring.pending();
    while (left > 0) {
      const start = this.ring.consumed;
      if (this.#join(left)) return this.#frame;
      left -= (this.ring.consumed - start) >>> 0;
    }
    return undefined;
  }

  /** Copies the next packet of at most `available` slots together; false when it is no good one. */
  #join(available: number): boolean {
    const frame = this.#frame;
    const start = this.ring.consumed;
    frame.length = 0;
    frame.segmentSize = 0;
    frame.checksumStart = 0;
    this.#isGood = true;
    const first = this.#takeFragment();
    let hasExtra = (first & FLAG.receiveExtra) !== 0;
    let hasMore = (first & FLAG.receiveMore) !== 0;
    for (let used = 1; (hasExtra || hasMore) && used < available; used++) {
      if (hasExtra) hasExtra = this.#takeExtra();
      else hasMore = (this.#takeFragment() & FLAG.receiveMore) !== 0;
    }
    const slots = (this.ring.consumed - start) >>> 0;
    if (hasExtra || hasMore || slots > MAX_SLOTS + 1) this.#refuse();
    if (!this.#isGood || frame.length < ETHERNET_HEADER_LENGTH) {
      this.dropped++;
      return false;
    }
    this.#judge(first);
    return true;
  }

  /** Appends one slot to the frame; answers its flags. */
  #takeFragment(): number {
    const slot = this.ring.consumed & (SLOT_COUNT - 1);
    const at = (SLOTS + slot * RECEIVE_SLOT) / 2;
    const offset = this.#halves[at + 1];
    const flags = this.#halves[at + 2];
    const status = (this.#halves[at + 3] << 16) >> 16;
    const page = this.#take();
    const { bytes, length } = this.#frame;
    if (status < 0) {
      this.#isGood = false;
    } else if (offset + status > PAGE || length + status > bytes.length) {
      this.#refuse();
    } else {
      bytes.set(this.#pages[page].region.bytes.subarray(offset, offset + status), length);
      this.#frame.length = length + status;
    }
    this.#offer(page);
    return flags;
  }

  /** Reads a slot of extra information; answers whether another one follows. */
  #takeExtra(): boolean {
    const slot = this.ring.consumed & (SLOT_COUNT - 1);
    const at = (SLOTS + slot * RECEIVE_SLOT) / 2;
    const kind = this.#halves[at];
    const size = this.#halves[at + 1];
    const type = this.#halves[at + 2] & 0xff;
    this.#offer(this.#take());
    const isTcp = type === SEGMENTATION_TCP4 || type === SEGMENTATION_TCP6;
    if ((kind & 0xff) === EXTRA_SEGMENTATION && isTcp) this.#frame.segmentSize = size;
    return ((kind >> 8) & EXTRA_MORE) !== 0;
  }

  #refuse(): void {
    this.#isGood = false;
    this.violations++;
  }

  /** Says in the frame's fields what the peer says about its checksum. */
  #judge(flags: number): void {
    const frame = this.#frame;
    const isBlank = (flags & FLAG.receiveBlank) !== 0;
    frame.isChecked = isBlank || (flags & FLAG.receiveValidated) !== 0;
    if (isBlank) findChecksum(frame);
    if (frame.checksumStart === 0 || frame.segmentSize > frame.length) frame.segmentSize = 0;
  }

  #take(): number {
    return this.#offered[this.ring.consumed++ & (SLOT_COUNT - 1)];
  }

  #offer(page: number): void {
    const slot = this.ring.produced++ & (SLOT_COUNT - 1);
    const at = SLOTS + slot * RECEIVE_SLOT;
    this.#offered[slot] = page;
    this.#halves[at / 2] = slot;
    this.#words[at / 4 + 1] = this.#pages[page].references[0];
  }
}
