/** What a server grants: addresses and their times, checked. All times are monotonic milliseconds. */
import { isLinkLocal } from '@atoll/ipv6/address';
import { FOREVER, type IaAddress, type IdentityAssociation } from '../identity-association.ts';
import { STATUS } from '../option.ts';
import { type Configuration, isHost } from './configuration.ts';

export interface LeasedAddress {
  readonly address: bigint;
  /** From then on no new connections should use it. */
  readonly preferredUntil: number;
  /** When it must not be used any more; `Infinity` for never. */
  readonly validUntil: number;
}

export interface ClientLease {
  /** At least one. No prefix length comes with them: what is on the link, routers say. */
  readonly addresses: readonly LeasedAddress[];
  /** The DUID of the server. */
  readonly serverIdentifier: Uint8Array;
  readonly configuration: Configuration;
  /** T1: from then on its server is asked to prolong it. */
  readonly renewAt: number;
  /** T2: from then on all servers are. */
  readonly rebindAt: number;
}

/**
 * The addresses of `before` with what `association` says about them since: new ones and new times, and
 * without those whose lifetime is 0 now. Times count from `since`. Addresses that it does not name stay
 * as they are (RFC 9915 section 18.2.10.1).
 */
export function mergeAddresses(
  before: readonly LeasedAddress[],
  association: IdentityAssociation,
  since: number,
): LeasedAddress[] {
  const merged = new Map(before.map((one) => [one.address, one]));
  for (const one of association.addresses) {
    if (!isUsable(one)) continue;
    if (one.validLifetime === 0) merged.delete(one.address);
    else if (merged.size < ADDRESS_LIMIT || merged.has(one.address)) {
      merged.set(one.address, {
        address: one.address,
        preferredUntil: after(since, one.preferredLifetime),
        validUntil: after(since, one.validLifetime),
      });
    }
  }
  return [...merged.values()];
}

const ADDRESS_LIMIT = 8;

/** Sections 21.6 and 21.13: lifetimes in order and no complaint; and of course an address of a host. */
function isUsable({ address, preferredLifetime, validLifetime, status }: IaAddress): boolean {
  if (!isHost(address) || isLinkLocal(address) || status.code !== STATUS.SUCCESS) return false;
  return preferredLifetime <= validLifetime;
}

/** The addresses among them that are worth asking for; none when the server complains. */
export function worthwhile({ addresses, t1, t2, status }: IdentityAssociation): bigint[] {
  if (status.code !== STATUS.SUCCESS || !hasOrder(t1, t2)) return [];
  return addresses
    .filter((one) => isUsable(one) && one.validLifetime >= SHORTEST_LEASE)
    .slice(0, ADDRESS_LIMIT)
    .map(({ address }) => address);
}

/** Below that an address would be gone before a lost message was sent again. In seconds. */
const SHORTEST_LEASE = 10;

/** An association with T1 behind T2 is to be ignored (section 21.4). */
export function hasOrder(t1: number, t2: number): boolean {
  return t1 === 0 || t2 === 0 || t1 <= t2;
}

/**
 * T1 and T2 as the server says, or else at a half and at four fifths of the shortest preferred lifetime;
 * in order, and not at once.
 */
export function renewalTimes(
  addresses: readonly LeasedAddress[],
  { t1, t2 }: IdentityAssociation,
  since: number,
  now: number,
): Pick<ClientLease, 'renewAt' | 'rebindAt'> {
  let shortest = Number.POSITIVE_INFINITY;
  for (const { preferredUntil, validUntil } of addresses) {
    // An address that is not preferred any more still must be prolonged.
    shortest = Math.min(shortest, (preferredUntil > now ? preferredUntil : validUntil) - since);
  }
  const renewAt = t1 === 0 ? since + shortest * 0.5 : after(since, t1);
  const rebindAt = t2 === 0 ? since + shortest * 0.8 : after(since, t2);
  const soonest = now + SHORTEST_RENEWAL;
  return {
    renewAt: Math.max(Math.min(renewAt, rebindAt), soonest),
    rebindAt: Math.max(rebindAt, soonest),
  };
}

const SHORTEST_RENEWAL = 5000;

function after(now: number, seconds: number): number {
  return seconds === FOREVER ? Number.POSITIVE_INFINITY : now + seconds * 1000;
}

/** When the first of its addresses is over. */
export function firstEnd({ addresses }: ClientLease): number {
  return Math.min(...addresses.map(({ validUntil }) => validUntil));
}
