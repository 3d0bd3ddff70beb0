import { agent } from '../agent/run.ts';
import type { Host } from '../lan.ts';
import type { Running } from '../process.ts';

export interface DripOptions {
  readonly connections: number;
  readonly port: number;
  /** What is sent at once, of octets as latin1. */
  readonly text: string;
  /** Between the octets that are sent after that. */
  readonly pauseMs: number;
  /** Whether it never reads. */
  readonly isDeaf?: boolean;
}

/** A client that wants to keep a server busy with connections that hardly go on. */
export class Drip {
  readonly #agent: Running;

  private constructor(running: Running) {
    this.#agent = running;
  }

  /** Connects, and waits until all connections are there. */
  static async start(host: Host, server: string, options: DripOptions): Promise<Drip> {
    const { connections, port, text, pauseMs, isDeaf = false } = options;
    const numbers = [port, connections, pauseMs].map(String);
    const words = [server, ...numbers, text, ...(isDeaf ? ['deaf'] : [])];
    const drip = new Drip(host.start(agent('./drip.ts', ...words)));
    await drip.#agent.says(/^open$/m, 30_000);
    return drip;
  }

  /** Waits until the server ended all; answers how many heard which status, `none` for none. */
  async ended(timeoutMs: number): Promise<Readonly<Record<string, number>>> {
    const [, statuses] = await this.#agent.says(/^ended (.*)$/m, timeoutMs);
    return JSON.parse(statuses);
  }

  async stop(): Promise<void> {
    await this.#agent.stop();
  }
}
