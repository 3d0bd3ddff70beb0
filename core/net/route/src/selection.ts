import type { IpAddress } from '@atoll/device/socket';
import { commonPrefixLength, policyOf, scopeOf } from './scope.ts';

/** An address of ours, as far as it matters for what to use it for. */
export interface Candidate {
  readonly address: bigint;
  readonly prefixLength: number;
  /** Still valid, but not for new conversations (RFC 4862 section 5.5.4). */
  readonly isDeprecated: boolean;
  /** A temporary address of RFC 8981. */
  readonly isTemporary: boolean;
  /** Of the interface that the datagram leaves by. */
  readonly isOnLink: boolean;
}

/**
 * The best of our addresses to speak to `destination` from, by the rules of RFC 6724 section 5 that
 * concern a host without mobility; `undefined` when there is none.
 */
export function selectSource<Own extends Candidate>(
  destination: bigint,
  candidates: readonly Own[],
): Own | undefined {
  let best: Own | undefined;
  for (const candidate of candidates) {
    if (best === undefined || isBetterSource(candidate, best, destination)) best = candidate;
  }
  return best;
}

/**
 * `destinations`, those to be tried first first (RFC 6724 section 6). `sourceFor` answers which of our
 * addresses would be used for one; `undefined` when it cannot be reached.
 */
export function orderDestinations(
  destinations: readonly IpAddress[],
  sourceFor: (destination: IpAddress) => IpAddress | undefined,
): IpAddress[] {
  // Rule 10: what is equal otherwise stays as it was, which `sort` promises.
  return destinations
    .map((destination) => ({ destination, source: sourceFor(destination) }))
    .sort(compareDestinations)
    .map(({ destination }) => destination);
}

interface Conversation {
  readonly destination: IpAddress;
  readonly source: IpAddress | undefined;
}

/** Negative when `one` is to be tried before `other`. */
function compareDestinations(one: Conversation, other: Conversation): number {
  const [a, b] = [one, other];
  if (a.source === undefined || b.source === undefined) {
    return Number(a.source === undefined) - Number(b.source === undefined);
  }
  const scopes = [scopeOf(a.destination), scopeOf(b.destination)];
  const isScopeSame = [scopeOf(a.source) === scopes[0], scopeOf(b.source) === scopes[1]];
  if (isScopeSame[0] !== isScopeSame[1]) return isScopeSame[0] ? -1 : 1;
  const policies = [policyOf(a.destination), policyOf(b.destination)];
  const isLabelSame = [
    policyOf(a.source).label === policies[0].label,
    policyOf(b.source).label === policies[1].label,
  ];
  if (isLabelSame[0] !== isLabelSame[1]) return isLabelSame[0] ? -1 : 1;
  if (policies[0].precedence !== policies[1].precedence) {
    return policies[1].precedence - policies[0].precedence;
  }
  if (scopes[0] !== scopes[1]) return scopes[0] - scopes[1];
  return sharedBits(b) - sharedBits(a);
}

/** Rule 9; it says nothing about IPv4, whose neighbouring numbers are not neighbours. */
function sharedBits({ destination, source }: Conversation): number {
  if (typeof destination === 'number' || typeof source !== 'bigint') return 0;
  return Math.min(commonPrefixLength(destination, source), NETWORK_BITS);
}

/** Whether `one` is the better source, rule by rule. */
function isBetterSource(one: Candidate, other: Candidate, destination: bigint): boolean {
  // Rule 1: the destination itself.
  if (one.address === destination || other.address === destination) {
    return one.address === destination;
  }
  // Rule 2: a scope that is large enough, but not larger than need be.
  const [scope, otherScope] = [scopeOf(one.address), scopeOf(other.address)];
  const wanted = scopeOf(destination);
  if (scope < otherScope) return scope >= wanted;
  if (otherScope < scope) return otherScope < wanted;
  // Rule 3, rule 5, rule 6, rule 7, rule 8.
  if (one.isDeprecated !== other.isDeprecated) return other.isDeprecated;
  if (one.isOnLink !== other.isOnLink) return one.isOnLink;
  const { label } = policyOf(destination);
  const fits = policyOf(one.address).label === label;
  if (fits !== (policyOf(other.address).label === label)) return fits;
  if (one.isTemporary !== other.isTemporary) return one.isTemporary;
  return prefixMatch(one, destination) > prefixMatch(other, destination);
}

/** Only the network's part counts (RFC 6724 section 2.2). */
function prefixMatch({ address, prefixLength }: Candidate, destination: bigint): number {
  return Math.min(commonPrefixLength(address, destination), prefixLength);
}

const NETWORK_BITS = 64;
