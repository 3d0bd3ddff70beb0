import { agent } from './agent/run.ts';
import type { CableCounters, CableOptions } from './cable.ts';
import type { Host, Lan } from './lan.ts';
import type { Running } from './process.ts';

/** A bad cable between one host and the rest of a network, repeatable for a seed as far as Linux is. */
export class FaultBridge {
  readonly #agent: Running;
  #changes = 0;
  #reports = 0;

  private constructor(running: Running) {
    this.#agent = running;
  }

  /** Puts the cable in; what the host and the others send to each other passes through it from now on. */
  static async start(lan: Lan, host: Host, options: CableOptions, seed = 1): Promise<FaultBridge> {
    const taps = lan.setApart(host);
    const bridge = new FaultBridge(
      lan.wire.start(agent('./cable.ts', ...taps, String(seed)), { keepInput: true }),
    );
    await bridge.#agent.says(/^ready$/m);
    await bridge.change(options);
    return bridge;
  }

  /** Makes the cable as bad as `options` say, and no worse. */
  async change(options: CableOptions): Promise<void> {
    this.#agent.feed(`${JSON.stringify(options)}\n`);
    await this.#agent.says(new RegExp(`^changed ${++this.#changes}$`, 'm'));
  }

  /** What happened to frames of the host, and to those for it. */
  async report(): Promise<{ readonly sent: CableCounters; readonly received: CableCounters }> {
    this.#agent.feed('report\n');
    const pattern = new RegExp(`^report ${++this.#reports} (.*)$`, 'm');
    const [, text] = await this.#agent.says(pattern);
    const [received, sent] = JSON.parse(text) as [CableCounters, CableCounters];
    return { sent, received };
  }

  /** Cuts the cable. */
  async stop(): Promise<void> {
    await this.#agent.stop();
  }
}
