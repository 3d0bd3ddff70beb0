import type { Endpoint, IpAddress } from '@atoll/device/socket';
import { ipv4Text, parseIpv4 } from '@atoll/ipv4/address';
import { ipv6Text, parseIpv6 } from '@atoll/ipv6/address';
import { expect } from '@atoll/result/result';

/** The address and port of a socket of the host. */
export interface HostEndpoint {
  readonly address: string;
  readonly port: number;
}

/** `address` as Node.js writes it. */
export function addressText(address: IpAddress): string {
  return typeof address === 'bigint' ? ipv6Text(address) : ipv4Text(address);
}

/** What Node.js wrote, perhaps with the name of an interface behind a `%`. */
export function addressOf(text: string): IpAddress {
  return text.includes(':') ? expect(parseIpv6(text.replace(/%.*$/, ''))) : expect(parseIpv4(text));
}

export function endpointOf({ address, port }: HostEndpoint): Endpoint {
  return { address: addressOf(address), port };
}

/** Where a port of the appliance is served when nothing else was said. */
export const LOOPBACK = '127.0.0.1';
