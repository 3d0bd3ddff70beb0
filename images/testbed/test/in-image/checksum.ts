// Runs inside an image: the fast checksum beside the plain one, on the same pseudo-random input.
import { fastChecksum, plainChecksum } from '@atoll/bytes/fast';
import type { Host } from '@atoll/device/host';
import { hostFastPaths } from '@atoll/driver-host/fast';
import { Random } from '@atoll/sim/random';

declare const host: Host;

const ROUNDS = 20_000;
const CAPACITY = 2048;

const fastPaths = hostFastPaths(host);
const fast = fastChecksum(fastPaths);
const region = fastPaths.allocate(CAPACITY);
const random = new Random(1071);

for (let round = 0; round < ROUNDS; round++) {
  // One chunk of new bytes a round: filling all of them would take most of the time.
  const chunk = random.chance(0.1) ? new Uint8Array(64).fill(0xff) : random.bytes(64);
  region.bytes.set(chunk, random.below(CAPACITY - 64));
  const start = random.below(CAPACITY);
  const end = start + random.below(Math.min(CAPACITY - start, 200) + 1);
  const initial = random.below(0x1_0000_0000);
  const expected = plainChecksum.sum(region, start, end, initial);
  const actual = fast.sum(region, start, end, initial);
  if (actual !== expected) {
    throw new Error(`[${start}, ${end}) from ${initial}: ${actual} instead of ${expected}`);
  }
}
host.write('SUCCESS\n');
