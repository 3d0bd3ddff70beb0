import type { IpAddress } from '@atoll/device/socket';
import { ipv4Text } from '@atoll/ipv4/address';
import { ipv6Text, isLinkLocal } from '@atoll/ipv6/address';
import { withZone } from '@atoll/ipv6/zone';
import type { Logger } from '@atoll/log/log';
import type { Interface } from '@atoll/stack/interface';

/** What somebody says about DNS. */
export interface DnsConfiguration {
  /** The preferred one first. */
  readonly servers: readonly IpAddress[];
  /** Below them names without a dot are looked for. */
  readonly searchDomains: readonly string[];
}

export const NO_DNS: DnsConfiguration = { servers: [], searchDomains: [] };

/** Joins what DHCP, DHCPv6 and routers say about DNS on one interface. */
export class NameServers {
  /** DHCP servers go before routers (RFC 8106 section 5.3.1). */
  configuration: DnsConfiguration = NO_DNS;
  readonly #target: Interface;
  readonly #log: Logger;
  readonly #listeners: (() => void)[] = [];
  #dhcp = NO_DNS;
  #dhcpv6 = NO_DNS;

  constructor(target: Interface, log: Logger) {
    this.#target = target;
    this.#log = log;
  }

  /** Calls `listener` whenever the configuration is another one. */
  follow(listener: () => void): void {
    this.#listeners.push(listener);
  }

  learn(source: 'dhcp' | 'dhcpv6', said: DnsConfiguration): void {
    if (source === 'dhcp') this.#dhcp = said;
    else this.#dhcpv6 = said;
    this.refresh();
  }

  /** Our addresses, or what routers say, are others. */
  refresh(): void {
    const { dnsServers, searchDomains } = this.#target.ipv6;
    const said = [this.#dhcp, this.#dhcpv6, { servers: dnsServers, searchDomains }];
    const servers = distinct(said.flatMap((one) => one.servers));
    const before = this.configuration;
    this.configuration = {
      // A network may name us: then there is nobody to ask but others.
      servers: servers
        .filter((address) => !this.#isOurs(address))
        .map((address) => this.#zoned(address)),
      searchDomains: distinct(said.flatMap((one) => one.searchDomains)),
    };
    if (isSame(before, this.configuration)) return;
    this.#tell(before.servers);
    for (const listener of this.#listeners) listener();
  }

  #isOurs(address: IpAddress): boolean {
    const { ipv4, ipv6 } = this.#target;
    return typeof address === 'bigint' ? ipv6.owns(address) : address === ipv4.prefix?.address;
  }

  /** Who is on the link with us may be somebody else on another one. */
  #zoned(address: IpAddress): IpAddress {
    const isOnLink = typeof address === 'bigint' && isLinkLocal(address);
    return isOnLink ? withZone(address, this.#target.zone) : address;
  }

  #tell(before: readonly IpAddress[]): void {
    const { servers } = this.configuration;
    if (areSame(before, servers)) return;
    const texts = servers.map((one) => (typeof one === 'number' ? ipv4Text(one) : ipv6Text(one)));
    this.#log.info(`name servers: ${texts.join(', ') || 'none'}`);
  }
}

function distinct<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}

function isSame(one: DnsConfiguration, other: DnsConfiguration): boolean {
  return areSame(one.servers, other.servers) && areSame(one.searchDomains, other.searchDomains);
}

function areSame<T>(some: readonly T[], others: readonly T[]): boolean {
  return some.length === others.length && some.every((item, at) => item === others[at]);
}
