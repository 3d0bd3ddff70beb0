import type { Host } from '@atoll/device/host';
import type { Clock } from '@atoll/device/system';

/** Xen's clock, which does not go back when the domain is resumed elsewhere. */
export function hostClock(host: Host): Clock {
  return { monotonic: () => host.monotonic(), wall: () => host.wallClock() };
}
