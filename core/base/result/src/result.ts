/**
 * What an operation on outside bytes answers: a value, or an error that says who must act.
 *
 * Bytes from outside never throw; misuse by our own code does. The two are never mixed.
 */
export type Result<T, E = Failure> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/**
 * Who must act on a failure:
 * - `config`: the person who wrote the boot arguments,
 * - `peer`: whoever sent the bytes,
 * - `alert`: nobody here; the peer reported that it failed.
 */
export type Blame = 'config' | 'peer' | 'alert';

export interface Failure {
  readonly blame: Blame;
  /** One lower-case sentence without a full stop: `option 53 has length 2, expected 1`. */
  readonly reason: string;
}

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** The peer sent something that is not what its protocol allows. */
export function malformed(reason: string): { readonly ok: false; readonly error: Failure } {
  return { ok: false, error: { blame: 'peer', reason } };
}

/** Our own configuration asks for something that cannot be. */
export function misconfigured(reason: string): { readonly ok: false; readonly error: Failure } {
  return { ok: false, error: { blame: 'config', reason } };
}

/** The value of a result that cannot be a failure here; throws when it is one. */
export function expect<T>(result: Result<T, Failure>): T {
  if (result.ok) return result.value;
  throw new Error(result.error.reason);
}
