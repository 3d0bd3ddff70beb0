import type { Entropy } from '@atoll/device/system';
import { randomBelow } from '@atoll/device/system';
import type { Dialect, Heard, Outgoing } from './dialect.ts';
import type { GroupRecord } from './record.ts';
import {
  CHANGE_TO_EXCLUDE,
  CHANGE_TO_INCLUDE,
  MODE_IS_EXCLUDE,
  MODE_IS_INCLUDE,
} from './record.ts';
import type { Group } from './state.ts';
import { Groups } from './state.ts';

export interface MembershipOptions {
  readonly entropy: Entropy;
  /** How many groups there may be; 64 when left out. */
  readonly capacity?: number;
}

/**
 * In which groups we are on one link, and who has to know it: routers and switches, which otherwise do not
 * send us what is for a group (RFC 9776, RFC 9777). We take what any source sends to a group.
 *
 * Polling order: `join` and `leave` at will; `handle` for each message; `has` for each packet to a group;
 * `poll` at the latest at `nextTimeout`, which all of them bring forward. What `poll` answers is to be sent
 * in order, with a TTL or hop limit of 1 and a router alert.
 */
export class Membership<Address, Message> {
  /** When to `poll` next, in monotonic milliseconds. */
  nextTimeout = Number.POSITIVE_INFINITY;
  readonly #dialect: Dialect<Address, Message>;
  readonly #entropy: Entropy;
  readonly #groups: Groups<Address>;
  /** When a query about all groups is answered, in the latest version. */
  #answerAllAt = Number.POSITIVE_INFINITY;
  #version: number;
  /** Until when routers of older versions are taken to be there. */
  readonly #olderUntil = new Map<number, number>();
  #robustness = ROBUSTNESS;
  #queryInterval = QUERY_INTERVAL_MS;

  /** `dialect` is `IGMP` or `MLD`. */
  constructor(dialect: Dialect<Address, Message>, { entropy, capacity = 64 }: MembershipOptions) {
    this.#dialect = dialect;
    this.#entropy = entropy;
    this.#groups = new Groups(capacity);
    this.#version = dialect.latest;
  }

  /** The version that is spoken at present. */
  get version(): number {
    return this.#version;
  }

  /** Whether packets to `group` are for us. */
  has(group: Address): boolean {
    const known = this.#groups.find(group);
    return known !== undefined && known.members > 0;
  }

  /** Becomes a member once more; answers false when there are too many groups. */
  join(group: Address): boolean {
    const known = this.#groups.provide(group);
    if (known === undefined) return false;
    known.members++;
    if (known.members === 1) this.#change(known);
    return true;
  }

  /** Takes one `join` back. Throws when there was none. */
  leave(group: Address): void {
    const known = this.#groups.find(group);
    if (known === undefined || known.members === 0) throw new Error('it was left but not joined');
    known.members--;
    if (known.members > 0) return;
    known.answerAt = Number.POSITIVE_INFINITY;
    if (this.#dialect.isReported(group)) this.#change(known);
    else this.#groups.remove(known);
  }

  /** Tells everything again: the cable was out, and behind it may be others. */
  refresh(): void {
    for (const group of this.#groups.all()) this.#change(group);
  }

  handle(message: Message, now: number): void {
    const heard = this.#dialect.hear(message);
    if (heard === undefined) return;
    if (heard.kind === 'query') this.#handleQuery(heard, now);
    else this.#handleReport(heard.group);
  }

  /** Reports what changed and what was asked for, as far as it is time. */
  poll(now: number): readonly Outgoing<Address, Message>[] {
    if (now < this.nextTimeout) return [];
    this.#chooseVersion(now);
    const isLatest = this.#version === this.#dialect.latest;
    const messages = isLatest ? this.#speakLatest(now) : this.#speakOlder(now);
    this.nextTimeout = Math.min(this.#answerAllAt, ...this.#olderUntil.values());
    for (const { changeAt, answerAt } of this.#groups.all()) {
      this.#wakeAt(Math.min(changeAt, answerAt));
    }
    return messages;
  }

  #change(group: Group<Address>): void {
    if (!this.#dialect.isReported(group.address)) return;
    group.changes = this.#robustness;
    group.changeAt = AT_ONCE;
    this.#wakeAt(AT_ONCE);
  }

  #handleQuery(query: Heard<Address> & { kind: 'query' }, now: number): void {
    const { version, group: address, robustness, interval } = query;
    const { latest } = this.#dialect;
    if (robustness > 0) this.#robustness = robustness;
    if (interval > 0) this.#queryInterval = interval;
    if (version < latest) {
      const until = now + this.#robustness * this.#queryInterval + QUERY_RESPONSE_MS;
      this.#olderUntil.set(version, until);
      this.#wakeAt(until);
    }
    this.#chooseVersion(now);
    const latestAnswer = Math.max(query.maxResponse, SHORTEST_RESPONSE_MS);
    const answerAt = now + this.#random(latestAnswer);
    if (address !== undefined) {
      const group = this.#groups.find(address);
      if (group !== undefined) this.#ask(group, query.sources, answerAt);
    } else if (this.#version === latest) {
      this.#answerAllAt = Math.min(this.#answerAllAt, answerAt);
      this.#wakeAt(this.#answerAllAt);
    } else {
      for (const group of this.#groups.all()) {
        this.#ask(group, [], now + this.#random(latestAnswer));
      }
    }
  }

  /** Plans an answer about `group`, joined with one that is planned already (RFC 9776 section 5.2). */
  #ask(group: Group<Address>, sources: readonly Address[], answerAt: number): void {
    if (group.members === 0 || !this.#dialect.isReported(group.address)) return;
    const isNew = group.answerAt === Number.POSITIVE_INFINITY;
    const isAboutAll = sources.length === 0 || (!isNew && group.asked.length === 0);
    const asked = new Set(isNew ? sources : [...group.asked, ...sources]);
    // With too many to remember, an answer about all of them says as much.
    group.asked = isAboutAll || asked.size > MAX_SOURCES ? [] : [...asked];
    group.answerAt = Math.min(group.answerAt, answerAt);
    this.#wakeAt(group.answerAt);
  }

  /** In older versions one report is enough for all members (RFC 2236 section 3). */
  #handleReport(address: Address): void {
    const group = this.#groups.find(address);
    if (group === undefined || group.members === 0 || this.#version === this.#dialect.latest)
      return;
    silence(group);
    group.isOurs = false;
  }

  #speakLatest(now: number): Outgoing<Address, Message>[] {
    const records: GroupRecord<Address>[] = [];
    const isForAll = this.#answerAllAt <= now;
    if (isForAll) this.#answerAllAt = Number.POSITIVE_INFINITY;
    for (const group of this.#groups.all()) {
      const { address, members, asked } = group;
      if (group.changeAt <= now) {
        const type = members > 0 ? CHANGE_TO_EXCLUDE : CHANGE_TO_INCLUDE;
        records.push({ type, group: address, sources: [] });
        this.#countChange(group, now, UNSOLICITED_INTERVAL_MS);
      }
      if (members === 0 || !this.#dialect.isReported(address)) continue;
      if (isForAll || group.answerAt <= now) {
        const sources = isForAll ? [] : asked;
        const type = sources.length === 0 ? MODE_IS_EXCLUDE : MODE_IS_INCLUDE;
        records.push({ type, group: address, sources });
        group.answerAt = Number.POSITIVE_INFINITY;
      }
    }
    return batches(records).map((batch) => this.#dialect.report(batch));
  }

  #speakOlder(now: number): Outgoing<Address, Message>[] {
    const messages: Outgoing<Address, Message>[] = [];
    for (const group of this.#groups.all()) {
      if (group.changeAt > now && group.answerAt > now) continue;
      if (group.members > 0) {
        messages.push(this.#dialect.oldReport(group.address, this.#version));
        group.isOurs = true;
        group.answerAt = Number.POSITIVE_INFINITY;
        if (group.changeAt <= now) this.#countChange(group, now, OLD_UNSOLICITED_INTERVAL_MS);
      } else {
        const leave = this.#dialect.oldLeave(group.address, this.#version);
        if (leave !== undefined && group.isOurs) messages.push(leave);
        this.#groups.remove(group);
      }
    }
    return messages;
  }

  #countChange(group: Group<Address>, now: number, interval: number): void {
    group.changes--;
    group.changeAt = group.changes > 0 ? now + this.#random(interval) : Number.POSITIVE_INFINITY;
    if (group.changes === 0 && group.members === 0) this.#groups.remove(group);
  }

  /** Speaks as the oldest router does that was heard lately (RFC 9776 section 7.2.1). */
  #chooseVersion(now: number): void {
    let version = this.#dialect.latest;
    for (const [older, until] of this.#olderUntil) {
      if (until <= now) this.#olderUntil.delete(older);
      else version = Math.min(version, older);
    }
    if (version === this.#version) return;
    this.#version = version;
    this.#answerAllAt = Number.POSITIVE_INFINITY;
    for (const group of this.#groups.all()) {
      silence(group);
      // Members on the link were unknown to us in the latest version, so a leave is better sent.
      group.isOurs = true;
      if (group.members === 0) this.#groups.remove(group);
    }
  }

  #random(milliseconds: number): number {
    return randomBelow(this.#entropy, milliseconds + 1);
  }

  #wakeAt(time: number): void {
    if (time < this.nextTimeout) this.nextTimeout = time;
  }
}

/** Nothing is to be said about `group` any more. */
function silence(group: Group<unknown>): void {
  group.changes = 0;
  group.changeAt = Number.POSITIVE_INFINITY;
  group.answerAt = Number.POSITIVE_INFINITY;
}

/** Groups `records` so that each report fits into the smallest packet that all links carry. */
function batches<Address>(records: readonly GroupRecord<Address>[]): GroupRecord<Address>[][] {
  const all: GroupRecord<Address>[][] = [];
  let room = 0;
  for (const record of records) {
    const size = 1 + record.sources.length;
    if (size > room) {
      all.push([]);
      room = ADDRESSES_PER_REPORT;
    }
    all[all.length - 1].push(record);
    room -= size;
  }
  return all;
}

const AT_ONCE = Number.NEGATIVE_INFINITY;
/** RFC 9776 section 8, RFC 9777 section 9: Robustness Variable, Query Interval, Query Response Interval. */
const ROBUSTNESS = 2;
const QUERY_INTERVAL_MS = 125_000;
const QUERY_RESPONSE_MS = 10_000;
/** Unsolicited Report Interval, in the latest version and in older ones. */
const UNSOLICITED_INTERVAL_MS = 1000;
const OLD_UNSOLICITED_INTERVAL_MS = 10_000;
/** Who wants answers at once does not get more of them than this allows. */
const SHORTEST_RESPONSE_MS = 100;
const MAX_SOURCES = 32;
/** 60 of IPv6 with a header each are 1200 bytes. */
const ADDRESSES_PER_REPORT = 60;
