import { helpText } from '@atoll/conf/help';
import type { Fallback } from '@atoll/conf/parse';
import { parseArguments } from '@atoll/conf/parse';
import type { ArgumentTable, Options } from '@atoll/conf/table';
import { withDefault } from '@atoll/conf/table';
import { choice } from '@atoll/conf/value';
import type { FastPaths } from '@atoll/device/fast';
import type { Clock, Console, Entropy } from '@atoll/device/system';
import { LEVELS, Logger } from '@atoll/log/log';
import type { Appliance, System } from './appliance.ts';
import { Misconfiguration } from './appliance.ts';
import type { DeviceSource, OpenDevices } from './devices.ts';
import { openedOnce, wrongDevice } from './devices.ts';
import { Loop } from './loop.ts';
import { whenRead } from './stored.ts';

/** What a driver gives to {@link launch}. */
export interface Platform extends DeviceSource {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly console: Console;
  readonly fast: FastPaths;
  /** What the program was built for, and the digest of what it was built of: see `Program`. */
  readonly target: string;
  readonly image: string;
  /** The boot arguments, one word each. */
  readonly words: readonly string[];
  /** Bytes of memory that the program may still use. */
  freeMemory(): number;
  /** Bytes of memory that the program may use in all. */
  memorySize(): number;
  /** Ends the program; may return before the end has come. */
  halt(status: number): void;
}

/** The exit status for configuration that cannot be used, as in BSD's sysexits. */
export const EXIT_USAGE = 64;

/** The exit status when the machine lacks what the appliance needs, likewise. */
export const EXIT_UNAVAILABLE = 69;

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
 *
 * Where arguments lie on a disk that does not answer at once, the loop waits for it, and calls `start`.
 */
export function launch(
  appliance: Appliance,
  platform: Platform,
  preset: readonly string[] = [],
): Loop | undefined {
  const { name, version, summary, configuration } = appliance;
  if (platform.words.includes('--help')) {
    return finish(platform, 0, helpText(name, summary, argumentsOf(appliance)));
  }
  if (platform.words.includes('--version')) {
    return finish(platform, 0, `${name} ${version}\n`);
  }
  const devices = openedOnce(platform);
  const loop = new Loop(platform.clock);
  const compiledIn = { origin: 'compiled in', words: preset };
  const disk = configuration && devices.block(configuration.device);
  if (configuration === undefined || disk === undefined) {
    return begin(appliance, platform, devices, loop, [compiledIn]) ? loop : undefined;
  }
  const origin = `on the disk "${disk.name}"`;
  const isRunning = whenRead(configuration.read(disk, name), loop, platform.clock, (read) => {
    if (read?.ok) {
      const onDisk = { origin, words: read.value };
      return begin(appliance, platform, devices, loop, [onDisk, compiledIn]);
    }
    const status = read?.error.blame === 'config' ? EXIT_USAGE : EXIT_UNAVAILABLE;
    const reason = read?.error.reason ?? 'it does not answer';
    return finish(platform, status, `${name}: the disk "${disk.name}": ${reason}\n`) ?? false;
  });
  return isRunning ? loop : undefined;
}

/** Calls `start` with what `fallbacks` and the words given at boot say; false when that cannot be. */
function begin(
  appliance: Appliance,
  platform: Platform,
  devices: OpenDevices,
  loop: Loop,
  fallbacks: readonly Fallback[],
): boolean {
  const refuse = (reason: string): false => {
    finish(platform, EXIT_USAGE, `${appliance.name}: ${reason}\n`);
    return false;
  };
  const parsed = parseArguments(argumentsOf(appliance), platform.words, fallbacks);
  if (!parsed.ok) return refuse(parsed.error.reason);
  const wrong = wrongDevice(appliance.devices, platform, devices);
  if (wrong !== undefined) return refuse(wrong);
  const options = parsed.value as Options<typeof COMMON_ARGUMENTS>;
  try {
    appliance.start(createSystem(appliance, platform, devices, loop, options), parsed.value);
  } catch (error) {
    if (!(error instanceof Misconfiguration)) throw error;
    return refuse(error.message);
  }
  return true;
}

function finish(platform: Platform, status: number, text: string): undefined {
  platform.console.write(text);
  platform.halt(status);
  return undefined;
}

function createSystem(
  { name, version }: Appliance,
  platform: Platform,
  { network, block }: OpenDevices,
  loop: Loop,
  options: Options<typeof COMMON_ARGUMENTS>,
): System {
  const { clock, console, entropy, fast, sockets, target, image } = platform;
  const log = new Logger((_, line) => {
    const seconds = (clock.monotonic() / 1000).toFixed(3).padStart(9);
    console.write(`[${seconds}] ${line}\n`);
  }, options.log);
  return {
    program: { name, version, target, image },
    launchedAt: clock.monotonic(),
    clock,
    console,
    entropy,
    fast,
    sockets,
    log,
    network,
    block,
    run: (activity) => loop.add(activity),
    freeMemory: () => platform.freeMemory(),
    memory() {
      const size = platform.memorySize();
      return { used: size - platform.freeMemory(), size };
    },
    wake: () => loop.wake(),
    stop: (status) => platform.halt(status),
  };
}
