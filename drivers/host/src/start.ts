import type { Appliance } from '@atoll/appliance/appliance';
import { launch } from '@atoll/appliance/launch';
import type { Host } from '@atoll/device/host';
import { HOST_ABI } from '@atoll/device/host';
import { splitWords } from '@atoll/device/words';
import { hostConsole } from './console.ts';
import { hostDevices } from './devices.ts';
import { hostEntropy } from './entropy.ts';
import { hostFastPaths } from './fast.ts';
import { hostClock } from './time.ts';

/** What the kernel put into the global scope. */
declare const host: Host;

/**
 * Runs `appliance` where the kernel has the devices; `preset` are the arguments
 * compiled into the image, `image` is the digest of what it was built of.
 */
export function start(appliance: Appliance, preset: readonly string[] = [], image = ''): void {
  if (host.abi !== HOST_ABI) throw new Error(`the kernel's ABI is ${host.abi}, not ${HOST_ABI}`);
  if (!host.isSeeded) host.write(`atoll: ${ONLY_JITTER}\n`);
  const fast = hostFastPaths(host);
  const platform = {
    clock: hostClock(host),
    entropy: hostEntropy(host),
    console: hostConsole(host),
    fast,
    sockets: undefined,
    target: host.platform,
    image,
    freeMemory: () => host.memorySize() - host.memoryUsed(),
    memorySize: () => host.memorySize(),
    words: wordsOf(host.bootArguments),
    ...hostDevices(host, fast),
    halt: (status: number) => host.halt(status),
  };
  const loop = launch(appliance, platform, preset);
  if (loop !== undefined) host.run(() => loop.step());
}

/** Solo5's tenders have no randomness to give. */
const ONLY_JITTER = 'no RDSEED or RDRAND: randomness is from timing jitter alone';

/** Linux gives a list, of which each is ended by NUL; Solo5 joins the words to one line. */
function wordsOf(bootArguments: string): string[] {
  if (bootArguments.includes('\0')) return bootArguments.split('\0').slice(0, -1);
  return splitWords(bootArguments);
}
