import type { Host, Lan } from '../lan.ts';
import type { Command, Ended } from '../process.ts';

/** A program that serves DNS and DHCP: one of our images, or a peer that stands beside it. */
export interface Target {
  readonly name: string;
  /** Why it cannot run here, if so. */
  absence(): string | undefined;
  /** How long it may take until it serves, where that is long. */
  readonly patienceMs?: number;
  /** Plugs it into `lan`. It can then be started there again and again. */
  plugIn(lan: Lan, service: Service): Place;
}

/** What to serve. A target adds the arguments that are spelled differently elsewhere. */
export interface Service {
  /** The server's address and network, such as `10.0.0.2/24`. */
  readonly address: string;
  /** The address of the name server that is asked for all other names; none are when not given. */
  readonly upstream?: string;
  /** The router that DHCP clients are told; the server itself when not given. */
  readonly gateway?: string;
  /** The local domain, whose names are never asked elsewhere. */
  readonly domain?: string;
  /** The UDP port that answers anything once it serves: 53 when left out. */
  readonly port?: number;
  /** Arguments that all targets spell in the same way. */
  readonly words?: readonly string[];
  /** Files that are disks, by the name of the device. */
  readonly disks?: ReadonlyMap<string, string>;
}

export interface Place {
  readonly mac: string;
  /** The command that serves, to be called from anywhere. */
  command(options: StartOptions): Command;
  /** The appliance's own exit status, where the process that carries it has another. */
  status(ended: Ended): number | undefined;
}

export interface StartOptions {
  /** The memory of the image, in MiB; its default when not given. */
  readonly memory?: number;
  /** The arguments instead of those that `Service` asks for. */
  readonly words?: readonly string[];
  /** A command that becomes the server in the end, such as `taskset -c 1`. */
  readonly through?: Command;
}

/** `10.0.0.2` of `10.0.0.2/24`. */
export function bareAddress(address: string): string {
  return address.split('/')[0];
}

/** The place of a program that uses the sockets of a host. */
export function placeOnHost(host: Host, command: Command): Place {
  return {
    mac: host.mac,
    command: ({ words = command.slice(1), through = [] }) =>
      host.inside([...through, command[0], ...words]),
    status: (ended) => ended.status,
  };
}
