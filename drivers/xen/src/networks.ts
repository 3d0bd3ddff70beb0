import type { FastPaths } from '@atoll/device/fast';
import type { Host } from '@atoll/device/host';
import type { Console } from '@atoll/device/system';
import { Frontend } from './frontend.ts';
import { XenNetwork } from './net.ts';
import type { PagePool } from './pages.ts';
import type { StoreClient } from './store/client.ts';

/** The network devices of the domain, in the order of their numbers: they have no names. */
export class Networks {
  readonly #host: Host;
  readonly #console: Console;
  readonly #fast: FastPaths;
  readonly #pool: PagePool;
  readonly #store: StoreClient;
  readonly #devices: XenNetwork[] = [];
  readonly #frontends: Frontend[] = [];
  #opened = 0;
  #said = 0;

  constructor(host: Host, console: Console, fast: FastPaths, pool: PagePool, store: StoreClient) {
    this.#host = host;
    this.#console = console;
    this.#fast = fast;
    this.#pool = pool;
    this.#store = store;
  }

  /** Finds the devices that the tools gave, and begins to connect them; `names` are those declared. */
  async start(names: readonly string[]): Promise<void> {
    const numbers = (await this.#store.list(DIRECTORY)).map(Number).filter(Number.isInteger);
    numbers.sort((a, b) => a - b);
    for (const [index, number] of numbers.entries()) {
      if (index === names.length) break;
      await this.#add(names[index], `${DIRECTORY}/${number}`);
    }
  }

  get areConnected(): boolean {
    return this.#frontends.every((frontend) => frontend.isConnected);
  }

  /** The next device; `undefined` when all are in use. */
  open(): XenNetwork | undefined {
    return this.#devices[this.#opened++];
  }

  /** {@link XenNetwork.settle} of all. */
  settle(sleepy: boolean): boolean {
    let maySleep = true;
    for (const device of this.#devices) if (!device.settle(sleepy)) maySleep = false;
    if (sleepy) this.#judge();
    return maySleep;
  }

  /** All devices begin anew after a resume. */
  restart(): void {
    for (const frontend of this.#frontends) frontend.restart();
  }

  async #add(name: string, path: string): Promise<void> {
    const mac = parseMac(await this.#store.read(`${path}/mac`));
    if (mac === undefined) {
      this.#console.write(`atoll: ${path} has no hardware address\n`);
      return;
    }
    const backend = await this.#store.read(`${path}/backend`);
    const has = async (feature: string): Promise<boolean> =>
      (await this.#store.read(`${backend}/${feature}`)) === '1';
    const segmentation =
      (await has('feature-sg')) &&
      (await has('feature-gso-tcpv4')) &&
      (await has('feature-gso-tcpv6'));
    const device = new XenNetwork(this.#host, this.#fast, this.#pool, {
      name,
      mac,
      mtu: DEFAULT_MTU,
      // Backends take unfinished checksums unless they say otherwise, which none does for IPv4.
      offloads: { checksum: true, segmentation },
      place: path,
    });
    const frontend = new Frontend(this.#store, path, device, (reason) => {
      this.#console.write(`atoll: ${reason}\n`);
    });
    this.#devices.push(device);
    this.#frontends.push(frontend);
    await frontend.start();
  }

  /** Leaves backends that broke their rings, and says on the console what others do wrong. */
  #judge(): void {
    for (const [index, device] of this.#devices.entries()) {
      if (!device.isBroken) continue;
      this.#console.write(`atoll: the backend of ${device.place} broke its ring\n`);
      void this.#frontends[index].leave();
    }
    const violations = this.#devices.reduce((sum, device) => sum + device.violations, 0);
    if (violations < 2 * this.#said || violations === 0) return;
    this.#said = violations;
    this.#console.write(`atoll: backends misused slots, ${violations} times in all\n`);
  }
}

function parseMac(text: string | undefined): number | undefined {
  if (text === undefined || !/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text)) return undefined;
  return Number.parseInt(text.replaceAll(':', ''), 16);
}

const DIRECTORY = 'device/vif';
const DEFAULT_MTU = 1500;
