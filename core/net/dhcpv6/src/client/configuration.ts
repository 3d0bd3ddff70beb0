/** What servers say about a network beside addresses, checked. */
import { isLoopback, isMulticast, isUnspecified } from '@atoll/ipv6/address';
import { FOREVER } from '../identity-association.ts';
import { addressesIn, domainsIn, findOption, numberIn, OPTION, type Option } from '../option.ts';

export interface Configuration {
  /** Recursive servers in the order of preference (RFC 3646). */
  readonly dnsServers: readonly bigint[];
  /** In lower case, without a dot at their ends. */
  readonly searchDomains: readonly string[];
}

export function readConfiguration(options: readonly Option[]): Configuration {
  const servers = findOption(options, OPTION.DNS_SERVERS);
  const domains = findOption(options, OPTION.DOMAIN_LIST);
  return {
    dnsServers: distinct(((servers && addressesIn(servers)) ?? []).filter(isHost)),
    searchDomains: distinct((domains && domainsIn(domains)) ?? []),
  };
}

/** Whether `address` may be that of one host beside this one. */
export function isHost(address: bigint): boolean {
  return !isMulticast(address) && !isUnspecified(address) && !isLoopback(address);
}

/** Each once, eight at most. */
function distinct<T>(items: readonly T[]): T[] {
  return [...new Set(items)].slice(0, LIMIT);
}

const LIMIT = 8;

/** The longest wait that option `code` allows between messages in vain, in milliseconds (RFC 9915 sections 21.24 and 21.25). */
export function readLongestWait(options: readonly Option[], code: number): number | undefined {
  const seconds = numberIn(findOption(options, code));
  return seconds !== undefined && seconds >= 60 && seconds <= 86_400 ? seconds * 1000 : undefined;
}

/** When what an Information-request brought is to be asked for again, in milliseconds (section 21.23). */
export function readRefreshTime(options: readonly Option[]): number {
  const seconds = numberIn(findOption(options, OPTION.INFORMATION_REFRESH_TIME)) ?? DEFAULT_REFRESH;
  if (seconds === FOREVER) return Number.POSITIVE_INFINITY;
  return Math.max(seconds, SHORTEST_REFRESH) * 1000;
}

const DEFAULT_REFRESH = 86_400;
const SHORTEST_REFRESH = 600;
