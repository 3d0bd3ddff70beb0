import { helpText } from '@atoll/conf/help';
import { parseArguments } from '@atoll/conf/parse';
import type { ArgumentTable, Options } from '@atoll/conf/table';
import { withDefault } from '@atoll/conf/table';
import { choice } from '@atoll/conf/value';
import type { FastPaths } from '@atoll/device/fast';
import type { NetworkDevice } from '@atoll/device/network';
import type { Sockets } from '@atoll/device/socket';
import type { Clock, Console, Entropy } from '@atoll/device/system';
import { LEVELS, Logger } from '@atoll/log/log';
import type { Appliance, System } from './appliance.ts';
import { Misconfiguration } from './appliance.ts';
import { Loop } from './loop.ts';

/** What a driver gives to {@link launch}. */
export interface Platform {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly console: Console;
  readonly fast: FastPaths;
  readonly sockets: Sockets | undefined;
  /** The boot arguments, one word each. */
  readonly words: readonly string[];
  /** Bytes of memory that the program may still use. */
  freeMemory(): number;
  /** Opens the device `name`; `undefined` when the platform was not given one. */
  network(name: string): NetworkDevice | undefined;
  /** Ends the program; may return before the end has come. */
  halt(status: number): void;
}

/** The exit status for configuration that cannot be used, as in BSD's sysexits. */
export const EXIT_USAGE = 64;

/** The arguments that every appliance has. */
export const COMMON_ARGUMENTS = {
  log: withDefault(choice('LEVEL', LEVELS), 'info', {
    summary: 'The least important level of log lines that go to the console.',
    example: 'debug',
  }),
} satisfies ArgumentTable;

/** All arguments that `appliance` takes. */
export function argumentsOf(appliance: Appliance): ArgumentTable {
  return { ...appliance.arguments, ...COMMON_ARGUMENTS };
}

/**
 * Starts `appliance`: checks its arguments and devices, then calls its `start`. `preset` are the
 * arguments compiled into the image. Answers the loop to step, or `undefined` when there is nothing
 * to run: help was asked for, or the configuration is no good; then the platform was told to halt.
 */
export function launch(
  appliance: Appliance,
  platform: Platform,
  preset: readonly string[] = [],
): Loop | undefined {
  const { name, version, summary } = appliance;
  const table = argumentsOf(appliance);
  if (platform.words.includes('--help')) {
    return finish(platform, 0, helpText(name, summary, table));
  }
  if (platform.words.includes('--version')) {
    return finish(platform, 0, `${name} ${version}\n`);
  }
  const parsed = parseArguments(table, platform.words, preset);
  if (!parsed.ok) return finish(platform, EXIT_USAGE, `${name}: ${parsed.error.reason}\n`);

  const options = parsed.value as Options<typeof COMMON_ARGUMENTS>;
  const loop = new Loop(platform.clock);
  const system = createSystem(platform, loop, options);
  for (const device of appliance.devices) {
    if (system.network(device.name) !== undefined || platform.sockets !== undefined) continue;
    const missing = `no network device "${device.name}"\n  expected one for: ${device.summary}`;
    return finish(platform, EXIT_USAGE, `${name}: ${missing}\n`);
  }
  try {
    appliance.start(system, parsed.value);
  } catch (error) {
    if (!(error instanceof Misconfiguration)) throw error;
    return finish(platform, EXIT_USAGE, `${name}: ${error.message}\n`);
  }
  return loop;
}

function finish(platform: Platform, status: number, text: string): undefined {
  platform.console.write(text);
  platform.halt(status);
  return undefined;
}

function createSystem(
  platform: Platform,
  loop: Loop,
  options: Options<typeof COMMON_ARGUMENTS>,
): System {
  const { clock, console, entropy, fast, sockets } = platform;
  const devices = new Map<string, NetworkDevice | undefined>();
  const log = new Logger((_, line) => {
    const seconds = (clock.monotonic() / 1000).toFixed(3).padStart(9);
    console.write(`[${seconds}] ${line}\n`);
  }, options.log);
  return {
    clock,
    console,
    entropy,
    fast,
    sockets,
    log,
    network(name) {
      if (!devices.has(name)) devices.set(name, platform.network(name));
      return devices.get(name);
    },
    run: (activity) => loop.add(activity),
    freeMemory: () => platform.freeMemory(),
    wake: () => loop.wake(),
    stop: (status) => platform.halt(status),
  };
}
