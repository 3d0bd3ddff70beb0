import type { Host } from '@atoll/device/host';
import type { Clock } from '@atoll/device/system';

/** Linux's clocks, read without a system call. */
export function hostClock(host: Host): Clock {
  return { monotonic: () => host.monotonic(), wall: () => host.wallClock() };
}
