/** What an answer of the authority changes, step by step. */

import { later, takeAuthorization, takeNewOrder, takeOrder } from './order.ts';
import type { Context, Outcome } from './outcome.ts';
import { describe, take, trouble } from './outcome.ts';
import type { Directory } from './packet.ts';
import {
  checkNonce,
  parseAccount,
  parseAuthorization,
  parseDirectory,
  parseOrder,
} from './packet.ts';
import type { Remedy } from './problem.ts';
import { DISAGREEMENT, OPERATOR, parseProblem, remedyOf } from './problem.ts';
import { takeCertificate, takeRenewalInfo } from './renewal.ts';
import type { Step } from './request.ts';
import { LONGEST_BODY, predecessor } from './request.ts';
import { retryAfter } from './retry-after.ts';
import type { AcmeState } from './state.ts';
import { failed } from './state.ts';
import { checkUrl } from './url.ts';

/** The state after the response to what `step` asked. */
export function answered(context: Context, step: Step): AcmeState {
  const { config, state, response, now, entropy } = context;
  const { status } = response;
  // A nonce is good for one request (RFC 8555, 6.5), and the one of this answer for the next.
  const nonce = checkNonce(response.field('replay-nonce'));
  const isGood = status === 200 || status === 201 || (step.name === 'nonce' && status === 204);
  const answers = state.session.answers + 1;
  const isEndless = answers > ENOUGH_ANSWERS * (1 + config.names.length);
  const outcome = isEndless
    ? trouble(DISAGREEMENT, 'the authority has ever more to do')
    : isGood
      ? taken(context, step)
      : refused(context, step);
  if ('trouble' in outcome) {
    const after = retryAfter(response.field('retry-after'), now.wall);
    return failed(config, state, { ...outcome.trouble, retryAfter: after }, now, entropy);
  }
  const { record, session } = outcome;
  return {
    ...state,
    record: record === undefined ? state.record : { ...state.record, ...record },
    session: { ...state.session, ...(isGood && { nonceRefusals: 0 }), answers, ...session, nonce },
    failure: record?.certificate === undefined ? state.failure : undefined,
  };
}

function refused({ config, state, response }: Context, step: Step): Outcome {
  const { status, body } = response;
  const problem = parseProblem(body);
  const { nonceRefusals, hidesPredecessor } = state.session;
  // RFC 8555, 6.5: the error has a nonce that is good.
  if (problem.type === 'badNonce' && nonceRefusals < NONCE_PATIENCE) {
    return { session: { nonceRefusals: nonceRefusals + 1 } };
  }
  const remedy = remedyOf(status, problem);
  const isPlain = hidesPredecessor || predecessor(config, state) === undefined;
  if (step.name === 'new order' && remedy.voids === 'order' && !isPlain) {
    // What the old certificate is to the authority must not stand in the way of a new one (RFC 9773, 5).
    return { session: { hidesPredecessor: true } };
  }
  // What was there and is not any more, such as an order after a week, is to be had anew.
  const isGone = step.name !== 'directory' && (status === 404 || status === 410);
  return trouble(isGone ? GONE : remedy, `${step.name}: ${status}, ${describe(problem)}`);
}

function taken(context: Context, step: Step): Outcome {
  const { config, state, response } = context;
  const { body } = response;
  if (body.length > LONGEST_BODY) return trouble(DISAGREEMENT, 'an answer that is too long');
  const { allowsHttp = false } = config;
  switch (step.name) {
    case 'directory':
      return take(parseDirectory(body, { allowsHttp }), (read) => takeDirectory(context, read));
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
      return take(parseOrder(body, { allowsHttp }), (order) => takeNewOrder(context, order));
    case 'order':
    case 'finalize':
      return take(parseOrder(body, { allowsHttp }), (order) => takeOrder(context, order));
    case 'authorization':
      return take(parseAuthorization(body, { allowsHttp }), (authorization) =>
        takeAuthorization(context, step.url, authorization),
      );
    case 'challenge':
      // Whatever it says, the authorization says how it went.
      return { session: { accepted: step.url, ...later(context) } };
    case 'certificate':
      return takeCertificate(context);
    case 'renewal info': {
      const { certificate } = state.record;
      return certificate === undefined ? {} : takeRenewalInfo(context, certificate);
    }
  }
}

function takeDirectory({ config }: Context, directory: Directory): Outcome {
  if (directory.externalAccountRequired && config.externalAccount === undefined) {
    return trouble(OPERATOR, 'the authority wants an external account');
  }
  // An authority without renewal information is not asked for it.
  const never = { checkAt: Number.POSITIVE_INFINITY };
  return { session: { directory, ...(directory.renewalInfo === undefined && never) } };
}

/** For one name, and for what is around them. */
const ENOUGH_ANSWERS = 100;
/** Pebble refuses up to nine of ten nonces, if it is told to. */
const NONCE_PATIENCE = 20;
const GONE: Remedy = { blame: 'alert', delay: 60_000, longest: 86_400_000, voids: 'order' };
