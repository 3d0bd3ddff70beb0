import type { ZoneText } from './agent/dns/zone.ts';
import { agent } from './agent/run.ts';
import { dig } from './client/dig.ts';
import type { Host, Lan } from './lan.ts';
import type { Running } from './process.ts';
import { bareAddress } from './target/target.ts';

export type { ZoneText };

/** A name server of the test's own on a host of its own: what a forwarder asks. */
export class Upstream {
  readonly address: string;
  readonly #host: Host;
  readonly #program: Running;
  #fences = 0;

  private constructor(address: string, host: Host, program: Running) {
    this.address = address;
    this.#host = host;
    this.#program = program;
  }

  /** Starts it at `address`, such as `10.0.0.3/24`, and waits until it listens. */
  static async start(lan: Lan, address: string, zone: ZoneText): Promise<Upstream> {
    const host = lan.host('upstream', address);
    const bare = bareAddress(address);
    const program = host.start(agent('./upstream.ts', bare), { input: JSON.stringify(zone) });
    await program.says(/listening/);
    return new Upstream(bare, host, program);
  }

  /** How many questions for `name` have reached it, of whatever type. */
  async asked(name: string): Promise<number> {
    // Its output comes in order: after this question of ours, nothing older is on its way.
    const fence = `fence${++this.#fences}.invalid`;
    await dig(this.#host, this.address, fence);
    await this.#program.says(new RegExp(`^query ${fence} `, 'm'));
    const questions = [...this.#program.output.matchAll(/^query (\S+) /gm)];
    return questions.filter(([, asked]) => asked === name).length;
  }

  async stop(): Promise<void> {
    await this.#program.stop();
  }
}
