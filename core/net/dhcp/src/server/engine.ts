/**
 * A DHCP server: RFC 2131 section 4.3 with dnsmasq's habits.
 *
 * `handle` takes a message; `handleTimeout` is due when `nextTimeout` says so, and `handle` does its work
 * too if it comes first. Both answer what to send and which leases began, went on and ended. There is no
 * other state than leases, offers and declined addresses, all bounded.
 */
import { INFINITE, SHORTEST_LEASE } from '../argument/duration.ts';
import { type DhcpServerConfig, inSubnet, isSpecial } from '../config.ts';
import type { LeaseRecord } from '../lease.ts';
import { OPTION } from '../option.ts';
import { BOOTREQUEST, type DhcpMessage, MESSAGE_TYPE } from '../packet.ts';
import { type Choice, chooseAddress, mayHold } from './choice.ts';
import { type LeaseEvent, leaseEvent, type Output } from './event.ts';
import { exportLease, importLease } from './journal.ts';
import { ReplyWriter } from './reply.ts';
import { addressOption, type Request, RequestReader } from './request.ts';
import { type Binding, LeaseTable } from './state.ts';
import type { Transmission } from './transmission.ts';

export type { LeaseEvent, Output };

/** How long an offered address stays reserved. */
const OFFER_MS = 10_000;

/** How long nobody gets an address that somebody uses without a lease, as in dnsmasq. */
const DECLINE_MS = 600_000;

export class DhcpServer {
  readonly #config: DhcpServerConfig;
  readonly #table: LeaseTable;
  readonly #reader: RequestReader;
  readonly #writer: ReplyWriter;

  constructor(config: DhcpServerConfig) {
    this.#config = config;
    this.#table = new LeaseTable(config.subnets, reservedAddresses(config), config.maxLeases);
    this.#reader = new RequestReader(config, this.#table.ranges);
    this.#writer = new ReplyWriter(config);
  }

  /** When {@link handleTimeout} has work, in monotonic milliseconds; `Infinity` for never. */
  get nextTimeout(): number {
    return this.#table.nextDeadline;
  }

  /** Takes `message`, which was sent to the address `to`, ours or broadcast. */
  handle(message: DhcpMessage, to: number, now: number): Output {
    const output = this.handleTimeout(now);
    if (message.op !== BOOTREQUEST) {
      output.note = 'it is no request';
      return output;
    }
    const request = this.#reader.read(message, to);
    if (typeof request === 'string') output.note = request;
    else this.#dispatch(request, to, now, output);
    return output;
  }

  /** Ends what is over at `now`. */
  handleTimeout(now: number): Output {
    const output: Output = { send: [], events: [], probe: [], note: undefined };
    for (;;) {
      const binding = this.#table.due(now);
      if (binding === undefined) return output;
      if (binding.state === 'probed' && binding.held !== undefined) {
        output.send.push(binding.held);
        binding.held = undefined;
        binding.state = 'offered';
        this.#table.setDeadline(binding, now + OFFER_MS);
      } else {
        this.#end(binding, output);
      }
    }
  }

  /** Somebody answered for an `address` that {@link Output.probe} asked to look for: nobody gets it for a while. */
  handleConflict(address: number, now: number): void {
    const binding = this.#table.at(address);
    if (binding?.state !== 'probed') return;
    // The client asks again within seconds, and is offered another address then.
    this.#table.decline(binding, now + DECLINE_MS);
  }

  /** All leases as plain values. `now` is monotonic, `wall` the same moment since 1970, both in milliseconds. */
  exportLeases(now: number, wall: number): LeaseRecord[] {
    return Array.from(this.#table.leases(), (lease) => exportLease(lease, now, wall));
  }

  /**
   * Takes leases over from a time before this server began; they come back as `added` events. Those that
   * are over, or outside of all that this configuration gives, are left out.
   */
  importLeases(records: Iterable<LeaseRecord>, now: number, wall: number): LeaseEvent[] {
    const events: LeaseEvent[] = [];
    for (const record of records) {
      const lease = importLease(this.#table, this.#reader, this.#config, record, now, wall);
      if (lease !== undefined) events.push(leaseEvent('added', lease));
    }
    return events;
  }

  #dispatch(request: Request, to: number, now: number, output: Output): void {
    switch (request.message.type) {
      case MESSAGE_TYPE.DISCOVER:
        this.#discover(request, now, output);
        break;
      case MESSAGE_TYPE.REQUEST:
        this.#request(request, to, now, output);
        break;
      case MESSAGE_TYPE.DECLINE:
        this.#decline(request, now, output);
        break;
      case MESSAGE_TYPE.RELEASE:
        this.#release(request, output);
        break;
      case MESSAGE_TYPE.INFORM:
        this.#inform(request, output);
        break;
      default:
        output.note = 'it is no message for a server';
    }
  }

  /** RFC 2131 section 4.3.1. */
  #discover(request: Request, now: number, output: Output): void {
    const { message, client } = request;
    const table = this.#table;
    const lease = table.lease(client.key);
    if (lease === undefined && table.full) {
      output.note = 'no lease is left';
      return;
    }
    const requested = addressOption(message.options, OPTION.REQUESTED_ADDRESS);
    const choice = chooseAddress(table, request, requested);
    if (choice === undefined) {
      output.note = 'no address is free';
      return;
    }
    const rapidCommit = this.#config.rapidCommit && message.options.has(OPTION.RAPID_COMMIT);
    if (rapidCommit) {
      this.#commit(request, choice, now, output, true);
      return;
    }
    const name = this.#nameFor(request, lease);
    const offer = this.#grant(request, MESSAGE_TYPE.OFFER, choice, name, false);
    this.#reserve(request, choice, offer, now, output);
  }

  /** Keeps the address of an offer for the client and sends the offer, after a probe if one is due. */
  #reserve(
    { client, fixedAddress }: Request,
    { address, range }: Choice,
    offer: Transmission,
    now: number,
    output: Output,
  ): void {
    const table = this.#table;
    const before = table.offer(client.key);
    const own = table.lease(client.key)?.address === address || fixedAddress === address;
    if (before !== undefined && (own || before.address !== address)) this.#end(before, output);
    if (own || range === undefined) {
      // Nobody else can get it anyway.
      output.send.push(offer);
      return;
    }
    let binding = before;
    if (binding === undefined || binding.address !== address) {
      binding = table.reserve(client, address, range, now + OFFER_MS);
      if (this.#config.probeMs > 0) {
        binding.state = 'probed';
        table.setDeadline(binding, now + this.#config.probeMs);
        output.probe.push(address);
      }
    } else if (binding.state === 'offered') {
      table.setDeadline(binding, now + OFFER_MS);
    }
    if (binding.state === 'probed') binding.held = offer;
    else output.send.push(offer);
  }

  /** RFC 2131 section 4.3.2: the client's state follows from what it filled in. */
  #request(request: Request, to: number, now: number, output: Output): void {
    const { message, client } = request;
    const server = addressOption(message.options, OPTION.SERVER_IDENTIFIER);
    const requested = addressOption(message.options, OPTION.REQUESTED_ADDRESS);
    const address = message.ciaddr || requested;
    if (server !== 0 && server !== this.#config.address) {
      const offer = this.#table.offer(client.key);
      if (offer !== undefined) this.#end(offer, output);
      output.note = 'the client chose another server';
    } else if (address === 0) {
      output.note = 'it asks for no address';
    } else if (!inSubnet(request.subnet, address)) {
      this.#refuse(request, 'wrong network', to, output);
    } else {
      this.#confirm(request, address, server !== 0, to, now, output);
    }
  }

  /** ACK or NAK for an `address` on the right network; `selecting`: in answer to our offer. */
  #confirm(
    request: Request,
    address: number,
    selecting: boolean,
    to: number,
    now: number,
    output: Output,
  ): void {
    const lease = this.#table.lease(request.client.key);
    if (!selecting && lease === undefined && !this.#config.authoritative) {
      output.note = 'the client is unknown';
      return;
    }
    const choice = mayHold(this.#table, request, address);
    if (choice === undefined) this.#refuse(request, 'address not available', to, output);
    else if (!selecting && lease !== undefined && lease.address !== address) {
      this.#refuse(request, 'another address is leased', to, output);
    } else {
      this.#commit(request, choice, now, output, false);
    }
  }

  #refuse({ message, subnet }: Request, sentence: string, to: number, output: Output): void {
    const remote = subnet !== this.#config.subnets[0] && to === this.#config.address;
    output.note = sentence;
    output.send.push(this.#writer.nak(message, sentence, remote && message.ciaddr !== 0));
  }

  /** Makes or renews the lease and acknowledges it. */
  #commit(
    request: Request,
    choice: Choice,
    now: number,
    output: Output,
    rapidCommit: boolean,
  ): void {
    const table = this.#table;
    const { client } = request;
    const { address, range } = choice;
    let lease = table.lease(client.key);
    if (lease === undefined && table.full) {
      output.note = 'no lease is left';
      return;
    }
    const offer = table.offer(client.key);
    if (offer !== undefined) this.#end(offer, output);
    if (lease !== undefined && lease.address !== address) {
      this.#end(lease, output);
      lease = undefined;
    }
    // Another client that shares the host's line gives the address up.
    const holder = table.at(address);
    if (holder !== undefined && holder !== lease) this.#end(holder, output);

    const name = this.#nameFor(request, lease);
    const seconds = leaseSeconds(request, choice);
    const expires = seconds === INFINITE ? Number.POSITIVE_INFINITY : now + seconds * 1000;
    const host = request.fixedAddress === address ? request.host : undefined;
    const relay = request.message.giaddr || (lease?.relay ?? 0);
    if (lease !== undefined && lease.name === name) {
      table.setDeadline(lease, expires);
      output.events.push(leaseEvent('renewed', lease));
    } else {
      if (lease !== undefined) this.#end(lease, output);
      lease = table.bind(client, address, range, host, expires);
      table.rename(lease, name);
      output.events.push(leaseEvent('added', lease));
    }
    lease.relay = relay;
    output.send.push(this.#grant(request, MESSAGE_TYPE.ACK, choice, name, rapidCommit));
  }

  /** RFC 2131 section 4.3.3. */
  #decline(request: Request, now: number, output: Output): void {
    const { message, client } = request;
    const requested = addressOption(message.options, OPTION.REQUESTED_ADDRESS);
    const binding = this.#ownBinding(message, client.key, requested);
    if (binding === undefined) {
      output.note = 'it declines an address that it does not have';
      return;
    }
    if (binding.state === 'bound') output.events.push(leaseEvent('removed', binding));
    this.#table.decline(binding, now + DECLINE_MS);
    output.note = 'the address is in use by somebody else';
  }

  /** RFC 2131 section 4.3.4. */
  #release({ message, client }: Request, output: Output): void {
    const binding = this.#ownBinding(message, client.key, message.ciaddr);
    if (binding === undefined) output.note = 'it releases an address that it does not have';
    else this.#end(binding, output);
  }

  /** The binding of `address` if it is this client's, and the message is meant for this server. */
  #ownBinding(message: DhcpMessage, key: string, address: number): Binding | undefined {
    const server = addressOption(message.options, OPTION.SERVER_IDENTIFIER);
    if (server !== 0 && server !== this.#config.address) return undefined;
    const binding = this.#table.at(address);
    const own = binding?.client.key === key && binding.state !== 'declined';
    return own ? binding : undefined;
  }

  /** RFC 2131 section 4.3.5: the client has an address and wants to know the rest. */
  #inform(request: Request, output: Output): void {
    const { ciaddr } = request.message;
    if (ciaddr !== 0 && !this.#config.subnets.some((subnet) => inSubnet(subnet, ciaddr))) {
      output.note = 'its address is on no network of ours';
      return;
    }
    const range =
      request.ranges.find(({ addresses }) => addresses.contains(ciaddr)) ?? request.ranges[0];
    output.send.push(
      this.#writer.grant(request, {
        type: MESSAGE_TYPE.ACK,
        yiaddr: 0,
        leaseSeconds: undefined,
        name: request.host?.name ?? '',
        range,
        rapidCommit: false,
        relay: request.message.giaddr,
      }),
    );
  }

  #grant(
    request: Request,
    type: number,
    choice: Choice,
    name: string,
    rapidCommit: boolean,
  ): Transmission {
    return this.#writer.grant(request, {
      type,
      yiaddr: choice.address,
      leaseSeconds: leaseSeconds(request, choice),
      name,
      range: choice.range ?? request.ranges[0],
      rapidCommit,
      relay: request.message.giaddr || (this.#table.lease(request.client.key)?.relay ?? 0),
    });
  }

  /**
   * That of the host's line, else what the client claims unless it belongs to others, else what it had;
   * empty for none. Of clients that share a line and its address the next one takes over the name.
   */
  #nameFor({ host, claimedName, fixedAddress }: Request, lease: Binding | undefined): string {
    if (host?.name === undefined && claimedName === '') return lease?.name ?? '';
    const name = host?.name ?? claimedName;
    if (host?.name === undefined) {
      if (this.#config.refusedNames.has(name) || this.#reader.hosts.names.has(name)) return '';
    }
    const bearer = this.#table.named(name);
    const free = bearer === undefined || bearer === lease || bearer.address === fixedAddress;
    return free ? name : '';
  }

  #end(binding: Binding, output: Output): void {
    if (binding.state === 'bound') output.events.push(leaseEvent('removed', binding));
    this.#table.remove(binding);
  }
}

/** What the client asks for, up to what the host's line or the range allow, in seconds. */
function leaseSeconds({ message, host, ranges }: Request, { range }: Choice): number {
  const longest = host?.leaseSeconds ?? (range ?? ranges[0]).range.leaseSeconds;
  // A lease time is an unsigned number of 32 bits, as an address is.
  const asked = addressOption(message.options, OPTION.LEASE_TIME);
  return asked === 0 ? longest : Math.min(longest, Math.max(asked, SHORTEST_LEASE));
}

/** Addresses that no range gives out: ours, the router's, those of subnets themselves and of hosts. */
function reservedAddresses({ address, router, subnets, hosts }: DhcpServerConfig): Set<number> {
  const reserved = new Set([address, router]);
  for (const subnet of subnets) {
    if (isSpecial(subnet, subnet.network)) reserved.add(subnet.network).add(subnet.broadcast);
  }
  for (const host of hosts) if (host.address !== undefined) reserved.add(host.address);
  return reserved;
}
