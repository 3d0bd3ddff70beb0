import { compareBytes } from '@atoll/asn1/reader';
import type { Certificate } from './certificate.ts';

/** Who may have issued a certificate. */
export interface Candidate {
  readonly certificate: Certificate;
  readonly isRoot: boolean;
}

/** Certificates by their subjects. */
export class Candidates {
  readonly #bySubject = new Map<string, Candidate[]>();
  readonly #sorted = new Map<Certificate, readonly Candidate[]>();
  readonly #now: number;

  constructor(others: readonly Certificate[], roots: readonly Certificate[], now: number) {
    this.#now = now;
    for (const certificate of roots) this.#add({ certificate, isRoot: true });
    for (const certificate of others) this.#add({ certificate, isRoot: false });
  }

  /**
   * Those with the name of the issuer, the likeliest first: roots, then those with the right
   * key identifier, then those that are valid now. None is left out because it is unlikely.
   */
  issuersOf(certificate: Certificate): readonly Candidate[] {
    const sorted = this.#sorted.get(certificate);
    if (sorted !== undefined) return sorted;
    const scored = (this.#bySubject.get(certificate.issuer.key) ?? []).map((candidate) => ({
      candidate,
      score: this.#score(candidate, certificate),
    }));
    scored.sort((left, right) => right.score - left.score);
    const candidates = scored.map(({ candidate }) => candidate);
    this.#sorted.set(certificate, candidates);
    return candidates;
  }

  #score({ certificate, isRoot }: Candidate, below: Certificate): number {
    const wanted = below.extensions.authorityKeyIdentifier?.keyIdentifier;
    const actual = certificate.extensions.subjectKeyIdentifier;
    const isKnown = wanted !== undefined && actual !== undefined;
    const isRight = isKnown && compareBytes(wanted, actual) === 0;
    const isWrong = isKnown && !isRight;
    const isValid = certificate.notBefore <= this.#now && this.#now <= certificate.notAfter;
    return (isWrong ? 0 : 8) + (isRoot ? 4 : 0) + (isRight ? 2 : 0) + (isValid ? 1 : 0);
  }

  #add(candidate: Candidate): void {
    const { key } = candidate.certificate.subject;
    const others = this.#bySubject.get(key);
    if (others === undefined) this.#bySubject.set(key, [candidate]);
    else others.push(candidate);
  }
}
