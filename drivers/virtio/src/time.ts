import type { Host } from '@atoll/device/host';
import type { Clock } from '@atoll/device/system';

/** KVM's clock, or the time stamp counter and the PC's clock. */
export function hostClock(host: Host): Clock {
  return { monotonic: () => host.monotonic(), wall: () => host.wallClock() };
}
