import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey } from 'node:crypto';

/** How raw keys of one kind become keys of Node.js: what stands before them in DER. */
export interface KeyForm {
  /** PrivateKeyInfo (RFC 5958). */
  readonly privatePrefix: Uint8Array;
  /** SubjectPublicKeyInfo (RFC 5280). */
  readonly publicPrefix: Uint8Array;
}

/** A form of RFC 8410: `arc` is the last of the object identifier 1.3.101. */
export function edwardsForm(arc: number): KeyForm {
  const identifier = [0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, arc];
  return {
    privatePrefix: Uint8Array.of(0x30, 46, 0x02, 0x01, 0x00, ...identifier, 0x04, 34, 0x04, 32),
    publicPrefix: Uint8Array.of(0x30, 42, ...identifier, 0x03, 33, 0x00),
  };
}

/** The form of RFC 5915 and RFC 5480: `curve` is the content of the curve's object identifier. */
export function curveForm(curve: readonly number[], scalarLength: number): KeyForm {
  const ecPublicKey = [0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
  const algorithm = [0x30, 11 + curve.length, ...ecPublicKey, 0x06, curve.length, ...curve];
  const point = 1 + 2 * scalarLength;
  const ecPrivateKey = [0x30, scalarLength + 5, 0x02, 0x01, 0x01, 0x04, scalarLength];
  const inner = [...algorithm, 0x04, scalarLength + 7, ...ecPrivateKey];
  const bits = [...algorithm, 0x03, ...lengthOf(point + 1), 0x00];
  return {
    privatePrefix: Uint8Array.of(
      0x30,
      ...lengthOf(3 + inner.length + scalarLength),
      ...[0x02, 0x01, 0x00],
      ...inner,
    ),
    publicPrefix: Uint8Array.of(0x30, ...lengthOf(bits.length + point), ...bits),
  };
}

export function privateKeyOf({ privatePrefix }: KeyForm, raw: Uint8Array): KeyObject {
  const key = Buffer.concat([privatePrefix, raw]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

/** Throws when `raw` is no public key. */
export function publicKeyOf({ publicPrefix }: KeyForm, raw: Uint8Array): KeyObject {
  const key = Buffer.concat([publicPrefix, raw]);
  return createPublicKey({ key, format: 'der', type: 'spki' });
}

/** The raw public key of a private one: the last bytes of its DER. */
export function rawPublicKey(privateKey: KeyObject, length: number): Uint8Array {
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return Uint8Array.from(der.subarray(-length));
}

/** A length of DER, below 256. */
function lengthOf(length: number): number[] {
  return length < 0x80 ? [length] : [0x81, length];
}
