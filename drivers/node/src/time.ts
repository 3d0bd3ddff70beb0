import type { Clock } from '@atoll/device/system';

export const nodeClock: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
};
