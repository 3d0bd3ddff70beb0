import type { Region } from '@atoll/device/fast';
import type { Allocate } from '@atoll/device/frame';

/**
 * The driver's side of a split virtqueue (virtio 1.2, section 2.7) in memory that the device shares.
 *
 * A buffer is one descriptor, or a chain of them, and the number of the first is the buffer's name. Polling order: `take`
 * until it answers {@link NOTHING}; `offer` buffers; `publish`; when going to sleep also `arm`; then a
 * fence, `wantsNotification` and `hasUsed`.
 *
 * The device may write anything anywhere in this memory at any time. Each shared field is read once and
 * checked, and nothing that was written for the device is read back. All of it is little-endian, as is
 * every machine that this runs on.
 *
 * `offer` and `take`, which run for each frame, have a fast path over the same state: see `fast.ts`.
 */
export class Queue {
  readonly size: number;
  /** The bytes that the device wrote into the buffer of the last {@link take}: at most its length. */
  length = 0;

  readonly #hasEventIndex: boolean;
  readonly #descriptors: Uint32Array;
  readonly #available: Uint16Array;
  readonly #used: Uint16Array;
  readonly #usedElements: Uint32Array;
  readonly #state: Uint32Array;
  #published = 0;
  #checked = 0;

  /**
   * `shared` holds at least {@link queueLayout}`.bytes` zeros, `state` {@link stateBytes}; `size` is a
   * power of 2.
   */
  constructor(shared: Region, state: Region, size: number, hasEventIndex: boolean) {
    const { buffer, byteOffset } = shared.bytes;
    const { available, used } = queueLayout(size);
    this.size = size;
    this.#hasEventIndex = hasEventIndex;
    this.#descriptors = new Uint32Array(buffer, byteOffset, size * 4);
    this.#available = new Uint16Array(buffer, byteOffset + available, size + 3);
    this.#used = new Uint16Array(buffer, byteOffset + used, size * 4 + 3);
    this.#usedElements = new Uint32Array(buffer, byteOffset + used + 4, size * 2);
    this.#state = new Uint32Array(state.bytes.buffer, state.bytes.byteOffset, BUFFERS + size);
    this.#state[MASK] = size - 1;
    this.#state[AVAILABLE] = shared.address + available;
    this.#state[USED] = shared.address + used;
    if (!hasEventIndex) this.#available[AVAILABLE_FLAGS] = NO_INTERRUPT;
  }

  /** How often the device named a buffer that it does not have, or claimed more bytes than fit. */
  get violations(): number {
    return this.#state[VIOLATIONS];
  }

  /** Counts one more, of something that only who reads the buffers can tell. */
  protected violate(): void {
    this.#state[VIOLATIONS]++;
  }

  /** True once the device moved its index further than it has buffers: nothing is taken any more. */
  get broken(): boolean {
    return this.#state[BROKEN] !== 0;
  }

  /** How many buffers the device has. */
  get outstanding(): number {
    return this.#state[OUTSTANDING];
  }

  /**
   * Says where buffer `id` is, for good; the device reads or writes up to `capacity` bytes of it, and
   * writes at most {@link GREATEST_CAPACITY}.
   */
  describe(id: number, physical: number, capacity: number, isWritten: boolean): void {
    if (isWritten && capacity > GREATEST_CAPACITY) throw new RangeError('the buffer is too large');
    const at = id * 4;
    this.#descriptors[at] = physical;
    this.#descriptors[at + 1] = physical / 0x1_0000_0000;
    this.#descriptors[at + 2] = capacity;
    this.#descriptors[at + 3] = isWritten ? DESCRIPTOR_WRITE : 0;
    this.#state[BUFFERS + id] = isWritten ? capacity : 0;
  }

  /**
   * Says that buffer `id` is a chain of `parts`, in the descriptors from `id` on. The device may write so
   * many bytes as the parts have that are written.
   */
  describeChain(id: number, parts: readonly ChainPart[]): void {
    let written = 0;
    for (const [index, { physical, length, isWritten }] of parts.entries()) {
      const at = (id + index) * 4;
      const hasNext = index < parts.length - 1;
      this.#descriptors[at] = physical;
      this.#descriptors[at + 1] = physical / 0x1_0000_0000;
      this.#descriptors[at + 2] = length;
      this.#descriptors[at + 3] =
        (isWritten ? DESCRIPTOR_WRITE : 0) |
        (hasNext ? DESCRIPTOR_NEXT | ((id + index + 1) << 16) : 0);
      if (isWritten) written += length;
    }
    this.#state[BUFFERS + id] = written;
  }

  /** Gives buffer `id`, which the device must not have, to the device; it sees that after `publish`. */
  offer(id: number): void {
    const state = this.#state;
    if (state[BUFFERS + id] >= IS_OUTSTANDING) throw new Error(`buffer ${id} was offered already`);
    state[BUFFERS + id] += IS_OUTSTANDING;
    state[OUTSTANDING]++;
    const offered = state[OFFERED];
    this.#available[AVAILABLE_RING + (offered & state[MASK])] = id;
    state[OFFERED] = (offered + 1) & 0xffff;
  }

  /** The same for a buffer that the device reads, of which `length` bytes are to be sent. */
  offerBytes(id: number, length: number): void {
    this.#descriptors[id * 4 + 2] = length;
    this.offer(id);
  }

  /** The number of the next buffer that the device is done with, or {@link NOTHING}. */
  take(): number {
    const state = this.#state;
    while (state[BROKEN] === 0) {
      const seen = state[SEEN];
      const pending = (this.#used[USED_INDEX] - seen) & 0xffff;
      if (pending === 0) return NOTHING;
      if (pending > state[OUTSTANDING]) {
        state[BROKEN] = 1;
        break;
      }
      const at = (seen & state[MASK]) * 2;
      const id = this.#usedElements[at];
      const length = this.#usedElements[at + 1];
      state[SEEN] = (seen + 1) & 0xffff;
      if (id > state[MASK] || state[BUFFERS + id] < IS_OUTSTANDING) {
        state[VIOLATIONS]++;
        continue;
      }
      state[OUTSTANDING]--;
      const capacity = state[BUFFERS + id] - IS_OUTSTANDING;
      state[BUFFERS + id] = capacity;
      // Some devices claim to have written into what they only read: that does no harm.
      if (length > capacity && capacity > 0) state[VIOLATIONS]++;
      this.length = length > capacity ? 0 : length;
      return id;
    }
    return NOTHING;
  }

  /** Lets the device see what was offered. Stores reach memory in their order on x86. */
  publish(): void {
    const offered = this.#state[OFFERED];
    if (this.#published === offered) return;
    this.#available[AVAILABLE_INDEX] = offered;
    this.#published = offered;
  }

  /** Asks for an interrupt at the next used buffer; without, interrupts are rare or do not come. */
  arm(): void {
    if (this.#hasEventIndex) this.#available[AVAILABLE_RING + this.size] = this.#state[SEEN];
    else this.#available[AVAILABLE_FLAGS] = 0;
  }

  /** The opposite of {@link arm}. */
  disarm(): void {
    // An event index that was passed once stays behind by itself, for another 65,536 buffers.
    if (!this.#hasEventIndex) this.#available[AVAILABLE_FLAGS] = NO_INTERRUPT;
  }

  /**
   * Whether the device wants to be told of what was published since this was asked before. A fence must
   * stand between `publish` and this.
   */
  wantsNotification(): boolean {
    const added = (this.#published - this.#checked) & 0xffff;
    if (added === 0) return false;
    this.#checked = this.#published;
    if (!this.#hasEventIndex) return (this.#used[USED_FLAGS] & NO_NOTIFY) === 0;
    // section 2.7.10: has the published index gone past the one that the device waits for?
    const event = this.#used[USED_RING + this.size * 4];
    return ((this.#published - event - 1) & 0xffff) < added;
  }

  /** Whether `take` has something; with `arm` and a fence before it, no wake-up can be lost. */
  hasUsed(): boolean {
    return !this.broken && this.#used[USED_INDEX] !== this.#state[SEEN];
  }
}

/** One descriptor of a chain. */
export interface ChainPart {
  readonly physical: number;
  readonly length: number;
  /** By the device. */
  readonly isWritten: boolean;
}

/** What {@link Queue.take} answers when the device has used no buffer since. */
export const NOTHING = -1;

/**
 * Offsets of the areas from the first, which is that of the descriptors, and the size of all. What the
 * device writes has pages of its own, as legacy devices want it.
 */
export function queueLayout(size: number): { available: number; used: number; bytes: number } {
  const available = size * 16;
  const used = Math.ceil((available + 6 + size * 2) / PAGE_SIZE) * PAGE_SIZE;
  return { available, used, bytes: used + 6 + size * 8 };
}

/** Memory for a queue of `size`, from the beginning of a page. */
export function allocateQueue(allocate: Allocate, size: number): Region {
  const { bytes } = queueLayout(size);
  const region = allocate(bytes + PAGE_SIZE);
  const skipped = -region.address & (PAGE_SIZE - 1);
  return {
    address: region.address + skipped,
    bytes: region.bytes.subarray(skipped, skipped + bytes),
  };
}

export const PAGE_SIZE = 4096;

/** How many bytes a queue needs for what the device is not told. */
export function stateBytes(size: number): number {
  return (BUFFERS + size) * 4;
}

/** So that a buffer's number and the bytes in it are one number in the fast path. */
export const GREATEST_CAPACITY = 0x7fff;

/** Words of the state, here and in `assembly/index.ts`: what the device has is marked in its capacity. */
const MASK = 0;
const AVAILABLE = 1;
const USED = 2;
const OFFERED = 3;
const SEEN = 4;
const OUTSTANDING = 5;
const BROKEN = 6;
const VIOLATIONS = 7;
const BUFFERS = 8;
const IS_OUTSTANDING = 0x8000_0000;

const DESCRIPTOR_NEXT = 1;
const DESCRIPTOR_WRITE = 2;

/** Fields of the available ring, in words of 16 bits; the used event index stands behind the ring. */
const AVAILABLE_FLAGS = 0;
const AVAILABLE_INDEX = 1;
const AVAILABLE_RING = 2;
const NO_INTERRUPT = 1;

/** Fields of the used ring, likewise; an element is four such words. */
const USED_FLAGS = 0;
const USED_INDEX = 1;
const USED_RING = 2;
const NO_NOTIFY = 1;
