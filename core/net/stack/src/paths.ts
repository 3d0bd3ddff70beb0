import type { IpAddress } from '@atoll/device/socket';
import { isLinkLocal } from '@atoll/ipv6/address';
import { withoutZone, zoneOf } from '@atoll/ipv6/zone';
import type { TcpNetwork, TcpPath } from '@atoll/tcp/path';
import type { Interface } from './interface.ts';
import { Path } from './path.ts';
import type { Shared } from './shared.ts';

/** Finds the ways of TCP connections. */
export class Paths implements TcpNetwork {
  readonly #interfaces: readonly Interface[];
  readonly #shared: () => Shared;

  /** What the interfaces share is not there yet when this is made. */
  constructor(interfaces: readonly Interface[], shared: () => Shared) {
    this.#interfaces = interfaces;
    this.#shared = shared;
  }

  path(remote: IpAddress, local?: IpAddress): TcpPath | undefined {
    return typeof remote === 'number'
      ? this.#path4(remote, typeof local === 'number' ? local : undefined)
      : this.#path6(remote, typeof local === 'bigint' ? local : undefined);
  }

  #path4(remote: number, local: number | undefined): TcpPath | undefined {
    const { routes4: routes, counters } = this.#shared();
    const by =
      local === undefined
        ? routes.find(remote)?.link
        : this.#interfaces.find(({ ipv4 }) => ipv4.prefix?.address === local);
    const way = by?.ipv4.way(remote, local);
    if (by === undefined || way === undefined) return undefined;
    const { link, ipv4: layer } = by;
    return new Path({ link, layer, routes, counters }, way.source, remote, remote);
  }

  #path6(remote: bigint, local: bigint | undefined): TcpPath | undefined {
    const { routes6: routes, counters } = this.#shared();
    const destination = withoutZone(remote);
    const zone = zoneOf(remote);
    let by: Interface | undefined;
    if (zone > 0 || isLinkLocal(destination)) by = this.#interfaces[zone];
    else if (local === undefined) by = routes.find(destination)?.link;
    else by = this.#interfaces.find(({ ipv6 }) => ipv6.owns(local));
    const way = by?.ipv6.way(destination, local);
    if (by === undefined || way === undefined) return undefined;
    const { link, ipv6: layer } = by;
    return new Path({ link, layer, routes, counters }, way.source, remote, destination);
  }
}
