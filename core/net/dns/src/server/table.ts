/**
 * A table of whole replies in front of the server, which answers from it without asking the server:
 * `FastAnswers` is one. The server fills it with what it answered from its cache and from local names.
 */
export interface AnswerTable {
  /**
   * The message `reply` answers the message `query`, and any other that differs only in its ID and in
   * the letter case of its name, when these are copied from it. It does so until `expires`. The 32-bit
   * TTL fields at `ttlOffsets` into the reply were right at `asOf` and count down from then on. Both
   * times are monotonic milliseconds; `expires` may be `Infinity`.
   *
   * Queries that are unlikely to come again in this form, such as those with EDNS options, are better
   * not kept: that is for the table to decide. Answers whether it keeps the reply. The octets are
   * valid during the call only.
   */
  remember(
    query: Uint8Array,
    reply: Uint8Array,
    ttlOffsets: readonly number[],
    asOf: number,
    expires: number,
  ): boolean;

  /** Forgets all replies: a local name has changed, and any of them may be wrong. */
  forget(): void;
}
