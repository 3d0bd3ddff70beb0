import type { Appliance } from '@atoll/appliance/appliance';
import { EXIT_USAGE, launch } from '@atoll/appliance/launch';
import type { Host } from '@atoll/device/host';
import { HOST_ABI } from '@atoll/device/host';
import { hostFastPaths } from '@atoll/device/host-fast';
import { parseCommandLine } from './command-line.ts';
import { hostConsole } from './console.ts';
import { Disks } from './disks.ts';
import { hostEntropy } from './entropy.ts';
import { Networks } from './networks.ts';
import { seedGenerator } from './seed.ts';
import { hostClock } from './time.ts';

/** What the kernel put into the global scope. */
declare const host: Host;

/**
 * Runs `appliance` on a machine with virtio devices; `preset` are the arguments
 * compiled into the image, `image` is the digest of what it was built of.
 */
export function start(appliance: Appliance, preset: readonly string[] = [], image = ''): void {
  if (host.abi !== HOST_ABI) throw new Error(`the kernel's ABI is ${host.abi}, not ${HOST_ABI}`);
  const clock = hostClock(host);
  const console = hostConsole(host);
  const fast = hostFastPaths(host);
  const line = parseCommandLine(host.bootArguments);
  if (!line.ok) {
    console.write(`${appliance.name}: ${line.error.reason}\n`);
    host.halt(EXIT_USAGE);
  }
  seedGenerator(host, console, fast, line.value.places);
  const { words, places } = line.value;
  const networks = new Networks(host, console, fast, places);
  const blocks = appliance.devices.filter(({ type }) => type === 'block');
  const disks = new Disks(
    host,
    console,
    fast,
    places,
    blocks.map(({ name }) => name),
  );
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
    words,
    // A machine's devices have no names, and it may have more than an appliance needs.
    devices: [],
    network: (name: string) => networks.open(name),
    block: (name: string) => disks.open(name),
    halt: (status: number) => host.halt(status),
  };
  const loop = launch(appliance, platform, preset);
  if (loop === undefined) return;
  host.run(() => {
    const deadline = loop.step();
    const isSleepy = deadline > clock.monotonic();
    const maySleep = networks.settle(isSleepy);
    return disks.settle(isSleepy) && maySleep ? Math.min(deadline, disks.deadline) : AT_ONCE;
  });
}

/** A deadline that has passed: the kernel calls the step again at once. */
const AT_ONCE = 0;
