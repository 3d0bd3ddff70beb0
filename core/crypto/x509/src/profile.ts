import { privateRules } from './rules/private.ts';
import type { CertificateRule } from './rules/rule.ts';
import { criticalNameConstraints, strictRules } from './rules/strict.ts';
import { webRules } from './rules/web.ts';

/** Which rules certificates must keep, beyond those without which there is no chain. */
export interface Profile {
  readonly name: string;
  /** Each is asked about each certificate. */
  readonly rules: readonly CertificateRule[];
  /** Whether a peer may be trusted by having its own certificate, no authority, among the roots. */
  readonly trustsPeers: boolean;
  /** Whether revocation lists must have a number (RFC 5280, 5.2.3). */
  readonly numbersLists: boolean;
}

/**
 * For authorities of one's own, as OpenSSL and Easy-RSA make them: what decides about trust is checked, habits of
 * authorities (identifiers of keys, marks of being critical) are not.
 */
export const privateProfile: Profile = {
  name: 'private',
  rules: privateRules,
  trustsPeers: true,
  numbersLists: false,
};

/** RFC 5280 to the letter, with all that conforming authorities must do. */
export const strictProfile: Profile = {
  name: 'strict',
  rules: [...privateRules, ...strictRules, criticalNameConstraints],
  trustsPeers: false,
  numbersLists: true,
};

/** For the public web: RFC 5280 and the Baseline Requirements of the CA/Browser Forum, as far as a certificate shows them. */
export const webProfile: Profile = {
  name: 'web',
  rules: [...privateRules, ...strictRules, ...webRules],
  trustsPeers: false,
  numbersLists: true,
};
