import type { Activity, System } from '@atoll/appliance/appliance';
import type { UdpSocket } from '@atoll/device/socket';
import type {
  ClientEvent,
  ClientOutput,
  Configuration,
  LeasedAddress,
  Mode,
} from '@atoll/dhcpv6/client';
import { Dhcpv6Client } from '@atoll/dhcpv6/client';
import { linkLayerDuid } from '@atoll/dhcpv6/duid';
import { CLIENT_PORT, parseMessage } from '@atoll/dhcpv6/packet';
import { ipv6Text } from '@atoll/ipv6/address';
import type { Logger } from '@atoll/log/log';
import type { Interface } from '@atoll/stack/interface';

/**
 * Asks DHCPv6 servers for addresses of `target`, or only for its configuration, as routers say that there
 * are such (RFC 4861 section 4.2), and keeps what they grant. A flag once raised stays: without routers
 * there is nobody to say more.
 */
export class Dhcpv6Activity implements Activity {
  readonly #system: System;
  readonly #target: Interface;
  readonly #onConfiguration: (configuration: Configuration | undefined) => void;
  readonly #log: Logger;
  readonly #socket: UdpSocket | undefined;
  #client: Dhcpv6Client | undefined;
  #mode: Mode | undefined;
  /** The addresses of the lease. */
  #addresses: readonly bigint[] = [];
  readonly #duplicates: bigint[] = [];

  /** `onConfiguration` hears of what servers say beside addresses; `undefined` when that is over. */
  constructor(
    system: System,
    target: Interface,
    onConfiguration: (configuration: Configuration | undefined) => void,
  ) {
    this.#system = system;
    this.#target = target;
    this.#onConfiguration = onConfiguration;
    this.#log = system.log.for('dhcpv6');
    this.#socket = target.udp.bind(CLIENT_PORT, (payload) => this.#receive(payload));
    target.ipv6.onDuplicate = (address) => {
      if (this.#addresses.includes(address)) this.#duplicates.push(address);
    };
  }

  poll(now: number): number {
    this.#follow(now);
    const client = this.#client;
    if (client === undefined) return Number.POSITIVE_INFINITY;
    for (const address of this.#duplicates.splice(0)) {
      this.#carryOut(client.handleConflict(address, now), now);
    }
    if (client.nextTimeout <= now) this.#carryOut(client.handleTimeout(now), now);
    return client.nextTimeout;
  }

  /** Does what routers say, as soon as there is an address to ask from. */
  #follow(now: number): void {
    const { parameters, linkLocal } = this.#target.ipv6;
    const { isManaged, hasOtherConfiguration } = parameters;
    const mode = isManaged ? 'stateful' : hasOtherConfiguration ? 'stateless' : undefined;
    if (mode === undefined || mode === this.#mode || linkLocal === undefined) return;
    this.#mode = mode;
    this.#client = new Dhcpv6Client({
      duid: linkLayerDuid(this.#target.device.mac),
      entropy: this.#system.entropy,
    });
    this.#carryOut(this.#client.start(mode, now), now);
  }

  #receive(payload: Uint8Array): void {
    const message = parseMessage(payload);
    const now = this.#system.clock.monotonic();
    if (!message.ok) this.#log.debug(message.error.reason);
    else if (this.#client !== undefined) {
      this.#carryOut(this.#client.handle(message.value, now), now);
    }
  }

  #carryOut({ send, events, note }: ClientOutput, now: number): void {
    const { linkLocal } = this.#target.ipv6;
    for (const { payload, to } of send) this.#socket?.send(payload, to, linkLocal);
    for (const event of events) this.#obey(event, now);
    if (note !== undefined) this.#log.debug(note);
    if (send.length > 0 || events.length > 0) this.#system.wake();
  }

  #obey(event: ClientEvent, now: number): void {
    switch (event.kind) {
      case 'configured':
        this.#log.info('got a configuration');
        this.#onConfiguration(event.configuration);
        break;
      case 'bound':
      case 'renewed': {
        const { addresses, configuration } = event.lease;
        const texts = addresses.map(({ address }) => ipv6Text(address));
        this.#log.info(`${event.kind} ${texts.join(', ')}`);
        this.#hold(addresses, now);
        this.#onConfiguration(configuration);
        break;
      }
      case 'lost':
        this.#log.warning(`lost ${this.#addresses.map(ipv6Text).join(', ')}: ${event.reason}`);
        this.#hold([], now);
        this.#onConfiguration(undefined);
        break;
    }
  }

  /** Takes `leased` as our addresses in the place of those of the lease before. */
  #hold(leased: readonly LeasedAddress[], now: number): void {
    const { ipv6 } = this.#target;
    const addresses = leased.map(({ address }) => address);
    for (const address of this.#addresses) {
      if (!addresses.includes(address)) ipv6.remove(address, now);
    }
    this.#addresses = addresses;
    for (const { address, preferredUntil, validUntil } of leased) {
      ipv6.add(address, WHOLE, now, preferredUntil, validUntil);
    }
  }
}

/** What is on the link with us, routers say and not DHCPv6 (RFC 5942 section 4). */
const WHOLE = 128;
