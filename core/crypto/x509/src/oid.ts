/** Object identifiers of certificates, by the names of RFC 5280 and its companions. */

export const COMMON_NAME = '2.5.4.3';
export const EMAIL_ADDRESS = '1.2.840.113549.1.9.1';

export const SUBJECT_KEY_IDENTIFIER = '2.5.29.14';
export const KEY_USAGE = '2.5.29.15';
export const SUBJECT_ALT_NAME = '2.5.29.17';
export const BASIC_CONSTRAINTS = '2.5.29.19';
export const CRL_NUMBER = '2.5.29.20';
export const NAME_CONSTRAINTS = '2.5.29.30';
export const CERTIFICATE_POLICIES = '2.5.29.32';
export const ANY_POLICY = '2.5.29.32.0';
export const POLICY_MAPPINGS = '2.5.29.33';
export const AUTHORITY_KEY_IDENTIFIER = '2.5.29.35';
export const POLICY_CONSTRAINTS = '2.5.29.36';
export const EXTENDED_KEY_USAGE = '2.5.29.37';
export const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0';
export const INHIBIT_ANY_POLICY = '2.5.29.54';
export const AUTHORITY_INFO_ACCESS = '1.3.6.1.5.5.7.1.1';

export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

export const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';
export const RSASSA_PSS = '1.2.840.113549.1.1.10';
export const MGF1 = '1.2.840.113549.1.1.8';
export const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
export const ED25519 = '1.3.101.112';

/** Curves, by the names that TLS and `EcdsaCurve` have for them. */
export const CURVES: Readonly<Record<string, string>> = {
  secp256r1: '1.2.840.10045.3.1.7',
  secp384r1: '1.3.132.0.34',
  secp521r1: '1.3.132.0.35',
};

/** By the names of `HashAlgorithm`: the hash itself, and as a part of a signature algorithm. */
export const HASHES: Readonly<Record<string, { hash: string; rsa: string; ecdsa: string }>> = {
  'SHA-256': {
    hash: '2.16.840.1.101.3.4.2.1',
    rsa: '1.2.840.113549.1.1.11',
    ecdsa: '1.2.840.10045.4.3.2',
  },
  'SHA-384': {
    hash: '2.16.840.1.101.3.4.2.2',
    rsa: '1.2.840.113549.1.1.12',
    ecdsa: '1.2.840.10045.4.3.3',
  },
  'SHA-512': {
    hash: '2.16.840.1.101.3.4.2.3',
    rsa: '1.2.840.113549.1.1.13',
    ecdsa: '1.2.840.10045.4.3.4',
  },
};
