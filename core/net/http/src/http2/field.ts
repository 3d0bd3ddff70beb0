import { isFieldValue, isToken } from '../syntax.ts';

/** What a request does with a field. The first five are the names of pseudo-header fields without the colon. */
export type Role =
  | 'method'
  | 'scheme'
  | 'authority'
  | 'path'
  | 'other'
  | 'regular'
  | 'cookie'
  | 'host'
  | 'content-length'
  | 'expect'
  | 'bad';

/** A field of a list as HPACK carries it, judged only once however often an index stands for it. */
export class Field {
  readonly name: string;
  readonly value: string;
  /** What it counts for in a table and in a list (RFC 7541 section 4.1). */
  readonly size: number;
  #role: Role | undefined;

  /** Both are latin1. */
  constructor(name: string, value: string) {
    this.name = name;
    this.value = value;
    this.size = name.length + value.length + OVERHEAD;
  }

  get role(): Role {
    this.#role ??= roleOf(this.name, this.value);
    return this.#role;
  }
}

/**
 * `bad` is what RFC 9113 sections 8.2 and 8.3.1 forbid: methods and paths that are none, upper case, what no name can have, control characters, white space
 * at either end, and fields of connections, which have none of their own here. All of it could be another
 * message in HTTP/1.1.
 */
function roleOf(name: string, value: string): Role {
  if (!isFieldValue(value) || /^[ \t]|[ \t]$/.test(value)) return 'bad';
  if (name.startsWith(':')) return pseudoOf(name, value);
  if (!isToken(name) || /[A-Z]/.test(name)) return 'bad';
  if (name === 'te') return value === 'trailers' ? 'regular' : 'bad';
  return SPECIAL.get(name) ?? 'regular';
}

function pseudoOf(name: string, value: string): Role {
  if (name === ':method' && !isToken(value)) return 'bad';
  if (name === ':path' && !PATH.test(value)) return 'bad';
  return PSEUDO.get(name) ?? 'other';
}

const OVERHEAD = 32;
const PATH = /^(?:\/[\x21-\x7e]*|\*)$/;

const PSEUDO = new Map<string, Role>([
  [':method', 'method'],
  [':scheme', 'scheme'],
  [':authority', 'authority'],
  [':path', 'path'],
]);

const SPECIAL = new Map<string, Role>([
  ['cookie', 'cookie'],
  ['host', 'host'],
  ['content-length', 'content-length'],
  ['expect', 'expect'],
  ['connection', 'bad'],
  ['proxy-connection', 'bad'],
  ['keep-alive', 'bad'],
  ['transfer-encoding', 'bad'],
  ['upgrade', 'bad'],
]);
