import type { Appliance } from '@atoll/appliance/appliance';
import { launch } from '@atoll/appliance/launch';
import type { Host } from '@atoll/device/host';
import { HOST_ABI } from '@atoll/device/host';
import { hostFastPaths } from '@atoll/device/host-fast';
import { splitWords } from '@atoll/device/words';
import { hostConsole } from './console.ts';
import { hostEntropy } from './entropy.ts';
import { hostClock } from './time.ts';

/** What the kernel put into the global scope. */
declare const host: Host;

/** Runs `appliance` as a guest of Xen; `preset` are the arguments compiled into the image. */
export function start(appliance: Appliance, preset: readonly string[] = []): void {
  if (host.abi !== HOST_ABI) throw new Error(`the kernel's ABI is ${host.abi}, not ${HOST_ABI}`);
  const platform = {
    clock: hostClock(host),
    entropy: hostEntropy(host),
    console: hostConsole(host),
    fast: hostFastPaths(host),
    sockets: undefined,
    freeMemory: () => host.memorySize() - host.memoryUsed(),
    words: splitWords(host.bootArguments),
    devices: [],
    network: () => undefined,
    block: () => undefined,
    halt: (status: number) => host.halt(status),
  };
  const loop = launch(appliance, platform, preset);
  if (loop !== undefined) host.run(() => loop.step());
}
