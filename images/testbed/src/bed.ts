import type { ZoneText } from './agent/dns/zone.ts';
import type { Host } from './lan.ts';
import { Lan } from './lan.ts';
import { Server } from './server.ts';
import type { Service, Target } from './target/target.ts';
import { Upstream } from './upstream.ts';

/** Where everything is on the network of a {@link Bed}. */
export const NETWORK = {
  gateway: '10.0.0.1',
  server: '10.0.0.2',
  upstream: '10.0.0.3',
  client: '10.0.0.9',
} as const;

/** A network with a target that serves, the name server that it asks, and a client. */
export class Bed {
  readonly lan = new Lan();
  readonly client: Host;
  readonly server: Server;
  readonly #zone: ZoneText;
  #upstream: Upstream | undefined;

  /** `zone` is what the name server knows; `prefix` the length of the network's. */
  constructor(target: Target, service: Partial<Service>, zone: ZoneText, prefix = 24) {
    this.#zone = zone;
    this.client = this.lan.host('client', `${NETWORK.client}/${prefix}`);
    this.server = new Server(this.lan, target, {
      address: `${NETWORK.server}/${prefix}`,
      upstream: NETWORK.upstream,
      gateway: NETWORK.gateway,
      ...service,
    });
  }

  /** Starts both servers and waits until they answer. */
  async start(options?: Parameters<Server['start']>[1]): Promise<void> {
    this.#upstream = await Upstream.start(this.lan, `${NETWORK.upstream}/24`, this.#zone);
    await this.server.start(this.client, options);
  }

  get upstream(): Upstream {
    if (this.#upstream === undefined) throw new Error('this bed was not started');
    return this.#upstream;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.#upstream?.stop();
    this.lan.remove();
  }
}
