import type { Entropy } from '@atoll/device/system';
import type { Failure, Result } from '@atoll/result/result';
import type { AcmeConfig } from './config.ts';
import type { Moment } from './moment.ts';
import type { Problem, Remedy } from './problem.ts';
import { DISAGREEMENT } from './problem.ts';
import type { AcmeRecord } from './record.ts';
import type { AcmeResponse } from './request.ts';
import type { AcmeState, Session } from './state.ts';

/** What an answer came to. */
export interface Context {
  readonly config: AcmeConfig;
  readonly state: AcmeState;
  readonly response: AcmeResponse;
  readonly now: Moment;
  readonly entropy: Entropy;
}

/** What is new, or why it does not go on. */
export type Outcome =
  | { readonly record?: Partial<AcmeRecord>; readonly session?: Partial<Session> }
  | { readonly trouble: Failure & { readonly remedy: Remedy } };

/** Goes on with what was parsed; what could not be breaks the protocol. */
export function take<T>(result: Result<T>, then: (value: T) => Outcome): Outcome {
  return result.ok ? then(result.value) : trouble(DISAGREEMENT, result.error.reason);
}

export function trouble(remedy: Remedy, reason: string): Outcome {
  return { trouble: { blame: remedy.blame, reason, remedy } };
}

export function describe({ type, text }: Problem): string {
  return [type, text].filter((part) => part !== '').join(': ') || 'no reason';
}
