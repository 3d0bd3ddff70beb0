import { timestampText } from '@atoll/calendar/calendar';
import type { Clock } from '@atoll/device/system';
import type { Level, Logger } from '@atoll/log/log';
import type { Section } from './page.ts';

/** The last warnings and errors, and how many lines of each level there were. */
export class RecentLines {
  readonly counts = new Map<Level, number>([
    ['error', 0],
    ['warning', 0],
    ['info', 0],
    ['debug', 0],
  ]);
  readonly #lines: (readonly string[])[] = [];

  constructor(log: Logger, clock: Clock) {
    log.follow((level, source, sentence) => {
      this.counts.set(level, (this.counts.get(level) ?? 0) + 1);
      if (level !== 'error' && level !== 'warning') return;
      const shown = sentence.length > LONGEST ? `${sentence.slice(0, LONGEST)}…` : sentence;
      const time = timestampText(clock.wall()).replace(/T(.*)\.\d+Z$/, ' $1');
      this.#lines.unshift([time, level, source === '' ? shown : `${source}: ${shown}`]);
      if (this.#lines.length > MOST_LINES) this.#lines.pop();
    });
  }

  section(): Section {
    return {
      title: 'Last warnings',
      head: ['Time (UTC)', 'Level', 'What'],
      rows: this.#lines,
      empty: 'There were none.',
    };
  }
}

const MOST_LINES = 10;
/** In characters. */
const LONGEST = 300;
