import type { ArgumentTable, Options } from '@atoll/conf/table';
import type { BlockDevice } from '@atoll/device/block';
import type { FastPaths } from '@atoll/device/fast';
import type { NetworkDevice } from '@atoll/device/network';
import type { Sockets } from '@atoll/device/socket';
import type { Clock, Console, Entropy } from '@atoll/device/system';
import type { Logger } from '@atoll/log/log';
import type { Result } from '@atoll/result/result';

/** One appliance: everything that argument parsing, `--help`, the image's note and `atoll inspect` need. */
export interface Appliance<Table extends ArgumentTable = ArgumentTable> {
  readonly name: string;
  readonly version: string;
  /** One sentence. */
  readonly summary: string;
  readonly devices: readonly DeviceDeclaration[];
  readonly arguments: Table;
  /** Where boot arguments may lie beside those that were compiled in and given at boot. */
  readonly configuration?: Configuration;
  /** Called once, after the arguments were found good; throws `Misconfiguration` to stop the boot. */
  start(system: System, options: Options<Table>): void;
}

export interface DeviceDeclaration {
  /** 1 to 67 letters and digits, as in a Solo5 manifest. */
  readonly name: string;
  readonly type: DeviceType;
  /** One sentence. */
  readonly summary: string;
  /** The appliance starts without it as well. */
  readonly isOptional?: boolean;
}

export type DeviceType = 'network' | 'block';

/** Boot arguments on a block device; `diskConfiguration` of `@atoll/disk` is one. */
export interface Configuration {
  /** The name of a declared block device. Without that device there are no such arguments. */
  readonly device: string;
  /**
   * Reads the arguments of the appliance `owner` from `disk`, which nobody else uses meanwhile. The
   * function that comes back is called whenever the disk may have done something, and answers
   * `undefined` until the arguments are known.
   */
  read(disk: BlockDevice, owner: string): () => Result<readonly string[]> | undefined;
}

/** What runs here. */
export interface Program {
  readonly name: string;
  readonly version: string;
  /** What it was built for, such as `unix`. */
  readonly target: string;
  /** The digest of all that went into the image, in hexadecimal; empty when nobody built one, as in tests. */
  readonly image: string;
}

/** In bytes. */
export interface Memory {
  readonly used: number;
  /** What may be used in all. */
  readonly size: number;
}

/** What the platform hands to an appliance. */
export interface System {
  readonly program: Program;
  /** When the appliance was launched, in monotonic milliseconds. */
  readonly launchedAt: number;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly console: Console;
  readonly log: Logger;
  readonly fast: FastPaths;
  /** Bytes of memory that the program does not use yet: what caches and buffers can be cut to. */
  freeMemory(): number;
  memory(): Memory;
  /** The declared device `name`; `undefined` on Node.js without a TAP device, where `sockets` serves. */
  network(name: string): NetworkDevice | undefined;
  /** The declared block device `name`; `undefined` when it is optional and was not given. */
  block(name: string): BlockDevice | undefined;
  /** The host's own sockets; only on Node.js without a TAP device. */
  readonly sockets: Sockets | undefined;
  /** Adds an activity to the loop. */
  run(activity: Activity): void;
  /** Asks the loop to poll again at once: something happened outside `poll`. */
  wake(): void;
  /** Ends the program with `status`. */
  stop(status: number): void;
}

/** Thrown by `start`: the arguments are well-formed, but cannot work together or on this platform. */
export class Misconfiguration extends Error {}

export interface Activity {
  /**
   * Does all that is due at `now` (monotonic milliseconds) and answers when it wants to be called
   * again at the latest; `Infinity` when only a device can bring work.
   */
  poll(now: number): number;
}
