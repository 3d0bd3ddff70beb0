import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { NOTHING, Queue, queueLayout, stateBytes } from '../src/queue.ts';
import { DeviceQueue, Memory, PHYSICAL_BASE } from './device.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 5000);
const SIZE = 8;
const CAPACITY = 64;

it(`survives a device that writes anything anywhere (${INPUTS} inputs)`, () => {
  const random = new Random(7);
  const memory = new Memory();
  const region = memory.allocate(queueLayout(SIZE).bytes);
  const state = memory.allocate(stateBytes(SIZE));
  let found = 0;
  for (let input = 0; input < INPUTS; input++) {
    region.bytes.fill(0);
    state.bytes.fill(0);
    const hasEventIndex = random.chance(0.5);
    const queue = new Queue(region, state, SIZE, hasEventIndex);
    const device = new DeviceQueue(memory, region.address, SIZE, hasEventIndex);
    const given = new Set<number>();
    for (let id = 0; id < SIZE; id++) {
      queue.describe(id, PHYSICAL_BASE, CAPACITY, true);
      queue.offer(id);
      given.add(id);
    }
    queue.publish();
    for (let round = 0; round < 12; round++) {
      for (let count = random.below(4); count > 0; count--) misbehave(random, device, region.bytes);
      for (let count = SIZE; count > 0; count--) {
        const id = queue.take();
        if (id === NOTHING) break;
        if (!given.delete(id)) throw new Error(`buffer ${id} was never given`);
        if (!(queue.length >= 0 && queue.length <= CAPACITY))
          throw new Error(`${queue.length} bytes`);
        if (random.chance(0.7)) {
          queue.offer(id);
          given.add(id);
        }
      }
      if (queue.outstanding !== given.size) throw new Error('buffers were lost');
      queue.publish();
      queue.arm();
      queue.wantsNotification();
      queue.hasUsed();
    }
    if (queue.broken || queue.violations > 0) found++;
  }
  expect(found).toBeGreaterThan(INPUTS / 2);
});

function misbehave(random: Random, device: DeviceQueue, bytes: Uint8Array): void {
  switch (random.below(4)) {
    case 0:
      device.use(
        random.pick([0, 1, SIZE - 1, SIZE, 0xffff_ffff]),
        random.pick([0, 1, CAPACITY, CAPACITY + 1, 2 ** 31]),
      );
      break;
    case 1:
      device.scribble(random.below(64), random.below(0x1_0000));
      break;
    case 2:
      device.scribble(1, random.below(SIZE + 2));
      break;
    default:
      bytes[random.below(bytes.length)] = random.below(256);
  }
}
