import type { JsonWebKeyInput, KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey } from 'node:crypto';

/** Raw keys go through JSON: OpenSSL's decoder of DER takes ten times as long. */
type Jwk = JsonWebKeyInput['key'];

/** A curve of RFC 8037 and a key of 32 bytes. */
export function okpPrivateKey(crv: 'X25519' | 'Ed25519', raw: Uint8Array): KeyObject {
  // The public key must be there, but is computed.
  return privateKey({ kty: 'OKP', crv, d: textOf(raw), x: '' });
}

export function okpPublicKey(crv: 'X25519' | 'Ed25519', raw: Uint8Array): KeyObject {
  return publicKey({ kty: 'OKP', crv, x: textOf(raw) });
}

/** The raw public key of a private one. */
export function okpRawPublicKey(privateKey: KeyObject): Uint8Array {
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  return Uint8Array.from(Buffer.from(x, 'base64url'));
}

/** A curve of RFC 7518, a scalar and its point, uncompressed. Throws when they do not belong together. */
export function ecPrivateKey(crv: string, scalar: Uint8Array, point: Uint8Array): KeyObject {
  return privateKey({ ...ecPoint(crv, point), d: textOf(scalar) });
}

/** Throws when `point` does not lie on the curve. */
export function ecPublicKey(crv: string, point: Uint8Array): KeyObject {
  return publicKey(ecPoint(crv, point));
}

export function privateKey(key: Jwk): KeyObject {
  return createPrivateKey({ key, format: 'jwk' });
}

export function publicKey(key: Jwk): KeyObject {
  return createPublicKey({ key, format: 'jwk' });
}

/** A number or bytes as JSON has them. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}

function ecPoint(crv: string, point: Uint8Array): Jwk {
  const middle = (point.length + 1) / 2;
  return {
    kty: 'EC',
    crv,
    x: textOf(point.subarray(1, middle)),
    y: textOf(point.subarray(middle)),
  };
}
