/**
 * Runs of TLS 1.3 records of data (RFC 8446, 5.2 and 5.3), each run in one call: an interpreter needs longer for what is
 * around a record than a processor for what is in it. The records of a run have one IV, and numbers that go up from
 * `sequence`; whoever has the runs counts on.
 */
export interface RecordRuns {
  /**
   * Opens, in place, the records with which `bytes` begins, up to the first that is not whole, not authentic, not
   * application_data inside and out, empty, padded, or has more than `innerLongest` bytes of content and type.
   * That one and what follows stay as they are. What was in those before it lies together from the fifth byte on.
   *
   * Answers how many bytes the records had and, times 2 ** {@link RUN_BITS}, how many records they were: 0 when the first
   * one is of another kind.
   */
  open(iv: Uint8Array, sequence: number, bytes: Uint8Array, innerLongest: number): number;
  /**
   * Writes `content` to `into`, which lies elsewhere, as records with up to `longest` bytes of it each. Room for all of
   * them, {@link RECORD_OVERHEAD} bytes more for each, has to be there.
   */
  seal(
    iv: Uint8Array,
    sequence: number,
    content: Uint8Array,
    longest: number,
    into: Uint8Array,
  ): void;
}

/** A run has less than 2 ** RUN_BITS bytes, and less than {@link RUN_MOST} records. */
export const RUN_BITS = 20;
export const RUN_MOST = 2 ** 11;
/** Header, type and tag. */
export const RECORD_OVERHEAD = 5 + 1 + 16;
