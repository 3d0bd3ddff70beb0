import { Headers } from '../headers.ts';
import type { Limits } from '../limits.ts';
import type { Judged, Refusal } from '../refusal.ts';
import type { Target } from '../target.ts';
import { parseTarget } from '../target.ts';
import type { Field } from './field.ts';

/** A request without its body. */
export interface RequestHead {
  readonly method: string;
  readonly target: Target;
  readonly headers: Headers;
  /** Octets of the body, when somebody says so. */
  readonly length: number | undefined;
  readonly expectsContinue: boolean;
}

/** Why there is no request. What is malformed gets no answer: its stream is reset (RFC 9113 section 8.1.1). */
export interface RequestFault extends Refusal {
  readonly isMalformed: boolean;
}

export type JudgedRequest =
  | { readonly ok: true; readonly value: RequestHead }
  | { readonly ok: false; readonly error: RequestFault };

/** Makes a request of a list of fields (RFC 9113 section 8.3); `isEnd` when it has no body. */
export function requestOf(
  fields: readonly Field[],
  isEnd: boolean,
  scheme: 'http' | 'https',
  limits: Limits,
  targets: Targets,
): JudgedRequest {
  const pseudo: Pseudo = { method: '', scheme: '', path: '', authority: undefined };
  const start = readPseudo(fields, pseudo);
  if (typeof start === 'string') return malformed(start);
  const names: string[] = [];
  const values: string[] = [];
  const rest = readRegular(fields, start, names, values);
  if (typeof rest === 'string') return malformed(rest);
  const { method, path } = pseudo;
  const { length, expectation } = rest;
  if (method === '') return malformed('no method');
  if (method === 'CONNECT') return judgeConnect(pseudo);
  if (pseudo.scheme === '' || path === '') return malformed('no scheme, or no path');
  const authority = pseudo.authority ?? rest.host ?? '';
  if (rest.host !== undefined && rest.host !== authority) return malformed('another host');
  if (isEnd && length !== undefined && length > 0) return malformed('a length without a body');
  if (authority === '') return refused(400, 'no authority');
  if (pseudo.scheme !== scheme) return refused(421, 'another scheme');
  if (path.length > limits.requestLine) return refused(414, 'a path that is too long');
  if (length !== undefined && length > limits.body) return refused(413, 'the body is too large');
  if (expectation !== undefined && expectation !== '100-continue') return refused(417, 'Expect');
  const target = targets.parse(path, method, authority);
  if (!target.ok) return refused(target.error.status, target.error.reason);
  const headers = Headers.ofParsed(names, values);
  const expectsContinue = expectation !== undefined && !isEnd;
  return { ok: true, value: { method, target: target.value, headers, length, expectsContinue } };
}

/** Reads targets; who asks for the same again, as most connections do, gets it again. */
export class Targets {
  #path = '';
  #method = '';
  #authority = '';
  #target: Judged<Target> | undefined;

  parse(path: string, method: string, authority: string): Judged<Target> {
    const isSame = path === this.#path && method === this.#method && authority === this.#authority;
    if (this.#target === undefined || !isSame) {
      this.#path = path;
      this.#method = method;
      this.#authority = authority;
      this.#target = parseTarget(path, method, authority);
    }
    return this.#target;
  }
}

interface Pseudo {
  method: string;
  scheme: string;
  path: string;
  authority: string | undefined;
}

/** Answers where the other fields start, or what is wrong. */
function readPseudo(fields: readonly Field[], pseudo: Pseudo): number | string {
  let at = 0;
  for (; at < fields.length; at++) {
    const { role, value } = fields[at];
    if (role === 'method' || role === 'scheme' || role === 'path') {
      if (pseudo[role] !== '') return `two of :${role}`;
      pseudo[role] = value;
    } else if (role === 'authority') {
      if (pseudo.authority !== undefined) return 'two of :authority';
      pseudo.authority = value;
    } else {
      break;
    }
  }
  return at;
}

interface Rest {
  host: string | undefined;
  length: number | undefined;
  expectation: string | undefined;
}

/** Reads the fields from `start` on into `names` and `values`; answers what counts for more, or what is wrong. */
function readRegular(
  fields: readonly Field[],
  start: number,
  names: string[],
  values: string[],
): Rest | string {
  const rest: Rest = { host: undefined, length: undefined, expectation: undefined };
  let crumbs = -1;
  for (let at = start; at < fields.length; at++) {
    const { name, value, role } = fields[at];
    switch (role) {
      case 'regular':
        break;
      case 'cookie':
        // Crumbs go together again (section 8.2.3).
        if (crumbs >= 0) {
          values[crumbs] += `; ${value}`;
          continue;
        }
        crumbs = names.length;
        break;
      case 'host':
        if (rest.host !== undefined) return 'two hosts';
        rest.host = value;
        break;
      case 'content-length':
        if (rest.length !== undefined || !/^[0-9]{1,15}$/.test(value)) return 'a bad length';
        rest.length = Number(value);
        break;
      case 'expect':
        rest.expectation = value.toLowerCase();
        break;
      default:
        return `a field that may not be there, ${JSON.stringify(name.slice(0, 40))}`;
    }
    names.push(name);
    values.push(value);
  }
  return rest;
}

/** The fields behind a body; `undefined` when one of them may not be there (section 8.1). */
export function trailersOf(fields: readonly Field[]): Headers | undefined {
  const names: string[] = [];
  const values: string[] = [];
  const rest = readRegular(fields, 0, names, values);
  return typeof rest === 'string' ? undefined : Headers.ofParsed(names, values);
}

/** A tunnel names neither scheme nor path (section 8.5); there are none here. */
function judgeConnect({ scheme, path }: Pseudo): JudgedRequest {
  if (scheme !== '' || path !== '') return malformed('CONNECT with a path');
  return refused(501, 'CONNECT');
}

function malformed(reason: string): JudgedRequest {
  return { ok: false, error: { status: 400, reason, isMalformed: true } };
}

function refused(status: number, reason: string): JudgedRequest {
  return { ok: false, error: { status, reason, isMalformed: false } };
}
