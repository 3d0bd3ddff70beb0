import type { Activity, System } from '@atoll/appliance/appliance';
import { Misconfiguration } from '@atoll/appliance/appliance';
import type { UdpSockets } from '@atoll/device/socket';
import { dhcpServerConfig } from '@atoll/dhcp/config';
import { describeMessage, parseMessage, SERVER_PORT } from '@atoll/dhcp/packet';
import type { LeaseEvent, Output } from '@atoll/dhcp/server';
import { DhcpServer } from '@atoll/dhcp/server';
import type { Name } from '@atoll/dns/name';
import { nameText, parseName } from '@atoll/dns/name';
import type { Zone } from '@atoll/dns/zone';
import { ipv4Text, netmask } from '@atoll/ipv4/address';
import type { Logger } from '@atoll/log/log';
import type { DnsvizorOptions } from './arguments.ts';
import type { LeaseStore } from './leases.ts';

/**
 * Leases addresses on `sockets`; the names of leases go into `zone` and leave with them. With `leases`, a
 * lease is on the disk before its client hears of it, and there again after a restart.
 */
export function startDhcp(
  system: System,
  options: DnsvizorOptions,
  sockets: UdpSockets,
  zone: Zone,
  leases: LeaseStore | undefined,
): void {
  const server = new DhcpServer(configure(options));
  if (leases === undefined) serve(system, options, sockets, zone, server, undefined, []);
  else void resume(system, options, sockets, zone, server, leases);
}

/** Serves once the leases of an earlier time are known: before that, they could be given to others. */
async function resume(
  system: System,
  options: DnsvizorOptions,
  sockets: UdpSockets,
  zone: Zone,
  server: DhcpServer,
  leases: LeaseStore,
): Promise<void> {
  const { clock, log } = system;
  const records = await leases.load();
  if (records === undefined) return;
  const events = server.importLeases(records, clock.monotonic(), clock.wall());
  log.for('dhcp').info(`${events.length} leases from the disk`);
  serve(system, options, sockets, zone, server, leases, events);
  system.wake();
}

function serve(
  system: System,
  options: DnsvizorOptions,
  sockets: UdpSockets,
  zone: Zone,
  server: DhcpServer,
  leases: LeaseStore | undefined,
  imported: readonly LeaseEvent[],
): void {
  const log = system.log.for('dhcp');
  const names = new LeaseNames(zone, options.domain);
  for (const event of imported) names.follow(event);

  const send = ({ send }: Output): void => {
    for (const { payload, to, mac } of send) socket?.send(payload, to, undefined, mac);
  };
  const carryOut = (output: Output): void => {
    for (const event of output.events) {
      names.follow(event);
      log.info(eventText(event));
    }
    if (output.note !== undefined) log.debug(output.note);
    if (leases === undefined || output.events.length === 0) send(output);
    else void leases.save(output.events).then((isDurable) => isDurable && send(output));
  };
  const socket = sockets.bind(SERVER_PORT, (payload, from, to) => {
    const message = parseMessage(payload);
    if (!message.ok) {
      log.debug(`from ${ipv4Text(Number(from.address))}: ${message.error.reason}`);
      return;
    }
    if (log.enabled('debug')) log.debug(describeMessage(message.value));
    carryOut(server.handle(message.value, Number(to.address), system.clock.monotonic()));
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
