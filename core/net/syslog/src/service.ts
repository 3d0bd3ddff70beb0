import type { System } from '@atoll/appliance/appliance';
import { Misconfiguration } from '@atoll/appliance/appliance';
import type { Endpoint, IpAddress } from '@atoll/device/socket';
import { ipv4Text } from '@atoll/ipv4/address';
import { ipv6Text, isLinkLocal } from '@atoll/ipv6/address';
import type { Level } from '@atoll/log/log';
import type { Families } from '@atoll/metrics/family';
import type { Network } from '@atoll/network/network';
import type { Result } from '@atoll/result/result';
import type { SyslogOptions, SyslogTlsOptions } from './arguments.ts';
import type { Collector } from './collector.ts';
import { SyslogClient } from './engine.ts';
import { emitMessage, FACILITY_DAEMON } from './packet.ts';
import type { Entry } from './state.ts';
import type { Channel, ChannelEvents, Open } from './transport/transport.ts';

/** Who looks up the names of collectors; `Resolver` of `@atoll/dns` is one. */
export interface Names {
  addresses(name: string): Promise<Result<readonly IpAddress[], { readonly reason: string }>>;
}

/**
 * Sends the log lines of an appliance to the collector that the boot arguments name, if they do: those from now
 * on, as soon as there is a network.
 */
export class Syslog {
  readonly #system: System;
  readonly #collector: Collector | undefined;
  readonly #options: Partial<SyslogTlsOptions>;
  readonly #client: SyslogClient;

  constructor(system: System, options: SyslogOptions & Partial<SyslogTlsOptions>) {
    this.#system = system;
    this.#collector = options.syslog;
    this.#options = options;
    const { clock, entropy } = system;
    this.#client = new SyslogClient({ clock, entropy, wake: () => system.wake() });
    if (options.syslog === undefined) return;
    system.log.follow((level, source, sentence) => {
      // What is said about the collector, it cannot hear.
      if (source !== OURSELVES) this.#client.add(level, source, sentence);
    });
  }

  /** Throws `Misconfiguration` when the collector cannot be reached in this way. */
  start(network: Network, names?: Names): void {
    const { 'syslog-ca': authorities = [] } = this.#options;
    const collector = this.#collector;
    if (authorities.length > 0 && collector?.transport.scheme !== 'tls') {
      throw new Misconfiguration('--syslog-ca: there is no --syslog=tls://… that needs it');
    }
    if (collector === undefined) return;
    const { text, transport, address } = collector;
    if (address === undefined && names === undefined) {
      throw new Misconfiguration(
        `--syslog=${text}: names are not looked up here\n  expected an address`,
      );
    }
    const system = this.#system;
    const log = system.log.for(OURSELVES);
    const { sockets } = network;
    const open = transport.prepare({ system, sockets, authorities }, collector);
    this.#client.start({
      get isOpen() {
        return isConfigured(network, address);
      },
      open: (events) => openAt(collector, names, open, events),
      frame: (entry, sequence) => {
        const message = messageOf(system, network, entry, sequence);
        return transport.frame(emitMessage(message, transport.longest));
      },
      onChange(isReached, reason) {
        if (isReached) log.info(`log lines go to ${text}`);
        else log.warning(`${text}: ${reason}; log lines wait`);
      },
    });
    system.run(this.#client);
  }

  /** For a registry. */
  readonly collect = (families: Families): void => {
    if (this.#collector === undefined) return;
    const { counters, lost, isReached } = this.#client;
    const name = (what: string) => `atoll_syslog_${what}`;
    families.counter(name('sent_total'), 'Log lines handed over to the collector.', counters.sent);
    families.counter(name('lost_total'), 'Log lines for which there was no room.', lost);
    families.counter(name('connects_total'), 'Attempts to reach it.', counters.connects);
    families.gauge(name('reached'), '1 when there is a way to it.', isReached ? 1 : 0);
  };
}

/** Opens a channel to `collector`, whose name is looked up each time. */
function openAt(
  { host, address, port }: Collector,
  names: Names | undefined,
  open: Open,
  events: ChannelEvents,
): Channel {
  if (address !== undefined) return open({ address, port }, events);
  let channel: Channel | undefined;
  void names?.addresses(host).then((found) => {
    const to: Endpoint | undefined =
      found.ok && found.value.length > 0 ? { address: found.value[0], port } : undefined;
    if (to !== undefined) channel = open(to, events);
    else events.onClosed(found.ok ? `${host} has no address` : `${host}: ${found.error.reason}`);
  });
  return { send: (frame) => channel?.send(frame) ?? false };
}

function messageOf(
  { program, clock, launchedAt }: System,
  network: Network,
  { level, source, sentence, time }: Entry,
  sequence: number,
) {
  const uptime = Math.floor((clock.monotonic() - launchedAt) / 10);
  return {
    facility: FACILITY_DAEMON,
    severity: SEVERITY[level],
    time,
    hostname: ownAddress(network),
    appName: program.name,
    processId: '',
    messageId: source,
    data: [
      // The clock is that of the machine, and nobody here knows whether somebody sets it.
      { id: 'timeQuality', parameters: { tzKnown: '1', isSynced: '0' } },
      { id: 'origin', parameters: { software: program.name, swVersion: program.version } },
      { id: 'meta', parameters: { sequenceId: String(sequence), sysUpTime: String(uptime) } },
    ],
    text: sentence,
  };
}

/** Who we are: appliances have addresses and no names (section 6.2.4). */
function ownAddress({ interface: target }: Network): string {
  if (target === undefined) return '';
  const { prefix } = target.ipv4;
  if (prefix !== undefined) return ipv4Text(prefix.address);
  const preferred = target.ipv6.addresses.filter(({ state }) => state === 'preferred');
  const best = preferred.find(({ address }) => !isLinkLocal(address)) ?? preferred[0];
  return best === undefined ? '' : ipv6Text(best.address);
}

/** Whether we have an address from which `to` could be reached; by name, any. */
function isConfigured({ interface: target }: Network, to: IpAddress | undefined): boolean {
  if (target === undefined) return true;
  const hasIpv4 = target.ipv4.prefix !== undefined;
  const hasIpv6 = target.ipv6.addresses.some(({ state }) => state === 'preferred');
  if (to === undefined) return hasIpv4 || hasIpv6;
  return typeof to === 'number' ? hasIpv4 : hasIpv6;
}

/** RFC 5424 section 6.2.1. */
const SEVERITY: Readonly<Record<Level, number>> = {
  quiet: 7,
  error: 3,
  warning: 4,
  info: 6,
  debug: 7,
};

const OURSELVES = 'syslog';
