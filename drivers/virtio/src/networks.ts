import type { FastPaths } from '@atoll/device/fast';
import type { Host } from '@atoll/device/host';
import type { Console } from '@atoll/device/system';
import { findDevices } from './discover.ts';
import { FastQueue } from './fast.ts';
import type { MmioPlace } from './mmio.ts';
import type { VirtioNetwork } from './net.ts';
import { openNetwork } from './net.ts';
import type { RingMemory } from './ring.ts';
import { NETWORK_DEVICE, type Transport } from './transport.ts';
import { Violations } from './violations.ts';

/** The network devices of the machine. They have no names: the first that is opened is the first found. */
export class Networks {
  readonly #host: Host;
  readonly #console: Console;
  readonly #memory: RingMemory;
  readonly #places: readonly MmioPlace[];
  readonly #open: VirtioNetwork[] = [];
  readonly #violations: Violations;
  #found: Transport[] | undefined;

  /** `places` are those of virtio-mmio devices that the command line named. */
  constructor(host: Host, console: Console, fast: FastPaths, places: readonly MmioPlace[]) {
    this.#host = host;
    this.#console = console;
    this.#memory = {
      allocate: fast.allocate,
      createQueue: (...queue) => new FastQueue(fast, ...queue),
    };
    this.#places = places;
    this.#violations = new Violations(console);
  }

  /** The next device; `undefined` when all are in use. One that cannot be used ends the program. */
  open(name: string): VirtioNetwork | undefined {
    const transport = this.#devices()[this.#open.length];
    if (transport === undefined) return undefined;
    const device = openNetwork(this.#host, name, transport, this.#memory);
    if (!device.ok) return this.#fail(device.error.reason);
    this.#open.push(device.value);
    return device.value;
  }

  /** {@link VirtioNetwork.settle} of all. */
  settle(sleepy: boolean): boolean {
    let maySleep = true;
    for (const device of this.#open) if (!device.settle(sleepy)) maySleep = false;
    // Nothing comes from a broken queue any more, so that a sleep is near.
    if (sleepy) this.#judge();
    return maySleep;
  }

  /** Complains about devices; one that cannot be used any more ends the program. */
  #judge(): void {
    for (const device of this.#open) {
      if (device.isBroken) this.#fail(`the ${device.place} broke its queue`);
    }
    this.#violations.judge(this.#open);
  }

  #devices(): Transport[] {
    if (this.#found === undefined) {
      const found = findDevices(this.#host, this.#places, NETWORK_DEVICE);
      if (!found.ok) return this.#fail(found.error.reason);
      this.#found = found.value;
    }
    return this.#found;
  }

  #fail(reason: string): never {
    this.#console.write(`atoll: ${reason}\n`);
    return this.#host.halt(EXIT_UNAVAILABLE);
  }
}

/** The exit status when the machine lacks what an image needs, as in the kernel. */
const EXIT_UNAVAILABLE = 69;
