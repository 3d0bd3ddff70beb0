import type { FastPaths } from '@atoll/device/fast';
import { FRAME_HEADER_LENGTH } from '@atoll/device/frame-header';
import type { Frame } from '@atoll/device/network';
import type { FrameBuffers, QueueMemory } from './network-queue.ts';
import { NetworkQueue } from './network-queue.ts';
import { NOTHING } from './queue.ts';

/** A {@link NetworkQueue} whose work per frame is done in `assembly/index.ts`, on the same state. */
export class FastQueue extends NetworkQueue {
  readonly #state: number;
  readonly #offer: (state: number, id: number) => number;
  readonly #take: (state: number) => number;
  readonly #receive: (about: number, lent: number) => number;
  readonly #send: Send;
  /** Where its frames are, and what is said about the last one. */
  readonly #about: Uint32Array;
  readonly #aboutAddress: number;

  constructor(fast: FastPaths, memory: QueueMemory, buffers: FrameBuffers) {
    super(memory, buffers);
    const { offer, take, receive, send } = fast.load('driver-virtio');
    this.#state = memory.state.address;
    this.#offer = offer;
    this.#take = take;
    this.#receive = receive;
    this.#send = send;
    const { bytes, address } = fast.allocate(ABOUT_WORDS * 4);
    const { frames, joined, hasHeaders } = buffers;
    this.#about = new Uint32Array(bytes.buffer, bytes.byteOffset, ABOUT_WORDS);
    this.#aboutAddress = address;
    this.#about[STATE] = memory.state.address;
    this.#about[FIRST] = frames[0].frame.address - FRAME_HEADER_LENGTH;
    this.#about[HAS_HEADERS] = hasHeaders ? 1 : 0;
    this.#about[JOINED] = joined === undefined ? 0 : joined.frame.address - FRAME_HEADER_LENGTH;
    this.#about[JOINED_SIZE] = joined?.bytes.length ?? 0;
  }

  override offer(id: number): void {
    if (this.#offer(this.#state, id) === 0) throw new Error(`buffer ${id} was offered already`);
  }

  override take(): number {
    const taken = this.#take(this.#state);
    if (taken < 0) return NOTHING;
    this.length = taken >> 16;
    return taken & 0xffff;
  }

  override receive(lent: number): number {
    const taken = this.#receive(this.#aboutAddress, lent);
    if (taken < 0) return taken;
    const id = taken & IDS;
    const frame = this.frames[id];
    frame.length = taken >> LENGTH_SHIFT;
    frame.isChecked = (taken & IS_CHECKED) !== 0;
    if ((taken & IS_UNFINISHED) === 0) {
      frame.segmentSize = 0;
      frame.checksumStart = 0;
    } else {
      frame.segmentSize = this.#about[SEGMENT_SIZE];
      frame.checksumStart = this.#about[CHECKSUM_START];
      frame.checksumOffset = this.#about[CHECKSUM_OFFSET];
    }
    return id;
  }

  override send(id: number, frame: Frame): void {
    const { address, length, checksumStart } = frame;
    const sent =
      checksumStart === 0
        ? this.#send(this.#state, id, address, length, 0, 0, 0)
        : this.#send(
            this.#state,
            id,
            address,
            length,
            checksumStart,
            frame.checksumOffset,
            frame.segmentSize,
          );
    if (sent === 0) throw new Error(`buffer ${id} was offered already`);
  }
}

type Send = (
  state: number,
  id: number,
  address: number,
  length: number,
  checksumStart: number,
  checksumOffset: number,
  segmentSize: number,
) => number;

/** Words about the frames of a queue, here and in `assembly/index.ts`. */
const STATE = 0;
const FIRST = 1;
const HAS_HEADERS = 2;
const JOINED = 3;
const JOINED_SIZE = 4;
const SEGMENT_SIZE = 5;
const CHECKSUM_START = 6;
const CHECKSUM_OFFSET = 7;
const ABOUT_WORDS = 8;

/** What `receive` answers: the number of a frame, what is known about it, and its length. */
const IDS = 0xff;
const IS_CHECKED = 0x100;
const IS_UNFINISHED = 0x200;
const LENGTH_SHIFT = 10;
