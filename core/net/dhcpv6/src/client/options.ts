/** What a client is told before it starts. */
import type { Entropy } from '@atoll/device/system';
import { isDuid } from '../duid.ts';

export interface Dhcpv6ClientOptions {
  /** By which servers know us, see `duid`. */
  readonly duid: Uint8Array;
  readonly entropy: Entropy;
  /** By which they tell our interfaces apart, 32 bits, the same after every start; 1 when not given. */
  readonly iaid?: number;
  /** Takes a lease in two messages from servers that offer that. True when not given. */
  readonly rapidCommit?: boolean;
  /** The longest random wait before a first message, lest all hosts ask at once: 1000 ms when not given. */
  readonly startDelayMs?: number;
}

/** Fills in the defaults; throws when there is something that no message can hold. */
export function withDefaults(options: Dhcpv6ClientOptions): Required<Dhcpv6ClientOptions> {
  if (!isDuid(options.duid)) throw new RangeError(`DUID of ${options.duid.length} octets`);
  return { iaid: 1, rapidCommit: true, startDelayMs: 1000, ...options };
}
