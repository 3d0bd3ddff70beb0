/**
 * The client (RFC 8555, 7). What is to be done next follows from the state alone, {@link plan}; what the world
 * answers makes a new state, {@link handle}. A restart forgets what the authority said, which is then asked again, so
 * that every moment is one from which it goes on.
 */
import type { Entropy } from '@atoll/device/system';
import { answered } from './answer.ts';
import { certificateId } from './certificate-id.ts';
import type { Publication } from './challenge.ts';
import type { AcmeConfig } from './config.ts';
import type { Moment } from './moment.ts';
import { UNREACHABLE } from './problem.ts';
import type { AcmeRecord } from './record.ts';
import type { AcmeRequest, AcmeResponse, Step } from './request.ts';
import { requestFor } from './request.ts';
import type { AcmeState } from './state.ts';
import { dueAt, failed, isIdle } from './state.ts';

/** What is to be done, one thing at a time. */
export type Action =
  /** Writes the record to the disk: then `saved`. */
  | { readonly do: 'save'; readonly record: AcmeRecord }
  /** Sends a request: then `answered`, or `unanswered`. */
  | { readonly do: 'request'; readonly step: Step; readonly request: AcmeRequest }
  /** Has the authority find it: then `published`, or `unpublished`. */
  | { readonly do: 'publish'; readonly publication: Publication }
  /** Takes it away again: then `withdrawn`. It may not have been there. */
  | { readonly do: 'withdraw'; readonly publication: Publication }
  /** Nothing before that monotonic time; clocks of walls may jump, so that it is never far away. */
  | { readonly do: 'wait'; readonly until: number };

/** What came of it. */
export type Event =
  | { readonly kind: 'saved'; readonly record: AcmeRecord }
  | { readonly kind: 'answered'; readonly step: Step; readonly response: AcmeResponse }
  | { readonly kind: 'unanswered'; readonly reason: string }
  | { readonly kind: 'published' }
  | { readonly kind: 'unpublished'; readonly reason: string }
  | { readonly kind: 'withdrawn' };

/** The next thing to do. It changes nothing: asked again, it answers the same. */
export function plan(config: AcmeConfig, state: AcmeState, now: Moment, entropy: Entropy): Action {
  const { record, durable, session } = state;
  if (record !== durable) return { do: 'save', record };
  const { publication } = record;
  if (publication !== undefined && !isNeeded(state)) return { do: 'withdraw', publication };
  if (now.monotonic < session.pauseUntil) return { do: 'wait', until: session.pauseUntil };
  if (isIdle(config, record, now)) {
    const due = now.monotonic + Math.min(dueAt(config, record) - now.wall, LONGEST_WAIT);
    const until = Math.min(due, session.checkAt);
    if (now.monotonic < until) return { do: 'wait', until };
  }
  const step = isIdle(config, record, now) ? checkStep(state) : nextStep(state);
  if (step.name === 'publish') return { do: 'publish', publication: step.publication };
  return { do: 'request', step, request: requestFor(config, state, step, entropy) };
}

/** The state after `event`. */
export function handle(
  config: AcmeConfig,
  state: AcmeState,
  event: Event,
  now: Moment,
  entropy: Entropy,
): AcmeState {
  const { session, record } = state;
  switch (event.kind) {
    case 'saved':
      return { ...state, durable: event.record };
    case 'published':
      return { ...state, session: { ...session, isPublished: true } };
    case 'withdrawn':
      return {
        ...state,
        record: { ...record, publication: undefined },
        session: { ...session, isPublished: false },
      };
    case 'unanswered':
    case 'unpublished': {
      const { reason } = event;
      return failed(config, state, { blame: 'alert', reason, remedy: UNREACHABLE }, now, entropy);
    }
    case 'answered':
      return answered({ config, state, response: event.response, now, entropy }, event.step);
  }
}

interface Publishing {
  readonly name: 'publish';
  readonly publication: Publication;
}

/** Whether the authority may still look at the publication. */
function isNeeded({ record, session }: AcmeState): boolean {
  if (record.order === undefined || record.publication === undefined) return false;
  const { authorization: url } = record.publication;
  if (session.order?.authorizations.includes(url) === false) return false;
  const authorization = session.authorizations.get(url);
  return authorization === undefined || authorization.status === 'pending';
}

/** Asks when to renew. That there is somebody to ask, and for what, is known once it is time to. */
function checkStep({ record: { certificate }, session: { directory } }: AcmeState): Step {
  const id = certificate && certificateId(certificate);
  if (directory?.renewalInfo === undefined || id === undefined) return { name: 'directory' };
  return { name: 'renewal info', url: `${directory.renewalInfo}/${id}` };
}

function nextStep({ record, session }: AcmeState): Step | Publishing {
  const { directory, order, nonce } = session;
  if (directory === undefined) return { name: 'directory' };
  if (nonce === undefined) return { name: 'nonce', url: directory.newNonce };
  if (record.account.url === undefined) return { name: 'account', url: directory.newAccount };
  if (record.order === undefined) return { name: 'new order', url: directory.newOrder };
  const readOrder: Step = { name: 'order', url: record.order.url };
  switch (order?.status) {
    case 'pending':
      return nextOfAuthorizations(record, session, order.authorizations) ?? readOrder;
    case 'ready':
      return { name: 'finalize', url: order.finalize };
    case 'valid':
      return order.certificate ? { name: 'certificate', url: order.certificate } : readOrder;
    default:
      return readOrder;
  }
}

/** One authorization after the other: one thing is published at a time. */
function nextOfAuthorizations(
  { publication }: AcmeRecord,
  { authorizations, isPublished, accepted }: AcmeState['session'],
  urls: readonly string[],
): Step | Publishing | undefined {
  const isOpen = (one: string) => authorizations.get(one)?.status !== 'valid';
  const begun = urls.find((one) => one === publication?.authorization && isOpen(one));
  const url = begun ?? urls.find(isOpen);
  if (url === undefined) return undefined;
  const authorization = authorizations.get(url);
  if (authorization === undefined || publication?.authorization !== url) {
    return { name: 'authorization', url };
  }
  if (!isPublished) return { name: 'publish', publication };
  const challenge = authorization.challenges.find(({ type }) => type === publication.type);
  return challenge?.status === 'pending' && accepted !== challenge.url
    ? { name: 'challenge', url: challenge.url }
    : { name: 'authorization', url };
}

/** An hour. */
const LONGEST_WAIT = 3_600_000;
