import { agent } from '../agent/run.ts';
import type { Host } from '../lan.ts';
import type { Running } from '../process.ts';

export interface HoldOptions {
  readonly connections: number;
  readonly port: number;
  /** Whether each sends as much as the server takes; nothing at all otherwise. */
  readonly isEndless?: boolean;
  /** How long it may take until all are there: half a minute when left out. */
  readonly timeoutMs?: number;
}

/** A client that keeps connections open and never reads what comes. */
export class Hold {
  readonly #agent: Running;

  private constructor(running: Running) {
    this.#agent = running;
  }

  /** Connects, and waits until all connections are there. */
  static async start(
    host: Host,
    server: string,
    { connections, port, isEndless = false, timeoutMs = 30_000 }: HoldOptions,
  ): Promise<Hold> {
    const words = [server, String(port), String(connections), ...(isEndless ? ['endless'] : [])];
    const hold = new Hold(host.start(agent('./hold.ts', ...words), { keepInput: true }));
    await hold.#agent.says(/^open$/m, timeoutMs);
    return hold;
  }

  /** Resets all connections. */
  async reset(): Promise<void> {
    this.#agent.feed('reset\n');
    await this.#agent.says(/^reset$/m);
  }

  async stop(): Promise<void> {
    await this.#agent.stop();
  }
}
