import {
  ipv6Text,
  isIpv4Mapped,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isUnspecified,
} from '@atoll/ipv6/address';
import type { Ipv6Prefix } from '@atoll/ipv6/prefix';
import { contains, ipv6PrefixText, networkAddress } from '@atoll/ipv6/prefix';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';

/** Why `prefix.address` cannot be a host's, or `gateway` its router. */
export function checkIpv6(prefix: Ipv6Prefix, gateway: bigint | undefined): Result<undefined> {
  const { address, length } = prefix;
  if (!isHost(address)) return misconfigured(`${ipv6Text(address)} is not the address of a host`);
  // The first address of a network is that of any router there (RFC 4291 section 2.6.1, RFC 6164).
  if (length < 127 && address === networkAddress(prefix)) {
    return misconfigured(`${ipv6PrefixText(prefix)} is a network, not a host in it`);
  }
  if (gateway === undefined) return ok(undefined);
  if (gateway === address) return misconfigured(`${ipv6Text(gateway)} is our own address`);
  const checked = checkGateway6(gateway);
  // With /128 everybody is behind the gateway, which is then on the link all the same.
  if (!checked.ok || length === 128 || isLinkLocal(gateway) || contains(prefix, gateway)) {
    return checked;
  }
  return misconfigured(`the gateway ${ipv6Text(gateway)} is not in ${ipv6PrefixText(prefix)}`);
}

/** Why `gateway` cannot be a router. */
export function checkGateway6(gateway: bigint): Result<undefined> {
  if (isHost(gateway)) return ok(undefined);
  return misconfigured(`${ipv6Text(gateway)} is not the address of a host`);
}

function isHost(address: bigint): boolean {
  if (isUnspecified(address) || isLoopback(address)) return false;
  return !isMulticast(address) && !isIpv4Mapped(address);
}
