/** The ClientHello that we send, first and after a HelloRetryRequest (RFC 8446, 4.1.2). */
import type { Entropy } from '@atoll/device/system';
import type { HashAlgorithm } from '@atoll/primitives/hash';
import type { RetryAnswer } from '../answer.ts';
import { HANDSHAKE } from '../frame.ts';
import { type ClientHello, TLS12, TLS13 } from '../hello.ts';
import { finishedMac, KeySchedule } from '../key-schedule.ts';
import { emitMessage } from '../message.ts';
import { bindersLength, emitOffer, type Offer, type OfferedPsks, PSK_DHE_KE } from '../offer.ts';
import { checkedLimit, Protection } from '../record.ts';
import type { Session } from '../session.ts';
import type { Action, Step } from '../step.ts';
import type { CipherSuite } from '../suite.ts';
import { retriedTranscript, type Transcript } from '../transcript.ts';
import type { ClientConfig, Target } from './config.ts';
import type { ClientState, ExpectServerHello, GroupKey } from './state.ts';

export function firstHello(
  config: ClientConfig,
  target: Target,
  entropy: Entropy,
  now: number,
): Step<ClientState> {
  const speaks13 = config.suites.length > 0;
  const compatible = speaks13 && (config.compatibility ?? true);
  const random = randomBytes(entropy, 32);
  // A server of TLS 1.2 repeats it to say that it takes the ticket (RFC 5077, 3.4).
  const identifies = compatible || target.session?.version === 'TLS 1.2';
  const sessionId = identifies ? randomBytes(entropy, 32) : NOTHING;
  const keys = config.groups
    .slice(0, speaks13 ? (config.keyShares ?? 1) : 0)
    .map((group) => ({ group, pair: group.kem.generate(entropy) }));
  const session = usable(config, target, now);
  const hash = config.suites.find((suite) => suite.hash.name === session?.hash)?.hash;
  const early = earlyDataOf(config, target, session);
  const offer: Partial<Offer> = {
    ...firstOffer(config, target, keys),
    ...(early && { earlyData: true as const }),
    ...pskOffer(session, hash, now),
  };
  const older = config.tls12?.offer(config, session);
  const hello: ClientHello = {
    type: HANDSHAKE.CLIENT_HELLO,
    legacyVersion: TLS12,
    random,
    sessionId,
    suites: [...config.suites.map((suite) => suite.code), ...(older?.suites ?? [])],
    compressions: Uint8Array.of(0),
    extensions: [...(older?.extensions ?? []), ...emitOffer(offer)],
  };
  const bytes = emitMessage(hello);
  if (session && hash && offer.preSharedKey) {
    bind(bytes, offer.preSharedKey, session, hash, (covered) => hash.digest(covered));
  }
  return {
    state: {
      expects: 'ServerHello',
      serverName: target.serverName?.toLowerCase(),
      hello,
      offer,
      bytes,
      keys,
      session,
      early: early !== undefined,
      older: older?.extensions ?? [],
      retried: undefined,
    },
    actions: [
      { do: 'send', message: bytes },
      ...(early ? sendEarly(early, bytes, compatible) : []),
    ],
  };
}

/** The answer to a HelloRetryRequest, which came as `retry` and chose `suite`. */
export function secondHello(
  config: ClientConfig,
  state: ExpectServerHello,
  retry: Uint8Array,
  { group, cookie }: Partial<RetryAnswer>,
  suite: CipherSuite,
  entropy: Entropy,
  now: number,
): Step<ClientState> {
  const transcript = retriedTranscript(suite.hash, state.bytes);
  transcript.add(retry);
  let keys = state.keys;
  const wanted = config.groups.find(({ code }) => code === group);
  if (wanted !== undefined) {
    for (const { pair } of keys) pair.privateKey.fill(0);
    keys = [{ group: wanted, pair: wanted.kem.generate(entropy) }];
  }
  // A PSK of another hash could not be taken any more.
  const session = state.session?.hash === suite.hash.name ? state.session : undefined;
  // Early data goes with the first hello only (RFC 8446, 4.1.2).
  const { preSharedKey: _, earlyData, ...kept } = state.offer;
  const offer: Partial<Offer> = {
    ...kept,
    keyShares: shares(keys),
    ...(cookie && { cookie }),
    ...pskOffer(session, suite.hash, now),
  };
  const hello = { ...state.hello, extensions: [...state.older, ...emitOffer(offer)] };
  const bytes = emitMessage(hello);
  if (session && offer.preSharedKey) {
    bind(bytes, offer.preSharedKey, session, suite.hash, (covered) =>
      transcript.digestWith(covered),
    );
  }
  const compatible = config.compatibility ?? true;
  return {
    state: {
      ...state,
      hello,
      offer,
      bytes,
      keys,
      session,
      early: false,
      retried: { suite, transcript },
    },
    actions: [
      ...(earlyData ? [{ do: 'write-plain' } as const] : []),
      ...(compatible && !earlyData ? [PRETEND] : []),
      { do: 'send', message: bytes },
    ],
  };
}

/** The transcript up to our last hello, for `suite`. */
export function helloTranscript(
  { bytes, retried }: ExpectServerHello,
  start: () => Transcript,
): Transcript {
  const transcript = retried?.transcript ?? start();
  transcript.add(bytes);
  return transcript;
}

function firstOffer(
  config: ClientConfig,
  { serverName }: Target,
  keys: readonly GroupKey[],
): Partial<Offer> {
  const { suites, tls12, groups, verifier, protocols, recordSizeLimit } = config;
  return {
    // An address is never sent (RFC 6066, 3).
    ...(serverName && !ADDRESS.test(serverName) && { serverName: serverName.toLowerCase() }),
    groups: groups.map(({ code }) => code),
    signatureSchemes: verifier.schemes,
    ...(verifier.certificateSchemes && { certificateSchemes: verifier.certificateSchemes }),
    ...(protocols && { protocols }),
    recordSizeLimit: checkedLimit(recordSizeLimit),
    ...(suites.length > 0 && {
      versions: tls12 ? [TLS13, TLS12] : [TLS13],
      // Also without a session: only who says so gets tickets.
      pskModes: [PSK_DHE_KE],
      keyShares: shares(keys),
    }),
  };
}

interface EarlyData {
  readonly data: Uint8Array;
  readonly session: Session;
  readonly suite: CipherSuite;
}

/** The early data of `target` when `session` allows for it: suite and protocol must be able to be the same. */
function earlyDataOf(
  { suites, protocols }: ClientConfig,
  { earlyData }: Target,
  session: Session | undefined,
): EarlyData | undefined {
  if (earlyData === undefined || session?.version !== 'TLS 1.3') return undefined;
  if (earlyData.length > session.earlyDataMost) return undefined;
  if (session.protocol !== undefined && !protocols?.includes(session.protocol)) return undefined;
  const suite = suites.find(({ code }) => code === session.suite);
  return suite && { data: earlyData, session, suite };
}

function sendEarly(
  { data, session, suite }: EarlyData,
  hello: Uint8Array,
  compatible: boolean,
): Action[] {
  const schedule = new KeySchedule(suite.hash, session.psk);
  const secret = schedule.derive('c e traffic', suite.hash.digest(hello));
  schedule.wipe();
  return [
    ...(compatible ? [PRETEND] : []),
    { do: 'write-with', protection: new Protection(suite, secret) },
    { do: 'send-early', data },
  ];
}

function shares(keys: readonly GroupKey[]) {
  return keys.map(({ group, pair }) => ({ group: group.code, key: pair.publicKey }));
}

/** The session of `target` when it is for this server, has not expired, and a suite can have its hash. */
function usable(
  { suites, tls12 }: ClientConfig,
  { session, serverName }: Target,
  now: number,
): Session | undefined {
  if (session === undefined || now < session.issued || now >= session.expires) return undefined;
  if (session.serverName !== serverName?.toLowerCase()) return undefined;
  if (session.version === 'TLS 1.2') return tls12?.resumes(session) ? session : undefined;
  return suites.some((suite) => suite.hash.name === session.hash) ? session : undefined;
}

/** With zeros for the binder, which {@link bind} overwrites. */
function pskOffer(
  session: Session | undefined,
  hash: HashAlgorithm | undefined,
  now: number,
): { preSharedKey?: OfferedPsks } {
  if (session?.version !== 'TLS 1.3' || hash === undefined) return {};
  const obfuscatedAge = (Math.floor(now - session.issued) + session.ageAdd) % 0x1_0000_0000;
  return {
    preSharedKey: {
      identities: [{ identity: session.ticket, obfuscatedAge }],
      binders: [new Uint8Array(hash.digestLength)],
    },
  };
}

/** Writes the binder at the end of the hello in `bytes` (RFC 8446, 4.2.11.2). */
function bind(
  bytes: Uint8Array,
  offered: OfferedPsks,
  session: Session,
  hash: HashAlgorithm,
  digest: (covered: Uint8Array) => Uint8Array,
): void {
  const schedule = new KeySchedule(hash, session.psk);
  const key = schedule.binderKey();
  const covered = bytes.subarray(0, bytes.length - bindersLength(offered));
  bytes.set(finishedMac(hash, key, digest(covered)), bytes.length - hash.digestLength);
  key.fill(0);
  schedule.wipe();
}

function randomBytes(entropy: Entropy, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  entropy.fill(bytes);
  return bytes;
}

/** IPv4, or IPv6 by its colons. */
const ADDRESS = /^[0-9.]+$|:/;
const PRETEND = { do: 'change-cipher-spec' } as const;
const NOTHING = new Uint8Array(0);
