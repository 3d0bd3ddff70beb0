import type { Blame, Failure } from '@atoll/result/result';
import type { Certificate } from './certificate.ts';
import { describeCertificate } from './certificate.ts';

/** What kind of rule a chain breaks; TLS makes its alert of it. */
export type Rule =
  /** No root was reached. */
  | 'issuer'
  | 'signature'
  | 'validity'
  /** What a profile demands of a certificate. */
  | 'profile'
  /** The chain is too long, for us or for one of its authorities. */
  | 'length'
  /** It is not for servers, or not for clients. */
  | 'purpose'
  /** It is not for the peer that was meant. */
  | 'name'
  | 'name constraints'
  | 'policy'
  | 'revoked'
  /** A revocation list that cannot be relied on. */
  | 'revocation list'
  /** Finding out would take too long. */
  | 'effort';

/** `peer` must act when the chain that it sent is bad, `config` when our roots or lists are. */
export interface ChainFailure extends Failure {
  readonly rule: Rule;
  /** The certificate that breaks the rule. */
  readonly certificate: Certificate;
}

export function chainFailure(
  rule: Rule,
  certificate: Certificate,
  reason: string,
  blame: Blame = 'peer',
): ChainFailure {
  return { blame, rule, certificate, reason: `${describeCertificate(certificate)}: ${reason}` };
}
