import type { Activity, System } from '@atoll/appliance/appliance';
import type { UdpSocket } from '@atoll/device/socket';
import type { ClientEvent, ClientLease, ClientOutput } from '@atoll/dhcp/client';
import { DhcpClient } from '@atoll/dhcp/client';
import { CLIENT_PORT, parseMessage } from '@atoll/dhcp/packet';
import { macText } from '@atoll/ethernet/address';
import { ipv4Text } from '@atoll/ipv4/address';
import type { Logger } from '@atoll/log/log';
import type { Interface } from '@atoll/stack/interface';
import type { Stack } from '@atoll/stack/stack';

/** Keeps the IPv4 address of `target` as a DHCP server grants it. */
export class DhcpActivity implements Activity {
  readonly #system: System;
  readonly #stack: Stack;
  readonly #target: Interface;
  readonly #gateway: number | undefined;
  readonly #log: Logger;
  readonly #client: DhcpClient;
  readonly #socket: UdpSocket | undefined;
  readonly #onLease: (lease: ClientLease | undefined) => void;
  #isStarted = false;
  /** What was configured. */
  #saying = '';

  /** `gateway` goes before the routers of the lease; `onLease` hears of every change. */
  constructor(
    system: System,
    stack: Stack,
    target: Interface,
    gateway: number | undefined,
    onLease: (lease: ClientLease | undefined) => void,
  ) {
    this.#system = system;
    this.#stack = stack;
    this.#target = target;
    this.#gateway = gateway;
    this.#onLease = onLease;
    this.#log = system.log.for('dhcp');
    this.#client = new DhcpClient({
      mac: target.device.mac,
      entropy: system.entropy,
      // An appliance starts in milliseconds, and seldom at the same time as all the others.
      startDelayMs: 0,
      probeMs: PROBE_MS,
    });
    this.#socket = target.udp.bind(CLIENT_PORT, (payload, from) =>
      this.#receive(payload, Number(from.address)),
    );
    target.ipv4.onLost = (now) => this.#onLost(now);
  }

  poll(now: number): number {
    if (!this.#isStarted) {
      this.#isStarted = true;
      this.#carryOut(this.#client.start(now));
    } else if (this.#client.nextTimeout <= now) {
      this.#carryOut(this.#client.handleTimeout(now));
    }
    return this.#client.nextTimeout;
  }

  #receive(payload: Uint8Array, from: number): void {
    const message = parseMessage(payload);
    if (!message.ok) this.#log.debug(`from ${ipv4Text(from)}: ${message.error.reason}`);
    else this.#carryOut(this.#client.handle(message.value, from, this.#system.clock.monotonic()));
  }

  #probe(address: number): void {
    this.#target.ipv4.probe(address, (mac, now) => {
      if (mac === undefined) {
        this.#carryOut(this.#client.handleFree(address, now));
      } else {
        this.#log.warning(`${ipv4Text(address)} is in use by ${macText(mac)}`);
        this.#carryOut(this.#client.handleConflict(address, now));
      }
    });
  }

  #onLost(now: number): void {
    const { prefix } = this.#target.ipv4;
    if (prefix !== undefined) this.#carryOut(this.#client.handleConflict(prefix.address, now));
  }

  #carryOut(output: ClientOutput): void {
    for (const { payload, to, source } of output.send) this.#socket?.send(payload, to, source);
    for (const event of output.events) this.#follow(event);
    if (output.note !== undefined) this.#log.debug(output.note);
    if (output.send.length > 0 || output.events.length > 0) this.#system.wake();
  }

  #follow(event: ClientEvent): void {
    const { kind, lease } = event;
    if (kind === 'probe') {
      this.#probe(lease.address);
      return;
    }
    const address = ipv4Text(lease.address);
    if (kind === 'lost') {
      this.#log.warning(`lost ${address}: ${event.reason}`);
      this.#stack.configureIpv4(this.#target, undefined);
      this.#saying = '';
      this.#onLease(undefined);
      return;
    }
    this.#log.info(
      `${kind} ${address}/${lease.prefixLength} by ${ipv4Text(lease.serverIdentifier)}`,
    );
    this.#configure(lease);
    this.#onLease(lease);
  }

  /** Does what the lease says, unless it says the same as before. */
  #configure({ address, prefixLength, routers, routes, mtu }: ClientLease): void {
    const [router] = this.#gateway === undefined ? routers : [this.#gateway];
    const saying = JSON.stringify([address, prefixLength, router, routes, mtu]);
    if (saying === this.#saying) return;
    this.#saying = saying;
    const stack = this.#stack;
    const target = this.#target;
    stack.configureIpv4(target, { address, length: prefixLength }, undefined, mtu);
    if (router !== undefined && router !== address) {
      // It need not be in the prefix (RFC 3442), but it is on the link.
      stack.addRoute4(target, { address: router, length: 32 });
      stack.addRoute4(target, { address: 0, length: 0 }, router);
    }
    for (const { destination, length, router: by } of routes) {
      stack.addRoute4(target, { address: destination, length }, by || undefined);
    }
  }
}

/** In case the outcome of a probe gets lost: by then it must be there. */
const PROBE_MS = 2000;
