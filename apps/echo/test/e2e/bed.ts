import type { Host } from '@atoll/testbed/lan';
import { Lan } from '@atoll/testbed/lan';
import { Server } from '@atoll/testbed/server';
import type { Target } from '@atoll/testbed/target';
import { imagesOf } from '@atoll/testbed/target/images';

export const { node, unix, ring, spt, microvm, xen } = imagesOf('echo');

/** hvt and spt have the driver of unix, so that only tests of whole connections run there. */
export const ALL = [node, unix, microvm];

export const SERVER = '10.0.0.2';
export const CLIENT = '10.0.0.9';

export const SERVER_6 = '2001:db8:1::2';
export const CLIENT_6 = '2001:db8:1::9';

/** A network with the echo appliance and Linux as its client. */
export class EchoBed {
  readonly lan = new Lan();
  readonly client: Host;
  readonly server: Server;

  /** With `ipv6` the client has IPv6 as well. */
  constructor(target: Target, words: readonly string[] = [], { ipv6 = false } = {}) {
    this.client = this.lan.host('client', `${CLIENT}/24`, { ipv6 });
    if (ipv6) this.client.configure(`address add ${CLIENT_6}/64 dev eth0`);
    this.server = new Server(this.lan, target, { address: `${SERVER}/24`, port: 7, words });
  }

  start(): Promise<void> {
    // A thousand connections at once need more than what is enough for a few.
    return this.server.start(this.client, { memory: 64 });
  }

  async stop(): Promise<void> {
    await this.server.stop();
    this.lan.remove();
  }
}
