import type { Certificate } from './certificate.ts';
import type { Effort } from './effort.ts';
import type { ChainFailure } from './failure.ts';
import { chainFailure } from './failure.ts';
import type { Profile } from './profile.ts';
import type { RevocationList } from './revocation-list.ts';
import { isRevoked } from './revocation-list.ts';

/**
 * Whether a list says that a certificate of `chain` was revoked (RFC 5280, 6.3.3). Lists are ours: when none of
 * an authority's is in order, that is for the person to mend who gave them. An authority without a list is believed.
 */
export function revocationFailure(
  chain: readonly Certificate[],
  lists: readonly RevocationList[],
  now: number,
  profile: Profile,
  effort: Effort,
): ChainFailure | undefined {
  for (let i = 0; i + 1 < chain.length; i++) {
    const [certificate, issuer] = [chain[i], chain[i + 1]];
    const given = lists.filter((list) => list.issuer.key === certificate.issuer.key);
    const reasons = given.map((list) => listFailure(list, issuer, now, profile, effort));
    // An authority with a new key may have lists that only its old one signed.
    const sound = given.filter((_, index) => reasons[index] === undefined);
    if (given.length > 0 && sound.length === 0) {
      return chainFailure('revocation list', issuer, reasons[0] ?? '', 'config');
    }
    if (sound.some((list) => isRevoked(list, certificate.serial))) {
      return chainFailure('revoked', certificate, 'it was revoked');
    }
  }
  return undefined;
}

function listFailure(
  list: RevocationList,
  { publicKey, extensions }: Certificate,
  now: number,
  profile: Profile,
  effort: Effort,
): string | undefined {
  if (extensions.keyUsage?.listSign === false) return 'its key may not sign revocation lists';
  if (profile.numbersLists && !list.hasNumber) return 'its revocation list has no number';
  if (now < list.thisUpdate) return 'its revocation list is not valid yet';
  if (now > list.nextUpdate + 999) return 'its revocation list is out of date';
  // With too much effort spent it counts as not signed.
  return effort.isSigned(list, publicKey) === true
    ? undefined
    : 'it has not signed its revocation list';
}
