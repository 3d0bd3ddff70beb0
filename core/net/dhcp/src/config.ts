/** The configuration of a DHCP server, checked as a whole before the first packet. */
import { ipv4Text, prefixLength } from '@atoll/ipv4/address';
import type { Failure, Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import type { DhcpHost } from './argument/host.ts';
import type { DhcpOption } from './argument/option.ts';
import type { DhcpRange } from './argument/range.ts';
import { type Condition, KNOWN, KNOWN_ELSEWHERE } from './argument/tag.ts';

export interface DhcpServerSettings {
  /** The server's own address and the netmask of its interface. */
  readonly address: number;
  readonly netmask: number;
  readonly ranges: readonly DhcpRange[];
  readonly hosts?: readonly DhcpHost[];
  readonly options?: readonly DhcpOption[];
  /** The default router of the server's own subnet; the server itself when not given. */
  readonly router?: number;
  /** The domain name that clients get, such as `lan`. */
  readonly domain?: string;
  /**
   * The server owns its network: clients that it does not know keep a fitting address or are refused,
   * instead of being left to another server. True when not given.
   */
  readonly authoritative?: boolean;
  /** Clients that ask so get a lease in two messages instead of four (RFC 4039). False when not given. */
  readonly rapidCommit?: boolean;
  /** Leases and declined addresses at once, 1000 when not given. */
  readonly maxLeases?: number;
  /** How long an address is probed before it is first offered, in milliseconds; 0, not at all, when not given. */
  readonly probeMs?: number;
  /** Names that no client may claim, in lower case; {@link REFUSED_NAMES} when not given. */
  readonly refusedNames?: readonly string[];
}

export interface DhcpServerConfig {
  readonly address: number;
  readonly router: number;
  /** The server's own subnet is the first. */
  readonly subnets: readonly Subnet[];
  readonly hosts: readonly DhcpHost[];
  readonly options: readonly DhcpOption[];
  readonly domain: string | undefined;
  readonly authoritative: boolean;
  readonly rapidCommit: boolean;
  readonly maxLeases: number;
  readonly probeMs: number;
  readonly refusedNames: ReadonlySet<string>;
}

export interface Subnet {
  readonly network: number;
  readonly netmask: number;
  readonly broadcast: number;
  readonly ranges: readonly DhcpRange[];
}

/** Names by which a client could turn the traffic of others to itself. */
export const REFUSED_NAMES: readonly string[] = ['localhost', 'wpad', 'isatap'];

/** As in dnsmasq. */
export const DEFAULT_MAX_LEASES = 1000;

/** Addresses in a range: a bit each in memory. */
const LARGEST_RANGE = 0x10_0000;

export function inSubnet(subnet: Subnet, address: number): boolean {
  return (address & subnet.netmask) >>> 0 === subnet.network;
}

/** Checks `settings`; an error names the argument that is to blame. */
export function dhcpServerConfig(settings: DhcpServerSettings): Result<DhcpServerConfig, Failure> {
  const { address, ranges, hosts = [], options = [] } = settings;
  if (ranges.length === 0) return misconfigured('--dhcp-range: there is none');
  const subnets = groupSubnets(settings);
  if (!subnets.ok) return subnets;
  const failure =
    findOverlap(ranges) ?? checkHosts(hosts, subnets.value, address) ?? checkTags(settings);
  if (failure !== undefined) return misconfigured(failure);
  const { maxLeases = DEFAULT_MAX_LEASES, probeMs = 0 } = settings;
  if (!(maxLeases >= 1)) return misconfigured('--dhcp-lease-max: at least one lease is needed');
  return ok({
    address,
    router: settings.router ?? address,
    subnets: subnets.value,
    hosts,
    options,
    domain: settings.domain,
    authoritative: settings.authoritative ?? true,
    rapidCommit: settings.rapidCommit ?? false,
    maxLeases,
    probeMs,
    refusedNames: new Set(settings.refusedNames ?? REFUSED_NAMES),
  });
}

/** The subnets that the ranges lie in, our own first even if no range lies there. */
function groupSubnets(settings: DhcpServerSettings): Result<readonly Subnet[], Failure> {
  const { address, netmask } = settings;
  if (prefixLength(netmask) === undefined)
    return misconfigured('our netmask is not ones followed by zeros');
  const own = subnetOf(address, netmask, undefined);
  const subnets: Array<Subnet & { ranges: DhcpRange[] }> = [own];
  for (const range of settings.ranges) {
    const at = `--dhcp-range: ${ipv4Text(range.start)}-${ipv4Text(range.end)}`;
    if (range.netmask === undefined && !inSubnet(own, range.start)) {
      return misconfigured(`${at} is not in our subnet ${subnetText(own)}, so it needs a netmask`);
    }
    const subnet = subnetOf(range.start, range.netmask ?? netmask, range.broadcast);
    if (!inSubnet(subnet, range.end)) return misconfigured(`${at} leaves ${subnetText(subnet)}`);
    if (!inSubnet(subnet, subnet.broadcast)) {
      return misconfigured(`${at} has a broadcast address outside ${subnetText(subnet)}`);
    }
    if (range.end - range.start >= LARGEST_RANGE) {
      return misconfigured(`${at} is longer than ${LARGEST_RANGE} addresses`);
    }
    const near = subnets.find(
      (other) => inSubnet(other, subnet.network) || inSubnet(subnet, other.network),
    );
    if (near === undefined) {
      subnets.push(subnet);
    } else if (near.netmask !== subnet.netmask) {
      return misconfigured(`${at} is in ${subnetText(subnet)}, which overlaps ${subnetText(near)}`);
    } else if (near.ranges.length === 0) {
      subnets[subnets.indexOf(near)] = subnet;
    } else if (near.broadcast !== subnet.broadcast) {
      return misconfigured(`${at} has another broadcast address than an earlier range`);
    }
    subnets.find((other) => other.network === subnet.network)?.ranges.push(range);
  }
  return ok(subnets);
}

function subnetOf(
  address: number,
  netmask: number,
  broadcast: number | undefined,
): Subnet & { ranges: DhcpRange[] } {
  const network = (address & netmask) >>> 0;
  return { network, netmask, broadcast: broadcast ?? (network | ~netmask) >>> 0, ranges: [] };
}

function findOverlap(ranges: readonly DhcpRange[]): string | undefined {
  const sorted = [...ranges].filter((range) => !range.fixedOnly).sort((a, b) => a.start - b.start);
  for (let index = 1; index < sorted.length; index++) {
    const { start } = sorted[index];
    if (start <= sorted[index - 1].end)
      return `--dhcp-range: two ranges contain ${ipv4Text(start)}`;
  }
  return undefined;
}

function checkHosts(
  hosts: readonly DhcpHost[],
  subnets: readonly Subnet[],
  ownAddress: number,
): string | undefined {
  const addresses = new Set<number>();
  const names = new Set<string>();
  const clients = new Set<string>();
  for (const host of hosts) {
    const { address, name } = host;
    const subnet = subnets.find((one) => address !== undefined && inSubnet(one, address));
    if (address !== undefined) {
      const at = `--dhcp-host: ${ipv4Text(address)}`;
      if (address === ownAddress) return `${at} is our own address`;
      if (subnet === undefined) return `${at} is in no subnet of a --dhcp-range`;
      if (isSpecial(subnet, address))
        return `${at} is no address of a host in ${subnetText(subnet)}`;
      if (addresses.has(address)) return `${at} is given twice`;
      addresses.add(address);
    }
    // One host may have a line for each subnet, all with the same name.
    const scope = subnet === undefined ? '' : subnetText(subnet);
    if (name !== undefined) {
      if (names.has(`${name} ${scope}`)) return `--dhcp-host: the name ${name} is given twice`;
      names.add(`${name} ${scope}`);
    }
    if (host.conditions.length > 0) continue;
    for (const client of [
      ...host.clientIds.map((id) => `id:${id}`),
      ...host.hardware.map(patternText),
    ]) {
      if (clients.has(`${client} ${scope}`)) return `--dhcp-host: ${client} is given twice`;
      clients.add(`${client} ${scope}`);
    }
  }
  return undefined;
}

/** Whether `address` stands for the subnet itself or for all of its hosts. */
export function isSpecial(subnet: Subnet, address: number): boolean {
  // Both addresses of a /31 are hosts (RFC 3021), and so is that of a /32.
  if (subnet.netmask >= 0xffff_fffe) return false;
  return address === subnet.network || address === subnet.broadcast;
}

/** A condition upon a tag that nothing sets is a slip of the pen. */
function checkTags({ ranges, hosts = [], options = [] }: DhcpServerSettings): string | undefined {
  const fromRanges = ranges.flatMap((range) => range.tags);
  const fromHosts = [KNOWN, KNOWN_ELSEWHERE, ...hosts.flatMap((host) => host.tags)];
  return (
    findUnset('--dhcp-range', ranges, fromHosts) ??
    findUnset('--dhcp-host', hosts, fromRanges) ??
    findUnset('--dhcp-option', options, [...fromRanges, ...fromHosts])
  );
}

function findUnset(
  argument: string,
  lines: readonly { readonly conditions: readonly Condition[] }[],
  known: readonly string[],
): string | undefined {
  for (const { tag } of lines.flatMap((line) => line.conditions)) {
    if (!known.includes(tag))
      return `${argument}: nothing that comes before it sets the tag ${tag}`;
  }
  return undefined;
}

function subnetText({ network, netmask }: Subnet): string {
  return `${ipv4Text(network)}/${prefixLength(netmask)}`;
}

function patternText(pattern: readonly (number | undefined)[]): string {
  return pattern.map((octet) => octet?.toString(16).padStart(2, '0') ?? '*').join(':');
}
