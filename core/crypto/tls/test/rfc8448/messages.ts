/** Handshake messages of RFC 8448. */
import { hex } from '../hex.ts';
import { join } from '../join.ts';
import { CERTIFICATE } from './key.ts';
import { RESUMED } from './resumed.ts';
import { RETRIED } from './retried.ts';
import { SIMPLE } from './simple.ts';

/** The one in a record that is not protected. */
export function messageOf(record: Uint8Array): Uint8Array {
  return record.slice(5);
}

/** Of section 3, when nothing else is said. */
export const MESSAGES = {
  clientHello: messageOf(SIMPLE.clientHello),
  serverHello: messageOf(SIMPLE.serverHello),
  encryptedExtensions: hex(
    '080000240022000a00140012001d00170018001901000101010201030104001c0002400100000000',
  ),
  certificate: join(hex('0b0001b9000001b50001b0'), CERTIFICATE, hex('0000')),
  certificateVerify: hex(`
    0f000084080400805a747c5d88fa9bd2e55ab085a61015b7211f824cd484145ab3ff52f1fda8477b0b7abc90db78e2d33a5c
    141a078653fa6bef780c5ea248eeaaa785c4f394cab6d30bbe8d4859ee511f602957b15411ac027671459e46445c9ea58c18
    1e818e95b8c3fb0bf3278409d3be152a3da5043e063dda65cdf5aea20d53dfacd42f74f3`),
  serverFinished: hex('140000209b9b141d906337fbd2cbdce71df4deda4ab42c309572cb7fffee5454b78f0718'),
  /** Section 5. */
  retry: messageOf(RETRIED.retry),
  /** Section 4. */
  resumingHello: messageOf(RESUMED.clientHello),
};
