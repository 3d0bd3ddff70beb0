/** How long the client waits before it sends again. All times in milliseconds. */
import { type Entropy, randomBelow } from '@atoll/device/system';

/**
 * After the first message about 4 s, then twice as long each time up to 64 s, give or take a second at
 * random (RFC 2131 section 4.1). `sent` counts the messages that got no answer, from 1.
 */
export function replyDelay(sent: number, entropy: Entropy): number {
  const mean = Math.min(FIRST_DELAY * 2 ** (sent - 1), LONGEST_DELAY);
  return mean - SPREAD + randomBelow(entropy, 2 * SPREAD + 1);
}

const FIRST_DELAY = 4000;
const LONGEST_DELAY = 64_000;
const SPREAD = 1000;

/** Half of what is left until `end`, but at least a minute (RFC 2131 section 4.4.5). */
export function renewalDelay(now: number, end: number): number {
  return Math.max((end - now) / 2, SHORTEST_RENEWAL_DELAY);
}

const SHORTEST_RENEWAL_DELAY = 60_000;

/**
 * Before it starts again after `refusals` NAKs in a row: at once after the first, then longer and longer,
 * lest two servers that contradict each other keep it asking without a pause.
 */
export function refusalDelay(refusals: number): number {
  return refusals <= 1 ? 0 : Math.min(1000 * 2 ** (refusals - 2), LONGEST_DELAY);
}
