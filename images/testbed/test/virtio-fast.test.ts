import type { FastPaths, Region } from '@atoll/device/fast';
import { FRAME_HEADER_LENGTH, FRAME_OFFSET, headedFrame } from '@atoll/device/frame-header';
import { FRAME_CAPACITY } from '@atoll/device/network';
import { FastQueue } from '@atoll/driver-virtio/fast';
import type { QueueMemory } from '@atoll/driver-virtio/network-queue';
import { NetworkQueue, STRIDE } from '@atoll/driver-virtio/network-queue';
import { NOTHING, queueLayout, stateBytes } from '@atoll/driver-virtio/queue';
import { Random } from '@atoll/sim/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeFastPaths } from '../src/fast.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 5000);
const SIZE = 8;
/** Room for a joined frame of about four buffers, so that some do not fit. */
const JOINED = 4 * FRAME_CAPACITY;

/** What a queue and its buffers consist of, in a memory that is all zeros again for each run. */
interface Place {
  readonly memory: Omit<QueueMemory, 'hasEventIndex' | 'size'>;
  readonly buffers: Region;
  readonly joined: Region;
}

describe('the fast path of a virtqueue', () => {
  let fast: FastPaths;
  let places: readonly [Place, Place];
  beforeAll(async () => {
    fast = await nodeFastPaths(['virtio']);
    places = [createPlace(fast), createPlace(fast)];
  }, 60_000);

  it(`does what the reference does, whatever the device does (${RUNS} runs)`, () => {
    const random = new Random(21);
    const seen = { taken: 0, broken: 0, violations: 0 };
    for (let run = 0; run < RUNS; run++) {
      const [reference, queue] = createPair(fast, places, false, false);
      for (let id = 0; id < SIZE; id++) {
        for (const either of [reference, queue]) either.describe(id, id * 64, 64, id % 2 === 0);
      }
      for (let step = 0; step < 20; step++) {
        const id = random.below(SIZE);
        if (random.chance(0.4))
          expect(outcome(() => queue.offer(id))).toBe(outcome(() => reference.offer(id)));
        if (random.chance(0.4)) use(random, places, 64);
        const taken = reference.take();
        if (queue.take() !== taken) throw new Error(`the reference takes ${taken}`);
        if (taken !== NOTHING && queue.length !== reference.length)
          throw new Error('another length');
        if (taken !== NOTHING) seen.taken++;
        if (random.chance(0.3)) for (const either of [reference, queue]) either.publish();
      }
      expectSameMemory(places);
      if (reference.broken) seen.broken++;
      if (reference.violations > 0) seen.violations++;
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(RUNS / 20);
  });

  it(`receives what the reference receives, whatever the device writes (${RUNS} runs)`, () => {
    const random = new Random(22);
    const seen = { frames: 0, joined: 0, dropped: 0, checked: 0, segments: 0 };
    for (let run = 0; run < RUNS; run++) {
      const [hasJoined, hasHeaders] = [random.chance(0.8), random.chance(0.8)];
      const [reference, queue] = createPair(fast, places, hasJoined, hasHeaders);
      for (const either of [reference, queue]) {
        for (let id = 0; id < SIZE; id++) {
          either.describe(id, id, FRAME_HEADER_LENGTH + FRAME_CAPACITY, true);
          either.offer(id);
        }
      }
      let lent = NOTHING;
      for (let step = 0; step < 20; step++) {
        for (let count = random.below(4); count > 0; count--) {
          writeBuffers(random, places);
          use(random, places, FRAME_HEADER_LENGTH + FRAME_CAPACITY);
        }
        const received = reference.receive(lent);
        expect(queue.receive(lent)).toBe(received);
        lent = received >= 0 && received < SIZE ? received : NOTHING;
        if (received < 0) {
          if (received !== NOTHING) seen.dropped++;
          continue;
        }
        const frame = reference.frames[received];
        expect(said(queue.frames[received])).toEqual(said(frame));
        seen.frames++;
        if (received === SIZE) seen.joined++;
        if (frame.isChecked) seen.checked++;
        if (frame.segmentSize > 0) seen.segments++;
      }
      expectSameMemory(places);
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(RUNS / 20);
  });

  it('sends what the reference sends', () => {
    const random = new Random(23);
    for (let run = 0; run < RUNS; run++) {
      const queues = createPair(fast, places, false, true);
      const bytes = random.bytes(128);
      bytes[12] = random.pick([0x08, 0x86]);
      const checksumStart = random.pick([0, 34, 54]);
      const about = {
        length: random.below(FRAME_CAPACITY + 1),
        checksumStart,
        checksumOffset: random.below(40),
        segmentSize: random.pick([0, random.below(0x1_0000)]),
      };
      const id = random.below(SIZE);
      for (const queue of queues) {
        queue.frames[id].bytes.set(bytes);
        Object.assign(queue.frames[id], about);
        queue.describe(id, id, FRAME_CAPACITY, false);
        queue.send(id, queue.frames[id]);
        queue.publish();
      }
      expect(() => queues[1].send(id, queues[1].frames[id])).toThrow('offered already');
      expectSameMemory(places);
    }
  });
});

function createPlace({ allocate }: FastPaths): Place {
  return {
    memory: { shared: allocate(queueLayout(SIZE).bytes), state: allocate(stateBytes(SIZE)) },
    buffers: allocate(SIZE * STRIDE),
    joined: allocate(FRAME_OFFSET + JOINED),
  };
}

/** The reference and the fast path, each in a place of its own. */
function createPair(
  fast: FastPaths,
  places: readonly [Place, Place],
  hasJoined: boolean,
  hasHeaders: boolean,
): [NetworkQueue, NetworkQueue] {
  const [one, other] = places.map(({ memory, buffers, joined }) => {
    for (const { bytes } of [memory.shared, memory.state, buffers, joined]) bytes.fill(0);
    const frames = Array.from({ length: SIZE }, (_, id) => {
      const bytes = buffers.bytes.subarray(id * STRIDE, (id + 1) * STRIDE);
      return headedFrame({ bytes, address: buffers.address + id * STRIDE });
    });
    return [
      { ...memory, size: SIZE, hasEventIndex: true },
      { frames, joined: hasJoined ? headedFrame(joined) : undefined, hasHeaders },
    ] as const;
  });
  return [new NetworkQueue(...one), new FastQueue(fast, ...other)];
}

function expectSameMemory([one, other]: readonly [Place, Place]): void {
  // The second and third word of the state say where the rings are.
  const parts = ({ memory, buffers, joined }: Place) =>
    [memory.shared.bytes, memory.state.bytes.subarray(12), buffers.bytes, joined.bytes] as const;
  for (const [index, part] of parts(one).entries()) {
    if (Buffer.compare(part, parts(other)[index]) !== 0) throw new Error(`part ${index} differs`);
  }
}

function said({ length, isChecked, segmentSize, checksumStart, checksumOffset }: Said) {
  const said = { length, isChecked, segmentSize, checksumStart };
  return checksumStart === 0 ? said : { ...said, checksumOffset };
}

type Said = NetworkQueue['frames'][number];

function outcome(action: () => void): string {
  try {
    action();
    return 'done';
  } catch (error) {
    return String(error);
  }
}

/** Writes to the used ring: mostly what a device would, sometimes anything. */
function use(random: Random, places: readonly [Place, Place], capacity: number): void {
  const memories = places.map(({ memory }) => memory.shared.bytes);
  const { used } = queueLayout(SIZE);
  const view = new DataView(memories[0].buffer, memories[0].byteOffset);
  const index = view.getUint16(used + 2, true);
  const element = used + 4 + (index % SIZE) * 8;
  const id = random.chance(0.9)
    ? random.below(SIZE)
    : random.pick([SIZE, 0xffff, 0x1_0000, 0xffff_ffff]);
  const length = random.chance(0.5)
    ? capacity
    : random.pick([0, 1, 25, 26, 27, capacity - 1, capacity + 1, 0x8000, 0xffff_ffff]);
  const jump = random.chance(0.98) ? 1 : random.below(0x1_0000);
  for (const { buffer, byteOffset } of memories) {
    const each = new DataView(buffer, byteOffset);
    each.setUint32(element, id, true);
    each.setUint32(element + 4, length, true);
    each.setUint16(used + 2, (index + jump) & 0xffff, true);
  }
}

/** Writes a header and a few bytes into each buffer, the same in both places. */
function writeBuffers(random: Random, places: readonly [Place, Place]): void {
  for (let id = 0; id < SIZE; id++) {
    const header = new Uint8Array(FRAME_HEADER_LENGTH + 8);
    random.fill(header);
    const view = new DataView(header.buffer);
    header[0] = random.pick([0, 0, 1, 1, 2, 3, header[0]]);
    header[1] = random.pick([0, 0, 0, 1, 4, 0x81, 3, 5, header[1]]);
    if (random.chance(0.8)) view.setUint16(4, random.pick([0, 1, 1460, FRAME_CAPACITY]), true);
    if (random.chance(0.8))
      view.setUint16(6, random.pick([0, 13, 14, 34, FRAME_CAPACITY - 2]), true);
    if (random.chance(0.8)) view.setUint16(8, random.pick([0, 6, 16]), true);
    if (random.chance(0.9)) view.setUint16(10, random.pick([1, 1, 1, 1, 2, 3, 0, SIZE]), true);
    const start = id * STRIDE + FRAME_OFFSET - FRAME_HEADER_LENGTH;
    for (const { buffers } of places) buffers.bytes.set(header, start);
  }
}
