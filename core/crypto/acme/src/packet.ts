/** What an authority says (RFC 8555, 7.1): all of it comes from outside, and all of it is bounded. */
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import { isObject, type JsonObject, parseJsonObject } from './json.ts';
import type { Problem } from './problem.ts';
import { problemOf } from './problem.ts';
import { checkUrl } from './url.ts';

/** Where what is (7.1.1). */
export interface Directory {
  readonly newNonce: string;
  readonly newAccount: string;
  readonly newOrder: string;
  /** Where the authority says when to renew (RFC 9773, 3). */
  readonly renewalInfo: string | undefined;
  /** What who makes an account agrees to. */
  readonly termsOfService: string | undefined;
  readonly externalAccountRequired: boolean;
}

/** 7.1.3 */
export interface Order {
  readonly status: 'pending' | 'ready' | 'processing' | 'valid' | 'invalid';
  readonly authorizations: readonly string[];
  readonly finalize: string;
  readonly certificate: string | undefined;
  readonly error: Problem | undefined;
}

/** 7.1.4 */
export interface Authorization {
  readonly status: 'pending' | 'valid' | 'invalid' | 'deactivated' | 'expired' | 'revoked';
  /** The name in lower case, without the wildcard that it may be for. */
  readonly name: string;
  readonly challenges: readonly Challenge[];
}

/** 7.1.5 and 8 */
export interface Challenge {
  readonly type: string;
  readonly url: string;
  readonly status: 'pending' | 'processing' | 'valid' | 'invalid';
  /** Empty for types that have none. Otherwise base64url, so that it can stand in a path. */
  readonly token: string;
  readonly error: Problem | undefined;
}

/** How strict to be about URLs. */
export interface UrlRules {
  readonly allowsHttp: boolean;
}

export function parseDirectory(body: Uint8Array, rules: UrlRules): Result<Directory> {
  return parseWith(body, rules, 'directory', (reader) => {
    const { termsOfService, externalAccountRequired } = reader.object('meta');
    return {
      newNonce: reader.url('newNonce'),
      newAccount: reader.url('newAccount'),
      newOrder: reader.url('newOrder'),
      renewalInfo:
        reader.document.renewalInfo === undefined ? undefined : reader.url('renewalInfo'),
      termsOfService: typeof termsOfService === 'string' ? shown(termsOfService) : undefined,
      externalAccountRequired: externalAccountRequired === true,
    };
  });
}

/** Whether the account may be used; nothing else about it matters. */
export function parseAccount(body: Uint8Array): Result<{ readonly isValid: boolean }> {
  const parsed = parseJsonObject(body);
  return parsed.ok ? ok({ isValid: parsed.value.status === 'valid' }) : parsed;
}

export function parseOrder(body: Uint8Array, rules: UrlRules): Result<Order> {
  return parseWith(body, rules, 'order', (reader) => {
    const status = reader.oneOf(ORDER_STATUSES);
    const authorizations = reader.urls('authorizations');
    const certificate = status === 'valid' ? reader.url('certificate') : undefined;
    const finalize = reader.url('finalize');
    return { status, authorizations, finalize, certificate, error: reader.problem() };
  });
}

export function parseAuthorization(body: Uint8Array, rules: UrlRules): Result<Authorization> {
  return parseWith(body, rules, 'authorization', (reader) => ({
    status: reader.oneOf(AUTHORIZATION_STATUSES),
    name: reader.name(),
    challenges: reader.objects('challenges').map(readChallenge),
  }));
}

/** The token of `Replay-Nonce` (6.5.1); one with other characters does not count. */
export function checkNonce(value: string | undefined): string | undefined {
  return value !== undefined && /^[A-Za-z0-9_-]{1,512}$/.test(value) ? value : undefined;
}

function readChallenge(reader: Reader): Challenge {
  const token = reader.document.token ?? '';
  // RFC 8555, 8.1: at least 128 bits.
  const isToken = typeof token === 'string' && /^(?:[A-Za-z0-9_-]{22,256})?$/.test(token);
  if (!isToken) throw new Malformed('a token that is none');
  return {
    type: reader.text('type', 64),
    url: reader.url('url'),
    status: reader.oneOf(CHALLENGE_STATUSES),
    token,
    error: reader.problem(),
  };
}

/** Stays inside of this file. */
class Malformed extends Error {}

function parseWith<T>(
  body: Uint8Array,
  rules: UrlRules,
  what: string,
  read: (reader: Reader) => T,
): Result<T> {
  const parsed = parseJsonObject(body);
  if (!parsed.ok) return malformed(`${what}: ${parsed.error.reason}`);
  try {
    return ok(read(new Reader(parsed.value, rules)));
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return malformed(`${what}: ${error.message}`);
  }
}

class Reader {
  readonly document: JsonObject;
  readonly #rules: UrlRules;

  constructor(document: JsonObject, rules: UrlRules) {
    this.document = document;
    this.#rules = rules;
  }

  text(name: string, longest: number): string {
    const value = this.document[name];
    if (typeof value === 'string' && value.length <= longest) return value;
    throw new Malformed(`no ${name}`);
  }

  oneOf<const T extends string>(statuses: readonly T[]): T {
    const { status } = this.document;
    const found = statuses.find((one) => one === status);
    if (found === undefined) throw new Malformed('no status that is known');
    return found;
  }

  url(name: string): string {
    return this.#checked(this.document[name], name);
  }

  urls(name: string): string[] {
    return this.#list(name).map((value) => this.#checked(value, name));
  }

  /** An object that may be missing. */
  object(name: string): JsonObject {
    const value = this.document[name];
    return isObject(value) ? value : {};
  }

  objects(name: string): Reader[] {
    return this.#list(name).map((value) => {
      if (!isObject(value)) throw new Malformed(`${name} with something else among them`);
      return new Reader(value, this.#rules);
    });
  }

  problem(): Problem | undefined {
    const { error } = this.document;
    return isObject(error) ? problemOf(error) : undefined;
  }

  /** The identifier, of type `dns` (9.7.7). */
  name(): string {
    const { type, value } = this.object('identifier');
    if (type === 'dns' && typeof value === 'string' && value.length <= 253) {
      return value.toLowerCase();
    }
    throw new Malformed('an identifier that is no name');
  }

  #list(name: string): readonly unknown[] {
    const value = this.document[name];
    if (Array.isArray(value) && value.length > 0 && value.length <= MOST) return value;
    throw new Malformed(`${name} that are not 1 to ${MOST}`);
  }

  #checked(value: unknown, name: string): string {
    const url = checkUrl(value, this.#rules.allowsHttp);
    if (!url.ok) throw new Malformed(`${name}: ${url.error.reason}`);
    return url.value;
  }
}

function shown(text: string): string {
  return text.slice(0, 300).replace(/[^\x20-\x7e]/g, '?');
}

/** Authorizations of an order, challenges of an authorization. */
const MOST = 100;
const ORDER_STATUSES = ['pending', 'ready', 'processing', 'valid', 'invalid'] as const;
const AUTHORIZATION_STATUSES = [
  ...(['pending', 'valid', 'invalid', 'deactivated', 'expired', 'revoked'] as const),
] as const;
const CHALLENGE_STATUSES = ['pending', 'processing', 'valid', 'invalid'] as const;
