import type { Endpoint, IpAddress } from '@atoll/device/socket';
import type { Entropy } from '@atoll/device/system';
import type { Logger } from '@atoll/log/log';
import {
  type AnswerContent,
  ageOf,
  type ClientQuery,
  contentOf,
  extendedError,
  reply,
  replyFrom,
  type StoredAnswer,
} from '../answer.ts';
import type { AnswerCache, CacheCounters, CacheQuestion } from '../cache.ts';
import { Forwarder, type ForwarderCounters, type UpstreamHealth } from '../forwarder/engine.ts';
import type { Client, Finished, Outcome, Transmission } from '../forwarder/state.ts';
import type { EdnsOption, ResourceRecord } from '../message.ts';
import type { Transport } from '../transport.ts';
import { RCODE, TYPE } from '../type.ts';
import { CHAIN_LIMIT, type LocalAnswer, type Zone } from '../zone.ts';
import { type Admission, admit, minimalAny, refusal } from './query.ts';
import type { AnswerTable } from './table.ts';

export type { Transmission };

export interface DnsServerOptions {
  readonly zone: Zone;
  readonly cache: AnswerCache;
  /** In the order of preference while nothing is known of their speed; none for local names only. */
  readonly upstreams: readonly Endpoint[];
  readonly entropy: Entropy;
  readonly log: Logger;
  /** The most questions in flight to upstream servers; 150 by default. */
  readonly maxInFlight?: number;
  /** Whether names are sent upstream in mixed letter case; true by default. */
  readonly mixedCase?: boolean;
  /** Whether the AD bit of upstream servers is passed on; false by default. */
  readonly trustAd?: boolean;
  /** Where whole replies go that may be given again without asking this server. */
  readonly table?: AnswerTable;
}

/** What the server has to do with the outside, beside the replies that `handleQuery` returns. */
export type Action =
  | {
      readonly kind: 'reply';
      readonly to: Endpoint;
      /** Our address that was asked: clients take no answer from another one. */
      readonly from: IpAddress;
      readonly transport: Transport;
      readonly payload: Uint8Array;
    }
  | Transmission;

export interface DnsCounters {
  /** Datagrams from clients, all that follow included. */
  queries: number;
  /** Answered with local names. */
  local: number;
  /** Of those, denied by a rule. */
  blocked: number;
  /** Answered from the cache. */
  cached: number;
  /** Answered by upstream servers. */
  forwarded: number;
  /** Answered SERVFAIL, or another code that says that there is no answer, after asking upstream. */
  failures: number;
  /** Refused: what we do not do, or have no server for. */
  refused: number;
  /** Answered FORMERR. */
  malformed: number;
  /** Not answered: responses, queries from port 0, and too many clients for one question. */
  dropped: number;
}

export function createDnsServer(options: DnsServerOptions): DnsServer {
  return new DnsServer(options);
}

/**
 * A DNS server for a local network: answers with local names, then from its cache, then with what
 * upstream servers say. Pure: datagrams go in, replies and datagrams come out.
 *
 * After each `handle*` call, and `setUpstreams`, take all {@link pollAction}s.
 */
export class DnsServer {
  readonly counters: DnsCounters = {
    queries: 0,
    local: 0,
    blocked: 0,
    cached: 0,
    forwarded: 0,
    failures: 0,
    refused: 0,
    malformed: 0,
    dropped: 0,
  };
  readonly #zone: Zone;
  readonly #cache: AnswerCache;
  readonly #forwarder: Forwarder;
  readonly #log: Logger;
  readonly #table: AnswerTable | undefined;
  readonly #replies: Action[] = [];
  #quietUntil = Number.NEGATIVE_INFINITY;

  constructor(options: DnsServerOptions) {
    this.#zone = options.zone;
    this.#cache = options.cache;
    this.#log = options.log;
    this.#table = options.table;
    this.#forwarder = new Forwarder(options);
    if (options.table !== undefined) {
      const { table, zone } = options;
      zone.onChange = () => table.forget();
    }
  }

  get cacheCounters(): Readonly<CacheCounters> {
    return this.#cache.counters;
  }

  get forwarderCounters(): Readonly<ForwarderCounters> {
    return this.#forwarder.counters;
  }

  /** Questions in flight to upstream servers. */
  get inFlight(): number {
    return this.#forwarder.inFlight;
  }

  /** What is known of the upstream servers, in the order in which they were given. */
  upstreamHealth(now: number): UpstreamHealth[] {
    return this.#forwarder.health(now);
  }

  /** Asks other upstream servers from now on: the network has others. What they said stays in the cache. */
  setUpstreams(upstreams: readonly Endpoint[], now: number): void {
    this.#forwarder.setUpstreams(upstreams, now);
  }

  /**
   * Handles a message from a client to our address `to`; clients are told apart by `from`. Returns the
   * reply when it is known already.
   */
  handleQuery(
    bytes: Uint8Array,
    from: Endpoint,
    to: IpAddress,
    now: number,
    transport: Transport = 'udp',
  ): Uint8Array | undefined {
    this.counters.queries++;
    // A reply to port 0 would go nowhere.
    const admission = from.port === 0 ? SILENCE : admit(bytes, transport);
    switch (admission.kind) {
      case 'silence':
        this.counters.dropped++;
        return undefined;
      case 'reply':
        if (admission.malformed) this.counters.malformed++;
        else this.counters.refused++;
        return admission.reply;
      case 'query':
        return this.#answer({ from, to, transport, query: admission.query }, bytes, now);
    }
  }

  /** Handles a message that came from `from` to the source port known as `port`: see {@link Transmission}. */
  handleUpstream(bytes: Uint8Array, port: number, from: Endpoint, now: number): void {
    const finished = this.#forwarder.handleUpstream(bytes, port, from, now);
    if (finished !== undefined) this.#deliver(finished, now);
  }

  /** The connection known as `port` cannot be had, or ended. */
  handleUpstreamClosed(port: number, now: number): void {
    const finished = this.#forwarder.handleClosed(port);
    if (finished !== undefined) this.#deliver(finished, now);
  }

  /** Does what is due at `now`. */
  handleTimeout(now: number): void {
    for (const finished of this.#forwarder.handleTimeout(now)) this.#deliver(finished, now);
  }

  /** When {@link handleTimeout} is due, monotonic milliseconds; `Infinity` when nothing is in flight. */
  get nextTimeout(): number {
    return this.#forwarder.nextTimeout;
  }

  /** The next thing to do, in the order in which it came up; `undefined` when there is none. */
  pollAction(): Action | undefined {
    return this.#replies.shift() ?? this.#forwarder.pollTransmission();
  }

  #answer(asker: Asker, bytes: Uint8Array, now: number): Uint8Array | undefined {
    const { query, transport } = asker;
    const local = this.#zone.lookup(query.question);
    if (local === undefined) {
      if (query.question.type !== TYPE.ANY) return this.#lookUp(asker, [], bytes, now);
      this.counters.local++;
      return minimalAny(query);
    }
    if (local.next !== undefined) {
      const question = { ...query.question, name: local.next };
      return this.#lookUp(asker, local.answers, bytes, now, question);
    }
    this.counters.local++;
    if (local.blocked) this.counters.blocked++;
    const octets = reply(query, localContent(local));
    // The TTLs of what is ours do not count down: it stays right until it changes.
    if (transport === 'udp') {
      this.#remember(bytes, octets, [], now, Number.POSITIVE_INFINITY);
    }
    return octets;
  }

  /** Answers from the cache, or asks upstream; `prefix` are the local CNAMEs that lead to `question`. */
  #lookUp(
    asker: Asker,
    prefix: readonly ResourceRecord[],
    bytes: Uint8Array,
    now: number,
    question = asker.query.question,
  ): Uint8Array | undefined {
    const { query, transport } = asker;
    const asked: CacheQuestion = {
      name: question.name,
      type: question.type,
      class: question.class,
      dnssecOk: query.edns?.dnssecOk ?? false,
      checkingDisabled: query.checkingDisabled,
    };
    const kept = this.#cache.get(asked, now);
    if (kept !== undefined) {
      this.counters.cached++;
      if (prefix.length > 0) return reply(query, joined(prefix, kept, now));
      const octets = replyFrom(kept, query, now);
      const asOf = kept.since + ageOf(kept, now) * 1000;
      if (transport === 'udp') {
        this.#remember(bytes, octets, kept.ttlOffsets, asOf, kept.expires);
      }
      return octets;
    }
    if (!query.recursionDesired) return this.#decline(query, prefix, NOT_AUTHORITATIVE);
    return this.#forward(asked, { ...asker, prefix }, now);
  }

  #forward(asked: CacheQuestion, client: Client, now: number): Uint8Array | undefined {
    switch (this.#forwarder.ask(asked, client, now)) {
      case 'waiting':
        return undefined;
      case 'crowded':
        this.counters.dropped++;
        return undefined;
      case 'none':
        return this.#decline(client.query, client.prefix, NOT_READY);
      case 'loop':
        this.counters.refused++;
        this.#complain('an upstream server sends our queries back to us', now);
        return refusal(client.query, RCODE.REFUSED);
      case 'full':
        this.counters.failures++;
        this.#complain('too many queries in flight', now);
        return refusal(client.query, RCODE.SERVFAIL, NOT_READY);
    }
  }

  /** Nobody is asked: the reply is what is ours, if anything. */
  #decline(query: ClientQuery, prefix: readonly ResourceRecord[], reason: EdnsOption): Uint8Array {
    if (prefix.length === 0) {
      this.counters.refused++;
      return refusal(query, RCODE.REFUSED, reason);
    }
    this.counters.local++;
    return reply(query, { ...EMPTY, authoritative: true, answers: prefix });
  }

  /** Tells all who waited. */
  #deliver(finished: Finished, now: number): void {
    const { question, clients, outcome } = finished;
    if (outcome.kind === 'failure') this.counters.failures += clients.length;
    else this.counters.forwarded += clients.length;
    const answer = this.#keep(question, outcome, now);
    for (const { from, to, transport, query, prefix } of clients) {
      let payload: Uint8Array;
      if (answer === undefined) payload = reply(query, { ...EMPTY, answers: prefix }, true);
      else if (prefix.length > 0) payload = reply(query, joined(prefix, answer, now));
      else payload = replyFrom(answer, query, now);
      this.#replies.push({ kind: 'reply', to: from, from: to, transport, payload });
    }
  }

  /** The outcome as the cache keeps it; `undefined` when it is truncated, and so no answer at all. */
  #keep(question: CacheQuestion, outcome: Outcome, now: number): StoredAnswer | undefined {
    switch (outcome.kind) {
      case 'answer':
        return this.#cache.put(question, outcome.answer, now);
      case 'failure':
        return this.#cache.putFailure(question, { ...EMPTY, ...outcome.failure }, now);
      case 'truncated':
        return undefined;
    }
  }

  #remember(
    query: Uint8Array,
    octets: Uint8Array,
    ttlOffsets: readonly number[],
    asOf: number,
    expires: number,
  ): void {
    const truncated = (octets[2] & FLAG_TC) !== 0;
    if (!truncated) this.#table?.remember(query, octets, ttlOffsets, asOf, expires);
  }

  /** One line in a while, however often it happens. */
  #complain(sentence: string, now: number): void {
    if (now < this.#quietUntil) return;
    this.#quietUntil = now + QUIET;
    this.#log.warning(sentence);
  }
}

/** Who asks what. */
type Asker = Omit<Client, 'prefix'>;

function localContent(local: LocalAnswer): AnswerContent {
  const { rcode, answers, authorities, blocked } = local;
  const options = blocked ? BLOCKED : NO_OPTIONS;
  return { rcode, authoritative: true, authenticData: false, answers, authorities, options };
}

/** The local chain with what is kept about its last name behind it. */
function joined(
  prefix: readonly ResourceRecord[],
  answer: StoredAnswer,
  now: number,
): AnswerContent {
  const content = contentOf(answer, ageOf(answer, now));
  const answers = [...prefix, ...content.answers];
  const aliases = answers.filter((record) => record.type === TYPE.CNAME).length;
  if (aliases > CHAIN_LIMIT) return { ...EMPTY, rcode: RCODE.SERVFAIL };
  // The local part is not validated by anybody, and the whole is no better than its parts.
  return { ...content, answers, authenticData: false };
}

const EMPTY: AnswerContent = {
  rcode: RCODE.NOERROR,
  authoritative: false,
  authenticData: false,
  answers: [],
  authorities: [],
  options: [],
};

/** Extended errors (RFC 8914): "Blocked", "Not Authoritative", "Not Ready". */
const BLOCKED: readonly EdnsOption[] = [extendedError(15)];
const NOT_AUTHORITATIVE = extendedError(20);
const NOT_READY = extendedError(14);

const NO_OPTIONS: readonly EdnsOption[] = [];
const SILENCE: Admission = { kind: 'silence' };

const FLAG_TC = 0x02;
/** Milliseconds between two lines of complaint. */
const QUIET = 10_000;
