/** Algorithms without any strength, for tests that make handshakes by the hundred thousand and look into their records. */
import type { AeadAlgorithm } from '@atoll/primitives/aead';
import type { Agreement } from '@atoll/primitives/agreement';
import type { Hash, HashAlgorithm, Mac } from '@atoll/primitives/hash';
import { agreementKem } from '@atoll/primitives/kem';
import { ok } from '@atoll/result/result';
import { type CertificateVerifier, type Credentials, schemeCode } from '../src/credentials.ts';
import { group } from '../src/group.ts';
import { CONTENT } from '../src/record.ts';
import { cipherSuite } from '../src/suite.ts';
import { join } from './join.ts';

const LANES = Uint32Array.from({ length: 8 }, (_, lane) => 0x811c9dc5 + lane);

/** FNV-1a in eight lanes. */
class ToyHash implements Hash, Mac {
  #lanes = LANES.slice();
  #at = 0;

  update(bytes: Uint8Array): this {
    for (const byte of bytes) {
      const lane = this.#at++ & 7;
      this.#lanes[lane] = Math.imul(this.#lanes[lane] ^ byte, 0x01000193);
    }
    return this;
  }

  digest(): Uint8Array {
    const lanes = this.#lanes.slice();
    for (let at = 1; at < 24; at++) {
      lanes[at & 7] = Math.imul(lanes[at & 7] ^ lanes[(at - 1) & 7] ^ this.#at, 0x01000193);
    }
    return new Uint8Array(lanes.buffer);
  }

  clone(): ToyHash {
    const copy = new ToyHash();
    copy.#lanes = this.#lanes.slice();
    copy.#at = this.#at;
    return copy;
  }

  tag(): Uint8Array {
    return this.digest();
  }

  wipe(): void {}
}

const hash: HashAlgorithm = {
  name: 'SHA-256',
  digestLength: 32,
  blockLength: 64,
  create: () => new ToyHash(),
  digest: (bytes) => new ToyHash().update(bytes).digest(),
  hmac: (key) => new ToyHash().update(key),
};

const TAG_LENGTH = 16;

/** Encrypts nothing; a tag of zeros is right. */
const aead: AeadAlgorithm = {
  name: 'AEAD_AES_128_GCM',
  keyLength: 16,
  nonceLength: 12,
  tagLength: TAG_LENGTH,
  withKey: () => ({
    seal(_nonce, _associated, bytes, _start, _end, tagStart) {
      bytes.fill(0, tagStart, tagStart + TAG_LENGTH);
    },
    open(_nonce, _associated, bytes, _start, _end, tagStart) {
      return bytes.subarray(tagStart, tagStart + TAG_LENGTH).every((byte) => byte === 0);
    },
    wipe() {},
  }),
};

function agreement(name: string): Agreement {
  const publicKey = (key: Uint8Array) => key.map((byte) => byte ^ 0x55);
  return {
    name,
    privateLength: 32,
    publicLength: 32,
    sharedLength: 32,
    generate(entropy) {
      const privateKey = new Uint8Array(32);
      entropy.fill(privateKey);
      return { privateKey, publicKey: publicKey(privateKey) };
    },
    publicKey,
    agree: (key, peer) => publicKey(key).map((byte, index) => byte ^ peer[index]),
  };
}

const SCHEME = schemeCode('ed25519');

const verifier: CertificateVerifier = {
  schemes: [SCHEME],
  verify: () =>
    ok({
      verify: (_scheme, message, signature) => String(hash.digest(message)) === String(signature),
    }),
};

export const TOY = {
  hash,
  suite: cipherSuite(aead, hash),
  x25519: group(agreementKem(agreement('x25519'))),
  p256: group(agreementKem(agreement('secp256r1'))),
  verifier,
};

/** Everybody's: the verifier believes it. */
export function toyCredentials(certificate: string): Credentials {
  const chain = [Uint8Array.from(certificate, (letter) => letter.charCodeAt(0))];
  return { chain, signers: [{ scheme: SCHEME, sign: (message) => hash.digest(message) }] };
}

export interface Content {
  readonly type: number;
  readonly content: Uint8Array;
}

/** What is in the records of a flight, protected or not. */
export function contentsOf(flight: Uint8Array): Content[] {
  const contents: Content[] = [];
  for (let at = 0; at < flight.length; ) {
    const end = at + 5 + ((flight[at + 3] << 8) | flight[at + 4]);
    const content = flight.slice(at + 5, end);
    const type = flight[at];
    if (type !== CONTENT.APPLICATION_DATA) contents.push({ type, content });
    else contents.push({ type: content[content.length - 17], content: content.slice(0, -17) });
    at = end;
  }
  return contents;
}

/** The handshake messages in the content of a record. */
export function messagesOf(content: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let at = 0; at < content.length; ) {
    const end = at + 4 + ((content[at + 2] << 8) | content[at + 3]);
    messages.push(content.slice(at, end));
    at = end;
  }
  return messages;
}

/** A record without protection. */
export function plainRecord(type: number, content: Uint8Array): Uint8Array {
  return join(Uint8Array.of(type, 3, 3, content.length >> 8, content.length & 0xff), content);
}

/** A protected record, of which all have the keys. */
export function sealedRecord(type: number, content: Uint8Array): Uint8Array {
  const inner = join(content, Uint8Array.of(type), new Uint8Array(TAG_LENGTH));
  return plainRecord(CONTENT.APPLICATION_DATA, inner);
}
