/** An order and its authorizations (RFC 8555, 7.4 and 7.5), as the authority tells of them. */
import { randomBelow } from '@atoll/device/system';
import { keyAuthorization } from './challenge.ts';
import type { Context, Outcome } from './outcome.ts';
import { describe, take, trouble } from './outcome.ts';
import type { Authorization, Order } from './packet.ts';
import type { Remedy } from './problem.ts';
import { DISAGREEMENT, OPERATOR, remedyOf } from './problem.ts';
import { retryAfter } from './retry-after.ts';
import type { Session } from './state.ts';
import { checkUrl } from './url.ts';

/** Key and URL are on the disk before anything else is asked: what is issued then can be had after a restart. */
export function takeNewOrder(context: Context, order: Order): Outcome {
  const { config, response, entropy } = context;
  return take(checkUrl(response.field('location'), config.allowsHttp), (url) => {
    const outcome = takeOrder(context, order);
    if ('trouble' in outcome) return outcome;
    const key = config.algorithms.certificate.generate(entropy);
    return { ...outcome, record: { order: { url, key, names: config.names } } };
  });
}

export function takeOrder(context: Context, order: Order): Outcome {
  const { order: known, authorizations } = context.state.session;
  const { status, error } = order;
  if (status === 'invalid') {
    return error
      ? trouble(remedyOf(403, error), `the order: ${describe(error)}`)
      : trouble(OPERATOR, 'the order has become invalid');
  }
  const isDone = order.authorizations.every((url) => authorizations.get(url)?.status === 'valid');
  // One that is as it was, or further back, is not asked about without pause.
  const isNews = status === 'pending' ? known === undefined && !isDone : status !== known?.status;
  const isPolled = status === 'processing' || (status !== 'valid' && !isNews);
  return isPolled ? patient(context, { order }) : { session: { order } };
}

export function takeAuthorization(
  context: Context,
  url: string,
  authorization: Authorization,
): Outcome {
  const { config, state } = context;
  const { status, name, challenges } = authorization;
  const authorizations = new Map(state.session.authorizations).set(url, authorization);
  if (status === 'valid') return { session: { authorizations, polls: 0, accepted: undefined } };
  if (status !== 'pending') {
    const problem = challenges.find(({ error }) => error !== undefined)?.error;
    const reason = problem ? describe(problem) : `its authorization is ${status}`;
    return trouble(problem ? remedyOf(403, problem) : OPERATOR, `${name}: ${reason}`);
  }
  // Nobody has us publish anything about other names.
  const isOurs = config.names.some((one) => one.replace(/^\*\./, '') === name);
  if (!isOurs) return trouble(DISAGREEMENT, 'an authorization for a name that was not asked for');
  if (state.record.publication?.authorization === url && state.session.isPublished) {
    return patient(context, { authorizations });
  }
  return begun(context, url, authorization, { authorizations, accepted: undefined, polls: 0 });
}

/** What is to be published for `authorization`. */
function begun(
  { config, state }: Context,
  url: string,
  { name, challenges }: Authorization,
  session: Partial<Session>,
): Outcome {
  const { challenge: type } = config;
  const challenge = challenges.find((one) => one.type === type);
  if (challenge === undefined || challenge.token === '') {
    const offered = challenges.map((one) => one.type.replace(/[^\x20-\x7e]/g, '?')).join(', ');
    return trouble(OPERATOR, `${name}: there is no ${type}, but ${offered.slice(0, 200)}`);
  }
  const { account, sha256 } = config.algorithms;
  const { token } = challenge;
  const proof = keyAuthorization(token, account.jwk(state.record.account.key), sha256);
  // After a restart it is known already.
  if (state.record.publication?.keyAuthorization === proof) return { session };
  const publication = { authorization: url, type, name, token, keyAuthorization: proof };
  return { record: { publication }, session };
}

/** Goes on with `session`, and asks again after a while. */
function patient(context: Context, session: Partial<Session>): Outcome {
  return context.state.session.polls < POLL_PATIENCE
    ? { session: { ...session, ...later(context) } }
    : trouble(SLOW, 'the authority takes too long');
}

/** A pause, which gets longer each time. */
export function later({ state, response, now, entropy }: Context): Partial<Session> {
  const { polls } = state.session;
  const told = retryAfter(response.field('retry-after'), now.wall) ?? 0;
  const own = Math.min(FIRST_POLL * 1.5 ** polls, LAST_POLL);
  const jitter = 1 + randomBelow(entropy, 256) / 1024;
  return { polls: polls + 1, pauseUntil: now.monotonic + Math.max(told, own * jitter) };
}

/** About ten minutes. */
const POLL_PATIENCE = 30;
/** Milliseconds. */
const FIRST_POLL = 1000;
const LAST_POLL = 30_000;
const SLOW: Remedy = { blame: 'alert', delay: 60_000, longest: 86_400_000, voids: 'nothing' };
