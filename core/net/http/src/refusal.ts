/** Why a request is not answered as it wants: the status, and a sentence for the log. */
export interface Refusal {
  readonly status: number;
  /** One lower-case sentence without a full stop. */
  readonly reason: string;
}

/** What is made of a request's bytes: a value, or what to answer instead. */
export type Judged<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Refusal };

export function refused(
  status: number,
  reason: string,
): { readonly ok: false; readonly error: Refusal } {
  return { ok: false, error: { status, reason } };
}
