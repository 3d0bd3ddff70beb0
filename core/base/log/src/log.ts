/** Log lines: a level, the part that speaks, and one sentence. Where they go is the platform's business. */
export const LEVELS = ['quiet', 'error', 'warning', 'info', 'debug'] as const;
export type Level = (typeof LEVELS)[number];

/** Takes one line without its newline. */
export type Sink = (level: Level, line: string) => void;

export class Logger {
  readonly #sink: Sink;
  readonly #source: string;
  readonly #threshold: { level: Level };

  constructor(sink: Sink, level: Level = 'info', source = '', threshold = { level }) {
    this.#sink = sink;
    this.#source = source;
    this.#threshold = threshold;
  }

  /** A logger for the part `source`, which follows this one's level. */
  for(source: string): Logger {
    return new Logger(this.#sink, this.#threshold.level, source, this.#threshold);
  }

  /** Changes the level of this logger and of all that came from the same root. */
  setLevel(level: Level): void {
    this.#threshold.level = level;
  }

  /** Whether a line of `level` would be written: ask before building an expensive one. */
  enabled(level: Level): boolean {
    return LEVELS.indexOf(level) <= LEVELS.indexOf(this.#threshold.level) && level !== 'quiet';
  }

  error(sentence: string): void {
    this.#write('error', sentence);
  }

  warning(sentence: string): void {
    this.#write('warning', sentence);
  }

  info(sentence: string): void {
    this.#write('info', sentence);
  }

  debug(sentence: string): void {
    this.#write('debug', sentence);
  }

  #write(level: Level, sentence: string): void {
    if (!this.enabled(level)) return;
    const source = this.#source === '' ? '' : `${this.#source}: `;
    this.#sink(level, `${level.padEnd(7)} ${source}${sentence}`);
  }
}
