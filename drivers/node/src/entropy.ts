import { randomFillSync } from 'node:crypto';
import type { Entropy } from '@atoll/device/system';

const SMALL = 64;
/** Small requests are served from a pool: one call of the system's generator costs microseconds. */
const pool = new Uint8Array(4096);
let used = pool.length;

export const nodeEntropy: Entropy = {
  fill(bytes) {
    if (bytes.length > SMALL) {
      randomFillSync(bytes);
      return;
    }
    if (used + bytes.length > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    bytes.set(pool.subarray(used, used + bytes.length));
    pool.fill(0, used, used + bytes.length);
    used += bytes.length;
  },
};
