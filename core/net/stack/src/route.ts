import type { Ipv4Prefix } from '@atoll/ipv4/address';
import {
  broadcastAddress,
  contains,
  ipv4Text,
  isLoopback,
  isMulticast,
  LIMITED_BROADCAST,
  networkAddress,
  prefixText,
  UNSPECIFIED,
} from '@atoll/ipv4/address';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';

/** Which way datagrams go from a host with one address and at most one gateway. */
export interface Routes {
  readonly prefix: Ipv4Prefix;
  /** Whether `address` means everybody on our link. */
  isBroadcast(address: number): boolean;
  /** Whether a datagram can come from `address`: not from many at once, nor from ourselves. */
  isSource(address: number): boolean;
  /**
   * Whom to give a datagram for `destination`: a neighbour, or {@link LIMITED_BROADCAST} for all;
   * `undefined` when there is no way, and for multicast and our own address, which are not supported.
   */
  nextHop(destination: number): number | undefined;
}

/** Routes for the host `prefix.address`, or why they cannot be. */
export function createRoutes(prefix: Ipv4Prefix, gateway: number | undefined): Result<Routes> {
  const { address, length } = prefix;
  const hasBroadcast = length <= 30;
  const directed = hasBroadcast ? broadcastAddress(prefix) : LIMITED_BROADCAST;
  if (address === UNSPECIFIED || address === LIMITED_BROADCAST || isMulticast(address)) {
    return misconfigured(`${ipv4Text(address)} is not the address of a host`);
  }
  if (isLoopback(address)) return misconfigured(`${ipv4Text(address)} is a loopback address`);
  if (hasBroadcast && (address === directed || address === networkAddress(prefix))) {
    return misconfigured(`${prefixText(prefix)} is a network, not a host in it`);
  }
  // With /32 everybody is behind the gateway, which is then on the link all the same.
  if (gateway !== undefined && length < 32 && !contains(prefix, gateway)) {
    return misconfigured(`the gateway ${ipv4Text(gateway)} is not in ${prefixText(prefix)}`);
  }
  if (gateway === address) return misconfigured(`${ipv4Text(gateway)} is our own address`);

  return ok({
    prefix,
    isBroadcast: (candidate) => candidate === LIMITED_BROADCAST || candidate === directed,
    isSource(candidate) {
      if (candidate === address || candidate === LIMITED_BROADCAST || candidate === directed) {
        return false;
      }
      return !isMulticast(candidate) && !isLoopback(candidate);
    },
    nextHop(destination) {
      if (destination === LIMITED_BROADCAST || destination === directed) return LIMITED_BROADCAST;
      if (destination === UNSPECIFIED || isMulticast(destination) || isLoopback(destination)) {
        return undefined;
      }
      if (contains(prefix, destination)) return destination === address ? undefined : destination;
      return gateway;
    },
  });
}
