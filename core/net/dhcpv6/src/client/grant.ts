/** What a Reply says about our addresses (RFC 9915 section 18.2.10.1). */
import { statusText } from '../describe.ts';
import { type IdentityAssociation, parseIa } from '../identity-association.ts';
import { OPTION, type Option, STATUS, statusOf } from '../option.ts';
import { readConfiguration } from './configuration.ts';
import { type ClientLease, hasOrder, mergeAddresses, renewalTimes, worthwhile } from './lease.ts';

export type Grant =
  | { readonly kind: 'lease'; readonly lease: ClientLease }
  /** The server knows nothing of the addresses in use. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** There are no addresses for us. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Nothing of use: another answer may be better. */
  | { readonly kind: 'nothing'; readonly reason: string };

/** What a Reply is an answer to. */
export interface Context {
  /** Who sent it. */
  readonly server: Uint8Array;
  readonly iaid: number;
  /** The lease in use. */
  readonly lease: ClientLease | undefined;
  /**
   * When it was asked for, which is when its times count from: an answer may have been under way for
   * long, and the server must not think that they are over before we do.
   */
  readonly since: number;
  readonly now: number;
}

export function readGrant(
  options: readonly Option[],
  { server, iaid, lease, since, now }: Context,
): Grant {
  const association = associationIn(options, iaid);
  const overall = statusOf(options);
  const status = overall.code === STATUS.SUCCESS ? (association?.status ?? overall) : overall;
  if (status.code !== STATUS.SUCCESS) {
    const reason = statusText(status);
    if (!REFUSALS.has(status.code)) return { kind: 'nothing', reason };
    if (lease === undefined) return { kind: 'refused', reason };
    return { kind: status.code === STATUS.NO_BINDING ? 'unknown' : 'nothing', reason };
  }
  if (association === undefined || association.addresses.length === 0) return NOTHING;
  if (!hasOrder(association.t1, association.t2)) return NOTHING;
  if (lease === undefined && worthwhile(association).length === 0) return NOTHING;
  const merged = mergeAddresses(lease?.addresses ?? [], association, since);
  const addresses = merged.filter(({ validUntil }) => validUntil > now);
  if (addresses.length === 0 && lease === undefined) return NOTHING;
  if (addresses.length === 0) return { kind: 'refused', reason: 'it takes all addresses back' };
  return {
    kind: 'lease',
    lease: {
      addresses,
      serverIdentifier: server.slice(),
      configuration: readConfiguration(options),
      ...renewalTimes(addresses, association, since, now),
    },
  };
}

const NOTHING: Grant = { kind: 'nothing', reason: 'it grants nothing' };

/** After these, without a lease, another server may do better. */
const REFUSALS: ReadonlySet<number> = new Set([
  STATUS.NO_ADDRS_AVAIL,
  STATUS.NO_BINDING,
  STATUS.NOT_ON_LINK,
]);

/** The association `iaid` among `options`, if it can be read. */
export function associationIn(
  options: readonly Option[],
  iaid: number,
): IdentityAssociation | undefined {
  for (const { code, data } of options) {
    const association = code === OPTION.IA_NA ? parseIa(data) : undefined;
    if (association?.ok && association.value.iaid === iaid) return association.value;
  }
  return undefined;
}
