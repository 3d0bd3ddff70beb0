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

/** An address of ours that a destination is spoken to from. */
export interface Source {
  readonly address: IpAddress;
  readonly prefixLength: number;
  readonly isDeprecated: boolean;
}

/**
 * `destinations`, those to be tried first first, by the rules of RFC 6724 section 6 that concern a host
 * without mobility and tunnels. `sourceFor` answers which of our addresses would be used for one;
 * `undefined` when it cannot be reached.
 */
export function orderDestinations(
  destinations: readonly IpAddress[],
  sourceFor: (destination: IpAddress) => Source | undefined,
): IpAddress[] {
  // Rule 10: what is equal otherwise stays as it was, which `sort` promises.
  return destinations
    .map((destination) => ({ destination, source: sourceFor(destination) }))
    .sort(compareDestinations)
    .map(({ destination }) => destination);
}

interface Conversation {
  readonly destination: IpAddress;
  readonly source: Source | undefined;
}

/** Negative when `one` is to be tried before `other`. */
function compareDestinations(one: Conversation, other: Conversation): number {
  // Rule 1: what can be reached at all.
  if (one.source === undefined || other.source === undefined) {
    return Number(one.source === undefined) - Number(other.source === undefined);
  }
  const [a, b] = [meritsOf(one.destination, one.source), meritsOf(other.destination, other.source)];
  // Rule 2, rule 3, rule 5, rule 6, rule 8, rule 9.
  if (a.isScopeSame !== b.isScopeSame) return a.isScopeSame ? -1 : 1;
  if (a.isDeprecated !== b.isDeprecated) return b.isDeprecated ? -1 : 1;
  if (a.isLabelSame !== b.isLabelSame) return a.isLabelSame ? -1 : 1;
  if (a.precedence !== b.precedence) return b.precedence - a.precedence;
  if (a.scope !== b.scope) return a.scope - b.scope;
  return b.sharedBits - a.sharedBits;
}

/** What the rules compare. */
function meritsOf(destination: IpAddress, { address, prefixLength, isDeprecated }: Source) {
  const scope = scopeOf(destination);
  const { label, precedence } = policyOf(destination);
  return {
    scope,
    precedence,
    isDeprecated,
    isScopeSame: scopeOf(address) === scope,
    isLabelSame: policyOf(address).label === label,
    // It says nothing about IPv4, whose neighbouring numbers are not neighbours.
    sharedBits:
      typeof destination === 'bigint' && typeof address === 'bigint'
        ? Math.min(commonPrefixLength(destination, address), prefixLength)
        : 0,
  };
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
