import type { Certificate } from './certificate.ts';
import { isSelfIssued } from './certificate.ts';
import { extensionOf } from './extension.ts';
import { ANY_POLICY, POLICY_MAPPINGS } from './oid.ts';

/**
 * The policies of a chain (RFC 5280, 6.1), from the root's issue down to the peer, without mappings:
 * none continues below an authority that maps some, and a critical mapping is an unknown extension. So
 * fewer chains pass than could, never more. Any policy is fine as long as there is one, where a
 * certificate demands that. Answers who breaks off the last policy.
 */
export function policyFailure(chain: readonly Certificate[]): Certificate | undefined {
  // `undefined` is anyPolicy: all of them.
  let valid: readonly string[] | undefined;
  let explicitIn = Infinity;
  let anyPolicyIn = Infinity;
  for (let i = chain.length - 2; i >= 0; i--) {
    const certificate = chain[i];
    const { policies = [], policyConstraints, inhibitAnyPolicy } = certificate.extensions;
    const counts = !isSelfIssued(certificate);
    const hasAny = policies.includes(ANY_POLICY) && (anyPolicyIn > 0 || (!counts && i > 0));
    if (!hasAny) {
      valid = policies.filter(
        (policy) => policy !== ANY_POLICY && (valid?.includes(policy) ?? true),
      );
    }
    if (valid?.length === 0 && explicitIn <= 0) return certificate;
    if (extensionOf(certificate.extensions, POLICY_MAPPINGS) !== undefined && i > 0) valid = [];
    // The peer counts as a step of its own, whatever its issuer (6.1.5).
    if (counts || i === 0) {
      explicitIn--;
      anyPolicyIn--;
    }
    const demanded = policyConstraints?.requireExplicitPolicy ?? Infinity;
    if (i > 0 || demanded === 0) explicitIn = Math.min(explicitIn, demanded);
    anyPolicyIn = Math.min(anyPolicyIn, inhibitAnyPolicy ?? Infinity);
    if (i === 0 && valid?.length === 0 && explicitIn <= 0) return certificate;
  }
  return undefined;
}
