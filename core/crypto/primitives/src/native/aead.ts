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
  const functions = { seal, open, runs };
  return {
    ...algorithm,
    withKey(key): Aead {
      checkLength(key, algorithm.keyLength, 'the key');
      return new KeyedAead(functions, expand(key));
    },
  };
}

interface Functions {
  readonly seal: Message;
  readonly open: Message;
  readonly runs: NativeRuns | undefined;
}

/** A connection has several of these, so each is little more than its state. */
class KeyedAead implements Aead {
  readonly #functions: Functions;
  readonly #state: Uint8Array;
  #runs: RecordRuns | undefined;

  constructor(functions: Functions, state: Uint8Array) {
    this.#functions = functions;
    this.#state = state;
  }

  /** Made when the first records of data come or go. */
  get runs(): RecordRuns | undefined {
    const { runs } = this.#functions;
    if (runs !== undefined) this.#runs ??= wrapRuns(this.#state, runs);
    return this.#runs;
  }

  seal(
    nonce: Uint8Array,
    associated: Uint8Array,
    bytes: Uint8Array,
    start: number,
    end: number,
    tagStart: number,
  ): void {
    this.#functions.seal(this.#state, nonce, associated, bytes, start, end, tagStart);
  }

  open(
    nonce: Uint8Array,
    associated: Uint8Array,
    bytes: Uint8Array,
    start: number,
    end: number,
    tagStart: number,
  ): boolean {
    return (
      this.#functions.open(this.#state, nonce, associated, bytes, start, end, tagStart) === true
    );
  }

  wipe(): void {
    this.#state.fill(0);
  }
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
