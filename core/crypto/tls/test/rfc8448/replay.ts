/** What it takes to play one end of a trace of RFC 8448. */
import type { Entropy } from '@atoll/device/system';
import { agreementKem } from '@atoll/primitives/kem';
import { p256 } from '@atoll/primitives/reference/nist';
import { rsa } from '@atoll/primitives/reference/rsa';
import { sha256 } from '@atoll/primitives/reference/sha2';
import { x25519 } from '@atoll/primitives/reference/x25519';
import { ok } from '@atoll/result/result';
import { parseCertificate } from '@atoll/x509/certificate';
import { ecdsaSignature, rsaPssSignature } from '@atoll/x509/signature';
import type { ClientConfig } from '../../src/client/config.ts';
import { type CertificateVerifier, schemeCode } from '../../src/credentials.ts';
import { HANDSHAKE } from '../../src/frame.ts';
import type { Group } from '../../src/group.ts';
import { group } from '../../src/group.ts';
import type { ClientHello } from '../../src/hello.ts';
import { parseMessage } from '../../src/message.ts';
import type { ServerConfig } from '../../src/server/config.ts';
import { x509Signers } from '../../src/x509.ts';
import { SUITES } from '../kit.ts';
import { CERTIFICATE, SERVER_KEY } from './key.ts';
import { messageOf } from './messages.ts';

/** Gives out `values` one after the other; for all else, which must not show, anything. */
export function drawing(...values: readonly Uint8Array[]): Entropy {
  const left = [...values];
  return {
    fill(bytes) {
      const next = left[0]?.length === bytes.length ? left.shift() : undefined;
      bytes.set(next ?? new Uint8Array(bytes.length).fill(1));
    },
  };
}

export const X25519 = group(agreementKem(x25519));
export const P256 = group(agreementKem(p256));

/** Groups of the traces that nobody takes: P-384, P-521 and those of RFC 7919. */
const [p384, ...OTHERS] = [0x18, 0x19, 0x100, 0x101, 0x102, 0x103, 0x104].map(
  (code): Group => ({ code, kem: X25519.kem }),
);
export const GROUPS = [X25519, P256, p384, ...OTHERS];
export const FEW_GROUPS = [X25519, P256, p384];
/** The server that sends a HelloRetryRequest likes P-256 best. */
export const RETRY_GROUPS = [P256, p384, X25519];

export const SIGNATURES = [ecdsaSignature(p256, sha256), rsaPssSignature(rsa, sha256)];

/** Takes any certificate: those of the traces are from nobody. */
export const VERIFIER: CertificateVerifier = {
  schemes: [
    ...[0x0403, 0x0503, 0x0603, 0x0203, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0201],
    ...[0x0402, 0x0502, 0x0602, 0x0202],
  ],
  verify([certificate]) {
    const key = publicKey(certificate);
    return ok({
      verify(scheme, message, signature) {
        const way = SIGNATURES.find(({ name }) => schemeCode(name) === scheme);
        return way?.fits(key) === true && way.verify(key, message, signature);
      },
    });
  },
};

export function publicKey(certificate: Uint8Array) {
  const parsed = parseCertificate(certificate);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return parsed.value.publicKey;
}

const suites = [SUITES.aes128, SUITES.chacha, SUITES.aes256];

export const CLIENT: ClientConfig = {
  suites,
  groups: GROUPS,
  verifier: VERIFIER,
  compatibility: false,
};

export const SERVER: ServerConfig = {
  suites,
  groups: GROUPS,
  credentials: () => [{ chain: [CERTIFICATE], signers: x509Signers(SERVER_KEY, SIGNATURES) }],
};

/** What both send: the bytes from 0 to 49. */
export const DATA = Uint8Array.from({ length: 50 }, (_, index) => index);
export const EARLY_DATA = Uint8Array.from('ABCDEF', (letter) => letter.charCodeAt(0));

/** The random of the hello in a record. */
export function randomOf(record: Uint8Array): Uint8Array {
  return record.slice(11, 43);
}

export function helloOf(record: Uint8Array): ClientHello {
  const parsed = parseMessage(messageOf(record));
  if (!parsed.ok || parsed.value.type !== HANDSHAKE.CLIENT_HELLO) throw new Error('no ClientHello');
  return parsed.value;
}
