/** How long the client waits before it sends again (RFC 9915 sections 7.6 and 15). All times in milliseconds. */
import { type Entropy, randomBelow } from '@atoll/device/system';

export interface Timing {
  /** IRT: the mean of the first wait. */
  readonly initial: number;
  /** MRT: about how long a wait grows; `Infinity` for without end. */
  readonly longest: number;
  /** MRC: so many messages at most. */
  readonly count: number;
  /** MRD: so long after the first message it is over. */
  readonly duration: number;
}

const ENDLESS = Number.POSITIVE_INFINITY;
const HOUR = 3_600_000;

export const TIMING = {
  soliciting: { initial: 1000, longest: HOUR, count: ENDLESS, duration: ENDLESS },
  requesting: { initial: 1000, longest: 30_000, count: 10, duration: ENDLESS },
  confirming: { initial: 1000, longest: 4000, count: ENDLESS, duration: 10_000 },
  renewing: { initial: 10_000, longest: 600_000, count: ENDLESS, duration: ENDLESS },
  rebinding: { initial: 10_000, longest: 600_000, count: ENDLESS, duration: ENDLESS },
  releasing: { initial: 1000, longest: ENDLESS, count: 4, duration: ENDLESS },
  declining: { initial: 1000, longest: ENDLESS, count: 4, duration: ENDLESS },
  informing: { initial: 1000, longest: HOUR, count: ENDLESS, duration: ENDLESS },
} as const satisfies Readonly<Record<string, Timing>>;

/**
 * The wait after a message: about the initial one, then twice the one before, up to about the longest. All
 * are random by a tenth; the first one of a Solicit is never short (section 18.2.1).
 */
export function nextWait(
  before: number,
  { initial, longest }: Timing,
  isSolicit: boolean,
  entropy: Entropy,
): number {
  if (before === 0)
    return initial * (1 + (isSolicit ? Math.abs(spread(entropy)) : spread(entropy)));
  const wait = before * (2 + spread(entropy));
  return wait > longest ? longest * (1 + spread(entropy)) : wait;
}

/** RAND: from -0.1 to 0.1, and not 0. */
function spread(entropy: Entropy): number {
  return (randomBelow(entropy, STEPS) - (STEPS - 1) / 2) / (5 * STEPS);
}

const STEPS = 1024;
