import type { Blame } from '@atoll/result/result';
import { isObject, type JsonObject, parseJsonObject } from './json.ts';

/** A problem document (RFC 7807, RFC 8555, 6.7), cut to what is worth a line of a log. */
export interface Problem {
  /** The name of an error of ACME, such as `badNonce`; empty for any other. */
  readonly type: string;
  /** Printable, at most 300 characters. */
  readonly text: string;
}

/** How long to stay away after a failure, and what it makes void. */
export interface Remedy {
  /** Who must act: `config` who wrote the boot arguments, `alert` nobody, `peer` the authority, or us who misunderstand it. */
  readonly blame: Blame;
  /** Milliseconds after the first of several such failures. */
  readonly delay: number;
  /** Milliseconds after many of them. */
  readonly longest: number;
  readonly voids: 'nothing' | 'order' | 'account';
}

/** What `body` says. Whatever it is, there is an answer: with it, something went wrong already. */
export function parseProblem(body: Uint8Array): Problem {
  const parsed = parseJsonObject(body);
  return parsed.ok ? problemOf(parsed.value) : { type: '', text: 'no problem document' };
}

export function problemOf(document: JsonObject): Problem {
  const { type, detail, subproblems } = document;
  const name = typeof type === 'string' && type.startsWith(PREFIX) ? type.slice(PREFIX.length) : '';
  const parts = [textOf(detail)];
  for (const one of Array.isArray(subproblems) ? subproblems.slice(0, 3) : []) {
    if (isObject(one)) parts.push(textOf(one.detail));
  }
  const text = parts.filter((part) => part !== '').join('; ');
  return { type: /^[A-Za-z]{1,40}$/.test(name) ? name : '', text: text.slice(0, LONGEST_TEXT) };
}

/** What to do about an answer with the status `status` and `problem`. */
export function remedyOf(status: number, { type }: Problem): Remedy {
  const known = REMEDIES.get(type);
  if (known !== undefined) return known;
  return status >= 500 || status === 429 ? LATER : DISAGREEMENT;
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') return '';
  return value.slice(0, LONGEST_TEXT).replace(/[^\x20-\x7e]/g, '?');
}

const PREFIX = 'urn:ietf:params:acme:error:';
const LONGEST_TEXT = 300;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** There is no connection, or no answer on it. */
export const UNREACHABLE: Remedy = {
  ...{ blame: 'alert', delay: MINUTE / 2, longest: HOUR, voids: 'nothing' },
};
/** The authority is not able to, just now. */
const LATER: Remedy = { blame: 'alert', delay: MINUTE, longest: HOUR, voids: 'nothing' };
/** Authorities count failures by the hour: somebody has to mend something first. */
export const OPERATOR: Remedy = {
  ...{ blame: 'config', delay: 15 * MINUTE, longest: DAY, voids: 'order' },
};
/** It, or we, do not keep the protocol. Asking again will hardly help. */
export const DISAGREEMENT: Remedy = { blame: 'peer', delay: HOUR, longest: DAY, voids: 'order' };

/** The errors of RFC 8555, 6.7 that are not disagreements. */
const REMEDIES: ReadonlyMap<string, Remedy> = /* @__PURE__ */ new Map([
  ...[
    'caa',
    'compound',
    'connection',
    'dns',
    'externalAccountRequired',
    'incorrectResponse',
    'invalidContact',
    'rejectedIdentifier',
    'tls',
    'unauthorized',
    'unsupportedContact',
    'unsupportedIdentifier',
    'userActionRequired',
  ].map((type): [string, Remedy] => [type, OPERATOR]),
  ['badNonce', LATER],
  ['orderNotReady', LATER],
  ['serverInternal', LATER],
  ['rateLimited', { blame: 'alert', delay: HOUR, longest: DAY, voids: 'nothing' }],
  ['accountDoesNotExist', { blame: 'alert', delay: MINUTE, longest: DAY, voids: 'account' }],
]);
