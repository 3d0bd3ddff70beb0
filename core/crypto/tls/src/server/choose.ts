/** What a server takes of a client's offer (RFC 8446, 4.1.1 and 4.2). */
import { equalBytes } from '@atoll/primitives/equal';
import type { HashAlgorithm } from '@atoll/primitives/hash';
import { ok, type Result } from '@atoll/result/result';
import { ALERT, abort, type TlsFailure } from '../alert.ts';
import { signsHandshakes } from '../credentials.ts';
import { EXTENSION } from '../extension.ts';
import type { Group } from '../group.ts';
import { type ClientHello, TLS12, TLS13 } from '../hello.ts';
import { emitMessage } from '../message.ts';
import type { Offer } from '../offer.ts';
import type { ServerConfig } from './config.ts';
import type { Choice, Identity, Retried } from './state.ts';

/** The best version that both speak. A client that fell back although there is a better one is told (RFC 7507). */
export function chooseVersion(
  { suites, tls12 }: ServerConfig,
  hello: ClientHello,
  { versions }: Partial<Offer>,
): Result<typeof TLS12 | typeof TLS13, TlsFailure> {
  if (suites.length > 0 && versions?.includes(TLS13)) return ok(TLS13);
  // Whoever sends no list speaks all versions up to TLS 1.2 at most (RFC 8446, 4.2.1).
  const speaks12 = versions?.includes(TLS12) ?? hello.legacyVersion >= TLS12;
  const hasBetter = suites.length > 0 || !speaks12;
  if (hasBetter && hello.suites.includes(FALLBACK_SCSV)) {
    return abort(ALERT.INAPPROPRIATE_FALLBACK, 'the client fell back to an older version');
  }
  if (speaks12 && tls12) return ok(TLS12);
  return abort(ALERT.PROTOCOL_VERSION, 'the client speaks no version of ours');
}

/** Chooses suite, group and protocol; after a retry, suite and group are those of `retried`. */
export function choose(
  config: ServerConfig,
  hello: ClientHello,
  offer: Partial<Offer>,
  retried: Retried | undefined,
): Result<Choice, TlsFailure> {
  if (hello.compressions.length !== 1 || hello.compressions[0] !== 0) {
    return abort(ALERT.ILLEGAL_PARAMETER, 'compression methods');
  }
  const suite = config.suites.find(({ code }) => hello.suites.includes(code));
  if (suite === undefined) return abort(ALERT.HANDSHAKE_FAILURE, 'no common cipher suite');
  if (retried && (retried.suite !== suite || !isSame(retried.constant, hello, suite.hash))) {
    return abort(ALERT.ILLEGAL_PARAMETER, 'the second ClientHello changes what it must not');
  }
  const group = chooseGroup(config, offer, retried);
  if (!group.ok) return group;
  const protocol = chooseProtocol(config, offer);
  if (!protocol.ok) return protocol;
  if (offer.recordSizeLimit !== undefined && offer.recordSizeLimit < 64) {
    return abort(ALERT.ILLEGAL_PARAMETER, `a record size limit of ${offer.recordSizeLimit}`);
  }
  return ok({ offer, suite, ...group.value, protocol: protocol.value });
}

/** The first of our credentials with which the client can do something. */
export function chooseIdentity(
  config: ServerConfig,
  { offer: { serverName, signatureSchemes }, protocol }: Choice,
): Result<Identity, TlsFailure> {
  if (signatureSchemes === undefined) {
    return abort(ALERT.MISSING_EXTENSION, 'no signature_algorithms');
  }
  const all = config.credentials(serverName || undefined, protocol);
  if (all.length === 0) {
    return abort(ALERT.UNRECOGNIZED_NAME, `nobody here is ${serverName || 'without a name'}`);
  }
  for (const credentials of all) {
    const signer = credentials.signers.find(
      ({ scheme }) => signsHandshakes(scheme) && signatureSchemes.includes(scheme),
    );
    if (signer) return ok({ credentials, signer });
  }
  return abort(ALERT.HANDSHAKE_FAILURE, 'no common signature scheme');
}

function chooseGroup(
  config: ServerConfig,
  { groups, keyShares }: Partial<Offer>,
  retried: Retried | undefined,
): Result<{ group: Group; key: Uint8Array | undefined }, TlsFailure> {
  if (groups === undefined || keyShares === undefined) {
    return abort(ALERT.MISSING_EXTENSION, 'no supported_groups or key_share');
  }
  const keys = new Map(keyShares.map((share) => [share.group, share.key]));
  if (keys.size < keyShares.length || keyShares.some((share) => !groups.includes(share.group))) {
    return abort(ALERT.ILLEGAL_PARAMETER, 'key shares that are not those of the groups');
  }
  if (retried) {
    const { group } = retried;
    const key = keys.get(group.code);
    if (key === undefined || keys.size !== 1) {
      return abort(ALERT.ILLEGAL_PARAMETER, 'not the key share that was asked for');
    }
    return ok({ group, key });
  }
  const common = config.groups.filter(({ code }) => groups.includes(code));
  if (common.length === 0) return abort(ALERT.HANDSHAKE_FAILURE, 'no common group');
  // A key that is there saves a round trip; it is worth more than our order.
  const group = common.find(({ code }) => keys.has(code)) ?? common[0];
  return ok({ group, key: keys.get(group.code) });
}

/** The first of our protocols that the client offers, if both have any. */
export function chooseProtocol(
  config: ServerConfig,
  { protocols }: Partial<Offer>,
): Result<string | undefined, TlsFailure> {
  if (config.protocols === undefined || protocols === undefined) return ok(undefined);
  const common = config.protocols.find((protocol) => protocols.includes(protocol));
  return common === undefined
    ? abort(ALERT.NO_APPLICATION_PROTOCOL, 'no common protocol')
    : ok(common);
}

/** The hash of what must be the same in the hello after a HelloRetryRequest (RFC 8446, 4.1.2). */
export function constantOf(hello: ClientHello, hash: HashAlgorithm): Uint8Array {
  const extensions = hello.extensions.filter(({ type }) => !CHANGING.has(type));
  return hash.digest(emitMessage({ ...hello, extensions }));
}

function isSame(constant: Uint8Array, hello: ClientHello, hash: HashAlgorithm): boolean {
  return equalBytes(constant, constantOf(hello, hash));
}

/** Says that a hello is for an older version than its client's best (RFC 7507). */
const FALLBACK_SCSV = 0x5600;
const PADDING = 21;
const CHANGING: ReadonlySet<number> = /* @__PURE__ */ new Set([
  PADDING,
  EXTENSION.PRE_SHARED_KEY,
  EXTENSION.EARLY_DATA,
  EXTENSION.COOKIE,
  EXTENSION.KEY_SHARE,
]);
