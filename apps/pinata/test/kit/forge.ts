/** Certificates that a bait has to see through. */
import type { Entropy } from '@atoll/device/system';
import { expect } from '@atoll/result/result';
import type { Credentials } from '@atoll/tls/credentials';
import { x509Signers } from '@atoll/tls/x509';
import { parseCertificate } from '@atoll/x509/certificate';
import { authorityExtensions, peerExtensions } from '@atoll/x509/emit-extension';
import { emitCertificate, keyIdentifier, newSerial } from '@atoll/x509/issue';
import { emitName } from '@atoll/x509/name';
import type { CertificateSignature } from '@atoll/x509/signature';
import type { Algorithms } from '../../src/algorithms.ts';
import { Authority } from '../../src/authority.ts';
import { SERVER_NAME, validityAt } from '../../src/identities.ts';
import { keyScheme } from '../../src/key.ts';

export type Role = 'server' | 'client';

const DAY = 86_400_000;

/** Shows what somebody may show in `role` at the time `now`, by what it is. */
export class Forge {
  readonly #algorithms: Algorithms;
  readonly #entropy: Entropy;
  readonly #now: number;
  /** The one that the bait trusts: to see that its own are let in, and what is wrong with others of its own. */
  readonly #authority: Authority;

  constructor(algorithms: Algorithms, entropy: Entropy, now: number, authority: Authority) {
    this.#algorithms = algorithms;
    this.#entropy = entropy;
    this.#now = now;
    this.#authority = authority;
  }

  /** What only the authority itself can make. */
  genuine(role: Role, validity = validityAt(this.#now)): Credentials {
    const names = [{ kind: 'dns', value: SERVER_NAME } as const];
    return this.#authority.issue({ title: 'Somebody', role, names }, validity);
  }

  expired(role: Role): Credentials {
    return this.genuine(role, { notBefore: this.#now - 2 * DAY, notAfter: this.#now - 1000 });
  }

  early(role: Role): Credentials {
    return this.genuine(role, { notBefore: this.#now + DAY, notAfter: this.#now + 2 * DAY });
  }

  /** A good certificate, and a key that is not its own. */
  stolen(role: Role): Credentials {
    return { chain: this.genuine(role).chain, signers: this.selfSigned(role).signers };
  }

  /** Of an authority with the same name and another key. */
  namesake(role: Role): Credentials {
    const other = this.#newAuthority();
    const names = [{ kind: 'dns', value: SERVER_NAME } as const];
    const issued = other.issue({ title: 'Somebody', role, names }, validityAt(this.#now));
    return { ...issued, chain: [...issued.chain, other.certificate] };
  }

  selfSigned(role: Role): Credentials {
    return this.#issued('Somebody', 'Somebody', role, []);
  }

  /** Through an authority in between, which says that the real one signed it, with the real one behind it. */
  forgedChain(role: Role): Credentials {
    const scheme = keyScheme('p256', this.#algorithms);
    const key = scheme.generate(this.#entropy);
    const own = keyIdentifier(key.publicKey, this.#algorithms.sha256);
    const between = emitCertificate(
      {
        serial: newSerial(this.#entropy),
        issuer: emitName([['CN', 'Pinata CA']]),
        subject: emitName([['CN', 'Between']]),
        publicKey: key.publicKey,
        ...validityAt(this.#now),
        extensions: authorityExtensions({ own, issuer: own }),
      },
      { key: key.privateKey, signature: scheme.signatures[0] },
      this.#entropy,
    );
    return this.#issued('Between', 'Somebody', role, [between, this.#authority.certificate]);
  }

  /** Signed by an end entity that the authority let in, with its key: it is no authority itself. */
  byPeer(role: Role): Credentials {
    const { chain, signers } = this.genuine(role);
    const scheme = keyScheme('p256', this.#algorithms);
    const signature: CertificateSignature = {
      ...scheme.signatures[0],
      sign: (_, message, entropy) => signers[0].sign(message, entropy),
    };
    const { publicKey } = expect(parseCertificate(chain[0]));
    const issuer = keyIdentifier(publicKey.bytes, this.#algorithms.sha256);
    return this.#issued('Somebody', 'Child', role, chain, { signature, issuer });
  }

  #newAuthority(): Authority {
    const scheme = keyScheme('p256', this.#algorithms);
    return new Authority(this.#algorithms, scheme, this.#entropy, validityAt(this.#now));
  }

  /** By the key that it is about, whatever it says, unless there is another that signs. */
  #issued(
    issuer: string,
    subject: string,
    role: Role,
    others: readonly Uint8Array[],
    parent?: { readonly signature: CertificateSignature; readonly issuer: Uint8Array },
  ): Credentials {
    const scheme = keyScheme('p256', this.#algorithms);
    const key = scheme.generate(this.#entropy);
    const own = keyIdentifier(key.publicKey, this.#algorithms.sha256);
    const names = [{ kind: 'dns', value: SERVER_NAME } as const];
    const certificate = emitCertificate(
      {
        serial: newSerial(this.#entropy),
        issuer: emitName([['CN', issuer]]),
        subject: emitName([['CN', subject]]),
        publicKey: key.publicKey,
        ...validityAt(this.#now),
        extensions: peerExtensions(
          { own, issuer: parent?.issuer ?? own },
          { names, roles: [role] },
        ),
      },
      { key: key.privateKey, signature: parent?.signature ?? scheme.signatures[0] },
      this.#entropy,
    );
    return {
      chain: [certificate, ...others],
      signers: x509Signers(key.privateKey, scheme.signatures),
    };
  }
}
