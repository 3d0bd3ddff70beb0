/**
 * A stub resolver (RFC 1034 section 5.3.1): it asks the recursive servers of its network.
 *
 * The first server that is not silent is asked, then the next ones, until one answers, all have said that
 * they cannot, or ten seconds have passed. Each query has an ID and a source port of its own; an answer
 * counts only when it comes from the server's address to that port with that ID and question
 * (RFC 5452). Answers that do not fit in a datagram are asked for over TCP.
 *
 * After each call of `ask`, `setServers` and `handle*`, take all {@link StubResolver.pollTransmission}s.
 */
import type { Endpoint } from '@atoll/device/socket';
import { type Entropy, randomBelow } from '@atoll/device/system';
import { ageOf, contentOf } from '../answer.ts';
import { AnswerCache, type CacheQuestion, keyOf } from '../cache.ts';
import { matchQuestion } from '../forwarder/match.ts';
import { emitRequest } from '../forwarder/request.ts';
import { scrub } from '../forwarder/scrub.ts';
import type { Transmission } from '../forwarder/state.ts';
import { isSame, Upstream, upstreamAt } from '../forwarder/upstream.ts';
import type { Message } from '../message.ts';
import { canonicalName, type Name, nameText } from '../name.ts';
import { type Header, parseMessage, peekHeader } from '../packet.ts';
import type { Transport } from '../transport.ts';
import { CLASS, OPCODE, RCODE, rcodeText } from '../type.ts';
import { failed, type Outcome, outcomeOf } from './outcome.ts';
import type { Attempt, Finished, Lookup } from './state.ts';

export type { Finished, Transmission };

export interface StubResolverOptions {
  readonly entropy: Entropy;
  /** Recursive servers in the order of preference; there may be none yet. */
  readonly servers: readonly Endpoint[];
  /** One of 256 answers when not given. */
  readonly cache?: AnswerCache;
}

export class StubResolver {
  readonly #entropy: Entropy;
  readonly #cache: AnswerCache;
  readonly #lookups = new Map<string, Lookup>();
  readonly #attempts = new Map<number, Attempt>();
  readonly #transmissions: Transmission[] = [];
  #servers: readonly Upstream[] = [];
  #lastNumber = 0;
  #lastPort = 0;

  constructor({ entropy, servers, cache }: StubResolverOptions) {
    this.#entropy = entropy;
    this.#cache = cache ?? new AnswerCache({ entries: 256, bytes: 256 * 1024 });
    this.#servers = servers.map((endpoint) => new Upstream(endpoint));
  }

  /** When {@link handleTimeout} is due, monotonic milliseconds; `Infinity` while nothing is looked up. */
  get nextTimeout(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { retryAt, deadline } of this.#lookups.values()) {
      next = Math.min(next, retryAt, deadline);
    }
    return next;
  }

  /**
   * The network has other servers now, in the order of preference. What is being looked up is asked of
   * them; what others said is forgotten, since it may be different here.
   */
  setServers(endpoints: readonly Endpoint[], now: number): void {
    const before = this.#servers;
    const after = endpoints.map((endpoint) => upstreamAt(endpoint, before));
    if (after.length === before.length && after.every((server, at) => server === before[at]))
      return;
    this.#servers = after;
    this.#cache.clear();
    for (const lookup of this.#lookups.values()) {
      for (const attempt of lookup.attempts)
        if (!after.includes(attempt.upstream)) this.#drop(attempt);
      if (!lookup.attempts.some(({ waiting }) => waiting)) lookup.retryAt = now;
    }
  }

  /**
   * The records of `type` that `name` has: at once when they are known, or else later as the
   * {@link Finished} with the number answered here, which all who ask the same share.
   */
  ask(name: Name, type: number, now: number): Outcome | number {
    const question: CacheQuestion = {
      ...{ name: canonicalName(name), type, class: CLASS.IN },
      ...{ dnssecOk: false, checkingDisabled: false },
    };
    const known = this.#cache.get(question, now);
    if (known !== undefined) return outcomeOf(contentOf(known, ageOf(known, now)), question);
    const key = keyOf(question, question.name, type);
    const running = this.#lookups.get(key);
    if (running !== undefined) return running.number;
    if (this.#lookups.size >= LOOKUP_LIMIT) return failed('busy', 'too much is looked up at once');
    const lookup: Lookup = {
      ...{ number: ++this.#lastNumber, key, question, attempts: [] },
      ...{ failed: new Set(), failure: undefined, retryAt: now, deadline: now + DEADLINE },
    };
    this.#lookups.set(key, lookup);
    this.#askNext(lookup, now);
    return lookup.number;
  }

  /** Handles a message from `from` that arrived at the source port known as `port`. */
  handle(bytes: Uint8Array, port: number, from: Endpoint, now: number): Finished | undefined {
    const attempt = this.#attempts.get(port);
    const header = peekHeader(bytes);
    if (attempt === undefined || header === undefined) return undefined;
    if (!belongs(header, from, attempt)) return undefined;
    const { lookup, transport } = attempt;
    const answers = header.rcode === RCODE.NOERROR || header.rcode === RCODE.NXDOMAIN;
    const match = matchQuestion(bytes, lookup.question.name, lookup.question);
    // A server that did not understand the query may leave out what it did not read.
    if (match === 'other' || (match === 'absent' && answers)) return undefined;
    if (answers && header.truncated && transport === 'udp') {
      this.#heard(attempt, now);
      this.#retry(attempt, 'tcp', attempt.edns, now);
      return undefined;
    }
    const parsed = parseMessage(bytes);
    if (!parsed.ok || parsed.value.truncated) return this.#unreadable(attempt, now);
    this.#heard(attempt, now);
    return this.#judge(attempt, parsed.value, now);
  }

  /**
   * The connection known as `port` cannot be had, or ended before there was an answer; or somebody says that
   * nobody takes datagrams. That may be forged, and then another server is asked for no reason.
   */
  handleClosed(port: number, now: number): Finished | undefined {
    const attempt = this.#attempts.get(port);
    if (!attempt?.waiting) return undefined;
    const reason = attempt.transport === 'tcp' ? 'no answer over TCP' : 'no server is there';
    return this.#fail(attempt, reason, now);
  }

  /** Does what is due: asks other servers, gives up. */
  handleTimeout(now: number): Finished[] {
    const finished: Finished[] = [];
    for (const lookup of this.#lookups.values()) {
      if (lookup.deadline <= now) finished.push(this.#giveUp(lookup));
      else if (lookup.retryAt <= now) this.#askNext(lookup, now);
    }
    return finished;
  }

  /** The next thing that the platform is to do; `undefined` when there is none. */
  pollTransmission(): Transmission | undefined {
    return this.#transmissions.shift();
  }

  #judge(attempt: Attempt, response: Message, now: number): Finished | undefined {
    const { lookup, upstream, transport } = attempt;
    const { question } = lookup;
    const { rcode } = response;
    if (attempt.edns && UNDERSTANDS_NO_EDNS.has(rcode)) {
      upstream.doesWithoutEdns(now);
      this.#retry(attempt, transport, false, now);
      return undefined;
    }
    if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) {
      return this.#fail(attempt, rcodeText(rcode), now);
    }
    const scrubbed = scrub(response, question, false);
    if (scrubbed.kind === 'lame') return this.#fail(attempt, 'it does not resolve', now);
    if (scrubbed.kind === 'loop') {
      return this.#finish(
        lookup,
        failed('failed', `${nameText(question.name)} is an endless alias`),
      );
    }
    this.#cache.put(question, scrubbed.answer, now);
    return this.#finish(lookup, outcomeOf(scrubbed.answer, question));
  }

  /** In a datagram this may be a forgery; a connection has nothing else to say. */
  #unreadable(attempt: Attempt, now: number): Finished | undefined {
    return attempt.transport === 'tcp' ? this.#fail(attempt, 'unreadable answer', now) : undefined;
  }

  /** The server cannot answer this: another one may. */
  #fail(attempt: Attempt, reason: string, now: number): Finished | undefined {
    const { lookup, upstream } = attempt;
    attempt.waiting = false;
    lookup.failed.add(upstream);
    lookup.failure = failed('failed', `${nameText(lookup.question.name)}: ${reason}`);
    if (this.#servers.every((server) => lookup.failed.has(server))) return this.#giveUp(lookup);
    if (!lookup.attempts.some((other) => other.waiting)) this.#askNext(lookup, now);
    return undefined;
  }

  /** Asks the same server again, in another way; once for each, whatever it says. */
  #retry({ lookup, upstream }: Attempt, transport: Transport, edns: boolean, now: number): void {
    const isTried = lookup.attempts.some(
      (other) =>
        other.upstream === upstream && other.transport === transport && other.edns === edns,
    );
    if (!isTried) this.#send(lookup, upstream, transport, edns, now);
  }

  /** The wait for the last query is over: asks the next server, if there is one. */
  #askNext(lookup: Lookup, now: number): void {
    const last = lookup.attempts.at(-1);
    if (last?.waiting) {
      last.waiting = false;
      last.upstream.timedOut(now);
    }
    const next = this.#choose(lookup, now);
    if (next === undefined || lookup.attempts.length >= ATTEMPT_LIMIT) {
      lookup.retryAt = lookup.deadline;
    } else {
      this.#send(lookup, next, 'udp', next.speaksEdns(now), now);
    }
  }

  /** The first server of those that were asked least and are not silent. */
  #choose(lookup: Lookup, now: number): Upstream | undefined {
    let best: Upstream | undefined;
    let bestRank = Number.POSITIVE_INFINITY;
    for (const server of this.#servers) {
      if (lookup.failed.has(server)) continue;
      const rank = 2 * timesAsked(lookup, server) + (server.paused(now) ? 1 : 0);
      if (rank < bestRank) {
        best = server;
        bestRank = rank;
      }
    }
    return best;
  }

  #send(
    lookup: Lookup,
    upstream: Upstream,
    transport: Transport,
    edns: boolean,
    now: number,
  ): void {
    const asked = timesAsked(lookup, upstream);
    const port = ++this.#lastPort;
    const id = randomBelow(this.#entropy, 0x10000);
    const attempt: Attempt = {
      ...{ port, lookup, upstream, id, transport, edns },
      ...{ sentAt: now, waiting: true },
    };
    lookup.attempts.push(attempt);
    this.#attempts.set(port, attempt);
    const wait = transport === 'tcp' ? TCP_TIMEOUT : upstream.timeout * 2 ** asked;
    lookup.retryAt = Math.min(now + wait, lookup.deadline);
    const { question } = lookup;
    const payload = emitRequest(id, question.name, question, edns, false);
    this.#transmissions.push({ kind: 'query', transport, port, to: upstream.endpoint, payload });
  }

  #heard(attempt: Attempt, now: number): void {
    attempt.waiting = false;
    attempt.upstream.answered(now - attempt.sentAt);
  }

  #giveUp(lookup: Lookup): Finished {
    const { failure, question } = lookup;
    if (failure !== undefined) {
      return this.#finish(lookup, failure);
    }
    const who = this.#servers.length === 0 ? 'no server is known' : 'no server answers';
    return this.#finish(lookup, failed('silent', `${nameText(question.name)}: ${who}`));
  }

  #finish(lookup: Lookup, outcome: Outcome): Finished {
    this.#lookups.delete(lookup.key);
    for (const attempt of lookup.attempts) this.#drop(attempt);
    return { number: lookup.number, outcome };
  }

  /** What comes to this port counts no more. */
  #drop(attempt: Attempt): void {
    attempt.waiting = false;
    if (!this.#attempts.delete(attempt.port)) return;
    this.#transmissions.push({ kind: 'close', port: attempt.port });
  }
}

/** Whether a response comes from the server, with the ID of the query (RFC 5452 section 9.1). */
function belongs(header: Header, from: Endpoint, attempt: Attempt): boolean {
  const { id, upstream } = attempt;
  const isReply = header.response && header.opcode === OPCODE.QUERY && header.id === id;
  return isReply && isSame(from, upstream.endpoint);
}

function timesAsked(lookup: Lookup, upstream: Upstream): number {
  let count = 0;
  for (const attempt of lookup.attempts) if (attempt.upstream === upstream) count++;
  return count;
}

const UNDERSTANDS_NO_EDNS: ReadonlySet<number> = new Set([
  RCODE.FORMERR,
  RCODE.NOTIMP,
  RCODE.BADVERS,
]);

/** Milliseconds until a lookup is over: what it takes a resolver to find a slow authority, and some. */
const DEADLINE = 10_000;
/** Milliseconds for a handshake and an answer. */
const TCP_TIMEOUT = 3000;
/** The most queries, and so ports, of one lookup. */
const ATTEMPT_LIMIT = 8;
const LOOKUP_LIMIT = 64;
