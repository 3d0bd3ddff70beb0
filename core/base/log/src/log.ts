/** Log lines: a level, the part that speaks, and one sentence. Where they go is the platform's business. */
export const LEVELS = ['quiet', 'error', 'warning', 'info', 'debug'] as const;
export type Level = (typeof LEVELS)[number];

/** Takes one line without its newline. */
export type Sink = (level: Level, line: string) => void;

/** Takes what a line is made of. Whoever logs in it is not heard by it again: nobody talks about himself without end. */
export type Listener = (level: Level, source: string, sentence: string) => void;

export class Logger {
  readonly #sink: Sink;
  readonly #source: string;
  readonly #root: Root;

  constructor(sink: Sink, level: Level = 'info', source = '', root = newRoot(level)) {
    this.#sink = sink;
    this.#source = source;
    this.#root = root;
  }

  /** A logger for the part `source`, which follows this one's level. */
  for(source: string): Logger {
    return new Logger(this.#sink, this.#root.level, source, this.#root);
  }

  /** Changes the level of this logger and of all that came from the same root. */
  setLevel(level: Level): void {
    this.#root.level = level;
  }

  /** Has `listener` hear every line from now on that this logger, or another of the same root, writes. */
  follow(listener: Listener): void {
    this.#root.listeners.push(listener);
  }

  /** Whether a line of `level` would be written: ask before building an expensive one. */
  enabled(level: Level): boolean {
    return LEVELS.indexOf(level) <= LEVELS.indexOf(this.#root.level) && level !== 'quiet';
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
    if (this.#root.isTelling) return;
    this.#root.isTelling = true;
    try {
      for (const listener of this.#root.listeners) listener(level, this.#source, sentence);
    } finally {
      this.#root.isTelling = false;
    }
  }
}

/** What all loggers that came from one have in common. */
interface Root {
  level: Level;
  readonly listeners: Listener[];
  isTelling: boolean;
}

function newRoot(level: Level): Root {
  return { level, listeners: [], isTelling: false };
}
