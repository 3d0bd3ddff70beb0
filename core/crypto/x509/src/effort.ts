import { compareBytes } from '@atoll/asn1/reader';
import type { PublicKey } from './public-key.ts';
import type { CertificateSignature } from './signature.ts';

/** What carries a signature: a certificate or a revocation list. */
interface Signed {
  readonly signed: Uint8Array;
  readonly signatureAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * What one verification may cost, whatever the peer sends: chains that branch at each of their certificates have
 * exponentially many paths. Honest peers need a handful of each.
 */
export class Effort {
  readonly #signatures: readonly CertificateSignature[];
  readonly #results = new Map<Signed, Map<PublicKey, boolean>>();
  #checks = 0;
  #steps = 0;
  #comparisons = 0;

  constructor(signatures: readonly CertificateSignature[]) {
    this.#signatures = signatures;
  }

  /** Whether some limit was reached: then the search is over. */
  get isSpent(): boolean {
    return (
      this.#checks > MOST_CHECKS || this.#steps > MOST_STEPS || this.#comparisons > MOST_COMPARISONS
    );
  }

  /** One more issuer tried; false when there were too many. */
  step(): boolean {
    return ++this.#steps <= MOST_STEPS;
  }

  /** One more name compared with a constraint; false when there were too many. */
  compare(): boolean {
    return ++this.#comparisons <= MOST_COMPARISONS;
  }

  /** Whether `key` signed it; `undefined` when too many were checked. Nothing is checked twice. */
  isSigned(signed: Signed, key: PublicKey): boolean | undefined {
    let results = this.#results.get(signed);
    if (results === undefined) {
      results = new Map();
      this.#results.set(signed, results);
    }
    const known = results.get(key);
    if (known !== undefined) return known;
    const scheme = this.#signatures.find(
      ({ identifier, fits }) =>
        fits(key) && compareBytes(identifier, signed.signatureAlgorithm) === 0,
    );
    if (scheme !== undefined && ++this.#checks > MOST_CHECKS) return undefined;
    const result = scheme?.verify(key, signed.signed, signed.signature) === true;
    results.set(key, result);
    return result;
  }
}

/** Signatures checked; with P-256 in an interpreter that is half a second. */
const MOST_CHECKS = 100;
/** Issuers tried, on all paths together. */
const MOST_STEPS = 5_000;
const MOST_COMPARISONS = 100_000;
