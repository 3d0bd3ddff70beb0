import type { Aead, AeadAlgorithm } from '../aead.ts';
import { checkLength } from '../check.ts';

type Run = (
  state: Uint8Array,
  nonce: Uint8Array,
  associated: Uint8Array,
  bytes: Uint8Array,
  start: number,
  end: number,
  tagStart: number,
) => unknown;

/** An AEAD in C: `expand` makes of a key the state that `seal` and `open` take first. */
export function wrapAead(
  algorithm: Omit<AeadAlgorithm, 'withKey'>,
  expand: (key: Uint8Array) => Uint8Array,
  seal: Run,
  open: Run,
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
        wipe: () => void state.fill(0),
      };
    },
  };
}
