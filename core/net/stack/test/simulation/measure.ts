import type { Experiment } from './meeting.ts';
import { Meeting } from './meeting.ts';

/**
 * Bytes per millisecond that arrive at the server when the client has no end of them: the mean of `ms`,
 * after `warmUpMs` that do not count.
 */
export function goodput(
  experiment: Omit<Experiment, 'client' | 'server'>,
  warmUpMs: number,
  ms: number,
): number {
  const meeting = new Meeting({ ...experiment, ...ENDLESS });
  const received = () => meeting.servers[0]?.received ?? 0;
  meeting.run(warmUpMs);
  const before = received();
  meeting.run(ms);
  return (received() - before) / ms;
}

/** The client never comes to an end. */
export const ENDLESS = { client: { size: Number.MAX_SAFE_INTEGER }, server: { size: 0 } };
