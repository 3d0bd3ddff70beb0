import type { Appliance } from '@atoll/appliance/appliance';
import { launch } from '@atoll/appliance/launch';
import type { Host } from '@atoll/device/host';
import { HOST_ABI } from '@atoll/device/host';
import { hostFastPaths } from '@atoll/device/host-fast';
import { splitWords } from '@atoll/device/words';
import { hostConsole } from './console.ts';
import { hostEntropy } from './entropy.ts';
import { Networks } from './networks.ts';
import { PagePool } from './pages.ts';
import { followPower } from './power.ts';
import { StoreClient } from './store/client.ts';
import { hostClock } from './time.ts';

/** What the kernel put into the global scope. */
declare const host: Host;

/**
 * Runs `appliance` as a guest of Xen; `preset` are the arguments compiled into the image, `image` is the digest
 * of what it was built of.
 */
export function start(appliance: Appliance, preset: readonly string[] = [], image = ''): void {
  if (host.abi !== HOST_ABI) throw new Error(`the kernel's ABI is ${host.abi}, not ${HOST_ABI}`);
  const clock = hostClock(host);
  const console = hostConsole(host);
  const fast = hostFastPaths(host);
  const store = new StoreClient(host);
  const pool = new PagePool(host, fast);
  const networks = new Networks(host, console, fast, pool, store);
  const platform = {
    clock,
    entropy: hostEntropy(host),
    console,
    fast,
    sockets: undefined,
    target: host.platform,
    image,
    freeMemory: () => host.memorySize() - host.memoryUsed(),
    memorySize: () => host.memorySize(),
    words: splitWords(host.bootArguments),
    // The tools know devices by numbers, and a domain may have more than an appliance needs.
    devices: [],
    network: () => networks.open(),
    block: () => undefined,
    halt: (status: number) => host.halt(status),
  };
  let loop: { step(): number } | undefined;
  host.run(() => {
    store.poll();
    if (store.isBroken) throw new Error('xenstored sent what is no message');
    const deadline = loop?.step() ?? Number.POSITIVE_INFINITY;
    const isSleepy = deadline > clock.monotonic();
    return networks.settle(isSleepy) ? deadline : AT_ONCE;
  });
  void begin();

  /** What xenstore says is known only after some time; until then there is no appliance. */
  async function begin(): Promise<void> {
    const names = appliance.devices.filter(({ type }) => type === 'network');
    if (store.isThere) {
      await networks.start(names.map(({ name }) => name));
      await followPower(host, store, console, () => {
        pool.restart();
        networks.restart();
        store.restart();
      });
    }
    loop = launch(appliance, platform, preset);
    if (loop === undefined) host.halt(0);
  }
}

/** A deadline that has passed: the kernel calls the step again at once. */
const AT_ONCE = 0;
