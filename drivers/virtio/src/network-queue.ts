import type { Region } from '@atoll/device/fast';
import type { HeadedFrame } from '@atoll/device/frame-header';
import {
  FRAME_HEADER_LENGTH,
  FRAME_OFFSET,
  readFrameHeader,
  writeFrameHeader,
} from '@atoll/device/frame-header';
import type { Frame } from '@atoll/device/network';
import { ETHERNET_HEADER_LENGTH, FRAME_CAPACITY } from '@atoll/device/network';
import { NOTHING, Queue } from './queue.ts';

/** The memory of a queue, see {@link Queue}. */
export interface QueueMemory {
  readonly shared: Region;
  readonly state: Region;
  readonly size: number;
  readonly hasEventIndex: boolean;
}

/** What a network device's queue has in its buffers: buffer `id` is the header and the frame `id`. */
export interface FrameBuffers {
  /** For receiving, {@link STRIDE} bytes apart. */
  readonly frames: readonly HeadedFrame[];
  /** Where a frame is put together that the device spread over buffers, if it may do that. */
  readonly joined?: HeadedFrame | undefined;
  /** Whether the device may leave anything to us; headers of received frames say nothing otherwise. */
  readonly hasHeaders: boolean;
}

/**
 * A queue of frames (virtio 1.2, section 5.1.6). The work per frame has a fast path over the same state,
 * of which this is the reference.
 */
export class NetworkQueue extends Queue {
  /** By number of their buffers; the one behind the last is the joined one. */
  readonly frames: readonly Frame[];
  readonly #buffers: FrameBuffers;

  constructor({ shared, state, size, hasEventIndex }: QueueMemory, buffers: FrameBuffers) {
    super(shared, state, size, hasEventIndex);
    const { frames, joined } = buffers;
    this.frames = [...frames, ...(joined === undefined ? [] : [joined])].map(({ frame }) => frame);
    this.#buffers = buffers;
  }

  /**
   * Gives the buffer `lent`, if it is one, back to the device and takes the next frame: its number in
   * {@link frames}, {@link NOTHING}, or {@link DROPPED} after one that makes no sense.
   */
  receive(lent: number): number {
    if (lent !== NOTHING) this.offer(lent);
    const id = this.take();
    if (id === NOTHING) return NOTHING;
    if (this.length < SMALLEST) return this.#drop(id);
    const { joined, frames } = this.#buffers;
    const { header, frame } = frames[id];
    const count = joined === undefined ? 1 : header[2] >>> 16;
    if (joined !== undefined && count !== 1) return this.#join(id, count, joined);
    frame.length = this.length - FRAME_HEADER_LENGTH;
    if (this.#understands(header, frame)) return id;
    this.violate();
    return this.#drop(id);
  }

  /** Sends `frame`, which is that in buffer `id`; the device must not have it. */
  send(id: number, frame: Frame): void {
    writeFrameHeader(this.#buffers.frames[id].header, frame);
    this.offerBytes(id, FRAME_HEADER_LENGTH + frame.length);
  }

  /** Puts together a frame that was spread over `count` buffers, all of which are given back. */
  #join(first: number, count: number, { bytes, header, frame }: HeadedFrame): number {
    let length = 0;
    let left = count;
    for (let id = first; ; id = this.take()) {
      // The device shows all buffers of a frame at once (section 5.1.6.4), so that none can be missing.
      if (id === NOTHING) break;
      if (length + this.length <= bytes.length) {
        bytes.set(this.#buffers.frames[id].bytes.subarray(0, this.length), length);
      }
      length += this.length;
      this.offer(id);
      if (count === 0 || count > this.size || --left === 0) break;
    }
    frame.length = length - FRAME_HEADER_LENGTH;
    const isWhole = left === 0 && count > 0 && length <= bytes.length;
    if (isWhole && this.#understands(header, frame)) return this.size;
    this.violate();
    return DROPPED;
  }

  #understands(header: Uint32Array, frame: Frame): boolean {
    return !this.#buffers.hasHeaders || readFrameHeader(header, frame);
  }

  #drop(id: number): number {
    this.offer(id);
    return DROPPED;
  }
}

/** What {@link NetworkQueue.receive} answers instead of a frame that cannot be used. */
export const DROPPED = -2;

/** From the start of one buffer to that of the next, each of which holds one frame of the wire. */
export const STRIDE = FRAME_OFFSET + FRAME_CAPACITY;

/** A frame has at least its own header. */
const SMALLEST = FRAME_HEADER_LENGTH + ETHERNET_HEADER_LENGTH;
