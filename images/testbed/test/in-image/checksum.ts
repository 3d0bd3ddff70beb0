// Runs inside an image: fast checksums and hashes beside the plain ones, on the same pseudo-random input.
import { fastChecksum, fastSipHash, plainChecksum, plainSipHash } from '@atoll/bytes/fast';
import type { Host } from '@atoll/device/host';
import { hostFastPaths } from '@atoll/driver-host/fast';
import { Random } from '@atoll/sim/random';

declare const host: Host;

const ROUNDS = 20_000;
const HASHES = 2_000;
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
for (let round = 0; round < HASHES; round++) {
  const key = random.bytes(16);
  const [one, other] = [fastSipHash(fastPaths)(key), plainSipHash(key)];
  const start = random.below(CAPACITY);
  const end = start + random.below(Math.min(CAPACITY - start, 200) + 1);
  if (one.hash(region, start, end) !== other.hash(region, start, end) || one.high !== other.high) {
    throw new Error(`[${start}, ${end}) has two hashes`);
  }
  const at = random.below(CAPACITY - 7);
  one.seal(region, 0, 0, at);
  if (!other.isSealed(region, 0, 0, at) || !one.isSealed(region, 0, 0, at)) {
    throw new Error(`the seal at ${at} is not taken for one`);
  }
}
host.write('SUCCESS\n');
