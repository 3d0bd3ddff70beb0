/** What an answer of the authority changes, step by step (RFC 8555, 7.1 to 7.5). */
import type { Entropy } from '@atoll/device/system';
import { randomBelow } from '@atoll/device/system';
import type { Failure, Result } from '@atoll/result/result';
import { checkChain, parseChain } from './chain.ts';
import { keyAuthorization } from './challenge.ts';
import type { AcmeConfig } from './config.ts';
import type { Authorization, Order } from './packet.ts';
import {
  checkNonce,
  parseAccount,
  parseAuthorization,
  parseDirectory,
  parseOrder,
} from './packet.ts';
import type { Problem, Remedy } from './problem.ts';
import { DISAGREEMENT, OPERATOR, parseProblem, remedyOf } from './problem.ts';
import type { AcmeRecord } from './record.ts';
import type { AcmeResponse, Step } from './request.ts';
import { LONGEST_BODY } from './request.ts';
import { retryAfter } from './retry-after.ts';
import type { AcmeState, Moment, Session } from './state.ts';
import { failed, NEW_SESSION } from './state.ts';
import { checkUrl } from './url.ts';

type Trouble = Failure & { readonly remedy: Remedy };

/** What is new, or why it does not go on. */
type Outcome =
  | { readonly record?: Partial<AcmeRecord>; readonly session?: Partial<Session> }
  | { readonly trouble: Trouble };

/** The state after `response` to what `step` asked. */
export function answered(
  config: AcmeConfig,
  state: AcmeState,
  step: Step,
  response: AcmeResponse,
  now: Moment,
  entropy: Entropy,
): AcmeState {
  const { status } = response;
  // A nonce is good for one request (6.5), and the one of this answer for the next.
  const nonce = checkNonce(response.field('replay-nonce'));
  const isGood = status === 200 || status === 201 || (step.name === 'nonce' && status === 204);
  const outcome = isGood
    ? taken(config, state, step, response, now, entropy)
    : refused(state, step, response);
  if ('trouble' in outcome) {
    const after = retryAfter(response.field('retry-after'), now.wall);
    return failed(state, { ...outcome.trouble, retryAfter: after }, now, entropy);
  }
  const { record, session } = outcome;
  return {
    ...state,
    record: record === undefined ? state.record : { ...state.record, ...record },
    session: { ...state.session, ...(isGood && { nonceRefusals: 0 }), ...session, nonce },
    failure: record?.certificate === undefined ? state.failure : undefined,
  };
}

function refused({ session }: AcmeState, step: Step, { status, body }: AcmeResponse): Outcome {
  const problem = parseProblem(body);
  const nonceRefusals = session.nonceRefusals + 1;
  // 6.5: the error has a nonce that is good.
  if (problem.type === 'badNonce' && nonceRefusals <= NONCE_PATIENCE) {
    return { session: { nonceRefusals } };
  }
  const remedy = remedyOf(status, problem);
  // What was there and is not any more, such as an order after a week, is to be had anew.
  const isGone = step.name !== 'directory' && (status === 404 || status === 410);
  return trouble(isGone ? GONE : remedy, `${step.name}: ${status}, ${describe(problem)}`);
}

function taken(
  config: AcmeConfig,
  state: AcmeState,
  step: Step,
  response: AcmeResponse,
  now: Moment,
  entropy: Entropy,
): Outcome {
  const { body } = response;
  if (body.length > LONGEST_BODY) return trouble(DISAGREEMENT, 'an answer that is too long');
  const { allowsHttp = false } = config;
  switch (step.name) {
    case 'directory':
      return take(parseDirectory(body, { allowsHttp }), (directory) =>
        directory.externalAccountRequired && config.externalAccount === undefined
          ? trouble(OPERATOR, 'the authority wants an external account')
          : { session: { directory } },
      );
    case 'nonce': {
      const hasNone = checkNonce(response.field('replay-nonce')) === undefined;
      return hasNone ? trouble(DISAGREEMENT, 'a nonce that is none') : {};
    }
    case 'account':
      return take(parseAccount(body), ({ isValid }) => {
        if (!isValid) return trouble(OPERATOR, 'the authority has closed the account');
        return take(checkUrl(response.field('location'), allowsHttp), (url) => ({
          record: { account: { ...state.record.account, url } },
        }));
      });
    case 'new order':
      return take(parseOrder(body, { allowsHttp }), (order) =>
        take(checkUrl(response.field('location'), allowsHttp), (url) => {
          // Key and URL are on the disk before anything else is asked: what is issued then can be had after a restart.
          const key = config.algorithms.certificate.generate(entropy);
          const taking = takeOrder(state, order, response, now, entropy);
          if ('trouble' in taking) return taking;
          return { ...taking, record: { order: { url, key, names: config.names } } };
        }),
      );
    case 'order':
    case 'finalize':
      return take(parseOrder(body, { allowsHttp }), (order) =>
        takeOrder(state, order, response, now, entropy),
      );
    case 'authorization':
      return take(parseAuthorization(body, { allowsHttp }), (authorization) =>
        takeAuthorization(config, state, step.url, authorization, response, now, entropy),
      );
    case 'challenge':
      // Whatever it says, the authorization says how it went.
      return { session: { accepted: step.url, ...later(state, response, now, entropy) } };
    case 'certificate':
      return takeCertificate(config, state, body, now, entropy);
  }
}

function takeOrder(
  state: AcmeState,
  order: Order,
  response: AcmeResponse,
  now: Moment,
  entropy: Entropy,
): Outcome {
  const { authorizations } = state.session;
  if (order.status === 'invalid') {
    const { error } = order;
    return error
      ? trouble(remedyOf(403, error), `the order: ${describe(error)}`)
      : trouble(OPERATOR, 'the order has become invalid');
  }
  const isDone = order.authorizations.every((url) => authorizations.get(url)?.status === 'valid');
  const isPolled = order.status === 'processing' || (order.status === 'pending' && isDone);
  if (!isPolled) return { session: { order } };
  return patient(state, { order, ...later(state, response, now, entropy) });
}

function takeAuthorization(
  config: AcmeConfig,
  state: AcmeState,
  url: string,
  authorization: Authorization,
  response: AcmeResponse,
  now: Moment,
  entropy: Entropy,
): Outcome {
  const { status, name, challenges } = authorization;
  const authorizations = new Map(state.session.authorizations).set(url, authorization);
  if (status === 'valid') return { session: { authorizations, polls: 0, accepted: undefined } };
  const problem = challenges.find(({ error }) => error !== undefined)?.error;
  if (status !== 'pending') {
    const reason = problem ? describe(problem) : `its authorization is ${status}`;
    return trouble(problem ? remedyOf(403, problem) : OPERATOR, `${name}: ${reason}`);
  }
  // Nobody has us publish anything about other names.
  const isOurs = config.names.some((one) => one.replace(/^\*\./, '') === name);
  if (!isOurs) return trouble(DISAGREEMENT, 'an authorization for a name that was not asked for');
  if (state.record.publication?.authorization === url && state.session.isPublished) {
    return patient(state, { authorizations, ...later(state, response, now, entropy) });
  }
  const { challenge: type } = config;
  const challenge = challenges.find((one) => one.type === type);
  if (challenge === undefined || challenge.token === '') {
    const offered = challenges.map((one) => one.type.replace(/[^\x20-\x7e]/g, '?')).join(', ');
    return trouble(OPERATOR, `${name}: there is no ${type}, but ${offered.slice(0, 200)}`);
  }
  const { account, sha256 } = config.algorithms;
  const { token } = challenge;
  const jwk = account.jwk(state.record.account.key);
  const proof = keyAuthorization(token, jwk, sha256);
  const session = { authorizations, accepted: undefined, polls: 0 };
  // After a restart it is known already.
  if (state.record.publication?.keyAuthorization === proof) return { session };
  const about = { authorization: url, type, name, token };
  return { record: { publication: { ...about, keyAuthorization: proof } }, session };
}

function takeCertificate(
  config: AcmeConfig,
  { record: { order, directory } }: AcmeState,
  body: Uint8Array,
  now: Moment,
  entropy: Entropy,
): Outcome {
  if (order === undefined) throw new Error('a certificate without an order');
  const { key, names } = order;
  const { certificate: algorithm, signatures } = config.algorithms;
  return take(parseChain(body), (chain) => {
    const ordered = { names, publicKey: algorithm.publicKey(key) };
    return take(checkChain(chain, ordered, signatures, now.wall), () => {
      const [{ notBefore, notAfter }] = chain;
      // Whatever lifetime the authority gives, it is not asked without pause.
      const renewAt = Math.max(renewalTime(notBefore, notAfter, entropy), now.wall + MINUTE);
      const certificate = {
        ...{ directory, names, key, notAfter, renewAt },
        chain: chain.map(({ bytes }) => bytes),
      };
      return {
        record: { certificate, order: undefined, failures: 0, retryAt: 0 },
        session: NEW_SESSION,
      };
    });
  });
}

/** At two thirds of the lifetime, or up to one twenty-fourth of it earlier: not all at the same time. */
function renewalTime(notBefore: number, notAfter: number, entropy: Entropy): number {
  const early = randomBelow(entropy, 1024) / 1024 / 24;
  return Math.floor(notBefore + (notAfter - notBefore) * (2 / 3 - early));
}

/** Asks again after a while, which gets longer. */
function later(
  { session: { polls } }: AcmeState,
  response: AcmeResponse,
  { monotonic, wall }: Moment,
  entropy: Entropy,
): Pick<Session, 'polls' | 'pauseUntil'> {
  const told = retryAfter(response.field('retry-after'), wall) ?? 0;
  const own = Math.min(FIRST_POLL * 1.5 ** polls, LAST_POLL);
  const jitter = 1 + randomBelow(entropy, 256) / 1024;
  return { polls: polls + 1, pauseUntil: monotonic + Math.max(told, own * jitter) };
}

function patient({ session: { polls } }: AcmeState, session: Partial<Session>): Outcome {
  return polls < POLL_PATIENCE ? { session } : trouble(SLOW, 'the authority takes too long');
}

function take<T>(result: Result<T>, then: (value: T) => Outcome): Outcome {
  return result.ok ? then(result.value) : trouble(DISAGREEMENT, result.error.reason);
}

function trouble(remedy: Remedy, reason: string): { readonly trouble: Trouble } {
  return { trouble: { blame: remedy.blame, reason, remedy } };
}

function describe({ type, text }: Problem): string {
  return [type, text].filter((part) => part !== '').join(': ') || 'no reason';
}

/** Pebble refuses up to nine of ten nonces, if it is told to. */
const NONCE_PATIENCE = 20;
/** About ten minutes. */
const POLL_PATIENCE = 30;
/** Milliseconds. */
const MINUTE = 60_000;
const FIRST_POLL = 1000;
const LAST_POLL = 30_000;
const GONE: Remedy = { blame: 'alert', delay: 60_000, longest: 86_400_000, voids: 'order' };
const SLOW: Remedy = { blame: 'alert', delay: 60_000, longest: 86_400_000, voids: 'nothing' };
