/** What a lookup comes to. */
import type { Failure, Result } from '@atoll/result/result';
import { ok } from '@atoll/result/result';
import type { AnswerContent } from '../answer.ts';
import type { Question, ResourceRecord } from '../message.ts';
import { type Name, nameText } from '../name.ts';
import { RCODE, rcodeText, typeText } from '../type.ts';

export type Outcome = Result<Answer, LookupFailure>;

export interface Answer {
  /** The name that has the records: where the chain of aliases ends that the name asked for begins. */
  readonly name: Name;
  /** Those of the type asked for, at least one. */
  readonly records: readonly ResourceRecord[];
}

/**
 * - `absent`: the name does not exist,
 * - `empty`: it does, but has no record of the type,
 * - `failed`: the servers said that they cannot tell,
 * - `silent`: no server answered in time, or none is known,
 * - `busy`: too much is being looked up already,
 * - `name`: it is no domain name.
 */
export type FailureKind = 'absent' | 'empty' | 'failed' | 'silent' | 'busy' | 'name';

export interface LookupFailure extends Failure {
  readonly kind: FailureKind;
}

export function failed(
  kind: FailureKind,
  reason: string,
): { readonly ok: false; readonly error: LookupFailure } {
  const blame = kind === 'name' ? 'config' : 'peer';
  return { ok: false, error: { blame, kind, reason } };
}

/** The outcome that an answer without anything superfluous is for who asked `question`. */
export function outcomeOf({ rcode, answers }: AnswerContent, question: Question): Outcome {
  const name = nameText(question.name);
  const records = answers.filter((record) => record.type === question.type);
  if (records.length > 0) return ok({ name: records[0].name, records });
  if (rcode === RCODE.NXDOMAIN) return failed('absent', `${name} does not exist`);
  if (rcode === RCODE.NOERROR) return failed('empty', `${name} has no ${typeText(question.type)}`);
  return failed('failed', `${name}: ${rcodeText(rcode)}`);
}
