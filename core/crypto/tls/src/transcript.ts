import type { Hash, HashAlgorithm } from '@atoll/primitives/hash';
import { HANDSHAKE } from './frame.ts';

/** The running hash over all handshake messages (RFC 8446, 4.4.1). */
export class Transcript {
  #hash: Hash;

  constructor(algorithm: HashAlgorithm) {
    this.#hash = algorithm.create();
  }

  add(message: Uint8Array): void {
    this.#hash.update(message);
  }

  /** The hash of all messages so far. */
  digest(): Uint8Array {
    return this.#hash.digest();
  }

  /** The hash of all messages so far and of `next`, which is not added. */
  digestWith(next: Uint8Array): Uint8Array {
    return this.#hash.clone().update(next).digest();
  }
}

/** The transcript after a first ClientHello that was answered with a HelloRetryRequest: its hash stands for it. */
export function retriedTranscript(algorithm: HashAlgorithm, clientHello: Uint8Array): Transcript {
  const transcript = new Transcript(algorithm);
  transcript.add(Uint8Array.of(HANDSHAKE.MESSAGE_HASH, 0, 0, algorithm.digestLength));
  transcript.add(algorithm.digest(clientHello));
  return transcript;
}
