import type { Entropy } from '@atoll/device/system';
import { expect } from '@atoll/result/result';
import type { CertificateVerifier, Credentials } from '@atoll/tls/credentials';
import { x509Signers, x509Verifier } from '@atoll/tls/x509';
import { parseCertificate } from '@atoll/x509/certificate';
import { authorityExtensions, peerExtensions } from '@atoll/x509/emit-extension';
import type { GeneralName } from '@atoll/x509/general-name';
import { emitCertificate, keyIdentifier, newSerial } from '@atoll/x509/issue';
import { emitName } from '@atoll/x509/name';
import { strictProfile } from '@atoll/x509/profile';
import type { Algorithms } from './algorithms.ts';
import type { KeyPair, KeyScheme } from './key.ts';

/** Whom a certificate is for, and for what. */
export interface Subject {
  /** The common name, for people. */
  readonly title: string;
  readonly role: 'server' | 'client';
  readonly names: readonly GeneralName[];
}

/** From when to when, in milliseconds since 1970. */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** The one authority that the bait trusts. Its key, like all others, is made here and never leaves. */
export class Authority {
  /** DER. */
  readonly certificate: Uint8Array;
  /** Takes what this authority signed, for its role, and nothing else. */
  readonly verifier: CertificateVerifier;
  readonly #algorithms: Algorithms;
  readonly #scheme: KeyScheme;
  readonly #entropy: Entropy;
  readonly #key: KeyPair;
  readonly #identifier: Uint8Array;

  constructor(algorithms: Algorithms, scheme: KeyScheme, entropy: Entropy, validity: Validity) {
    this.#algorithms = algorithms;
    this.#scheme = scheme;
    this.#entropy = entropy;
    this.#key = scheme.generate(entropy);
    this.#identifier = keyIdentifier(this.#key.publicKey, algorithms.sha256);
    const keys = { own: this.#identifier, issuer: this.#identifier };
    const extensions = authorityExtensions(keys, { pathLength: 0 });
    this.certificate = this.#sign(NAME, this.#key, validity, extensions);
    const roots = [expect(parseCertificate(this.certificate))];
    this.verifier = x509Verifier({ profile: strictProfile, roots, signatures: scheme.signatures });
  }

  /** A new key, and its certificate for `subject`. */
  issue({ title, role, names }: Subject, validity: Validity): Credentials {
    const key = this.#scheme.generate(this.#entropy);
    const own = keyIdentifier(key.publicKey, this.#algorithms.sha256);
    const extensions = peerExtensions({ own, issuer: this.#identifier }, { names, roles: [role] });
    const certificate = this.#sign(emitName([['CN', title]]), key, validity, extensions);
    return {
      chain: [certificate],
      signers: x509Signers(key.privateKey, this.#scheme.signatures),
    };
  }

  #sign(
    subject: Uint8Array,
    { publicKey }: KeyPair,
    { notBefore, notAfter }: Validity,
    extensions: readonly Uint8Array[],
  ): Uint8Array {
    return emitCertificate(
      {
        serial: newSerial(this.#entropy),
        issuer: NAME,
        subject,
        publicKey,
        notBefore,
        notAfter,
        extensions,
      },
      { key: this.#key.privateKey, signature: this.#scheme.signatures[0] },
      this.#entropy,
    );
  }
}

const NAME = emitName([['CN', 'Pinata CA']]);
