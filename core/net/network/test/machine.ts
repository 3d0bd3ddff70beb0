import type { Activity, System } from '@atoll/appliance/appliance';
import type { FastPaths } from '@atoll/device/fast';
import { Logger } from '@atoll/log/log';
import type { LanHost } from '@atoll/sim/host';
import { expect } from 'vitest';

/** What an appliance on `host` gets from its platform, and the lines that it logs. */
export function systemOn(host: LanHost): { system: System; lines: string[] } {
  const lines: string[] = [];
  const log = new Logger((_, line) => lines.push(line), 'info');
  const { clock, entropy } = host;
  const system: System = {
    program: { name: 'test', version: '0.1.0', target: 'test', image: '' },
    launchedAt: clock.monotonic(),
    clock,
    entropy,
    fast: NO_FAST_PATHS,
    log,
    console: { write: (text) => lines.push(text) },
    network: () => host.device,
    block: () => undefined,
    sockets: undefined,
    freeMemory: () => 2 ** 26,
    memory: () => ({ used: 2 ** 26, size: 2 ** 27 }),
    run: (activity: Activity) => host.run(activity),
    wake: () => host.wake(),
    stop: (status) => expect.unreachable(`stopped with ${status}`),
  };
  return { system, lines };
}

/** Then all is done in TypeScript, as in a stack without them. */
const NO_FAST_PATHS = undefined as unknown as FastPaths;
