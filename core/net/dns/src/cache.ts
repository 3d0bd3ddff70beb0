import { type AnswerContent, type StoredAnswer, storeAnswer } from './answer.ts';
import type { Question } from './message.ts';
import { canonicalName, type Name } from './name.ts';
import { settleTtls, type TtlLimits } from './ttl.ts';

export interface CacheOptions {
  /** The most answers kept; 0 keeps none. 10,000 by default. */
  readonly entries?: number;
  /** The most memory that answers take, in bytes, by estimate. 4 MiB by default. */
  readonly bytes?: number;
  /** Bounds of TTLs in seconds: 0, a day, and three hours for negative answers by default. */
  readonly ttl?: Partial<TtlLimits>;
  /** Seconds for which a failure is remembered, 1 to 300; 5 by default (RFC 9520 section 3.2). */
  readonly failureTtl?: number;
}

/** What is asked, and with which of the bits that change the answer. */
export interface CacheQuestion extends Question {
  readonly dnssecOk: boolean;
  readonly checkingDisabled: boolean;
}

/** An answer from upstream, checked. */
export interface Resolved extends AnswerContent {
  /** `name` when the name asked for itself does not exist, `data` when it or its alias has no such records. */
  readonly denies: 'nothing' | 'data' | 'name';
}

export interface CacheCounters {
  hits: number;
  misses: number;
  evictions: number;
}

/**
 * Answers by question, the least recently used ones forgotten first. All operations take constant time.
 *
 * An answer is kept whole, chain of CNAMEs and all, until the first of its records expires: so no
 * record outlives its TTL, none is mixed with another server's, and signatures stay with what they sign.
 * Queries with and without DO, and with and without CD, have answers of their own.
 *
 * That a name does not exist is kept for all types (RFC 2308 section 5). It is not taken for the names
 * below it (RFC 8020): without DNSSEC validation, one wrong NXDOMAIN would hide a whole domain.
 */
export class AnswerCache {
  readonly counters: CacheCounters = { hits: 0, misses: 0, evictions: 0 };
  readonly #entries = new Map<string, StoredAnswer>();
  readonly #limit: number;
  readonly #byteLimit: number;
  readonly #ttl: TtlLimits;
  readonly #failureMs: number;
  #bytes = 0;

  constructor(options: CacheOptions = {}) {
    this.#limit = options.entries ?? 10_000;
    this.#byteLimit = options.bytes ?? 4 * 1024 * 1024;
    this.#ttl = { minimum: 0, maximum: DAY, maximumNegative: 3 * HOUR, ...options.ttl };
    this.#failureMs = Math.min(Math.max(options.failureTtl ?? 5, 1), 300) * 1000;
  }

  /** How many answers are kept. */
  get size(): number {
    return this.#entries.size;
  }

  /** How many bytes they take, by estimate. */
  get bytes(): number {
    return this.#bytes;
  }

  get(question: CacheQuestion, now: number): StoredAnswer | undefined {
    const name = canonicalName(question.name);
    const found =
      this.#fresh(keyOf(question, name, question.type), now) ??
      this.#fresh(keyOf(question, name, ANY_TYPE), now);
    if (found === undefined) {
      this.counters.misses++;
      return undefined;
    }
    this.counters.hits++;
    return found;
  }

  /** Keeps an answer as long as its TTLs allow; answers with the form in which it is kept. */
  put(question: CacheQuestion, resolved: Resolved, now: number): StoredAnswer {
    const negative = resolved.denies !== 'nothing';
    const timed = settleTtls(resolved.answers, resolved.authorities, negative, this.#ttl);
    const { answers, authorities, lifetime } = timed;
    const content: AnswerContent = { ...resolved, answers, authorities };
    const expires = now + lifetime * 1000;
    const stored = storeAnswer(question, question.dnssecOk, content, now, expires);
    const name = canonicalName(question.name);
    const absent = keyOf(question, name, ANY_TYPE);
    if (resolved.denies === 'name') {
      if (lifetime > 0) this.#keep(absent, stored);
    } else {
      // The name exists after all.
      this.#forget(absent);
      if (lifetime > 0) this.#keep(keyOf(question, name, question.type), stored);
    }
    return stored;
  }

  /** Remembers that no answer could be had. */
  putFailure(question: CacheQuestion, failure: AnswerContent, now: number): StoredAnswer {
    const expires = now + this.#failureMs;
    const stored = storeAnswer(question, question.dnssecOk, failure, now, expires);
    this.#keep(keyOf(question, canonicalName(question.name), question.type), stored);
    return stored;
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #fresh(key: string, now: number): StoredAnswer | undefined {
    const entries = this.#entries;
    const found = entries.get(key);
    if (found === undefined) return undefined;
    if (found.expires <= now) {
      this.#forget(key);
      return undefined;
    }
    // A Map iterates in the order of insertion: the last one in is the last to be evicted.
    entries.delete(key);
    entries.set(key, found);
    return found;
  }

  #keep(key: string, answer: StoredAnswer): void {
    this.#forget(key);
    const size = sizeOf(key, answer);
    if (this.#limit === 0 || size > this.#byteLimit) return;
    this.#entries.set(key, answer);
    this.#bytes += size;
    while (this.#entries.size > this.#limit || this.#bytes > this.#byteLimit) this.#evict();
  }

  #evict(): void {
    for (const key of this.#entries.keys()) {
      this.#forget(key);
      this.counters.evictions++;
      return;
    }
  }

  #forget(key: string): void {
    const found = this.#entries.get(key);
    if (found === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= sizeOf(key, found);
  }
}

/** A key that is equal for questions with equal answers: bits, class and type, then the name. */
export function keyOf(question: CacheQuestion, canonical: Name, type: number): string {
  const bits = (question.dnssecOk ? 1 : 0) | (question.checkingDisabled ? 2 : 0);
  return String.fromCharCode(bits, question.class, type) + canonical;
}

function sizeOf(key: string, answer: StoredAnswer): number {
  return key.length + answer.wire.length + answer.ttlOffsets.length * 8 + OVERHEAD;
}

/** The type 0 is reserved and asked for by nobody: it stands for a name that does not exist. */
const ANY_TYPE = 0;
/** What an entry takes beside its octets: the objects, and its place in the table. Estimated, in bytes. */
const OVERHEAD = 256;
const HOUR = 3600;
const DAY = 24 * HOUR;
