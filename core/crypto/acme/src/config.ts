import type { HashAlgorithm } from '@atoll/primitives/hash';
import type { CertificateSignature } from '@atoll/x509/signature';
import type { ExternalAccount } from './jws.ts';
import type { KeyAlgorithm } from './key.ts';

/** How to show that a name is ours (RFC 8555, 8.3 and 8.4; RFC 8737). */
export type ChallengeType = 'http-01' | 'tls-alpn-01' | 'dns-01';

/** What the operator decides. */
export interface AcmeSettings {
  /** The URL of the authority's directory. */
  readonly directory: string;
  /** What one certificate is to be for: host names in lower case, 1 to 100; `*.` before one only with `dns-01`. */
  readonly names: readonly string[];
  /** `mailto:` URLs, for what the authority has to say. */
  readonly contacts: readonly string[];
  readonly challenge: ChallengeType;
  readonly externalAccount: ExternalAccount | undefined;
  /** Lets URLs be `http`; for tests. */
  readonly allowsHttp?: boolean;
}

/** What the appliance is made of. */
export interface AcmeAlgorithms {
  /** The kind of the account's key. */
  readonly account: KeyAlgorithm;
  /** The kind of the certificate's key, and of that of `tls-alpn-01`. */
  readonly certificate: KeyAlgorithm;
  readonly sha256: HashAlgorithm;
  /** What may sign the certificates of a chain. */
  readonly signatures: readonly CertificateSignature[];
}

export interface AcmeConfig extends AcmeSettings {
  readonly algorithms: AcmeAlgorithms;
}
