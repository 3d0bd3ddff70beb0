import type { FastPaths } from '@atoll/device/fast';
import { FastQueue } from '@atoll/driver-virtio/fast';
import { NOTHING, Queue, queueLayout, stateBytes } from '@atoll/driver-virtio/queue';
import { Random } from '@atoll/sim/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeFastPaths } from '../src/fast.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 5000);
const SIZE = 8;
const CAPACITY = 64;

describe('the fast path of a virtqueue', () => {
  let fast: FastPaths;
  beforeAll(async () => {
    fast = await nodeFastPaths(['virtio']);
  }, 60_000);

  it(`does what the reference does, whatever the device does (${RUNS} runs)`, () => {
    const random = new Random(21);
    const regions = [fast.allocate, fast.allocate].map((allocate) => ({
      shared: allocate(queueLayout(SIZE).bytes),
      state: allocate(stateBytes(SIZE)),
    }));
    const seen = { taken: 0, broken: 0, violations: 0 };
    for (let run = 0; run < RUNS; run++) {
      for (const { shared, state } of regions) {
        shared.bytes.fill(0);
        state.bytes.fill(0);
      }
      const [a, b] = regions;
      const reference = new Queue(a.shared, a.state, SIZE, true);
      const queue = new FastQueue(fast, b.shared, b.state, SIZE, true);
      for (let id = 0; id < SIZE; id++) {
        for (const either of [reference, queue]) {
          either.describe(id, id * CAPACITY, CAPACITY, id % 2 === 0);
        }
      }
      for (let step = 0; step < 20; step++) {
        const id = random.below(SIZE);
        if (random.chance(0.4))
          expect(outcome(() => queue.offer(id))).toBe(outcome(() => reference.offer(id)));
        if (random.chance(0.4))
          scribble(
            random,
            regions.map(({ shared }) => shared.bytes),
          );
        const taken = reference.take();
        if (queue.take() !== taken) throw new Error(`the reference takes ${taken}`);
        if (taken !== NOTHING && queue.length !== reference.length)
          throw new Error('another length');
        if (taken !== NOTHING) seen.taken++;
        if (random.chance(0.3)) for (const either of [reference, queue]) either.publish();
      }
      expect(b.shared.bytes).toEqual(a.shared.bytes);
      // The second and third word say where the rings are.
      expect(b.state.bytes.subarray(12)).toEqual(a.state.bytes.subarray(12));
      if (reference.broken) seen.broken++;
      if (reference.violations > 0) seen.violations++;
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(RUNS / 20);
  });
});

function outcome(action: () => void): string {
  try {
    action();
    return 'done';
  } catch (error) {
    return String(error);
  }
}

/** Writes to the used ring: mostly what a device would, sometimes anything. */
function scribble(random: Random, memories: readonly Uint8Array[]): void {
  const { used } = queueLayout(SIZE);
  const view = new DataView(memories[0].buffer, memories[0].byteOffset);
  const index = view.getUint16(used + 2, true);
  const element = used + 4 + (index % SIZE) * 8;
  const id = random.chance(0.9)
    ? random.below(SIZE)
    : random.pick([SIZE, 0xffff, 0x1_0000, 0xffff_ffff]);
  const length = random.pick([0, 1, CAPACITY, CAPACITY + 1, 0x8000, 0xffff_ffff]);
  const jump = random.chance(0.95) ? 1 : random.below(0x1_0000);
  for (const { buffer, byteOffset } of memories) {
    const each = new DataView(buffer, byteOffset);
    each.setUint32(element, id, true);
    each.setUint32(element + 4, length, true);
    each.setUint16(used + 2, (index + jump) & 0xffff, true);
  }
}
