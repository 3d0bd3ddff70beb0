import { networkInterfaces } from 'node:os';
import type { Endpoint, IpAddress } from '@atoll/device/socket';
import { ipv4Text, parseIpv4 } from '@atoll/ipv4/address';
import { ipv6Text, parseIpv6 } from '@atoll/ipv6/address';
import { withoutZone, withZone, zoneOf } from '@atoll/ipv6/zone';
import { expect } from '@atoll/result/result';

/** The address and port of a socket of the host. */
export interface HostEndpoint {
  readonly address: string;
  readonly port: number;
}

/** `address` as Node.js writes it: its zone is the name of an interface, such as `fe80::1%eth0`. */
export function addressText(address: IpAddress): string {
  if (typeof address === 'number') return ipv4Text(address);
  const zone = zoneOf(address);
  const name = zone === 0 ? undefined : nameOf(zone);
  return name === undefined ? ipv6Text(address) : `${ipv6Text(withoutZone(address))}%${name}`;
}

/** The inverse of {@link addressText}. The host knows interfaces by numbers as well, which count from 1. */
export function addressOf(text: string): IpAddress {
  if (!text.includes(':')) return expect(parseIpv4(text));
  const [address, name] = text.split('%');
  return withZone(expect(parseIpv6(address)), name === undefined ? 0 : numberOf(name));
}

/** The interface that has the number `zone`; those without an IPv6 address of the link are not known. */
function nameOf(zone: number): string | undefined {
  const names = Object.keys(networkInterfaces());
  return names.find((name) => numberOf(name) === zone);
}

/** 0 when it is not known. */
function numberOf(name: string): number {
  const addresses = networkInterfaces()[name] ?? [];
  const numbers = addresses.map((one) => (one.family === 'IPv6' ? one.scopeid : 0));
  return Math.max(0, ...numbers);
}

export function endpointOf({ address, port }: HostEndpoint): Endpoint {
  return { address: addressOf(address), port };
}

/** Where a port of the appliance is served when nothing else was said. */
export const LOOPBACK = '127.0.0.1';
