import type { BlockRequest } from '@atoll/device/block';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { BlockModel, NONE } from './block-model.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 1000);
const SEED = Number(process.env.ATOLL_SEED ?? 1);

it(`every request to a device that does anything ends once (${INPUTS} inputs, seed ${SEED})`, () => {
  let failed = 0;
  let worked = 0;
  for (let input = 0; input < INPUTS; input++) {
    const random = new Random(SEED + input);
    const device = new BlockModel();
    device.features = random.pick([0, device.features, 1 << 9]);
    device.sizeMax = random.pick([0, 512, 5000]);
    const disk = device.open();
    // Some devices are honest for a while.
    const honesty = random.float();
    device.isPrompt = random.chance(0.5);
    device.lie = () =>
      random.chance(honesty)
        ? {}
        : {
            status: random.pick([undefined, NONE, 0, 1, 2, 200]),
            ...(random.chance(0.3) ? { length: random.pick([0, 1, 512, 513, 2 ** 32 - 1]) } : {}),
            ...(random.chance(0.2) ? { id: random.pick([0, 1, 3, 15, 16, 2 ** 32 - 1]) } : {}),
          };
    const waiting = new Set<BlockRequest>();
    const take = () => {
      for (let one = disk.complete(); one !== undefined; one = disk.complete()) {
        if (!waiting.delete(one)) throw new Error('a request ended that was not under way');
        if (one.failure === undefined) worked++;
        else failed++;
      }
    };
    const buffers = Array.from({ length: 8 }, () => device.bytes(8 * 512));
    for (let step = 0; step < 40; step++) {
      const [operation] = [random.pick(['read', 'write', 'flush'] as const)];
      const size = operation === 'flush' ? 0 : (1 + random.below(8)) * 512;
      const bytes = buffers[step % 8].subarray(0, size);
      const request: BlockRequest = {
        operation,
        block: operation === 'flush' ? 0 : random.below(56),
        bytes,
        failure: undefined,
      };
      if (disk.submit(request)) waiting.add(request);
      disk.settle(random.chance(0.5));
      device.serve(random.below(4));
      if (random.chance(0.1)) device.sectors = random.below(64);
      if (random.chance(1 - honesty) && random.chance(0.1))
        device.queue?.scribble(random.below(100), random.below(0x1_0000));
      device.now += random.below(3000);
      take();
    }
    // Patience ends for whatever the device has still.
    for (let step = 0; step < 70; step++) {
      device.now += 30_000;
      disk.settle(true);
      take();
    }
    expect(waiting.size).toBe(0);
    expect(disk.settle(true)).toBe(true);
  }
  expect(failed).toBeGreaterThan(INPUTS);
  expect(worked).toBeGreaterThan(INPUTS);
});
