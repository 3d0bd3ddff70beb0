import type { Clock } from '@atoll/device/system';
import type { Activity } from './appliance.ts';

/** Runs the activities of one appliance, one after the other, in one thread. */
export class Loop {
  readonly #clock: Clock;
  readonly #activities: Activity[] = [];
  #woken = false;
  /** For platforms that may be asleep when a promise, and not a step, wakes the loop. */
  onWake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(activity: Activity): void {
    this.#activities.push(activity);
    this.#woken = true;
  }

  wake(): void {
    this.#woken = true;
    this.onWake?.();
  }

  /**
   * Polls every activity once and answers the monotonic time in milliseconds at which it must be
   * called again at the latest: a time that has passed when there is more to do at once.
   */
  step(): number {
    this.#woken = false;
    const now = this.#clock.monotonic();
    let next = Number.POSITIVE_INFINITY;
    for (const activity of this.#activities) {
      const deadline = activity.poll(now);
      if (deadline < next) next = deadline;
    }
    return this.#woken ? now : next;
  }
}
