import type { Aead, AeadAlgorithm } from '../aead.ts';
import { checkLength } from '../check.ts';
import { RECORD_OVERHEAD, type RecordRuns, RUN_BITS, RUN_MOST } from '../records.ts';

/** `algorithm` with runs of records. */
export function withReferenceRuns(algorithm: AeadAlgorithm): AeadAlgorithm {
  const withKey = (key: Uint8Array): Aead => {
    const aead = algorithm.withKey(key);
    return { ...aead, runs: referenceRuns(aead) };
  };
  return { ...algorithm, withKey };
}

/** Runs of records, one message of `aead` after the other. */
function referenceRuns(aead: Pick<Aead, 'seal' | 'open'>): RecordRuns {
  return {
    open(iv, sequence, bytes, innerLongest) {
      const most = Math.min(bytes.length, 2 ** RUN_BITS - 1);
      let [taken, records, content] = [0, 0, HEADER];
      while (records < RUN_MOST - 1) {
        const length = innerLength(bytes, taken, most, innerLongest);
        if (length === 0) break;
        const start = taken + HEADER;
        const tag = start + length;
        const before = bytes.slice(start, tag);
        const header = bytes.slice(taken, start);
        const isOpen = aead.open(nonceOf(iv, sequence + records), header, bytes, start, tag, tag);
        if (!isOpen || bytes[tag - 1] !== APPLICATION_DATA) {
          bytes.set(before, start);
          break;
        }
        bytes.copyWithin(content, start, tag - 1);
        content += length - 1;
        taken = tag + TAG;
        records++;
      }
      return records * 2 ** RUN_BITS + taken;
    },
    seal(iv, sequence, content, longest, into) {
      if (!(longest > 0 && longest <= LONGEST)) throw new RangeError('no length of records');
      const records = Math.ceil(content.length / longest);
      if (content.length + records * RECORD_OVERHEAD > into.length) {
        throw new RangeError('no room for records');
      }
      let header = 0;
      for (let index = 0; index < records; index++) {
        const part = content.subarray(index * longest, (index + 1) * longest);
        const start = header + HEADER;
        const tag = start + part.length + 1;
        const rest = tag + TAG - start;
        into.set([APPLICATION_DATA, 3, 3, rest >>> 8, rest & 0xff], header);
        into.set(part, start);
        into[tag - 1] = APPLICATION_DATA;
        const associated = into.slice(header, start);
        aead.seal(nonceOf(iv, sequence + index), associated, into, start, tag, tag);
        header = tag + TAG;
      }
    },
  };
}

/** Bytes of content and type in the record at `at`; 0 when it is none for a run. */
function innerLength(bytes: Uint8Array, at: number, most: number, innerLongest: number): number {
  if (most - at <= RECORD_OVERHEAD || bytes[at] !== APPLICATION_DATA) return 0;
  const length = (bytes[at + 3] << 8) | bytes[at + 4];
  const isWhole = length >= TAG + 2 && length <= most - at - HEADER;
  return isWhole && length - TAG <= innerLongest ? length - TAG : 0;
}

/** The nonce of record number `sequence` (RFC 8446, 5.3). */
function nonceOf(iv: Uint8Array, sequence: number): Uint8Array {
  checkLength(iv, 12, 'the IV');
  const nonce = iv.slice();
  let rest = sequence;
  for (let at = nonce.length - 1; rest > 0; at--) {
    nonce[at] ^= rest % 256;
    rest = Math.floor(rest / 256);
  }
  return nonce;
}

const APPLICATION_DATA = 23;
const HEADER = 5;
const TAG = 16;
const LONGEST = 2 ** 14;
