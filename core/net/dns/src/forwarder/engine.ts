import type { Endpoint } from '@atoll/device/socket';
import { type Entropy, randomBelow } from '@atoll/device/system';
import type { Logger } from '@atoll/log/log';
import { endpointText } from '../address.ts';
import { type CacheQuestion, keyOf } from '../cache.ts';
import type { Message } from '../message.ts';
import { canonicalName } from '../name.ts';
import { parseMessage, peekHeader } from '../packet.ts';
import { RCODE } from '../type.ts';
import { belongs, join } from './attempt.ts';
import { failureOf, LAME, LOOP, UNREACHABLE } from './failure.ts';
import { matchQuestion, mixCase, restoreCase } from './match.ts';
import { emitRequest } from './request.ts';
import { scrub } from './scrub.ts';
import type {
  Attempt,
  Client,
  Failure,
  Finished,
  Habit,
  Job,
  Outcome,
  Transmission,
} from './state.ts';
import type { Upstream } from './upstream.ts';
import { upstreamAt } from './upstream.ts';

export interface ForwarderOptions {
  /** In the order of preference while nothing is known of their speed. */
  readonly upstreams: readonly Endpoint[];
  readonly entropy: Entropy;
  readonly log: Logger;
  /** The most questions in flight; 150 by default. */
  readonly maxInFlight?: number;
  /** Whether names are sent in mixed letter case, which a forger must guess; true by default. */
  readonly mixedCase?: boolean;
  /** Whether the AD bit of the upstream servers is passed on: only when the path to them is trusted. */
  readonly trustAd?: boolean;
}

export interface ForwarderCounters {
  /** Datagrams sent to upstream servers. */
  queries: number;
  timeouts: number;
  /** Datagrams on our ports that were no answer to what was asked there. */
  strangers: number;
}

export interface UpstreamHealth {
  readonly endpoint: Endpoint;
  /** Smoothed, in milliseconds; what is assumed while it was not measured yet. */
  readonly roundTrip: number;
  /** Whether it was silent so often that others are asked first. */
  readonly paused: boolean;
}

/**
 * Asks upstream servers, each question once for all who want to know.
 *
 * The fastest server that is not silent is asked first, then the next ones, until one answers, all have
 * said that they cannot, or {@link DEADLINE} has passed. Each query has an ID, a source port and a letter
 * case of its own; an answer counts only when it comes from the server's address to that port with that
 * ID and question (RFC 5452). Ports of earlier queries stay open until the question is done with, so that
 * a late answer is an answer still.
 *
 * After each `handle*` call, take all {@link pollTransmission}s.
 */
export class Forwarder {
  readonly counters: ForwarderCounters = { queries: 0, timeouts: 0, strangers: 0 };
  #upstreams: readonly Upstream[] = [];
  readonly #entropy: Entropy;
  readonly #log: Logger;
  readonly #maxInFlight: number;
  readonly #mixedCase: boolean;
  readonly #trustAd: boolean;
  readonly #jobs = new Map<string, Job>();
  readonly #attempts = new Map<number, Attempt>();
  readonly #transmissions: Transmission[] = [];
  #lastPort = 0;

  constructor(options: ForwarderOptions) {
    this.setUpstreams(options.upstreams, 0);
    this.#entropy = options.entropy;
    this.#log = options.log;
    this.#maxInFlight = options.maxInFlight ?? 150;
    this.#mixedCase = options.mixedCase ?? true;
    this.#trustAd = options.trustAd ?? false;
  }

  /** Questions in flight. */
  get inFlight(): number {
    return this.#jobs.size;
  }

  /** What is known of the upstream servers, in the order in which they were given. */
  health(now: number): UpstreamHealth[] {
    return this.#upstreams.map((upstream) => ({
      endpoint: upstream.endpoint,
      roundTrip: upstream.roundTrip,
      paused: upstream.paused(now),
    }));
  }

  /** Other servers are asked from now on, also about what is in flight; none for none at all. */
  setUpstreams(endpoints: readonly Endpoint[], now: number): void {
    const upstreams = endpoints.map((endpoint) => upstreamAt(endpoint, this.#upstreams));
    this.#upstreams = upstreams;
    for (const job of this.#jobs.values()) {
      for (const attempt of job.attempts) {
        if (!upstreams.includes(attempt.upstream)) this.#drop(attempt);
      }
      if (!job.attempts.some(({ waiting }) => waiting)) job.retryAt = now;
    }
  }

  /**
   * Asks for `client`, who gets a {@link Finished} later. `full` when too many questions are in flight,
   * `crowded` when too many clients wait for this one, `loop` when it is a query of our own that came
   * back, `none` when there is no server to ask. A client's repetition is `waiting` as the first was.
   */
  ask(
    question: CacheQuestion,
    client: Client,
    now: number,
  ): 'waiting' | 'full' | 'crowded' | 'loop' | 'none' {
    if (this.#upstreams.length === 0) return 'none';
    const name = canonicalName(question.name);
    const key = keyOf(question, name, question.type);
    const running = this.#jobs.get(key);
    if (running !== undefined) return join(running, client);
    if (this.#jobs.size >= this.#maxInFlight) return 'full';
    const job: Job = {
      key,
      question: { ...question, name },
      clients: [client],
      attempts: [],
      failed: new Set(),
      failure: undefined,
      retryAt: now,
      deadline: now + DEADLINE,
    };
    this.#jobs.set(key, job);
    this.#askNext(job, now);
    return 'waiting';
  }

  /** Handles a datagram from `from` that arrived at the source port known as `port`. */
  handleUpstream(
    bytes: Uint8Array,
    port: number,
    from: Endpoint,
    now: number,
  ): Finished | undefined {
    const attempt = this.#attempts.get(port);
    if (attempt === undefined) return undefined;
    const header = peekHeader(bytes);
    if (header === undefined || !belongs(header, from, attempt)) return this.#strange();
    const { question } = attempt.job;
    const answers = header.rcode === RCODE.NOERROR || header.rcode === RCODE.NXDOMAIN;
    const match = matchQuestion(bytes, attempt.name, question);
    // A server that did not understand the query may leave out what it did not read.
    if (match === 'other' || (match === 'absent' && answers)) return this.#strange();
    if (match === 'case' && attempt.mixedCase) {
      this.#retryWithout('case', attempt, now);
      return undefined;
    }
    if (answers && header.truncated) {
      const { job } = attempt;
      this.#heard(attempt, now);
      return attempt.transport === 'udp' && this.#retryWithout('datagram', attempt, now)
        ? undefined
        : this.#finish(job, { kind: 'truncated' });
    }
    const parsed = parseMessage(match === 'absent' ? bytes : restoreCase(bytes, question.name));
    if (!parsed.ok) return this.#strange();
    this.#heard(attempt, now);
    return this.#judge(attempt, parsed.value, now);
  }

  /** The connection known as `port` cannot be had, or ended before there was an answer. */
  handleClosed(port: number): Finished | undefined {
    const attempt = this.#attempts.get(port);
    if (attempt?.transport !== 'tcp' || !attempt.waiting) return undefined;
    attempt.waiting = false;
    return this.#finish(attempt.job, { kind: 'truncated' });
  }

  /** Does what is due: asks other servers, gives up. */
  handleTimeout(now: number): Finished[] {
    const finished: Finished[] = [];
    for (const job of this.#jobs.values()) {
      if (job.retryAt <= now) this.#expire(job, now);
      if (job.deadline <= now) finished.push(this.#giveUp(job));
      else if (job.retryAt <= now) this.#askNext(job, now);
    }
    return finished;
  }

  /** When {@link handleTimeout} is due, monotonic milliseconds; `Infinity` when nothing is in flight. */
  get nextTimeout(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const job of this.#jobs.values()) {
      next = Math.min(next, job.retryAt, job.deadline);
    }
    return next;
  }

  /** The next thing that the platform is to do; `undefined` when there is none. */
  pollTransmission(): Transmission | undefined {
    return this.#transmissions.shift();
  }

  #judge(attempt: Attempt, response: Message, now: number): Finished | undefined {
    const { job, upstream } = attempt;
    const { rcode } = response;
    if (UNDERSTANDS_NO_EDNS.has(rcode) && attempt.edns) {
      this.#retryWithout('edns', attempt, now);
      return undefined;
    }
    if (attempt.retryOf === 'edns') upstream.doesWithoutEdns(now);
    if (attempt.retryOf === 'case') upstream.changesCase(now);
    if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) {
      return this.#fail(attempt, failureOf(response), now);
    }
    const scrubbed = scrub(response, job.question, this.#trustAd);
    if (scrubbed.kind === 'lame') return this.#fail(attempt, LAME, now);
    if (scrubbed.kind === 'loop') return this.#finish(job, { kind: 'failure', failure: LOOP });
    return this.#finish(job, scrubbed);
  }

  /** The server cannot answer this: another one may. */
  #fail(attempt: Attempt, failure: Failure, now: number): Finished | undefined {
    const { job, upstream } = attempt;
    job.failed.add(upstream);
    job.failure = failure;
    attempt.waiting = false;
    if (this.#upstreams.every((upstream) => job.failed.has(upstream))) return this.#giveUp(job);
    if (!job.attempts.some((other) => other.waiting)) this.#askNext(job, now);
    return undefined;
  }

  /** Asks the same server again without what it did not cope with, once; answers whether it did. */
  #retryWithout(habit: Habit, attempt: Attempt, now: number): boolean {
    const { job, upstream } = attempt;
    this.#heard(attempt, now);
    const retried = job.attempts.some(
      (other) => other.retryOf === habit && other.upstream === upstream,
    );
    if (retried || job.attempts.length >= ATTEMPT_LIMIT) return false;
    this.#send(job, upstream, now, habit, attempt);
    return true;
  }

  /** Asks the best server of those that have not failed, or been asked, more often than others. */
  #askNext(job: Job, now: number): void {
    const upstream = this.#choose(job, now);
    if (upstream === undefined || job.attempts.length >= ATTEMPT_LIMIT) {
      job.retryAt = job.deadline;
      return;
    }
    this.#send(job, upstream, now, undefined, undefined);
  }

  #choose(job: Job, now: number): Upstream | undefined {
    const first = job.attempts.length === 0;
    let best: Upstream | undefined;
    let bestRank = Number.POSITIVE_INFINITY;
    for (const upstream of this.#upstreams) {
      if (job.failed.has(upstream)) continue;
      const asked = job.attempts.filter((attempt) => attempt.upstream === upstream).length;
      const rank =
        asked * RANK_ASKED + (upstream.paused(now) ? RANK_PAUSED : 0) + upstream.roundTrip;
      if (rank < bestRank) {
        best = upstream;
        bestRank = rank;
      }
    }
    // Speed changes, so now and then another one is measured.
    if (!first || this.#upstreams.length < 2) return best;
    if (randomBelow(this.#entropy, EXPLORE_ONE_IN) !== 0) return best;
    const other = this.#upstreams[randomBelow(this.#entropy, this.#upstreams.length)];
    return other.paused(now) ? best : other;
  }

  #send(
    job: Job,
    upstream: Upstream,
    now: number,
    retryOf: Habit | undefined,
    before: Attempt | undefined,
  ): void {
    const { question } = job;
    const mixedCase =
      this.#mixedCase &&
      upstream.keepsCase(now) &&
      retryOf !== 'case' &&
      before?.mixedCase !== false;
    const edns = upstream.speaksEdns(now) && retryOf !== 'edns' && before?.edns !== false;
    const transport = retryOf === 'datagram' || before?.transport === 'tcp' ? 'tcp' : 'udp';
    const name = mixedCase ? mixCase(question.name, this.#entropy) : question.name;
    const port = ++this.#lastPort;
    const id = randomBelow(this.#entropy, 0x10000);
    const attempt: Attempt = {
      port,
      job,
      upstream,
      id,
      name,
      sentAt: now,
      transport,
      mixedCase,
      edns,
      retryOf,
      waiting: true,
    };
    const asked = job.attempts.filter((other) => other.upstream === upstream).length;
    job.attempts.push(attempt);
    job.retryAt = Math.min(now + upstream.timeout * 2 ** asked, job.deadline);
    this.#attempts.set(port, attempt);
    this.counters.queries++;
    const payload = emitRequest(id, name, question, edns, this.#trustAd);
    const to = upstream.endpoint;
    this.#transmissions.push({ kind: 'query', transport, port, to, payload });
  }

  #heard(attempt: Attempt, now: number): void {
    attempt.waiting = false;
    if (attempt.upstream.answered(now - attempt.sentAt)) {
      this.#log.info(`${endpointText(attempt.upstream.endpoint)} answers again`);
    }
  }

  /** The wait for the last query is over. */
  #expire(job: Job, now: number): void {
    const attempt = job.attempts.at(-1);
    if (attempt === undefined || !attempt.waiting) return;
    attempt.waiting = false;
    this.counters.timeouts++;
    if (attempt.upstream.timedOut(now)) {
      this.#log.warning(`${endpointText(attempt.upstream.endpoint)} does not answer`);
    }
  }

  #giveUp(job: Job): Finished {
    return this.#finish(job, { kind: 'failure', failure: job.failure ?? UNREACHABLE });
  }

  #finish(job: Job, outcome: Outcome): Finished {
    this.#jobs.delete(job.key);
    for (const attempt of job.attempts) this.#drop(attempt);
    return { question: job.question, clients: job.clients, outcome };
  }

  /** What comes to this port counts no more. */
  #drop(attempt: Attempt): void {
    attempt.waiting = false;
    if (!this.#attempts.delete(attempt.port)) return;
    this.#transmissions.push({ kind: 'close', port: attempt.port });
  }

  #strange(): undefined {
    this.counters.strangers++;
  }
}

const UNDERSTANDS_NO_EDNS: ReadonlySet<number> = new Set([
  RCODE.FORMERR,
  RCODE.NOTIMP,
  RCODE.BADVERS,
]);

/** Milliseconds for which a client waits at most: stub resolvers give up after five seconds. */
const DEADLINE = 4500;
/** The most queries for one question, and so ports: six servers, or fewer and more often. */
const ATTEMPT_LIMIT = 6;
/** One question in so many goes to a server chosen at random. */
const EXPLORE_ONE_IN = 32;
/** Ranks add to round-trip times in milliseconds, and so must be far above those. */
const RANK_ASKED = 1_000_000;
const RANK_PAUSED = 100_000;
