/**
 * A DHCP client: RFC 2131 section 4.4, all of figure 5.
 *
 * `start` begins; `handle` takes a message from port 67; `handleTimeout` is due when `nextTimeout` says so,
 * and `handle` does its work too if it comes first. All answer what to send, from port 68, and what
 * became of the lease. An answer counts only with our transaction number, hardware address and, where it
 * has one, client identifier; nothing else can be checked in DHCP.
 */
import { u32 } from '@atoll/bytes/field';
import { type Entropy, randomBelow } from '@atoll/device/system';
import { OPTION } from '../option.ts';
import { type DhcpMessage, MESSAGE_TYPE } from '../packet.ts';
import { expectation, RANK, ReplyCheck, rankOf } from './check.ts';
import type { ClientEvent, ClientOutput, ClientTransmission, LossReason } from './event.ts';
import { type ClientLease, readLease, serverIdentifierOf } from './lease.ts';
import { MessageWriter } from './message.ts';
import { type DhcpClientOptions, withDefaults } from './options.ts';
import { refusalDelay, renewalDelay, replyDelay } from './retry.ts';
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
  DhcpClientOptions,
  LossReason,
  StateName,
};

/** How long a better offer is waited for than the first, when there may be one. */
const CHOICE_MS = 1000;

/** After a conflict (RFC 2131 section 3.1), and when there were many (RFC 5227 section 2.1.1). */
const CONFLICT_DELAY_MS = 10_000;
const MANY_CONFLICTS = 10;
const MANY_CONFLICTS_DELAY_MS = 60_000;

/** So many messages without an answer, then the client starts again: a minute, and 12 seconds. */
const REQUEST_LIMIT = 4;
const REBOOT_LIMIT = 2;

export class DhcpClient {
  readonly #options: Required<DhcpClientOptions>;
  readonly #entropy: Entropy;
  readonly #check: ReplyCheck;
  readonly #writer: MessageWriter;
  #state: State = { name: 'stopped' };
  /** The address that we would like to have, and one that somebody else has; 0 for none. */
  #wanted: number;
  #taken = 0;
  /** Whether `#wanted` may still be ours. */
  #reboots: boolean;
  /** NAKs since the last lease. */
  #refusals = 0;
  /** Addresses that others had since one lasted until it was renewed. */
  #conflicts = 0;

  constructor(options: DhcpClientOptions) {
    this.#options = withDefaults(options);
    const { mac, clientId, entropy, remembered } = this.#options;
    this.#entropy = entropy;
    this.#check = new ReplyCheck(mac, clientId);
    this.#writer = new MessageWriter(this.#options);
    this.#wanted = remembered;
    this.#reboots = remembered !== 0;
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

  /** Begins to ask for an address, after a random delay; does nothing when it began before. */
  start(now: number): ClientOutput {
    if (this.#state.name === 'stopped') {
      const delay = randomBelow(this.#entropy, this.#options.startDelayMs + 1);
      this.#state = { name: 'init', startAt: now + delay, reboots: this.#reboots };
    }
    return this.handleTimeout(now);
  }

  /** Takes `message` from the address `from`. */
  handle(message: DhcpMessage, from: number, now: number): ClientOutput {
    const output = this.handleTimeout(now);
    output.note = this.#check.strangeness(message, this.#state);
    if (output.note !== undefined) return output;
    if (message.type === MESSAGE_TYPE.OFFER) this.#offered(message, now, output);
    else if (message.type === MESSAGE_TYPE.ACK) this.#acknowledged(message, from, now, output);
    else if (message.type === MESSAGE_TYPE.NAK) this.#refused(message, now, output);
    else output.note = 'it is no message for a client';
    return this.#catchUp(now, output);
  }

  /** Does what is due at `now`. */
  handleTimeout(now: number): ClientOutput {
    return this.#catchUp(now, { send: [], events: [], note: undefined });
  }

  /** The cable is in again, perhaps at another network: asks whether the lease is good there (RFC 2131 section 3.7). */
  handleLinkUp(now: number): ClientOutput {
    const output = this.handleTimeout(now);
    const lease = leaseOf(this.#state);
    if (lease !== undefined) this.#reboot(lease.address, lease, now, output);
    else if ('xid' in this.#state) this.#restart(now, 0);
    return this.#catchUp(now, output);
  }

  /** Somebody else uses `address`. If it is ours, or about to be, it is declined. */
  handleConflict(address: number, now: number): ClientOutput {
    const output = this.handleTimeout(now);
    const state = this.#state;
    const lease = state.name === 'probing' ? state.lease : leaseOf(state);
    if (lease === undefined || lease.address !== address) return output;
    output.note = 'the address is in use by somebody else';
    output.send.push(this.#writer.decline(this.#randomXid(), lease));
    if (state.name !== 'probing') output.events.push({ kind: 'lost', lease, reason: 'conflict' });
    this.#wanted = 0;
    this.#taken = address;
    this.#conflicts++;
    const isOften = this.#conflicts > MANY_CONFLICTS;
    this.#restart(now, isOften ? MANY_CONFLICTS_DELAY_MS : CONFLICT_DELAY_MS);
    return output;
  }

  /** Nobody else uses `address`, which was to be probed: there is no need to wait longer. */
  handleFree(address: number, now: number): ClientOutput {
    const output = this.handleTimeout(now);
    const state = this.#state;
    if (state.name === 'probing' && state.lease.address === address)
      this.#bind(state.lease, output);
    return output;
  }

  /** Gives the lease back, if there is one, and stops. */
  release(now: number): ClientOutput {
    const output = this.handleTimeout(now);
    const lease = leaseOf(this.#state);
    if (lease !== undefined) {
      output.send.push(this.#writer.release(this.#randomXid(), lease));
      output.events.push({ kind: 'lost', lease, reason: 'released' });
    }
    this.#reboots = false;
    this.#state = { name: 'stopped' };
    return output;
  }

  #offered(message: DhcpMessage, now: number, output: ClientOutput): void {
    const state = this.#state;
    if (state.name !== 'selecting') {
      output.note = 'no offer is needed';
      return;
    }
    // A missing server identifier is not made up for: the REQUEST has to name the server.
    const lease = readLease(message, 0, now, this.#entropy);
    if (!lease.ok) {
      output.note = lease.error.reason;
      return;
    }
    const rank = rankOf(lease.value, this.#wanted, this.#taken);
    if (rank === RANK.WANTED || (rank === RANK.ANY && this.#wanted === 0)) {
      this.#select(state, lease.value, now, output);
    } else if (state.offer === undefined) {
      state.offer = lease.value;
      state.chooseAt = now + CHOICE_MS;
    } else if (rank > rankOf(state.offer, this.#wanted, this.#taken)) {
      state.offer = lease.value;
    }
  }

  #acknowledged(message: DhcpMessage, from: number, now: number, output: ClientOutput): void {
    const state = this.#state;
    if (!('xid' in state)) return;
    const used = leaseOf(state);
    const expected = expectation(state);
    const commits = this.#options.rapidCommit && message.options.has(OPTION.RAPID_COMMIT);
    const server = serverIdentifierOf(message);
    if (state.name === 'selecting' && (!commits || server === undefined)) {
      output.note = 'nothing was requested yet';
    } else if (expected.address !== 0 && message.yiaddr !== expected.address) {
      output.note = 'it acknowledges another address';
    } else if (expected.server !== 0 && (server ?? expected.server) !== expected.server) {
      output.note = 'it comes from another server';
    } else {
      const known = expected.server || used?.serverIdentifier || from;
      const lease = readLease(message, known, state.since, this.#entropy);
      if (!lease.ok) output.note = lease.error.reason;
      else if (lease.value.until <= now) output.note = 'the lease is over already';
      else this.#granted(lease.value, used !== undefined, now, output);
    }
  }

  #granted(lease: ClientLease, isUsed: boolean, now: number, output: ClientOutput): void {
    this.#wanted = lease.address;
    if (isUsed) {
      this.#conflicts = 0;
      this.#state = { name: 'bound', lease };
      output.events.push({ kind: 'renewed', lease });
    } else if (this.#options.probeMs === 0) {
      this.#bind(lease, output);
    } else {
      this.#state = { name: 'probing', lease, endAt: now + this.#options.probeMs };
      output.events.push({ kind: 'probe', lease });
    }
  }

  #bind(lease: ClientLease, output: ClientOutput): void {
    this.#refusals = 0;
    this.#taken = 0;
    this.#state = { name: 'bound', lease };
    output.events.push({ kind: 'bound', lease });
  }

  #refused(message: DhcpMessage, now: number, output: ClientOutput): void {
    const state = this.#state;
    if (state.name === 'selecting') {
      output.note = 'nothing was requested yet';
      return;
    }
    // Only who could have said yes may say no.
    const { server } = expectation(state);
    if (server !== 0 && serverIdentifierOf(message) !== server) {
      output.note = 'it comes from another server';
      return;
    }
    output.note = 'the server refuses the address';
    const lease = leaseOf(state);
    if (lease !== undefined) output.events.push({ kind: 'lost', lease, reason: 'refused' });
    this.#wanted = 0;
    this.#refusals++;
    this.#restart(now, refusalDelay(this.#refusals));
  }

  /** One thing that is due in this state. */
  #timeOut(now: number, output: ClientOutput): void {
    const state = this.#state;
    switch (state.name) {
      case 'stopped':
        break;
      case 'init':
        if (state.reboots) this.#reboot(this.#wanted, undefined, now, output);
        else this.#discover(now, output);
        break;
      case 'selecting':
        if (state.offer !== undefined && state.chooseAt <= now) {
          this.#select(state, state.offer, now, output);
        } else {
          this.#sendDiscover(state, now, output);
        }
        break;
      case 'requesting':
        if (state.sent > REQUEST_LIMIT) this.#restart(now, 0);
        else this.#send(state, this.#writer.select(state, state.offer), now, output);
        break;
      case 'rebooting':
        this.#rebootTimeOut(state, now, output);
        break;
      case 'probing':
        // After a long sleep of the host the lease may be over before it began.
        if (state.lease.until <= now) this.#restart(now, 0);
        else this.#bind(state.lease, output);
        break;
      default:
        this.#prolong(state, now, output);
    }
  }

  #discover(now: number, output: ClientOutput): void {
    const chooseAt = Number.POSITIVE_INFINITY;
    const state: State = { name: 'selecting', ...this.#ask(now), offer: undefined, chooseAt };
    this.#state = state;
    this.#sendDiscover(state, now, output);
  }

  #sendDiscover(state: Asking, now: number, output: ClientOutput): void {
    state.secs = secondsSince(state.began, now);
    this.#send(state, this.#writer.discover(state, this.#wanted), now, output);
  }

  #select(asking: Asking, offer: Offer, now: number, output: ClientOutput): void {
    const { address, serverIdentifier } = offer;
    const { xid, began, secs } = asking;
    const state: State = {
      name: 'requesting',
      offer: { address, serverIdentifier },
      ...{ xid, began, secs, since: now, sent: 0, retryAt: now },
    };
    this.#state = state;
    this.#send(state, this.#writer.select(state, state.offer), now, output);
  }

  #reboot(
    address: number,
    lease: ClientLease | undefined,
    now: number,
    output: ClientOutput,
  ): void {
    const state: State = { name: 'rebooting', ...this.#ask(now), address, lease };
    this.#state = state;
    this.#send(state, this.#writer.reboot(state, address), now, output);
  }

  #rebootTimeOut(
    state: Extract<State, { name: 'rebooting' }>,
    now: number,
    output: ClientOutput,
  ): void {
    const { lease, address } = state;
    if (lease !== undefined && lease.until <= now) this.#expire(lease, now, output);
    else if (state.sent <= REBOOT_LIMIT) {
      state.secs = secondsSince(state.began, now);
      this.#send(state, this.#writer.reboot(state, address), now, output);
    } else if (lease !== undefined) {
      // Nobody says that it is not ours, so it is (RFC 2131 section 3.2).
      this.#state = { name: 'bound', lease };
    } else {
      this.#restart(now, 0);
    }
  }

  /** T1, T2, the end of the lease, or a message without an answer between them. */
  #prolong(
    state: Extract<State, { name: 'bound' | 'renewing' | 'rebinding' }>,
    now: number,
    output: ClientOutput,
  ): void {
    const { lease } = state;
    if (lease.until <= now) {
      this.#expire(lease, now, output);
      return;
    }
    const rebinding = lease.rebindAt <= now;
    const began = 'began' in state ? state.began : now;
    // Each message is a transaction of its own: the lease counts from the one that was answered.
    const asking = { ...this.#ask(now), began, secs: secondsSince(began, now) };
    const end = rebinding ? lease.until : lease.rebindAt;
    asking.retryAt = Math.min(now + renewalDelay(now, end), end);
    this.#state = { name: rebinding ? 'rebinding' : 'renewing', lease, ...asking };
    output.send.push(this.#writer.renew(asking, lease, rebinding));
  }

  #expire(lease: ClientLease, now: number, output: ClientOutput): void {
    output.events.push({ kind: 'lost', lease, reason: 'expired' });
    this.#restart(now, 0);
  }

  #restart(now: number, delay: number): void {
    this.#reboots = false;
    this.#state = { name: 'init', startAt: now + delay, reboots: false };
  }

  /** Does what is due, and what becomes due by that. */
  #catchUp(now: number, output: ClientOutput): ClientOutput {
    while (deadlineOf(this.#state) <= now) this.#timeOut(now, output);
    return output;
  }

  #ask(now: number): Asking {
    return { xid: this.#randomXid(), began: now, secs: 0, since: now, sent: 0, retryAt: now };
  }

  #send(asking: Asking, message: ClientTransmission, now: number, output: ClientOutput): void {
    asking.sent++;
    asking.retryAt = now + replyDelay(asking.sent, this.#entropy);
    output.send.push(message);
  }

  #randomXid(): number {
    const octets = new Uint8Array(4);
    this.#entropy.fill(octets);
    return u32(octets, 0);
  }
}

function secondsSince(began: number, now: number): number {
  return Math.min(Math.floor((now - began) / 1000), 0xffff);
}
