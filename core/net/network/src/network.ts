import type { System } from '@atoll/appliance/appliance';
import { Misconfiguration } from '@atoll/appliance/appliance';
import type { NetworkDevice } from '@atoll/device/network';
import type { Sockets } from '@atoll/device/socket';
import type { ClientLease } from '@atoll/dhcp/client';
import { macText } from '@atoll/ethernet/address';
import type { Ipv4Prefix } from '@atoll/ipv4/address';
import { prefixText } from '@atoll/ipv4/address';
import type { Interface } from '@atoll/stack/interface';
import type { AttachOptions } from '@atoll/stack/stack';
import { Stack } from '@atoll/stack/stack';
import type { NetworkOptions } from './arguments.ts';
import { checkOptions } from './check.ts';
import { DhcpActivity } from './dhcp.ts';
import { Dhcpv6Activity } from './dhcpv6.ts';
import type { DnsConfiguration } from './name-servers.ts';
import { NameServers, NO_DNS } from './name-servers.ts';

/** The network of an appliance: sockets, and what it learned about where it is. */
export interface Network {
  readonly sockets: Sockets;
  /** Our own stack on the device; `undefined` over the host's sockets. */
  readonly stack?: Stack;
  readonly interface?: Interface;
  /** Whether name servers may become known, or others. */
  readonly learnsDns: boolean;
  /** The name servers that the network named, beside ourselves, and its search domains. */
  readonly dns: DnsConfiguration;
  /** Calls `listener` whenever `dns` is another one. */
  onDnsChange(listener: () => void): void;
}

export interface NetworkHooks {
  /** How many TCP connections there may be, all of them with one peer if need be; see `StackOptions`. */
  readonly connections?: number;
  readonly responder?: AttachOptions['responder'];
  /** Our IPv4 address is `prefix.address` from now on; `undefined` when we have none. */
  readonly onAddress?: (prefix: Ipv4Prefix | undefined) => void;
}

/**
 * Brings the network device `name` up as the boot arguments say, or takes the host's sockets when there
 * is none. Throws a {@link Misconfiguration} when the arguments make no sense together.
 */
export function startNetwork(
  system: System,
  options: NetworkOptions,
  name: string,
  hooks: NetworkHooks = {},
): Network {
  const device = system.network(name);
  checkOptions(options);
  if (device !== undefined) return new OwnNetwork(system, options, device, hooks);
  if (system.sockets === undefined) throw new Misconfiguration('there is no network');
  system.log.info("ready: on the host's sockets");
  return { sockets: system.sockets, learnsDns: false, dns: NO_DNS, onDnsChange: () => {} };
}

class OwnNetwork implements Network {
  readonly stack: Stack;
  readonly interface: Interface;
  readonly learnsDns: boolean;
  readonly #names: NameServers;

  constructor(
    system: System,
    options: NetworkOptions,
    device: NetworkDevice,
    { connections, responder, onAddress }: NetworkHooks,
  ) {
    const { entropy, fast, log } = system;
    const { ipv4, 'ipv4-gateway': gateway, ipv6 } = options;
    const prefix = typeof ipv4 === 'string' ? undefined : ipv4;
    this.stack = new Stack({
      entropy,
      log,
      fast,
      // The appliance needs memory for its own work as well.
      tcpMemory: Math.min(system.freeMemory() / 2, MOST_TCP_MEMORY),
      ...(connections !== undefined && { tcpConnections: connections }),
      wake: () => system.wake(),
    });
    this.interface = this.stack.attach({
      device,
      ipv4: prefix,
      gateway,
      ipv6: attachmentOf(ipv6),
      ...(responder && { responder }),
    });
    configureIpv6(this.stack, this.interface, options, system.clock.monotonic());
    // The stack goes first: what it hands to its users moves their deadlines.
    system.run(this.stack);
    const place = `on ${device.name}, ${macText(device.mac)}`;
    log.info(prefix === undefined ? `ready ${place}` : `ready: ${prefixText(prefix)} ${place}`);
    onAddress?.(prefix);
    this.learnsDns = ipv4 === 'dhcp' || ipv6 === 'auto';
    this.#names = new NameServers(this.interface, log);
    if (ipv4 === 'dhcp') this.#startDhcp(system, gateway, onAddress);
    if (ipv6 === 'auto') this.#startDhcpv6(system);
  }

  get dns(): DnsConfiguration {
    return this.#names.configuration;
  }

  onDnsChange(listener: () => void): void {
    this.#names.follow(listener);
  }

  get sockets(): Sockets {
    return this.stack;
  }

  #startDhcp(
    system: System,
    gateway: number | undefined,
    onAddress: NetworkHooks['onAddress'],
  ): void {
    const activity = new DhcpActivity(system, this.stack, this.interface, gateway, (lease) => {
      onAddress?.(lease && { address: lease.address, length: lease.prefixLength });
      this.#names.learn('dhcp', lease === undefined ? NO_DNS : dnsOf(lease));
    });
    system.run(activity);
  }

  #startDhcpv6(system: System): void {
    const activity = new Dhcpv6Activity(system, this.interface, (configuration) => {
      const { dnsServers: servers = [], searchDomains = [] } = configuration ?? {};
      this.#names.learn('dhcpv6', { servers, searchDomains });
    });
    this.interface.ipv6.onChange = () => this.#names.refresh();
    system.run(activity);
  }
}

/** A domain of the network is searched when no others are named. */
function dnsOf({ dnsServers: servers, domain, searchDomains }: ClientLease): DnsConfiguration {
  const isAlone = searchDomains.length === 0 && domain !== undefined;
  return { servers, searchDomains: isAlone ? [domain] : searchDomains };
}

function attachmentOf(ipv6: NetworkOptions['ipv6']): AttachOptions['ipv6'] {
  if (ipv6 === 'none') return undefined;
  return ipv6 === 'auto' ? 'auto' : 'link-local';
}

/** Gives `target` the address and the router of the boot arguments. */
function configureIpv6(
  stack: Stack,
  target: Interface,
  { ipv6, 'ipv6-gateway': gateway }: NetworkOptions,
  now: number,
): void {
  if (gateway !== undefined) stack.addRoute6(target, { address: 0n, length: 0 }, gateway);
  if (typeof ipv6 === 'string') return;
  target.ipv6.add(ipv6.address, ipv6.length, now);
  stack.addRoute6(target, ipv6);
}

const MOST_TCP_MEMORY = 2 ** 25;
