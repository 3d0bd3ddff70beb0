import type { DuplicateDetection } from './detection.ts';

/**
 * Where an address of ours comes from: made for this link alone; made from a prefix and the same each time;
 * made from a prefix and random (RFC 8981); or given to us by a person or by DHCPv6.
 */
export type Origin = 'link-local' | 'stable' | 'temporary' | 'given';

/**
 * RFC 4862 section 2. While it is `tentative`, an address must not be used: perhaps others have it. When it
 * is `deprecated`, conversations may go on, but new ones should have another source.
 */
export type AddressState = 'tentative' | 'preferred' | 'deprecated';

export interface OwnAddress {
  readonly address: bigint;
  readonly prefixLength: number;
  readonly origin: Origin;
  readonly state: AddressState;
  /** In monotonic milliseconds; `Infinity` without an end. */
  readonly preferredUntil: number;
  readonly validUntil: number;
}

/** What is remembered about one address of ours. */
export interface Held {
  address: bigint;
  readonly prefixLength: number;
  readonly origin: Origin;
  /** `failed`: all that were tried for its prefix were taken; it is remembered so as not to try again. */
  state: AddressState | 'failed';
  preferredUntil: number;
  validUntil: number;
  /** While it is tentative. */
  detection: DuplicateDetection | undefined;
  /** How many were tried before for the same prefix: DAD_Counter of RFC 7217. */
  counter: number;
  /** A temporary address lives no longer than these, whatever routers say. */
  readonly preferredAtMost: number;
  readonly validAtMost: number;
  /** Of a temporary address: whether its successor was made. */
  isSucceeded: boolean;
}

/** What others may know about `held`; `undefined` when it is none that can be used or will be. */
export function ownAddress(held: Held): OwnAddress | undefined {
  const { address, prefixLength, origin, state, preferredUntil, validUntil } = held;
  if (state === 'failed') return undefined;
  return { address, prefixLength, origin, state, preferredUntil, validUntil };
}

/** An address that is not asked for yet. */
export function holding(
  origin: Origin,
  address: bigint,
  prefixLength: number,
  preferredUntil: number,
  validUntil: number,
): Held {
  return {
    address,
    prefixLength,
    origin,
    state: 'tentative',
    preferredUntil,
    validUntil,
    detection: undefined,
    counter: 0,
    preferredAtMost: Number.POSITIVE_INFINITY,
    validAtMost: Number.POSITIVE_INFINITY,
    isSucceeded: false,
  };
}
