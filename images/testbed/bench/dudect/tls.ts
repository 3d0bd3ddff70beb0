import type { AeadAlgorithm } from '@atoll/primitives/aead';
import type { HashAlgorithm } from '@atoll/primitives/hash';
import type { Kem } from '@atoll/primitives/kem';
import type { Random } from '@atoll/sim/random';
import { HANDSHAKE } from '@atoll/tls/frame';
import { group } from '@atoll/tls/group';
import { TLS13 } from '@atoll/tls/hello';
import { finishedMac, KeySchedule } from '@atoll/tls/key-schedule';
import { bindersLength } from '@atoll/tls/offer';
import { verifyFinished } from '@atoll/tls/proof';
import { resume } from '@atoll/tls/server/resume';
import { TicketKeys } from '@atoll/tls/server/ticket';
import { cipherSuite } from '@atoll/tls/suite';
import { Transcript } from '@atoll/tls/transcript';
import { type Subject, select, TAG, withWrongByte } from './subjects.ts';

/** What a client's Finished goes through. */
export function finishedCheck(hash: HashAlgorithm, random: Random): Subject {
  const secret = random.bytes(hash.digestLength);
  const transcript = new Transcript(hash);
  transcript.add(random.bytes(500));
  const right = finishedMac(hash, secret, transcript.digest());
  const kinds = withWrongByte(right, 0, right.length - 1);
  const verifyData = new Uint8Array(right.length);
  const message = { type: HANDSHAKE.FINISHED, verifyData };
  return {
    name: 'TLS 1.3 Finished, verify',
    classes: TAG,
    measurements: 20_000,
    prepare: (which) => select(verifyData, kinds, which),
    run: () => void verifyFinished(hash, secret, transcript, message),
  };
}

/** What the ticket of a client and its binder go through. */
export function binderCheck(
  aead: AeadAlgorithm,
  hash: HashAlgorithm,
  kem: Kem,
  random: Random,
): Subject {
  const suite = cipherSuite(aead, hash);
  const tickets = new TicketKeys(aead);
  const content = {
    version: TLS13,
    issued: 0,
    suite: suite.code,
    hash: hash.name,
    ageAdd: 0,
    protocol: '',
    psk: random.bytes(hash.digestLength),
    serverName: '',
  };
  const identity = tickets.seal(content, random, 0);
  const config = { suites: [suite], groups: [group(kem)], credentials: () => [], tickets };
  const hello = random.bytes(400);
  const binder = new Uint8Array(hash.digestLength);
  const preSharedKey = { identities: [{ identity, obfuscatedAge: 0 }], binders: [binder] };
  const offer = { preSharedKey, pskModes: [1] };
  const choice = { offer, suite, group: group(kem), key: undefined, protocol: undefined };
  const key = new KeySchedule(hash, content.psk).binderKey();
  const covered = hello.subarray(0, hello.length - bindersLength(preSharedKey));
  const right = finishedMac(hash, key, hash.digest(covered));
  const kinds = withWrongByte(right, 0, right.length - 1);
  const digest = (part: Uint8Array) => hash.digest(part);
  return {
    name: 'TLS 1.3 PSK binder, verify',
    classes: TAG,
    measurements: 6_000,
    prepare: (which) => select(binder, kinds, which),
    run: () => void resume(config, choice, hello, digest, 0),
  };
}
