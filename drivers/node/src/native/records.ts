import { createCipheriv, createDecipheriv } from 'node:crypto';
import { checkLength } from '@atoll/primitives/check';
import { RECORD_OVERHEAD, type RecordRuns, RUN_BITS, RUN_MOST } from '@atoll/primitives/records';

/** Runs of records by `cipher`, whose nonces have 12 bytes and tags 16, which OpenSSL takes for granted. `key` is not copied. */
export function recordRuns(cipher: 'aes-128-gcm', key: Uint8Array): RecordRuns {
  const nonce = new Uint8Array(NONCE);
  const header = new Uint8Array(HEADER);
  return {
    open(iv, sequence, bytes, innerLongest) {
      checkLength(iv, NONCE, 'the IV');
      const most = Math.min(bytes.length, 2 ** RUN_BITS - 1);
      let [taken, records, content] = [0, 0, HEADER];
      while (records < RUN_MOST - 1 && most - taken > RECORD_OVERHEAD) {
        const length = ((bytes[taken + 3] << 8) | bytes[taken + 4]) - TAG;
        const start = taken + HEADER;
        const tag = start + length;
        if (bytes[taken] !== APPLICATION_DATA || length < 2 || tag + TAG > most) break;
        if (length > innerLongest) break;
        writeNonce(nonce, iv, sequence + records);
        const opening = createDecipheriv(cipher, key, nonce);
        for (let at = 0; at < HEADER; at++) header[at] = bytes[taken + at];
        opening.setAAD(header).setAuthTag(bytes.subarray(tag, tag + TAG));
        const inner = opening.update(bytes.subarray(start, tag));
        if (!isFinal(opening) || inner[length - 1] !== APPLICATION_DATA) break;
        bytes.set(inner, content);
        content += length - 1;
        taken = tag + TAG;
        records++;
      }
      return records * 2 ** RUN_BITS + taken;
    },
    seal(iv, sequence, content, longest, into) {
      checkLength(iv, NONCE, 'the IV');
      if (!(longest > 0 && longest <= LONGEST)) throw new RangeError('no length of records');
      const records = Math.ceil(content.length / longest);
      if (content.length + records * RECORD_OVERHEAD > into.length) {
        throw new RangeError('no room for records');
      }
      let at = 0;
      for (let index = 0; index < records; index++) {
        const part = content.subarray(index * longest, (index + 1) * longest);
        const rest = part.length + 1 + TAG;
        header.set([APPLICATION_DATA, 3, 3, rest >>> 8, rest & 0xff]);
        into.set(header, at);
        at += HEADER;
        const tag = at + part.length + 1;
        into.set(part, at);
        into[tag - 1] = APPLICATION_DATA;
        writeNonce(nonce, iv, sequence + index);
        const sealing = createCipheriv(cipher, key, nonce).setAAD(header);
        into.set(sealing.update(into.subarray(at, tag)), at);
        sealing.final();
        into.set(sealing.getAuthTag(), tag);
        at += rest;
      }
    },
  };
}

function isFinal(opening: { final(): unknown }): boolean {
  try {
    opening.final();
    return true;
  } catch {
    return false;
  }
}

/** RFC 8446, 5.3. */
function writeNonce(nonce: Uint8Array, iv: Uint8Array, sequence: number): void {
  nonce.set(iv);
  let rest = sequence;
  for (let at = NONCE - 1; rest > 0; at--) {
    nonce[at] ^= rest % 256;
    rest = Math.floor(rest / 256);
  }
}

const APPLICATION_DATA = 23;
const HEADER = 5;
const NONCE = 12;
const TAG = 16;
const LONGEST = 2 ** 14;
