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
import type { Ipv4Host } from '@atoll/tcp/fast';

/** What our address and the prefix of its network say about other addresses. */
export class Ipv4Network {
  readonly prefix: Ipv4Prefix;
  /** The broadcast address of the network; small networks have none (RFC 3021). */
  readonly #directed: number;

  constructor(prefix: Ipv4Prefix) {
    this.prefix = prefix;
    this.#directed = prefix.length <= 30 ? broadcastAddress(prefix) : LIMITED_BROADCAST;
  }

  /** Whether `address` means everybody on the link. */
  isBroadcast(address: number): boolean {
    return address === LIMITED_BROADCAST || address === this.#directed;
  }

  /** What TCP compares frames with when our hardware address is `mac`. */
  host(mac: number): Ipv4Host {
    return {
      macHigh: Math.floor(mac / 0x1_0000),
      macLow: mac % 0x1_0000,
      address: this.prefix.address,
      broadcast: this.#directed,
    };
  }

  /** Whether a datagram can come from `address`: not from many at once, nor from ourselves. */
  isSource(address: number): boolean {
    if (address === this.prefix.address || this.isBroadcast(address)) return false;
    return !isMulticast(address) && !isLoopback(address);
  }
}

/** Why `prefix.address` cannot be a host's, or `gateway` its router. */
export function checkIpv4(prefix: Ipv4Prefix, gateway: number | undefined): Result<undefined> {
  const { address, length } = prefix;
  if (address === UNSPECIFIED || address === LIMITED_BROADCAST || isMulticast(address)) {
    return misconfigured(`${ipv4Text(address)} is not the address of a host`);
  }
  if (isLoopback(address)) return misconfigured(`${ipv4Text(address)} is a loopback address`);
  const isEdge = address === broadcastAddress(prefix) || address === networkAddress(prefix);
  if (length <= 30 && isEdge) {
    return misconfigured(`${prefixText(prefix)} is a network, not a host in it`);
  }
  // With /32 everybody is behind the gateway, which is then on the link all the same.
  if (gateway !== undefined && length < 32 && !contains(prefix, gateway)) {
    return misconfigured(`the gateway ${ipv4Text(gateway)} is not in ${prefixText(prefix)}`);
  }
  if (gateway === address) return misconfigured(`${ipv4Text(gateway)} is our own address`);
  return ok(undefined);
}
