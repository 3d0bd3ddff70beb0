import { nodeEntropy } from '@atoll/driver-node/entropy';
import { nodeClock } from '@atoll/driver-node/time';
import { TlsSockets } from '@atoll/tls-socket/sockets';

/** TLS on the sockets of Node.js: polls what an appliance's loop would poll. */
export class TlsHost {
  readonly tls: TlsSockets;
  #timer: NodeJS.Timeout | undefined;
  #isSoon = false;

  constructor() {
    const wake = () => this.soon();
    this.tls = new TlsSockets({ clock: nodeClock, entropy: nodeEntropy, wake });
  }

  /** Something happened: deadlines may be others, and there may be work. */
  soon(): void {
    if (this.#isSoon) return;
    this.#isSoon = true;
    setImmediate(() => this.#step());
  }

  #step(): void {
    this.#isSoon = false;
    clearTimeout(this.#timer);
    const deadline = this.tls.poll(nodeClock.monotonic());
    if (deadline === Number.POSITIVE_INFINITY) return;
    const delay = Math.max(Math.ceil(deadline - nodeClock.monotonic()), 0);
    this.#timer = setTimeout(() => this.#step(), delay).unref();
  }
}
