import type { Host } from '@atoll/device/host';
import type { Entropy } from '@atoll/device/system';

/** The kernel's generator. */
export function hostEntropy(host: Host): Entropy {
  return { fill: (bytes) => host.entropy(bytes) };
}
