import { Misconfiguration } from '@atoll/appliance/appliance';
import { ipv4Text, prefixText } from '@atoll/ipv4/address';
import { ipv6Text } from '@atoll/ipv6/address';
import { ipv6PrefixText } from '@atoll/ipv6/prefix';
import type { Result } from '@atoll/result/result';
import { checkIpv4 } from '@atoll/stack/ipv4';
import { checkGateway6, checkIpv6 } from '@atoll/stack/ipv6';
import type { NetworkOptions } from './arguments.ts';

/** Throws a {@link Misconfiguration} when the arguments make no sense together. */
export function checkOptions({
  ipv4,
  'ipv4-gateway': gateway4,
  ipv6,
  'ipv6-gateway': gateway6,
}: NetworkOptions): void {
  if (ipv4 === 'none' && gateway4 !== undefined) throw superfluous(4);
  if (ipv6 === 'none' && gateway6 !== undefined) throw superfluous(6);
  if (typeof ipv4 !== 'string') {
    refuse(`--ipv4=${prefixText(ipv4)}`, A_HOST, checkIpv4(ipv4, undefined));
    if (gateway4 !== undefined) {
      refuse(`--ipv4-gateway=${ipv4Text(gateway4)}`, A_ROUTER, checkIpv4(ipv4, gateway4));
    }
  }
  if (typeof ipv6 !== 'string') {
    refuse(`--ipv6=${ipv6PrefixText(ipv6)}`, A_HOST, checkIpv6(ipv6, undefined));
  }
  if (gateway6 !== undefined) {
    const checked = typeof ipv6 === 'string' ? checkGateway6(gateway6) : checkIpv6(ipv6, gateway6);
    refuse(`--ipv6-gateway=${ipv6Text(gateway6)}`, A_ROUTER, checked);
  }
}

function superfluous(version: number): Misconfiguration {
  return new Misconfiguration(
    `--ipv${version}-gateway: there is no IPv${version}\n  expected it without --ipv${version}=none`,
  );
}

function refuse(argument: string, expected: string, checked: Result<undefined>): void {
  if (checked.ok) return;
  throw new Misconfiguration(`${argument}: ${checked.error.reason}\n  expected ${expected}`);
}

const A_HOST = 'the address of a host';
const A_ROUTER = 'a router of our network';
