/** What a client makes of a ServerHello or HelloRetryRequest (RFC 8446, 4.1.3 and 4.1.4). */
import type { Entropy } from '@atoll/device/system';
import { ok } from '@atoll/result/result';
import { ALERT, abort } from '../alert.ts';
import { HELLO_ANSWER, RETRY_ANSWER } from '../answer.ts';
import { EXTENSION, readExtensions } from '../extension.ts';
import { isDowngraded, isRetry, type ServerHello, TLS12, TLS13 } from '../hello.ts';
import { KeySchedule } from '../key-schedule.ts';
import { Protection } from '../record.ts';
import type { Stepped } from '../step.ts';
import type { CipherSuite } from '../suite.ts';
import { Transcript } from '../transcript.ts';
import type { ClientConfig } from './config.ts';
import { helloTranscript, secondHello } from './hello.ts';
import type { ClientState, ExpectServerHello } from './state.ts';

export function handleServerHello(
  config: ClientConfig,
  state: ExpectServerHello,
  hello: ServerHello,
  bytes: Uint8Array,
  entropy: Entropy,
  now: number,
): Stepped<ClientState> {
  if (!hello.extensions.some(({ type }) => type === EXTENSION.SUPPORTED_VERSIONS)) {
    return handleOlder(config, state, hello, bytes, entropy);
  }
  if (hello.legacyVersion !== TLS12) return illegal('another legacy version than that of TLS 1.2');
  if (hello.compression !== 0) return illegal('a compression method');
  const { sessionId } = state.hello;
  if (String(hello.sessionId) !== String(sessionId)) return illegal('another session ID than ours');
  const suite = config.suites.find(({ code }) => code === hello.suite);
  if (suite === undefined) return illegal('a cipher suite that was not offered');
  if (!isRetry(hello)) return accept(state, hello, bytes, suite);
  return retry(config, state, hello, bytes, suite, entropy, now);
}

/** Without supported_versions, it is TLS 1.2 at best. */
function handleOlder(
  config: ClientConfig,
  state: ExpectServerHello,
  hello: ServerHello,
  bytes: Uint8Array,
  entropy: Entropy,
): Stepped<ClientState> {
  const { tls12, suites } = config;
  if (tls12 === undefined || hello.legacyVersion !== TLS12) {
    return abort(ALERT.PROTOCOL_VERSION, 'the server speaks no version of ours');
  }
  if (suites.length > 0 && isDowngraded(hello)) return illegal('somebody lowered the version');
  if (state.retried) return illegal('another version than in the retry');
  // Who took early data before spoke TLS 1.3 (RFC 8446, D.3).
  if (state.early) return abort(ALERT.PROTOCOL_VERSION, 'TLS 1.2 in answer to early data');
  for (const { pair } of state.keys) pair.privateKey.fill(0);
  const handed = tls12.handleServerHello(config, state, hello, bytes, entropy);
  return handed.ok ? ok({ state: { expects: 'nothing' }, actions: handed.value }) : handed;
}

function retry(
  config: ClientConfig,
  state: ExpectServerHello,
  hello: ServerHello,
  bytes: Uint8Array,
  suite: CipherSuite,
  entropy: Entropy,
  now: number,
): Stepped<ClientState> {
  if (state.retried) return abort(ALERT.UNEXPECTED_MESSAGE, 'a second HelloRetryRequest');
  // A cookie is the one extension that the server begins.
  const asked = askedFor(state).add(EXTENSION.COOKIE);
  const read = readExtensions(RETRY_ANSWER, hello.extensions, asked);
  if (!read.ok) return read;
  const { version, group, cookie } = read.value;
  if (version !== TLS13) return illegal('a version that was not offered');
  if (group === undefined && cookie === undefined) return illegal('a retry that changes nothing');
  if (group !== undefined) {
    if (!config.groups.some(({ code }) => code === group)) {
      return illegal('a retry with a group that was not offered');
    }
    if (state.keys.some((key) => key.group.code === group)) {
      return illegal('a retry with a group whose key was sent');
    }
  }
  return ok(secondHello(config, state, bytes, read.value, suite, entropy, now));
}

function accept(
  state: ExpectServerHello,
  hello: ServerHello,
  bytes: Uint8Array,
  suite: CipherSuite,
): Stepped<ClientState> {
  const { serverName, session, early, retried, keys } = state;
  const asked = askedFor(state);
  const read = readExtensions(HELLO_ANSWER, hello.extensions, asked);
  if (!read.ok) return read;
  const { version, keyShare, preSharedKey } = read.value;
  if (version !== TLS13) return illegal('a version that was not offered');
  if (retried && retried.suite !== suite) return illegal('another cipher suite than in the retry');
  if (preSharedKey !== undefined && (preSharedKey !== 0 || session?.hash !== suite.hash.name)) {
    return illegal('a pre-shared key that was not offered, or is for another hash');
  }
  if (keyShare === undefined) return abort(ALERT.MISSING_EXTENSION, 'no key share');
  const key = keys.find(({ group }) => group.code === keyShare.group);
  if (key === undefined) return illegal('a key share of a group that was not asked for');
  const shared = key.group.kem.decapsulate(key.pair.privateKey, keyShare.key);
  for (const { pair } of keys) pair.privateKey.fill(0);
  if (shared === undefined) return illegal('a key share that is none of its group');

  const transcript = helloTranscript(state, () => new Transcript(suite.hash));
  transcript.add(bytes);
  const resumed = preSharedKey !== undefined;
  const schedule = new KeySchedule(suite.hash, resumed ? session?.psk : undefined);
  schedule.toHandshake(shared);
  shared.fill(0);
  const clientSecret = schedule.derive('c hs traffic', transcript.digest());
  const serverSecret = schedule.derive('s hs traffic', transcript.digest());
  const pretend = state.hello.sessionId.length > 0 && !retried && !early;
  return ok({
    state: {
      expects: 'EncryptedExtensions',
      suite,
      group: key.group,
      serverName,
      asked,
      transcript,
      schedule,
      clientSecret,
      serverSecret,
      resumed,
      early: early ? session : undefined,
      earlyData: false,
      protocol: undefined,
      peerChain: [],
      peerExpires: (resumed ? session?.peerExpires : undefined) ?? Number.POSITIVE_INFINITY,
      requested: undefined,
    },
    actions: [
      ...(pretend ? [{ do: 'change-cipher-spec' } as const] : []),
      { do: 'read-with', protection: new Protection(suite, serverSecret.slice()) },
      // After early data, only EncryptedExtensions tells which keys come next.
      ...(early
        ? []
        : [{ do: 'write-with', protection: new Protection(suite, clientSecret.slice()) } as const]),
    ],
  });
}

function askedFor({ hello }: ExpectServerHello): Set<number> {
  return new Set(hello.extensions.map(({ type }) => type));
}

function illegal(reason: string) {
  return abort(ALERT.ILLEGAL_PARAMETER, reason);
}
