import { compareBytes } from '@atoll/asn1/reader';
import type { Result } from '@atoll/result/result';
import { ok } from '@atoll/result/result';
import { Candidates } from './candidates.ts';
import type { Certificate } from './certificate.ts';
import { isSelfIssued } from './certificate.ts';
import { Effort } from './effort.ts';
import type { ChainFailure } from './failure.ts';
import { chainFailure } from './failure.ts';
import { constrainedNames, violation } from './name-constraints.ts';
import { ANY_EXTENDED_KEY_USAGE, CLIENT_AUTH, SERVER_AUTH } from './oid.ts';
import type { PeerName } from './peer-name.ts';
import { isFor } from './peer-name.ts';
import { policyFailure } from './policy.ts';
import type { Profile } from './profile.ts';
import { revocationFailure } from './revocation.ts';
import type { RevocationList } from './revocation-list.ts';
import type { Position } from './rules/rule.ts';
import type { CertificateSignature } from './signature.ts';

/** What a peer's certificates are held against. */
export interface Verification {
  readonly profile: Profile;
  /** Whom we trust. Their certificates keep all rules too, their name constraints and validity among them. */
  readonly roots: readonly Certificate[];
  /** The ways to sign that count. */
  readonly signatures: readonly CertificateSignature[];
  /** What the peer is. */
  readonly role: 'server' | 'client';
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whom we mean: one of these the certificate must be for. Anybody when it is missing. */
  readonly names?: readonly PeerName[];
  /** Lists of some or all authorities. When none of an authority's is signed by it and up to date, no chain passes. */
  readonly revocationLists?: readonly RevocationList[];
  /** How many authorities may stand between peer and root, self-issued ones not counted; 8 when it is missing. */
  readonly depth?: number;
}

/**
 * The chain from `peer` to one of our roots (RFC 5280, 6.1), both included, over `others`, which came with
 * it in any order and may be anything. Every path is tried until one passes, within the limits of
 * `effort.ts`. The failure is that of the path that came farthest.
 */
export function verifyChain(
  peer: Certificate,
  others: readonly Certificate[],
  verification: Verification,
): Result<readonly Certificate[], ChainFailure> {
  const search = new Search(peer, others, verification);
  const chain = search.run();
  return chain === undefined ? { ok: false, error: search.failure } : ok(chain);
}

class Search {
  readonly #peer: Certificate;
  readonly #verification: Verification;
  readonly #candidates: Candidates;
  readonly #effort: Effort;
  /** What is wrong with a certificate wherever it stands in the same position. */
  readonly #checked = new Map<Certificate, ChainFailure | undefined>();
  #failure: { readonly rank: number; readonly error: ChainFailure } | undefined;

  constructor(peer: Certificate, others: readonly Certificate[], verification: Verification) {
    this.#peer = peer;
    this.#verification = verification;
    this.#candidates = new Candidates(others, verification.roots, verification.now);
    this.#effort = new Effort(verification.signatures);
  }

  get failure(): ChainFailure {
    return this.#failure?.error ?? chainFailure('issuer', this.#peer, 'its issuer is not known');
  }

  run(): readonly Certificate[] | undefined {
    const bad = this.#peerFailure();
    if (bad !== undefined) return this.#note(FINAL, bad);
    const { profile, roots } = this.#verification;
    const isTrusted = profile.trustsPeers && roots.some((root) => isSame(root, this.#peer));
    return isTrusted ? [this.#peer] : this.#extend([this.#peer]);
  }

  #peerFailure(): ChainFailure | undefined {
    const { names } = this.#verification;
    const bad = this.#ownFailure(this.#peer, 'peer');
    if (bad !== undefined) return bad;
    if (names === undefined || names.some((name) => isFor(this.#peer.extensions, name))) return;
    return chainFailure('name', this.#peer, 'it is for another name');
  }

  /** Goes on from the last certificate of `path` to a root. */
  #extend(path: readonly Certificate[]): readonly Certificate[] | undefined {
    const last = path[path.length - 1];
    for (const { certificate, isRoot } of this.#candidates.issuersOf(last)) {
      const longer = this.#step(path, certificate, isRoot);
      if (longer === undefined) {
        if (this.#effort.isSpent) return undefined;
        continue;
      }
      const chain = isRoot ? this.#finish(longer) : this.#extend(longer);
      if (chain !== undefined || this.#effort.isSpent) return chain;
    }
    return undefined;
  }

  /** `path` with its issuer, when that may be. What costs least is asked first, the signature last. */
  #step(
    path: readonly Certificate[],
    issuer: Certificate,
    isRoot: boolean,
  ): readonly Certificate[] | undefined {
    const last = path[path.length - 1];
    if (!this.#effort.step()) return this.#note(FINAL, this.#tooMuch());
    // A name that has the same key again brings nothing that the first one had not.
    if (path.some((other) => isSameAuthority(other, issuer))) return undefined;
    const rank = isRoot ? AT_ROOT : ON_THE_WAY;
    const bad =
      this.#ownFailure(issuer, isRoot ? 'root' : 'intermediate') ??
      this.#lengthFailure(path, issuer, isRoot) ??
      this.#constraintFailure(path, issuer);
    if (this.#effort.isSpent) return this.#note(FINAL, this.#tooMuch());
    if (bad !== undefined) return this.#note(rank, bad);
    const isSigned = this.#effort.isSigned(last, issuer.publicKey);
    if (isSigned === undefined) return this.#note(FINAL, this.#tooMuch());
    if (isSigned) return [...path, issuer];
    const reason = 'it is not signed by the one that it names as its issuer';
    return this.#note(UNSIGNED, chainFailure('signature', last, reason));
  }

  /** What only a whole chain shows. */
  #finish(chain: readonly Certificate[]): readonly Certificate[] | undefined {
    const { revocationLists = [], now, profile } = this.#verification;
    const unlicensed = policyFailure(chain);
    if (unlicensed !== undefined) {
      const reason = 'no policy holds all the way from the root to it';
      return this.#note(AT_ROOT, chainFailure('policy', unlicensed, reason));
    }
    const bad = revocationFailure(chain, revocationLists, now, profile, this.#effort);
    return bad === undefined ? chain : this.#note(this.#effort.isSpent ? FINAL : AT_ROOT, bad);
  }

  #ownFailure(certificate: Certificate, position: Position): ChainFailure | undefined {
    if (position === 'peer') return this.#findOwnFailure(certificate, position);
    if (!this.#checked.has(certificate)) {
      this.#checked.set(certificate, this.#findOwnFailure(certificate, position));
    }
    return this.#checked.get(certificate);
  }

  #findOwnFailure(certificate: Certificate, position: Position): ChainFailure | undefined {
    const { profile, now, role } = this.#verification;
    const blame = position === 'root' ? 'config' : 'peer';
    for (const rule of profile.rules) {
      const reason = rule(certificate, position);
      if (reason !== undefined) return chainFailure('profile', certificate, reason, blame);
    }
    const second = Math.floor(now / 1000) * 1000;
    if (second < certificate.notBefore) {
      return chainFailure('validity', certificate, 'it is not valid yet', blame);
    }
    if (second > certificate.notAfter) {
      return chainFailure('validity', certificate, 'it has expired', blame);
    }
    // On authorities it limits what is below them, as all verifiers have it.
    const purposes = certificate.extensions.extendedKeyUsage ?? [ANY_EXTENDED_KEY_USAGE];
    const wanted = role === 'server' ? SERVER_AUTH : CLIENT_AUTH;
    if (purposes.includes(wanted) || purposes.includes(ANY_EXTENDED_KEY_USAGE)) return undefined;
    return chainFailure('purpose', certificate, `it is not for ${role}s`, blame);
  }

  #lengthFailure(
    path: readonly Certificate[],
    issuer: Certificate,
    isRoot: boolean,
  ): ChainFailure | undefined {
    const limit = issuer.extensions.basicConstraints?.pathLength ?? Infinity;
    // A replaced key makes no chain longer (RFC 5280, 4.2.1.9).
    const authorities = path.filter((other, index) => index > 0 && !isSelfIssued(other)).length;
    if (authorities > limit) {
      return chainFailure('length', issuer, `more than ${limit} authorities are below it`);
    }
    const depth = this.#verification.depth ?? DEPTH;
    const own = isRoot || isSelfIssued(issuer) ? 0 : 1;
    if (authorities + own <= depth && path.length < LONGEST) return undefined;
    return chainFailure('length', issuer, 'the chain has too many intermediates');
  }

  /** Of every certificate below, but not of those that only replace the key of their issuer. */
  #constraintFailure(path: readonly Certificate[], issuer: Certificate): ChainFailure | undefined {
    const { nameConstraints } = issuer.extensions;
    if (nameConstraints === undefined) return undefined;
    const spend = () => this.#effort.compare();
    for (const [index, certificate] of path.entries()) {
      if (index > 0 && isSelfIssued(certificate)) continue;
      const reason = violation(nameConstraints, constrainedNames(certificate), spend);
      if (reason !== undefined) return chainFailure('name constraints', certificate, reason);
    }
    return undefined;
  }

  #tooMuch(): ChainFailure {
    return chainFailure('effort', this.#peer, 'its chain takes too much effort to find');
  }

  #note(rank: number, error: ChainFailure): undefined {
    if (this.#failure === undefined || rank > this.#failure.rank) this.#failure = { rank, error };
  }
}

function isSame(left: Certificate, right: Certificate): boolean {
  return compareBytes(left.bytes, right.bytes) === 0;
}

function isSameAuthority(left: Certificate, right: Certificate): boolean {
  return (
    left.subject.key === right.subject.key &&
    compareBytes(left.publicKey.bytes, right.publicKey.bytes) === 0
  );
}

const DEPTH = 8;
/** Certificates in a chain, whatever `depth` says, and whether they are self-issued or not. */
const LONGEST = 32;

/** Which failure tells most: of a path that reached a root rather than of one on the way. */
const UNSIGNED = 0;
const ON_THE_WAY = 1;
const AT_ROOT = 2;
const FINAL = 3;
