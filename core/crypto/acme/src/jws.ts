/** Requests as JSON Web Signatures (RFC 8555, 6.2, and RFC 7515 in its flattened form). */
import { encodeUtf8 } from '@atoll/bytes/utf8';
import type { Entropy } from '@atoll/device/system';
import type { HashAlgorithm } from '@atoll/primitives/hash';
import type { PrivateKey } from '@atoll/x509/private-key';
import { encodeBase64Url } from './base64url.ts';
import type { KeyAlgorithm } from './key.ts';

/** Who signs. */
export interface SigningAccount {
  readonly algorithm: KeyAlgorithm;
  readonly key: PrivateKey;
  /** What names the key at the authority; before there is such a name, the key itself is sent. */
  readonly url: string | undefined;
}

/** The body of a POST to `url`. The payload is JSON; empty, the request only reads (POST-as-GET, 6.3). */
export function signedBody(
  { algorithm, key, url: kid }: SigningAccount,
  about: { readonly url: string; readonly nonce: string; readonly payload: string },
  entropy: Entropy,
): Uint8Array {
  const { url, nonce, payload } = about;
  const { alg } = algorithm;
  const header = kid === undefined ? { alg, jwk: JSON.parse(algorithm.jwk(key)) } : { alg, kid };
  const sign = (message: Uint8Array) => algorithm.sign(key, message, entropy);
  return encodeUtf8(JSON.stringify(flattened({ ...header, nonce, url }, payload, sign)));
}

/** What an authority gave to somebody with whom it has a contract (RFC 8555, 7.3.4). */
export interface ExternalAccount {
  readonly keyId: string;
  readonly macKey: Uint8Array;
}

/** Binds the account key `jwk` to an external account; `url` is that of newAccount. */
export function externalAccountBinding(
  { keyId, macKey }: ExternalAccount,
  jwk: string,
  url: string,
  sha256: HashAlgorithm,
): object {
  const header = { alg: 'HS256', kid: keyId, url };
  return flattened(header, jwk, (message) => sha256.hmac(macKey).update(message).tag());
}

function flattened(header: object, payload: string, sign: (message: Uint8Array) => Uint8Array) {
  const parts = [JSON.stringify(header), payload];
  const [protectedHeader, encoded] = parts.map((part) => encodeBase64Url(encodeUtf8(part)));
  const signature = sign(encodeUtf8(`${protectedHeader}.${encoded}`));
  return { protected: protectedHeader, payload: encoded, signature: encodeBase64Url(signature) };
}
