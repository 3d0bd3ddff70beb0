/** How both sides prove who they are (RFC 5246, 7.4.3 and 7.4.8; RFC 8422, 5.4). */
import { Writer } from '@atoll/bytes/writer';
import { ok, type Result } from '@atoll/result/result';
import { ALERT, abort, type TlsFailure } from '../alert.ts';
import type { CertificateVerifier, PeerKey } from '../credentials.ts';
import { emitParameters } from './message.ts';
import type { Randoms } from './prf.ts';
import { type KeyKind, kindOf } from './suite.ts';

/** What a ServerKeyExchange signs. */
export function signedParameters(
  { client, server }: Randoms,
  group: number,
  key: Uint8Array,
): Uint8Array {
  const out = new Writer(256);
  out.bytes(client);
  out.bytes(server);
  emitParameters(out, group, key);
  return out.finish();
}

/** Whether `signature` is one of `content` by the peer, whose key must be of `kind` if that is known. */
export function verifySignature12(
  verifier: CertificateVerifier,
  peerKey: PeerKey,
  { scheme, signature }: { readonly scheme: number; readonly signature: Uint8Array },
  kind: KeyKind | undefined,
  content: Uint8Array,
): Result<undefined, TlsFailure> {
  if (!verifier.schemes.includes(scheme)) {
    return abort(ALERT.ILLEGAL_PARAMETER, 'a signature scheme that was not offered');
  }
  if (kind !== undefined && kindOf(scheme) !== kind) {
    return abort(ALERT.ILLEGAL_PARAMETER, 'a signature scheme of another suite');
  }
  if (!peerKey.verify(scheme, content, signature, true)) {
    return abort(ALERT.DECRYPT_ERROR, 'a signature is wrong');
  }
  return ok(undefined);
}
