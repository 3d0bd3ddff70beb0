import { agent } from '../agent/run.ts';
import type { Host } from '../lan.ts';
import type { Running } from '../process.ts';

/** A client that asks a server of DNS, or of echo on `port` 7, again and again until it answers. */
export class Probe {
  readonly #agent: Running;

  constructor(host: Host, server: string, { port = 53, intervalUs = 2000 } = {}) {
    this.#agent = host.start(agent('./probe.ts', server, String(port), String(intervalUs)));
  }

  /** Waits until it asks. */
  async asking(): Promise<void> {
    await this.#agent.says(/asking/);
  }

  /** Waits for the first answer; the instant in nanoseconds of the machine's monotonic clock. */
  async answered(timeoutMs = 20_000): Promise<bigint> {
    const [, instant] = await this.#agent.says(/answered (\d+)/, timeoutMs);
    return BigInt(instant);
  }

  async stop(): Promise<void> {
    await this.#agent.stop();
  }
}
