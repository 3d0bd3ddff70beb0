import type { Activity, System } from '@atoll/appliance/appliance';
import { Misconfiguration } from '@atoll/appliance/appliance';
import type { UdpSockets } from '@atoll/device/socket';
import { dhcpServerConfig } from '@atoll/dhcp/config';
import type { LeaseRecord } from '@atoll/dhcp/lease';
import { describeMessage, parseMessage, SERVER_PORT } from '@atoll/dhcp/packet';
import type { LeaseEvent, Output } from '@atoll/dhcp/server';
import { DhcpServer } from '@atoll/dhcp/server';
import type { Name } from '@atoll/dns/name';
import { nameText, parseName } from '@atoll/dns/name';
import type { Zone } from '@atoll/dns/zone';
import { ipv4Text, netmask } from '@atoll/ipv4/address';
import type { Logger } from '@atoll/log/log';
import type { Network } from '@atoll/network/network';
import type { DnsvizorOptions } from './arguments.ts';
import type { LeaseStore } from './leases.ts';

/** A DHCP server, and the sockets that it is to serve on. */
export interface Dhcp {
  readonly server: DhcpServer;
  readonly sockets: UdpSockets;
  readonly counters: DhcpCounters;
}

/** Messages, and leases that began, went on and ended, since the start. */
export interface DhcpCounters {
  received: number;
  malformed: number;
  sent: number;
  added: number;
  renewed: number;
  removed: number;
}

/** The DHCP server that `options` ask for; throws `Misconfiguration` when there can be none. */
export function createDhcp(options: DnsvizorOptions, network: Network): Dhcp {
  if (network.interface === undefined) {
    throw new Misconfiguration(
      '--dhcp-range: leases need an Ethernet device\n  expected --net:service=TAP before the --',
    );
  }
  return {
    server: new DhcpServer(configure(options)),
    sockets: network.interface.udp,
    counters: { received: 0, malformed: 0, sent: 0, added: 0, renewed: 0, removed: 0 },
  };
}

/**
 * Leases addresses; the names of leases go into `zone` and leave with them. With `leases`, a lease is on
 * the disk before its client hears of it; `records` are those that were there at the start.
 */
export function startDhcp(
  system: System,
  options: DnsvizorOptions,
  { server, sockets, counters }: Dhcp,
  zone: Zone,
  leases: LeaseStore | undefined,
  records: readonly LeaseRecord[],
): void {
  const { clock } = system;
  const log = system.log.for('dhcp');
  const names = new LeaseNames(zone, options.domain);
  const imported = server.importLeases(records, clock.monotonic(), clock.wall());
  for (const event of imported) names.follow(event);
  if (leases !== undefined) log.info(`${imported.length} leases from the disk`);

  const send = ({ send }: Output): void => {
    counters.sent += send.length;
    for (const { payload, to, mac } of send) socket?.send(payload, to, undefined, mac);
  };
  const carryOut = (output: Output): void => {
    for (const event of output.events) {
      names.follow(event);
      counters[event.kind]++;
      log.info(eventText(event));
    }
    if (output.note !== undefined) log.debug(output.note);
    if (leases === undefined || output.events.length === 0) send(output);
    else void leases.save(output.events).then((isDurable) => isDurable && send(output));
  };
  const socket = sockets.bind(SERVER_PORT, (payload, from, to) => {
    counters.received++;
    const message = parseMessage(payload);
    if (!message.ok) {
      counters.malformed++;
      log.debug(`from ${ipv4Text(Number(from.address))}: ${message.error.reason}`);
      return;
    }
    if (log.enabled('debug')) log.debug(describeMessage(message.value));
    carryOut(server.handle(message.value, Number(to.address), clock.monotonic()));
  });
  const activity: Activity = {
    poll(now) {
      if (server.nextTimeout <= now) {
        carryOut(server.handleTimeout(now));
        system.wake();
      }
      return server.nextTimeout;
    },
  };
  system.run(activity);
  report(log, options);
}

function configure(options: DnsvizorOptions) {
  const { ipv4 } = options;
  if (typeof ipv4 === 'string') {
    throw new Misconfiguration(
      `--ipv4=${ipv4}: a DHCP server has an address of its own\n  expected --ipv4=ADDRESS/PREFIX`,
    );
  }
  const config = dhcpServerConfig({
    address: ipv4.address,
    netmask: netmask(ipv4.length),
    ranges: options['dhcp-range'],
    hosts: options['dhcp-host'],
    options: options['dhcp-option'],
    ...(options['ipv4-gateway'] !== undefined && { router: options['ipv4-gateway'] }),
    ...(options.domain !== undefined && { domain: domainText(options.domain) }),
  });
  if (!config.ok) throw new Misconfiguration(config.error.reason);
  return config.value;
}

function report(log: Logger, options: DnsvizorOptions): void {
  for (const { start, end, leaseSeconds, fixedOnly } of options['dhcp-range']) {
    const what = fixedOnly ? 'known hosts only' : `${ipv4Text(start)} to ${ipv4Text(end)}`;
    log.info(`leases ${what} for ${leaseSeconds} s`);
  }
}

function eventText({ kind, address, hardware, name }: LeaseEvent): string {
  return `${kind} ${ipv4Text(address)} for ${hardware}${name === '' ? '' : ` (${name})`}`;
}

/** A domain without the dot at its end, as DHCP writes it. */
function domainText(domain: Name): string {
  return nameText(domain).replace(/\.$/, '');
}

/** Gives each lease with a name its A and PTR records, plain and below the local domain. */
class LeaseNames {
  readonly #zone: Zone;
  readonly #suffix: string;

  constructor(zone: Zone, domain: DnsvizorOptions['domain']) {
    this.#zone = zone;
    this.#suffix = domain === undefined ? '' : `.${domainText(domain)}`;
  }

  follow({ kind, address, name }: LeaseEvent): void {
    if (name === '' || kind === 'renewed') return;
    // The name with the domain comes first: it is the one that the address leads back to.
    for (const text of new Set([`${name}${this.#suffix}`, name])) {
      const parsed = parseName(text);
      if (!parsed.ok) continue;
      if (kind === 'added') this.#zone.setHost(parsed.value, address, LEASE_TTL);
      else this.#zone.removeHost(parsed.value, address);
    }
  }
}

/** Seconds; 0 as in dnsmasq, so that no client remembers a name longer than its lease. */
const LEASE_TTL = 0;
