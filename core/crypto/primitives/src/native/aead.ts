import type { Aead, AeadAlgorithm } from '../aead.ts';
import { checkLength } from '../check.ts';
import type { RecordRuns } from '../records.ts';

type Message = (
  state: Uint8Array,
  nonce: Uint8Array,
  associated: Uint8Array,
  bytes: Uint8Array,
  start: number,
  end: number,
  tagStart: number,
) => unknown;

/** Functions of `native/records.h`. */
export interface NativeRuns {
  openRun(state: Uint8Array, ...run: Parameters<RecordRuns['open']>): unknown;
  sealRun(state: Uint8Array, ...run: Parameters<RecordRuns['seal']>): unknown;
}

/** An AEAD in C: `expand` makes of a key the state that all others take first. */
export function wrapAead(
  algorithm: Omit<AeadAlgorithm, 'withKey'>,
  expand: (key: Uint8Array) => Uint8Array,
  seal: Message,
  open: Message,
  runs?: NativeRuns,
): AeadAlgorithm {
  return {
    ...algorithm,
    withKey(key): Aead {
      checkLength(key, algorithm.keyLength, 'the key');
      const state = expand(key);
      return {
        seal(nonce, associated, bytes, start, end, tagStart) {
          seal(state, nonce, associated, bytes, start, end, tagStart);
        },
        open(nonce, associated, bytes, start, end, tagStart) {
          return open(state, nonce, associated, bytes, start, end, tagStart) === true;
        },
        ...(runs && { runs: wrapRuns(state, runs) }),
        wipe: () => void state.fill(0),
      };
    },
  };
}

function wrapRuns(state: Uint8Array, { openRun, sealRun }: NativeRuns): RecordRuns {
  return {
    open: (iv, sequence, bytes, innerLongest) =>
      openRun(state, iv, sequence, bytes, innerLongest) as number,
    seal(iv, sequence, content, longest, into) {
      sealRun(state, iv, sequence, content, longest, into);
    },
  };
}
