/**
 * A DHCPv6 client: RFC 9915 section 18.2, for the addresses of one interface or, stateless, for its
 * configuration only.
 *
 * `start` begins; `handle` takes a message from port 547; `handleTimeout` is due when `nextTimeout` says so,
 * and `handle` does its work too if it comes first. All answer what to send and what became of the lease.
 * An answer counts only with our transaction number and DUID and, where one server was asked, its
 * DUID; nothing else can be checked in DHCP. Reconfigure messages are not obeyed: nobody was told that
 * they would be.
 */
import { randomBelow } from '@atoll/device/system';
import { statusText } from '../describe.ts';
import { findOption, OPTION, STATUS, statusOf } from '../option.ts';
import { type Dhcpv6Message, MESSAGE_TYPE } from '../packet.ts';
import { strangeness } from './check.ts';
import {
  type Configuration,
  readConfiguration,
  readLongestWait,
  readRefreshTime,
} from './configuration.ts';
import type { ClientEvent, ClientOutput, ClientTransmission, LossReason } from './event.ts';
import { associationIn, readGrant } from './grant.ts';
import { type ClientLease, firstEnd, type LeasedAddress, worthwhile } from './lease.ts';
import { messageOf } from './message.ts';
import { type Dhcpv6ClientOptions, withDefaults } from './options.ts';
import { nextWait, TIMING, type Timing } from './retry.ts';
import {
  type Asking,
  deadlineOf,
  leaseOf,
  type Offer,
  type State,
  type StateName,
} from './state.ts';

export type {
  ClientEvent,
  ClientLease,
  ClientOutput,
  ClientTransmission,
  Configuration,
  Dhcpv6ClientOptions,
  LeasedAddress,
  LossReason,
  StateName,
};

/** What routers advertise: addresses from DHCP (the flag M), or a configuration only (the flag O). */
export type Mode = 'stateful' | 'stateless';

/** After an address was declined, lest a conflict without end keep everybody busy. */
const CONFLICT_DELAY_MS = 10_000;
const LONGEST_DELAY_MS = 64_000;

export class Dhcpv6Client {
  readonly #options: Required<Dhcpv6ClientOptions>;
  #mode: Mode = 'stateful';
  #state: State = { name: 'stopped' };
  /** The addresses that we would like to have. */
  #wanted: readonly bigint[] = [];
  /** How often a server took an offer of its own back since the last lease. */
  #refusals = 0;
  /** SOL_MAX_RT and INF_MAX_RT, as servers may set them. */
  #longestSolicit: number = TIMING.soliciting.longest;
  #longestInform: number = TIMING.informing.longest;

  constructor(options: Dhcpv6ClientOptions) {
    this.#options = withDefaults(options);
  }

  get state(): StateName {
    return this.#state.name;
  }

  /** The lease in use, if there is one. */
  get lease(): ClientLease | undefined {
    return leaseOf(this.#state);
  }

  /** When {@link handleTimeout} has work, in monotonic milliseconds; `Infinity` for never. */
  get nextTimeout(): number {
    return deadlineOf(this.#state);
  }

  /** Begins, after a random delay; does nothing when it began before. */
  start(mode: Mode, now: number): ClientOutput {
    if (this.#state.name === 'stopped' || this.#state.name === 'releasing') {
      this.#mode = mode;
      this.#restart(now, this.#randomDelay());
    }
    return this.handleTimeout(now);
  }

  handle(message: Dhcpv6Message, now: number): ClientOutput {
    const output = this.handleTimeout(now);
    const state = this.#state;
    const server = findOption(message.options, OPTION.SERVER_ID);
    output.note = strangeness(message, this.#options.duid, state);
    if (output.note !== undefined || server === undefined || !('sent' in state)) return output;
    // These count whatever else the message says (section 18.2.9).
    const { options, type } = message;
    this.#longestSolicit = readLongestWait(options, OPTION.SOL_MAX_RT) ?? this.#longestSolicit;
    this.#longestInform = readLongestWait(options, OPTION.INF_MAX_RT) ?? this.#longestInform;
    if (type === MESSAGE_TYPE.ADVERTISE) this.#advertised(message, server, now, output);
    else this.#replied(state, message, server, now, output);
    return this.#catchUp(now, output);
  }

  /** Does what is due at `now`. */
  handleTimeout(now: number): ClientOutput {
    return this.#catchUp(now, { send: [], events: [], note: undefined });
  }

  /** The cable is in again, perhaps at another network: asks whether the addresses are good there (section 18.2.12). */
  handleLinkUp(now: number): ClientOutput {
    const output = this.handleTimeout(now);
    const state = this.#state;
    const lease = leaseOf(state);
    const delay = this.#randomDelay();
    if (lease !== undefined) this.#state = { name: 'confirming', lease, ...this.#ask(now + delay) };
    else if (RESTARTED.has(state.name)) this.#restart(now, delay);
    return this.#catchUp(now, output);
  }

  /** Somebody else has `address`, as duplicate address detection found out: it is declined if it is ours. */
  handleConflict(address: bigint, now: number): ClientOutput {
    const output = this.handleTimeout(now);
    const lease = this.lease;
    if (lease?.addresses.some((one) => one.address === address)) {
      output.note = 'an address is in use by somebody else';
      output.events.push({ kind: 'lost', lease, reason: 'conflict' });
      this.#wanted = [];
      this.#giveBack('declining', lease.serverIdentifier, [address], now);
    }
    return this.#catchUp(now, output);
  }

  /** Gives the lease back, if there is one, and stops. */
  release(now: number): ClientOutput {
    const output = this.handleTimeout(now);
    const lease = this.lease;
    if (lease !== undefined) {
      output.events.push({ kind: 'lost', lease, reason: 'released' });
      const addresses = lease.addresses.map((one) => one.address);
      this.#giveBack('releasing', lease.serverIdentifier, addresses, now);
    } else if (this.#state.name !== 'releasing') {
      this.#state = { name: 'stopped' };
    }
    return this.#catchUp(now, output);
  }

  /** Section 18.2.9. */
  #advertised(
    { options }: Dhcpv6Message,
    server: Uint8Array,
    now: number,
    output: ClientOutput,
  ): void {
    const state = this.#state;
    const association = associationIn(options, this.#options.iaid);
    const addresses = association === undefined ? [] : worthwhile(association);
    if (state.name !== 'soliciting') output.note = 'no offer is needed';
    else if (addresses.length === 0) {
      output.note = `it has no address: ${statusText(association?.status ?? statusOf(options))}`;
    } else {
      const preference = findOption(options, OPTION.PREFERENCE)?.[0] ?? 0;
      const offer = { serverIdentifier: server.slice(), preference, addresses };
      // After the first wait in vain, whoever comes first is taken.
      if (preference === HIGHEST_PREFERENCE || state.sent > 1) this.#request(offer, undefined, now);
      else if (preference > (state.offer?.preference ?? -1)) state.offer = offer;
    }
  }

  /** Section 18.2.10. */
  #replied(
    state: Extract<State, Asking>,
    message: Dhcpv6Message,
    server: Uint8Array,
    now: number,
    output: ClientOutput,
  ): void {
    const { options } = message;
    const status = statusOf(options);
    switch (state.name) {
      case 'soliciting':
        if (findOption(options, OPTION.RAPID_COMMIT) && this.#options.rapidCommit) {
          this.#granted(state, message, server, now, output);
        } else output.note = 'nothing was requested yet';
        break;
      case 'requesting':
      case 'renewing':
      case 'rebinding':
        this.#granted(state, message, server, now, output);
        break;
      case 'confirming':
        if (status.code === STATUS.NOT_ON_LINK) this.#lose(state.lease, 'refused', now, output);
        else if (status.code !== STATUS.SUCCESS) output.note = statusText(status);
        else this.#state = { name: 'bound', lease: state.lease };
        break;
      case 'releasing':
      case 'declining':
        this.#givenBack(state.name, now);
        break;
      case 'informing':
        if (status.code !== STATUS.SUCCESS) output.note = statusText(status);
        else {
          this.#state = { name: 'informed', refreshAt: now + readRefreshTime(options) };
          const configuration = readConfiguration(options);
          output.events.push({ kind: 'configured', configuration });
        }
    }
  }

  #granted(
    state: Extract<State, Asking>,
    { options }: Dhcpv6Message,
    server: Uint8Array,
    now: number,
    output: ClientOutput,
  ): void {
    const before = leaseOf(state);
    const { iaid } = this.#options;
    const grant = readGrant(options, { server, iaid, lease: before, since: state.sentAt, now });
    if (grant.kind === 'lease') {
      this.#bind(grant.lease, before, output);
      return;
    }
    output.note = grant.reason;
    if (grant.kind === 'unknown' && before !== undefined && state.name !== 'requesting') {
      // The server does not know of the addresses, but may give them to us: it is asked, once.
      const addresses = before.addresses.map(({ address }) => address);
      this.#request({ serverIdentifier: server.slice(), preference: 0, addresses }, before, now);
    } else if (grant.kind === 'refused' && before !== undefined) {
      this.#lose(before, 'refused', now, output);
    } else if (grant.kind === 'refused' && state.name === 'requesting') {
      this.#restart(now, Math.min(1000 * 2 ** this.#refusals++, LONGEST_DELAY_MS));
    }
  }

  #bind(lease: ClientLease, before: ClientLease | undefined, output: ClientOutput): void {
    this.#refusals = 0;
    this.#wanted = lease.addresses.map(({ address }) => address);
    this.#state = { name: 'bound', lease };
    output.events.push({ kind: before === undefined ? 'bound' : 'renewed', lease });
  }

  /** One thing that is due in this state. */
  #timeOut(now: number, output: ClientOutput): void {
    const state = this.#state;
    const lease = leaseOf(state);
    if (lease !== undefined && firstEnd(lease) <= now) {
      this.#expire(state, lease, now, output);
      return;
    }
    switch (state.name) {
      case 'stopped':
        break;
      case 'informed':
        this.#restart(now, this.#randomDelay());
        break;
      case 'bound':
      case 'renewing': {
        const { lease: used } = state;
        if (used.rebindAt <= now) {
          this.#state = { name: 'rebinding', lease: used, ...this.#ask(now) };
        } else if (state.name === 'bound') {
          this.#state = { name: 'renewing', lease: used, ...this.#ask(now) };
        } else this.#send(state, now, output);
        break;
      }
      case 'soliciting':
        if (state.offer !== undefined) this.#request(state.offer, undefined, now);
        else this.#send(state, now, output);
        break;
      default:
        this.#send(state, now, output);
    }
  }

  /** Sends the next message of `state`, or gives up if there were enough. */
  #send(state: Extract<State, Asking>, now: number, output: ClientOutput): void {
    const timing = this.#timing(state.name);
    const isSolicit = state.name === 'soliciting';
    if (state.sent >= timing.count || (state.sent > 0 && now >= state.began + timing.duration)) {
      this.#giveUp(state, now);
      return;
    }
    if (state.sent === 0) state.began = now;
    output.send.push(messageOf(state, this.#options, this.#wanted, now));
    state.sentAt = now;
    state.sent++;
    state.wait = nextWait(state.wait, timing, isSolicit, this.#options.entropy);
    state.retryAt = Math.min(now + state.wait, state.began + timing.duration);
  }

  #timing(name: keyof typeof TIMING): Timing {
    const timing = TIMING[name];
    if (name === 'soliciting') return { ...timing, longest: this.#longestSolicit };
    return name === 'informing' ? { ...timing, longest: this.#longestInform } : timing;
  }

  /** Nobody answers. */
  #giveUp(state: Extract<State, Asking>, now: number): void {
    const lease = leaseOf(state);
    if (state.name === 'releasing' || state.name === 'declining') this.#givenBack(state.name, now);
    // Nobody says that the addresses are not ours, so they are (section 18.2.3).
    else if (lease !== undefined) this.#state = { name: 'bound', lease };
    else this.#restart(now, 0);
  }

  /** Drops the addresses whose time is over. */
  #expire(state: State, lease: ClientLease, now: number, output: ClientOutput): void {
    const addresses = lease.addresses.filter(({ validUntil }) => validUntil > now);
    if (addresses.length === 0) {
      this.#lose(lease, 'expired', now, output);
      return;
    }
    const rest = { ...lease, addresses };
    this.#state = { ...state, lease: rest } as State;
    output.events.push({ kind: 'renewed', lease: rest });
  }

  #lose(lease: ClientLease, reason: LossReason, now: number, output: ClientOutput): void {
    output.events.push({ kind: 'lost', lease, reason });
    if (reason === 'refused') this.#wanted = [];
    this.#restart(now, 0);
  }

  #request(offer: Offer, lease: ClientLease | undefined, now: number): void {
    this.#state = { name: 'requesting', offer, lease, ...this.#ask(now) };
  }

  #giveBack(
    name: 'releasing' | 'declining',
    serverIdentifier: Uint8Array,
    addresses: readonly bigint[],
    now: number,
  ): void {
    const offer = { serverIdentifier, preference: 0, addresses };
    this.#state = { name, offer, ...this.#ask(now) };
  }

  #givenBack(name: 'releasing' | 'declining', now: number): void {
    if (name === 'releasing') this.#state = { name: 'stopped' };
    else this.#restart(now, CONFLICT_DELAY_MS);
  }

  #restart(now: number, delay: number): void {
    const asking = this.#ask(now + delay);
    this.#state =
      this.#mode === 'stateless'
        ? { name: 'informing', ...asking }
        : { name: 'soliciting', offer: undefined, ...asking };
  }

  /** Does what is due, and what becomes due by that. */
  #catchUp(now: number, output: ClientOutput): ClientOutput {
    while (deadlineOf(this.#state) <= now) this.#timeOut(now, output);
    return output;
  }

  /** A message that is to be sent first at `time`. */
  #ask(time: number): Asking {
    const transactionId = randomBelow(this.#options.entropy, 0x100_0000);
    return { transactionId, began: time, sentAt: time, sent: 0, wait: 0, retryAt: time };
  }

  #randomDelay(): number {
    return randomBelow(this.#options.entropy, this.#options.startDelayMs + 1);
  }
}

const HIGHEST_PREFERENCE = 255;

/** What a link that comes back begins anew. */
const RESTARTED: ReadonlySet<StateName> = new Set([
  'soliciting',
  'requesting',
  'informing',
  'informed',
]);
