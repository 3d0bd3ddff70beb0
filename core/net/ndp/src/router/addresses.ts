import type { Entropy } from '@atoll/device/system';
import { isLinkLocal, LINK_LOCAL_PREFIX, solicitedNode, UNSPECIFIED } from '@atoll/ipv6/address';
import { isReserved } from '@atoll/ipv6/interface-id';
import type { SendNdp } from '../event.ts';
import type { Identifier } from '../identifier.ts';
import { randomIdentifier } from '../identifier.ts';
import type { PrefixInformation } from '../option.ts';
import { NEIGHBOUR_SOLICITATION } from '../packet.ts';
import { randomBetween } from '../random.ts';
import { DuplicateDetection } from './detection.ts';
import { endOf, renewedEnd } from './lifetime.ts';
import { isGlobal, networkOf } from './prefix.ts';
import type { Held, Origin, OwnAddress } from './state.ts';
import { holding, ownAddress } from './state.ts';

export type AddressEvent =
  /** `address` is new, or its state is another. While it is tentative, only its solicited-node group is to be joined. */
  | { readonly kind: 'address'; readonly address: OwnAddress }
  /** `address` is ours no more. */
  | { readonly kind: 'removed'; readonly address: bigint }
  /** `address`, which was tentative, is another host's and was removed. */
  | { readonly kind: 'duplicate'; readonly address: bigint };

export interface AddressOptions {
  readonly entropy: Entropy;
  /** Makes the lower half of addresses. */
  readonly identifier: Identifier;
  /** How often others are asked before an address is used: DupAddrDetectTransmits; 0 never asks. */
  readonly probes: number;
  /** Whether there are temporary addresses beside the stable ones (RFC 8981). */
  readonly temporary: boolean;
}

/** How many addresses are made from prefixes that routers tell. */
export const MADE_ADDRESSES = 16;

/**
 * Our addresses: the one of the link, those made from prefixes (RFC 4862), with stable or temporary lower
 * halves, and those that were given to us. None is used before it was asked whether somebody has it.
 */
export class Addresses {
  /** When to `poll` next, in monotonic milliseconds. */
  nextTimeout = Number.POSITIVE_INFINITY;
  readonly #options: AddressOptions;
  #held: Held[] = [];

  constructor(options: AddressOptions) {
    this.#options = options;
  }

  get addresses(): OwnAddress[] {
    return this.#held.map(ownAddress).filter((address) => address !== undefined);
  }

  /** Our address on the link, as soon as it can be used. */
  get linkLocal(): bigint | undefined {
    return this.#held.find(({ address, state }) => isUsable(state) && isLinkLocal(address))
      ?.address;
  }

  /** Makes the link-local address. */
  start(now: number): AddressEvent[] {
    return this.#make('link-local', LINK_LOCAL_PREFIX, Infinity, Infinity, now);
  }

  /** Adds an address, or gives one that is there other lifetimes, which end at monotonic times. */
  give(
    address: bigint,
    prefixLength: number,
    preferredUntil: number,
    validUntil: number,
    now: number,
  ): AddressEvent[] {
    const known = this.#held.find((held) => held.address === address && held.state !== 'failed');
    if (known !== undefined) return this.#renew(known, preferredUntil, validUntil, now);
    const held = holding('given', address, prefixLength, preferredUntil, validUntil);
    return this.#add(held, now, now);
  }

  /** Removes an address, whoever it is from. */
  take(address: bigint): AddressEvent[] {
    const held = this.#held.find((each) => each.address === address && each.state !== 'failed');
    if (held === undefined) return [];
    this.#held = this.#held.filter((each) => each !== held);
    return [{ kind: 'removed', address }];
  }

  /** What a router says about a prefix (RFC 4862 section 5.5.3). */
  advertise(information: PrefixInformation, now: number): AddressEvent[] {
    const { prefix, length, validLifetime, preferredLifetime } = information;
    if (!information.isAutonomous || preferredLifetime > validLifetime || !isGlobal(prefix))
      return [];
    const preferredUntil = endOf(preferredLifetime, now);
    const validUntil = endOf(validLifetime, now);
    const events: AddressEvent[] = [];
    const known = this.#held.filter((held) => isMade(held) && networkOf(held.address) === prefix);
    for (const held of known) {
      const end = renewedEnd(held.validUntil, validUntil, now);
      events.push(...this.#renew(held, preferredUntil, end, now));
    }
    // Identifiers have 64 bits; prefixes of other lengths leave none (RFC 4862 section 5.5.3 (d)).
    if (length !== 64 || validLifetime === 0) return events;
    if (!known.some(({ origin }) => origin === 'stable')) {
      events.push(...this.#make('stable', prefix, preferredUntil, validUntil, now));
    }
    if (!known.some(({ origin, isSucceeded }) => origin === 'temporary' && !isSucceeded)) {
      events.push(...this.#makeTemporary(prefix, preferredUntil, validUntil, now));
    }
    return events;
  }

  /** Somebody without an address probes for `target`; it may have been us. */
  onProbe(target: bigint, nonce: number | undefined, now: number): AddressEvent[] {
    const held = this.#tentative(target);
    const isTaken = held?.detection?.isProbeOfOthers(nonce) ?? false;
    return held !== undefined && isTaken ? this.#fail(held, now) : [];
  }

  /** Somebody says that `target` is his. */
  onClaim(target: bigint, now: number): AddressEvent[] {
    const held = this.#tentative(target);
    return held === undefined ? [] : this.#fail(held, now);
  }

  /** Probes, and lets addresses grow old. `interval` is RetransTimer in milliseconds. */
  poll(now: number, interval: number): (AddressEvent | SendNdp)[] {
    if (now < this.nextTimeout) return [];
    const events: (AddressEvent | SendNdp)[] = [];
    for (const held of [...this.#held]) {
      if (held.validUntil <= now) this.#end(held, events);
      else if (held.detection !== undefined) this.#detect(held, now, interval, events);
      else {
        if (this.#isToBeSucceeded(held, now)) events.push(...this.#succeed(held, now));
        events.push(...grown(held, now));
      }
    }
    this.nextTimeout = Number.POSITIVE_INFINITY;
    for (const held of this.#held) this.#wakeAt(this.#timeoutOf(held));
    return events;
  }

  #tentative(address: bigint): Held | undefined {
    return this.#held.find((held) => held.address === address && held.detection !== undefined);
  }

  #make(
    origin: Origin,
    network: bigint,
    preferredUntil: number,
    validUntil: number,
    now: number,
  ): AddressEvent[] {
    if (origin !== 'link-local' && this.#held.filter(isMade).length >= MADE_ADDRESSES) return [];
    const held = holding(origin, network, 64, preferredUntil, validUntil);
    if (!this.#choose(held)) return [];
    // Everybody heard the same advertisement, and many start together (RFC 4862 section 5.4.2).
    return this.#add(held, now + randomBetween(this.#options.entropy, 0, MAX_DELAY_MS), now);
  }

  #makeTemporary(
    network: bigint,
    preferredUntil: number,
    validUntil: number,
    now: number,
  ): AddressEvent[] {
    const { entropy, temporary } = this.#options;
    if (!temporary || this.#held.filter(isMade).length >= MADE_ADDRESSES) return [];
    const desync = randomBetween(entropy, 0, MAX_DESYNC_MS);
    const preferredAtMost = now + TEMPORARY_PREFERRED_MS - desync;
    const validAtMost = now + TEMPORARY_VALID_MS;
    const held = {
      ...holding(
        'temporary',
        network,
        64,
        Math.min(preferredUntil, preferredAtMost),
        Math.min(validUntil, validAtMost),
      ),
      preferredAtMost,
      validAtMost,
    };
    if (held.preferredUntil - now <= this.#advance || !this.#choose(held)) return [];
    return this.#add(held, now + randomBetween(entropy, 0, MAX_DELAY_MS), now);
  }

  #add(held: Held, start: number, now: number): AddressEvent[] {
    const { entropy, probes } = this.#options;
    const first = probes === 0 ? now : start;
    held.detection = new DuplicateDetection({ entropy, probes, start: first });
    this.#held.push(held);
    this.#wakeAt(first);
    return told(held);
  }

  /** Gives `held` the next address in its network; answers false when there is no other. */
  #choose(held: Held): boolean {
    const network = networkOf(held.address);
    for (; held.counter < ATTEMPTS; held.counter++) {
      const identifier =
        held.origin === 'temporary'
          ? randomIdentifier(this.#options.entropy)
          : this.#options.identifier(network, held.counter);
      const address = network | BigInt.asUintN(64, identifier);
      if (isReserved(identifier) || this.#held.some((other) => other.address === address)) continue;
      held.address = address;
      return true;
    }
    return false;
  }

  #fail(held: Held, now: number): AddressEvent[] {
    const events: AddressEvent[] = [{ kind: 'duplicate', address: held.address }];
    held.detection = undefined;
    held.counter++;
    if (held.origin === 'given') {
      this.#held = this.#held.filter((each) => each !== held);
    } else if (this.#choose(held)) {
      this.#held = this.#held.filter((each) => each !== held);
      events.push(...this.#add(held, now + RETRY_DELAY_MS, now));
    } else held.state = 'failed';
    return events;
  }

  #renew(held: Held, preferredUntil: number, validUntil: number, now: number): AddressEvent[] {
    held.validUntil = Math.min(validUntil, held.validAtMost);
    held.preferredUntil = Math.min(preferredUntil, held.preferredAtMost, held.validUntil);
    this.#wakeAt(this.#timeoutOf(held));
    return grown(held, now);
  }

  #end(held: Held, events: (AddressEvent | SendNdp)[]): void {
    this.#held = this.#held.filter((each) => each !== held);
    if (held.state !== 'failed') events.push({ kind: 'removed', address: held.address });
  }

  #detect(held: Held, now: number, interval: number, events: (AddressEvent | SendNdp)[]): void {
    const step = held.detection?.poll(now, interval);
    if (step === undefined) return;
    if (step === 'unique') {
      held.detection = undefined;
      held.state = stateAt(held, now);
      events.push(...told(held));
    } else events.push(probeFor(held.address, step.nonce));
  }

  #isToBeSucceeded(held: Held, now: number): boolean {
    if (held.origin !== 'temporary' || held.isSucceeded || held.state === 'failed') return false;
    return held.preferredUntil - this.#advance <= now;
  }

  /** A new temporary address comes before the old one is deprecated (RFC 8981 section 3.5). */
  #succeed(held: Held, now: number): AddressEvent[] {
    held.isSucceeded = true;
    const network = networkOf(held.address);
    const stable = this.#held.find(
      (each) => each.origin === 'stable' && networkOf(each.address) === network,
    );
    if (stable === undefined) return [];
    return this.#makeTemporary(network, stable.preferredUntil, stable.validUntil, now);
  }

  #timeoutOf(held: Held): number {
    const { state, detection, preferredUntil, validUntil } = held;
    if (detection !== undefined) return Math.min(detection.nextTimeout, validUntil);
    if (state !== 'preferred') return validUntil;
    const hasSuccessor = held.origin !== 'temporary' || held.isSucceeded;
    return Math.min(validUntil, hasSuccessor ? preferredUntil : preferredUntil - this.#advance);
  }

  /** REGEN_ADVANCE in milliseconds. */
  get #advance(): number {
    return 2000 + ATTEMPTS * this.#options.probes * 1000;
  }

  #wakeAt(time: number): void {
    if (time < this.nextTimeout) this.nextTimeout = time;
  }
}

/** Lets `held` become deprecated, or preferred again, and tells when it did. */
function grown(held: Held, now: number): AddressEvent[] {
  if (!isUsable(held.state) || held.state === stateAt(held, now)) return [];
  held.state = stateAt(held, now);
  return told(held);
}

function stateAt({ preferredUntil }: Held, now: number): 'preferred' | 'deprecated' {
  return now < preferredUntil ? 'preferred' : 'deprecated';
}

function told(held: Held): AddressEvent[] {
  const address = ownAddress(held);
  return address === undefined ? [] : [{ kind: 'address', address }];
}

function probeFor(target: bigint, nonce: number): SendNdp {
  return {
    kind: 'send',
    source: UNSPECIFIED,
    destination: solicitedNode(target),
    mac: undefined,
    message: { type: NEIGHBOUR_SOLICITATION, target, mac: undefined, nonce },
  };
}

function isUsable(state: Held['state']): boolean {
  return state === 'preferred' || state === 'deprecated';
}

function isMade({ origin }: Held): boolean {
  return origin === 'stable' || origin === 'temporary';
}

/** RFC 4861 section 10: MAX_RTR_SOLICITATION_DELAY. RFC 7217 section 7: IDGEN_DELAY. */
const MAX_DELAY_MS = 1000;
const RETRY_DELAY_MS = 1000;
/** IDGEN_RETRIES and TEMP_IDGEN_RETRIES. */
const ATTEMPTS = 3;
/** RFC 8981 section 3.8: TEMP_VALID_LIFETIME, TEMP_PREFERRED_LIFETIME, MAX_DESYNC_FACTOR. */
const TEMPORARY_VALID_MS = 2 * 86_400_000;
const TEMPORARY_PREFERRED_MS = 86_400_000;
const MAX_DESYNC_MS = 0.4 * TEMPORARY_PREFERRED_MS;
