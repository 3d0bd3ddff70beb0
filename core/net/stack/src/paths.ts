import type { IpAddress } from '@atoll/device/socket';
import type { TcpNetwork, TcpPath } from '@atoll/tcp/path';
import type { Interface } from './interface.ts';
import { Ipv4Path } from './ipv4/path.ts';
import { Ipv6Path } from './ipv6/path.ts';
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
    const shared = this.#shared();
    const by =
      local === undefined
        ? shared.routes4.find(remote)?.link
        : this.#interfaces.find(({ ipv4 }) => ipv4.prefix?.address === local);
    const way = by?.ipv4.way(remote, local);
    return by && way && new Ipv4Path(by, way.source, remote, shared);
  }

  #path6(remote: bigint, local: bigint | undefined): TcpPath | undefined {
    const shared = this.#shared();
    const by =
      local === undefined
        ? (shared.routes6.find(remote)?.link ?? this.#interfaces[0])
        : this.#interfaces.find(({ ipv6 }) => ipv6.owns(local));
    const way = by?.ipv6.way(remote, local);
    return by && way && new Ipv6Path(by, way.source, remote, shared);
  }
}
