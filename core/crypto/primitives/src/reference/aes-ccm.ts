import { cbc, ctr } from '@noble/ciphers/aes.js';
import type { AeadAlgorithm } from '../aead.ts';
import { ccmName } from '../ccm.ts';
import { equalBytes } from '../equal.ts';
import type { OneMessage } from './aead.ts';
import { aeadOf } from './aead.ts';

/** AES-CCM (SP 800-38C) with nonces of 12 bytes: keys of 16 or 32 bytes, tags of 16 or 8. */
export function aesCcm(keyLength: 16 | 32, tagLength: 16 | 8): AeadAlgorithm {
  const name = ccmName(keyLength, tagLength);
  return aeadOf({ name, keyLength, nonceLength: NONCE, tagLength }, (key, nonce, associated) =>
    oneMessage(key, nonce, associated, tagLength),
  );
}

/** The counter has what the nonce leaves of a block. */
const NONCE = 12;
const COUNTER = 15 - NONCE;
const LONGEST = 2 ** (8 * COUNTER) - 1;

/** CCM is CBC-MAC over the plaintext, then counter mode over it and the tag. */
function oneMessage(
  key: Uint8Array,
  nonce: Uint8Array,
  associated: Uint8Array,
  tagLength: number,
): OneMessage {
  // A.3: block 0 of the key stream is for the tag, the message starts with block 1.
  const first = Uint8Array.of(COUNTER - 1, ...nonce, 0, 0, 0);
  const crypt = (tagAndText: Uint8Array) => ctr(key, first).encrypt(tagAndText);
  const swap = (bytes: Uint8Array, tag: Uint8Array, text: Uint8Array) => {
    const blocks = new Uint8Array(BLOCK + text.length);
    blocks.set(tag);
    blocks.set(text, BLOCK);
    const result = crypt(blocks);
    bytes.set(result.subarray(BLOCK));
    return result.subarray(0, tagLength);
  };
  return {
    encrypt(plaintext) {
      if (plaintext.length > LONGEST) throw new RangeError('the message is too long for CCM');
      const sealed = new Uint8Array(plaintext.length + tagLength);
      const tag = authenticate(key, nonce, associated, plaintext, tagLength);
      sealed.set(swap(sealed, tag, plaintext), plaintext.length);
      return sealed;
    },
    decrypt(sealed) {
      const end = sealed.length - tagLength;
      const plaintext = new Uint8Array(end);
      const tag = swap(plaintext, sealed.subarray(end), sealed.subarray(0, end));
      if (!equalBytes(tag, authenticate(key, nonce, associated, plaintext, tagLength))) {
        throw new Error('the tag is wrong');
      }
      return plaintext;
    },
  };
}

/** The CBC-MAC of SP 800-38C, 6.1, over the blocks of A.2. */
function authenticate(
  key: Uint8Array,
  nonce: Uint8Array,
  associated: Uint8Array,
  plaintext: Uint8Array,
  tagLength: number,
): Uint8Array {
  const header = associatedHeader(associated.length);
  const associatedEnd = BLOCK + toBlocks(header.length + associated.length);
  const blocks = new Uint8Array(associatedEnd + toBlocks(plaintext.length));
  const hasAssociated = associated.length > 0 ? 0x40 : 0;
  blocks[0] = hasAssociated | (((tagLength - 2) / 2) << 3) | (COUNTER - 1);
  blocks.set(nonce, 1);
  new DataView(blocks.buffer).setUint32(12, plaintext.length | (nonce[11] << 24));
  blocks.set(header, BLOCK);
  blocks.set(associated, BLOCK + header.length);
  blocks.set(plaintext, associatedEnd);
  const chained = cbc(key, new Uint8Array(BLOCK), { disablePadding: true }).encrypt(blocks);
  return chained.slice(-BLOCK).subarray(0, tagLength);
}

/** The encoding of the length of associated data (A.2.2). */
function associatedHeader(length: number): Uint8Array {
  if (length === 0) return new Uint8Array(0);
  if (length < 0xff00) return Uint8Array.of(length >> 8, length);
  const header = Uint8Array.of(0xff, 0xfe, 0, 0, 0, 0);
  new DataView(header.buffer).setUint32(2, length);
  return header;
}

function toBlocks(length: number): number {
  return Math.ceil(length / BLOCK) * BLOCK;
}

const BLOCK = 16;
