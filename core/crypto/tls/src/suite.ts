import type { AeadAlgorithm } from '@atoll/primitives/aead';
import type { HashAlgorithm } from '@atoll/primitives/hash';
import { SUITES } from './names.ts';

/** What protects records, and the hash of the handshake (RFC 8446, B.4). */
export interface CipherSuite {
  /** `TLS_AES_128_GCM_SHA256`. */
  readonly name: string;
  readonly code: number;
  readonly aead: AeadAlgorithm;
  readonly hash: HashAlgorithm;
  /** How many records one key may protect before it has to be updated. */
  readonly recordLimit: number;
}

/** The suite of `aead` and `hash`; throws when IANA knows none. */
export function cipherSuite(aead: AeadAlgorithm, hash: HashAlgorithm): CipherSuite {
  const name = `${aead.name.replace('AEAD', 'TLS')}_${hash.name.replace('-', '')}`;
  const code = SUITES.get(name);
  if (code === undefined) throw new Error(`there is no cipher suite ${name}`);
  return { name, code, aead, hash, recordLimit: recordLimit(aead.name) };
}

/**
 * AES-GCM: 2^24.5 full records (RFC 8446, 5.5). AES-CCM: 2^23 (RFC 9147, B.1). ChaCha20-Poly1305 has
 * none below the sequence number; ours stays exact in a double. TLS 1.2 names no limits: its keys wear alike.
 */
export function recordLimit(aead: string): number {
  if (aead.includes('CCM')) return 2 ** 23;
  return aead.includes('GCM') ? 23_726_566 : 2 ** 48;
}
