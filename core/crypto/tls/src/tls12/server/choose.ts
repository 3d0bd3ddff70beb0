/** What a server takes of a client's offer (RFC 5246, 7.4.1; RFC 5746, 3.6; RFC 7627, 5; RFC 8422, 4). */
import { ok, type Result } from '@atoll/result/result';
import { ALERT, abort, type TlsFailure } from '../../alert.ts';
import type { Credentials, Signer } from '../../credentials.ts';
import { readExtensions } from '../../extension.ts';
import type { Group } from '../../group.ts';
import type { ClientHello } from '../../hello.ts';
import type { Offer } from '../../offer.ts';
import { chooseProtocol } from '../../server/choose.ts';
import type { ServerConfig } from '../../server/config.ts';
import { isEllipticCurve } from '../agree.ts';
import { OFFER12, type Offer12, UNCOMPRESSED } from '../extension.ts';
import { type EcdheSuite, type KeyKind, kindOf } from '../suite.ts';

/** What both ways to go on need. */
export interface Terms {
  readonly offer: Partial<Offer & Offer12>;
  readonly protocol: string | undefined;
}

/** Refuses what no handshake of ours can be made of, and agrees on a protocol. */
export function chooseTerms(
  config: ServerConfig,
  hello: ClientHello,
  offer: Partial<Offer>,
): Result<Terms, TlsFailure> {
  const read = readExtensions(OFFER12, hello.extensions);
  if (!read.ok) return read;
  const { extendedMasterSecret, renegotiation, pointFormats } = read.value;
  if (!hello.compressions.includes(NO_COMPRESSION)) {
    return abort(ALERT.ILLEGAL_PARAMETER, 'compression methods without none');
  }
  // Without it a handshake could be spliced into another one (triple handshake).
  if (!extendedMasterSecret) {
    return abort(ALERT.HANDSHAKE_FAILURE, 'no extended_master_secret');
  }
  if (renegotiation !== undefined && renegotiation.length > 0) {
    return abort(ALERT.HANDSHAKE_FAILURE, 'a first handshake that renegotiates');
  }
  if (pointFormats !== undefined && !pointFormats.includes(UNCOMPRESSED)) {
    return abort(ALERT.ILLEGAL_PARAMETER, 'point formats without uncompressed');
  }
  if (offer.recordSizeLimit !== undefined && offer.recordSizeLimit < 64) {
    return abort(ALERT.ILLEGAL_PARAMETER, `a record size limit of ${offer.recordSizeLimit}`);
  }
  const protocol = chooseProtocol(config, offer);
  if (!protocol.ok) return protocol;
  return ok({ offer: { ...offer, ...read.value }, protocol: protocol.value });
}

/** Whether the client knows of secure renegotiation, by its extension or by a cipher suite that is none. */
export function signalsRenegotiation(
  hello: ClientHello,
  { renegotiation }: Terms['offer'],
): boolean {
  return renegotiation !== undefined || hello.suites.includes(EMPTY_RENEGOTIATION_INFO_SCSV);
}

/** The first of our groups that the client offers. */
export function chooseGroup(
  { groups }: ServerConfig,
  offer: Partial<Offer>,
): Result<Group, TlsFailure> {
  const common = groups.find(
    (group) => isEllipticCurve(group) && offer.groups?.includes(group.code),
  );
  return common ? ok(common) : abort(ALERT.HANDSHAKE_FAILURE, 'no common group');
}

export interface Identity12 {
  readonly credentials: Credentials;
  readonly signer: Signer;
  readonly suite: EcdheSuite;
  readonly kind: KeyKind;
}

/** The first of our credentials with which the client can do something, and the first suite for their kind of key. */
export function chooseIdentity12(
  config: ServerConfig,
  suites: readonly EcdheSuite[],
  hello: ClientHello,
  { offer: { serverName, signatureSchemes, groups }, protocol }: Terms,
): Result<Identity12, TlsFailure> {
  const all = config.credentials(serverName || undefined, protocol);
  if (all.length === 0) {
    return abort(ALERT.UNRECOGNIZED_NAME, `nobody here is ${serverName || 'without a name'}`);
  }
  const offers = (suite: EcdheSuite, kind: KeyKind) => {
    const code = suite.codes[kind];
    return code !== undefined && hello.suites.includes(code);
  };
  for (const credentials of all) {
    for (const signer of credentials.signers) {
      // A client that names none means SHA-1 (RFC 5246, 7.4.1.4.1), with which nobody here signs.
      if (!signatureSchemes?.includes(signer.scheme)) continue;
      // Groups are also the curves of keys in certificates (RFC 8422, 5.1.1).
      const curve = CURVES.get(signer.scheme);
      if (curve !== undefined && !groups?.includes(curve)) continue;
      const kind = kindOf(signer.scheme);
      const suite = suites.find((one) => offers(one, kind));
      if (suite) return ok({ credentials, signer, suite, kind });
    }
  }
  return abort(ALERT.HANDSHAKE_FAILURE, 'no common cipher suite and signature scheme');
}

/** The groups of keys that sign by the names of TLS 1.3, as ours do. */
const CURVES: ReadonlyMap<number, number> = /* @__PURE__ */ new Map([
  [0x0403, 0x0017],
  [0x0503, 0x0018],
  [0x0603, 0x0019],
]);
const NO_COMPRESSION = 0;
const EMPTY_RENEGOTIATION_INFO_SCSV = 0x00ff;
