import type { HashAlgorithm } from '@atoll/primitives/hash';
import { Transcript } from '../transcript.ts';
import { concat } from './prf.ts';

/** The hash over all handshake messages, and as long as a client may sign them, the messages themselves. */
export class Transcript12 extends Transcript {
  #messages: Uint8Array[] | undefined;

  constructor(hash: HashAlgorithm, keeps: boolean) {
    super(hash);
    this.#messages = keeps ? [] : undefined;
  }

  override add(message: Uint8Array): void {
    super.add(message);
    this.#messages?.push(message);
  }

  /** All messages so far, which a CertificateVerify signs (RFC 5246, 7.4.8), and forgets them. */
  release(): Uint8Array {
    const messages = concat(this.#messages ?? []);
    this.#messages = undefined;
    return messages;
  }
}
