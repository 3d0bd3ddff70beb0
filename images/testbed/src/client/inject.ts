import { agent } from '../agent/run.ts';
import type { Host, Lan } from '../lan.ts';
import type { Running } from '../process.ts';
import { succeed } from '../process.ts';

/** Sends UDP datagrams from a host, whatever is in them. */
export class DatagramInjector {
  readonly #agent: Running;
  #batches = 0;

  constructor(host: Host, server: string) {
    this.#agent = host.start(agent('./datagrams.ts', server), { keepInput: true });
  }

  /** Sends each payload to `port`, and waits until that is done. */
  async send(port: number, payloads: readonly Uint8Array[]): Promise<void> {
    const batch = ++this.#batches;
    const lines = payloads.map((payload) => `${port} ${hex(payload)}\n`);
    this.#agent.feed(`${lines.join('')}end ${batch}\n`);
    await this.#agent.says(new RegExp(`^sent ${batch}$`, 'm'));
  }

  async stop(): Promise<void> {
    await this.#agent.stop();
  }
}

/**
 * Puts each Ethernet frame onto the wire as it is, through a TAP interface of its own: `rate` of them in each
 * second, or as fast as it goes.
 */
export async function injectFrames(
  lan: Lan,
  frames: readonly Uint8Array[],
  { rate }: { readonly rate?: number } = {},
): Promise<void> {
  const tap = lan.tap();
  lan.widen(WIDEST);
  const input = frames.map((frame) => `${hex(frame)}\n`).join('');
  const words = rate === undefined ? [tap] : [tap, String(rate)];
  await succeed(lan.wire.inside(agent('./frames.ts', ...words)), { input });
}

/** What the wire then carries, in octets of Ethernet payload: far beyond what hosts accept. */
const WIDEST = 9000;

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}
