/** What a server answers to a ClientHello (RFC 8446, 4.1.3, 4.1.4 and 4.3). */
import type { Entropy } from '@atoll/device/system';
import { ok } from '@atoll/result/result';
import { ALERT, abort } from '../alert.ts';
import { emitEncryptedAnswer, emitHelloAnswer, emitRequest, emitRetryAnswer } from '../answer.ts';
import { readExtensions } from '../extension.ts';
import { HANDSHAKE } from '../frame.ts';
import { type ClientHello, RETRY_RANDOM, TLS12, TLS13 } from '../hello.ts';
import { finishedMac, KeySchedule } from '../key-schedule.ts';
import { emitMessage } from '../message.ts';
import { OFFER, PSK_DHE_KE } from '../offer.ts';
import { authenticate, entriesOf } from '../proof.ts';
import { checkedLimit, INNER_LONGEST, Protection } from '../record.ts';
import type { Action, Stepped } from '../step.ts';
import { retriedTranscript, Transcript } from '../transcript.ts';
import { choose, chooseIdentity, chooseVersion, constantOf } from './choose.ts';
import type { ServerConfig } from './config.ts';
import { takesEarlyData } from './early.ts';
import { resume } from './resume.ts';
import type { Agreed, Choice, Identity, Retried, ServerState } from './state.ts';

export function handleClientHello(
  config: ServerConfig,
  retried: Retried | undefined,
  hello: ClientHello,
  bytes: Uint8Array,
  entropy: Entropy,
  now: number,
): Stepped<ServerState> {
  const read = readExtensions(OFFER, hello.extensions);
  if (!read.ok) return read;
  const offer = read.value;
  const version = chooseVersion(config, hello, offer);
  if (!version.ok) return version;
  if (version.value === TLS12 && config.tls12) {
    if (retried)
      return abort(ALERT.ILLEGAL_PARAMETER, 'the second ClientHello changes its version');
    const handed = config.tls12.handleClientHello(config, { hello, offer, bytes }, entropy, now);
    return handed.ok ? ok({ state: { expects: 'nothing' }, actions: handed.value }) : handed;
  }
  const chosen = choose(config, hello, offer, retried);
  if (!chosen.ok) return chosen;
  const choice = chosen.value;
  const { key } = choice;
  if (key === undefined) return ok(askAgain(choice, hello, bytes));
  return answer(config, retried, { ...choice, key }, hello, bytes, entropy, now);
}

function askAgain({ suite, group, offer }: Choice, hello: ClientHello, bytes: Uint8Array) {
  const transcript = retriedTranscript(suite.hash, bytes);
  const message = emitMessage({
    type: HANDSHAKE.SERVER_HELLO,
    legacyVersion: TLS12,
    random: RETRY_RANDOM,
    sessionId: hello.sessionId,
    suite: suite.code,
    compression: 0,
    extensions: emitRetryAnswer({ version: TLS13, group: group.code }),
  });
  transcript.add(message);
  const retried = { constant: constantOf(hello, suite.hash), suite, group, transcript };
  const state: ServerState = { expects: 'second ClientHello', retried };
  return {
    state,
    actions: [{ do: 'send', message } as const, ...pretend(hello), ...skipping(offer)],
  };
}

function answer(
  config: ServerConfig,
  retried: Retried | undefined,
  choice: Choice & { readonly key: Uint8Array },
  hello: ClientHello,
  bytes: Uint8Array,
  entropy: Entropy,
  now: number,
): Stepped<ServerState> {
  const { offer, suite, group, key, protocol } = choice;
  const transcript = retried?.transcript ?? new Transcript(suite.hash);
  const resumption = resume(config, choice, bytes, (part) => transcript.digestWith(part), now);
  if (!resumption.ok) return resumption;
  const resumed = resumption.value;
  let identity: Identity | undefined;
  if (resumed === undefined) {
    const chosen = chooseIdentity(config, choice);
    if (!chosen.ok) return chosen;
    identity = chosen.value;
  }
  const encapsulated = group.kem.encapsulate(key, entropy);
  if (encapsulated === undefined) {
    return abort(ALERT.ILLEGAL_PARAMETER, 'a key share that is none of its group');
  }
  transcript.add(bytes);
  const early = takesEarlyData(config, choice, retried, resumed, now);
  const schedule = new KeySchedule(suite.hash, resumed?.ticket.psk);
  resumed?.ticket.psk.fill(0);
  const earlySecret = early ? schedule.derive('c e traffic', transcript.digest()) : undefined;

  const random = new Uint8Array(32);
  entropy.fill(random);
  const serverHello = emitMessage({
    type: HANDSHAKE.SERVER_HELLO,
    legacyVersion: TLS12,
    random,
    sessionId: hello.sessionId,
    suite: suite.code,
    compression: 0,
    extensions: emitHelloAnswer({
      version: TLS13,
      keyShare: { group: group.code, key: encapsulated.ciphertext },
      ...(resumed && { preSharedKey: resumed.index }),
    }),
  });
  transcript.add(serverHello);
  schedule.toHandshake(encapsulated.shared);
  encapsulated.shared.fill(0);
  const clientSecret = schedule.derive('c hs traffic', transcript.digest());
  const serverSecret = schedule.derive('s hs traffic', transcript.digest());

  const asks = identity !== undefined && config.clients !== undefined;
  const flight = [
    encryptedExtensions(config, choice, early),
    ...(asks ? [certificateRequest(config)] : []),
  ];
  for (const message of flight) transcript.add(message);
  if (identity) {
    const { credentials, signer } = identity;
    const { chain, ocspResponse } = credentials;
    const entries = entriesOf(chain, offer.statusRequest ? ocspResponse : undefined);
    flight.push(...authenticate(entries, signer, 'server', transcript, entropy));
  }
  const verifyData = finishedMac(suite.hash, serverSecret, transcript.digest());
  const finished = emitMessage({ type: HANDSHAKE.FINISHED, verifyData });
  transcript.add(finished);
  schedule.toMaster();
  const digest = transcript.digest();
  const agreed: Agreed = {
    suite,
    group,
    transcript,
    schedule,
    clientSecret,
    clientTraffic: schedule.derive('c ap traffic', digest),
    exporterSecret: schedule.derive('exp master', digest),
    resumed: resumed !== undefined,
    earlyData: early,
    protocol,
    serverName: offer.serverName || undefined,
    wantsTicket: offer.pskModes?.includes(PSK_DHE_KE) ?? false,
    peerChain: resumed?.ticket.peerChain ?? [],
    // Other tickets do not make it longer until the client has to show them again (RFC 8446, 4.6.1).
    peerExpires: (config.clients && resumed?.ticket.expires) ?? Number.POSITIVE_INFINITY,
  };
  return ok({
    state: { ...agreed, expects: early ? 'EndOfEarlyData' : asks ? 'Certificate' : 'Finished' },
    actions: [
      { do: 'send', message: serverHello },
      ...(retried ? [] : pretend(hello)),
      earlySecret && config.earlyData
        ? {
            do: 'read-early',
            protection: new Protection(suite, earlySecret),
            most: config.earlyData.most,
          }
        : { do: 'read-with', protection: new Protection(suite, clientSecret.slice()) },
      { do: 'write-with', protection: new Protection(suite, serverSecret) },
      ...limits(config, offer.recordSizeLimit),
      ...[...flight, finished].map((message) => ({ do: 'send', message }) as const),
      {
        do: 'write-with',
        protection: new Protection(suite, schedule.derive('s ap traffic', digest)),
      },
      ...(early ? [] : skipping(offer)),
    ],
  });
}

function encryptedExtensions(
  { groups, recordSizeLimit }: ServerConfig,
  { offer, protocol }: Choice,
  early: boolean,
): Uint8Array {
  return emitMessage({
    type: HANDSHAKE.ENCRYPTED_EXTENSIONS,
    extensions: emitEncryptedAnswer({
      // So that the client knows what to send a key for, next time (RFC 8446, 4.2.7).
      groups: groups.map(({ code }) => code),
      ...(protocol !== undefined && { protocols: [protocol] }),
      ...(offer.recordSizeLimit !== undefined && {
        recordSizeLimit: checkedLimit(recordSizeLimit),
      }),
      ...(offer.serverName && { serverName: true as const }),
      ...(early && { earlyData: true as const }),
    }),
  });
}

function certificateRequest({ clients }: ServerConfig): Uint8Array {
  const verifier = clients?.verifier;
  return emitMessage({
    type: HANDSHAKE.CERTIFICATE_REQUEST,
    context: NOTHING,
    extensions: emitRequest({
      signatureSchemes: verifier?.schemes ?? [],
      ...(verifier?.certificateSchemes && { certificateSchemes: verifier.certificateSchemes }),
      ...(verifier?.authorities && { authorities: verifier.authorities }),
    }),
  });
}

function limits({ recordSizeLimit }: ServerConfig, offered: number | undefined): Action[] {
  if (offered === undefined) return [];
  // A client may offer more than there is, for versions to come (RFC 8449, 4).
  const written = Math.min(offered, INNER_LONGEST);
  return [{ do: 'limit', read: checkedLimit(recordSizeLimit), written }];
}

/** Early data that is not taken comes all the same. */
function skipping({ earlyData }: Choice['offer']): Action[] {
  return earlyData ? [{ do: 'skip-early-data' }] : [];
}

function pretend({ sessionId }: ClientHello): Action[] {
  return sessionId.length > 0 ? [{ do: 'change-cipher-spec' }] : [];
}

const NOTHING = new Uint8Array(0);
