import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { eventually } from './poll.ts';

/** How a program ended, and all it wrote. */
export interface Ended {
  /** `undefined` when a signal ended it. */
  readonly status: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program and its arguments. */
export type Command = readonly string[];

export interface RunningOptions {
  /** What the program reads. */
  readonly input?: string;
  /** Whether its input stays open, for {@link Running.feed}; it ends after `input` otherwise. */
  readonly keepInput?: boolean;
  /** Variables of the environment beside our own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A program that was started; its output is collected. */
export class Running {
  readonly command: Command;
  /** Never rejects: a program that cannot be started ends with status 127, as in a shell. */
  readonly ended: Promise<Ended>;
  /** Both outputs in the order in which they came. */
  output = '';
  readonly #child: ChildProcess;
  #alive = true;

  constructor(command: Command, { input = '', keepInput = false, env = {} }: RunningOptions = {}) {
    this.command = command;
    this.#child = spawn(command[0], command.slice(1), {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C', ...env },
    });
    this.ended = this.#collect();
    // A program may end without having read its input.
    this.#child.stdin?.on('error', () => {});
    this.#child.stdin?.write(input);
    if (!keepInput) this.#child.stdin?.end();
  }

  /** The process's number; -1 when it could not be started. */
  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Processor time used by the process so far, in seconds, with what the kernel did in it. */
  processorTime(): number {
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'latin1');
    // The second field, the name, may contain spaces and is in parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user, system] = [Number(fields[11]), Number(fields[12])];
    return (user + system) / CLOCK_TICKS_PER_SECOND;
  }

  /** Gives the program more to read. */
  feed(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Ends what the program reads. */
  endInput(): void {
    this.#child.stdin?.end();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits until the output matches; throws with the output when it never does. */
  async says(pattern: RegExp, timeoutMs = 10_000): Promise<RegExpExecArray> {
    const found = await eventually(() => pattern.exec(this.output) ?? !this.#alive, timeoutMs);
    if (typeof found === 'object') return found;
    throw new Error(`${this.command.join(' ')}: no ${pattern} in\n${this.output}`);
  }

  /** Ends the program with SIGTERM, and with SIGKILL when that takes longer than two seconds. */
  async stop(): Promise<Ended> {
    this.signal('SIGTERM');
    const kill = setTimeout(() => this.signal('SIGKILL'), 2000);
    const ended = await this.ended;
    clearTimeout(kill);
    return ended;
  }

  #collect(): Promise<Ended> {
    const child = this.#child;
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
        text[name] += chunk;
        this.output += chunk;
      });
    }
    return new Promise((resolve) => {
      const end = (status: number | null, signal: string | null) => {
        this.#alive = false;
        resolve({ status: status ?? undefined, signal: signal ?? undefined, ...text });
      };
      child.on('close', end);
      child.on('error', (error) => {
        text.stderr += error.message;
        end(127, null);
      });
    });
  }
}

/** What Linux counts processor time in, on every architecture that matters here. */
const CLOCK_TICKS_PER_SECOND = 100;

/** Runs a program to its end; one that takes longer than `timeoutMs` is killed. */
export async function run(
  command: Command,
  { input = '', timeoutMs = 60_000 } = {},
): Promise<Ended> {
  const running = new Running(command, { input });
  const kill = setTimeout(() => running.signal('SIGKILL'), timeoutMs);
  const ended = await running.ended;
  clearTimeout(kill);
  return ended;
}

/** Like {@link run}, for a program that has to succeed; answers what it wrote. */
export async function succeed(
  command: Command,
  options?: { input?: string; timeoutMs?: number },
): Promise<string> {
  const { status, signal, stdout, stderr } = await run(command, options);
  if (status === 0) return stdout;
  throw new Error(`${command.join(' ')}: ended with ${status ?? signal}\n${stdout}${stderr}`);
}
