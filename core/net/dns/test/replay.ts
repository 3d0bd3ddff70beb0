/**
 * Plays the scenarios of unbound's test suite (`testdata/*.rpl`) against our server, in virtual time.
 *
 * A scenario is text: options, then `RANGE`s that say what the servers out there answer during some
 * steps, then numbered `STEP`s: what a client asks, what it must be answered, how time passes. Understood
 * is what scenarios for a forwarder use; anything else throws.
 */
import type { Endpoint } from '@atoll/device/socket';
import { parseIpv4 } from '../src/address.ts';
import type { Message, Question, ResourceRecord } from '../src/message.ts';
import { RESPONSE } from '../src/message.ts';
import { canonicalName } from '../src/name.ts';
import { emitMessage } from '../src/packet.ts';
import type { DnsServerOptions } from '../src/server/engine.ts';
import { CLASS, parseClass, parseType, RCODE } from '../src/type.ts';
import { CLIENT, edns, n, OURS, read, rr, type Sent, show, World } from './kit.ts';

export interface Scenario {
  readonly upstreams: readonly Endpoint[];
  readonly ranges: readonly Range[];
  readonly steps: readonly Step[];
}

interface Range {
  readonly first: number;
  readonly last: number;
  readonly address: number | undefined;
  readonly entries: readonly Entry[];
}

interface Step {
  readonly number: number;
  readonly action: string;
  /** Seconds, for `TIME_PASSES`. */
  readonly elapse: number;
  readonly entry: Entry | undefined;
}

interface Entry {
  readonly match: ReadonlySet<string>;
  readonly flags: ReadonlySet<string>;
  readonly question: Question | undefined;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
}

/** How the scenario is played where our server is meant to differ. */
export interface Tolerance {
  readonly options?: Partial<DnsServerOptions>;
  /** The step at which to stop: what follows is about something that we do not do. */
  readonly until?: number;
  /** Compare the answer section only: ours are minimal responses. */
  readonly answerOnly?: boolean;
  /** How many replies, all of them SERVFAIL, nobody expects: unbound is silent there. */
  readonly unexpected?: number;
}

export function parseScenario(text: string): Scenario {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/\s*;.*$/, '').trim())
    .filter((line) => line !== '');
  const start = lines.findIndex((line) => line.startsWith('SCENARIO_BEGIN'));
  const config = lines.slice(0, start).join('\n');
  const addresses = Array.from(config.matchAll(/(?:forward|stub)-addr:\s*([0-9.]+)/g), (found) =>
    parseIpv4(found[1]),
  );
  const upstreams = addresses.map((address) => ({ address: address ?? 0, port: 53 }));
  const cursor = new Cursor(lines, start + 1);
  const ranges: Range[] = [];
  const steps: Step[] = [];
  for (;;) {
    const words = cursor.next();
    if (words[0] === 'SCENARIO_END') return { upstreams, ranges, steps };
    if (words[0] === 'RANGE_BEGIN') ranges.push(parseRange(cursor, words));
    else if (words[0] === 'STEP') steps.push(parseStep(cursor, words));
    else throw new Error(`not understood: ${words.join(' ')}`);
  }
}

/** Plays it; throws, with the number of the step, when the server does something else. */
export function play(scenario: Scenario, tolerance: Tolerance = {}): void {
  const world = new World({
    upstreams: scenario.upstreams,
    mixedCase: false,
    ...tolerance.options,
  });
  let client = 0;
  for (const [index, step] of scenario.steps.entries()) {
    if (step.number >= (tolerance.until ?? Number.POSITIVE_INFINITY)) break;
    const { entry } = step;
    try {
      if (step.action === 'QUERY') ask(world, required(entry), ++client);
      else if (step.action === 'CHECK_ANSWER') check(world, required(entry), tolerance);
      else if (step.action === 'CHECK_OUT_QUERY') pending(world, required(entry));
      else if (step.action === 'REPLY') reply(world, required(entry));
      else if (step.action === 'TIME_PASSES') pass(world, step.elapse * 1000);
      else if (step.action === 'ERROR' || step.action === 'TIMEOUT') world.timeout();
      else if (step.action !== 'NOTHING') throw new Error(`${step.action} is not understood`);
      const next = scenario.steps[index + 1]?.action;
      if (next !== 'CHECK_OUT_QUERY' && next !== 'REPLY') serve(world, scenario, step.number);
    } catch (error) {
      throw new Error(`step ${step.number}: ${(error as Error).message}`);
    }
  }
  const left = world.replies.map(({ payload }) => read(payload).rcode);
  if (left.length !== (tolerance.unexpected ?? 0) || left.some((code) => code !== RCODE.SERVFAIL)) {
    throw new Error(`${left.length} replies that nobody expects`);
  }
}

function ask(world: World, entry: Entry, id: number): void {
  const query = { ...messageOf(entry), id, response: false, recursionAvailable: false };
  const from = { ...CLIENT, port: 1024 + id };
  const payload = world.query(emitMessage(query), from);
  if (payload !== undefined) world.replies.push({ to: from, from: OURS, payload });
}

/** The servers out there answer what they know at this step. */
function serve(world: World, scenario: Scenario, step: number): void {
  for (let at = 0; at < world.sent.length; ) {
    const sent = world.sent[at];
    const entry = scenario.ranges
      .filter(({ first, last }) => step >= first && step <= last)
      .filter(({ address }) => address === undefined || address === sent.to.address)
      .flatMap(({ entries }) => entries)
      .find((candidate) => matches(candidate, sent.message));
    if (entry === undefined) {
      at++;
      continue;
    }
    world.sent.splice(at, 1);
    world.answer(sent, responseOf(entry, sent));
  }
}

function reply(world: World, entry: Entry): void {
  const sent = pending(world, entry);
  world.sent.splice(world.sent.indexOf(sent), 1);
  world.answer(sent, responseOf(entry, sent));
}

function pending(world: World, entry: Entry): Sent {
  const found = world.sent.find((sent) => matches(entry, sent.message));
  if (found === undefined) throw new Error('no such query was sent');
  return found;
}

function responseOf(entry: Entry, sent: Sent): Message {
  return { ...messageOf(entry), id: sent.message.id };
}

function pass(world: World, milliseconds: number): void {
  const end = world.now + milliseconds;
  while (world.server.nextTimeout <= end) world.timeout();
  world.now = end;
}

function check(world: World, entry: Entry, tolerance: Tolerance): void {
  const index = world.replies.findIndex(({ payload }) => matches(entry, read(payload)));
  if (index < 0) throw new Error('no answer');
  const given = read(world.replies[index].payload);
  world.replies.splice(index, 1);
  const wanted = messageOf(entry);
  const { match } = entry;
  if (match.has('all') || match.has('flags')) equal('flags', flagsOf(given), flagsOf(wanted));
  const ttl = match.has('ttl');
  if (match.has('all') || match.has('answer')) {
    equal('answer', shown(given.answers, ttl), shown(wanted.answers, ttl));
  }
  if (!match.has('all') || tolerance.answerOnly === true) return;
  equal('authority', shown(given.authorities, ttl), shown(wanted.authorities, ttl));
  equal('additional', shown(given.additionals, ttl), shown(wanted.additionals, ttl));
}

function equal(what: string, given: string, wanted: string): void {
  if (given !== wanted) throw new Error(`${what} is\n${given}\nand not\n${wanted}`);
}

function matches(entry: Entry, message: Message): boolean {
  const [question] = message.questions;
  const wanted = entry.question;
  if (question === undefined || wanted === undefined) return question === wanted;
  const { match } = entry;
  const all = match.has('all') || match.has('question');
  if ((all || match.has('qtype')) && question.type !== wanted.type) return false;
  const sameName = canonicalName(question.name) === canonicalName(wanted.name);
  return sameName || !(all || match.has('qname'));
}

function messageOf(entry: Entry): Message {
  const { flags } = entry;
  const code = Object.entries(RCODE).find(([name]) => flags.has(name));
  return {
    ...RESPONSE,
    response: flags.has('QR'),
    authoritative: flags.has('AA'),
    truncated: flags.has('TC'),
    recursionDesired: flags.has('RD'),
    recursionAvailable: flags.has('RA'),
    authenticData: flags.has('AD'),
    checkingDisabled: flags.has('CD'),
    rcode: code?.[1] ?? RCODE.NOERROR,
    questions: entry.question === undefined ? [] : [entry.question],
    answers: entry.answers,
    authorities: entry.authorities,
    additionals: entry.additionals,
    edns: flags.has('DO') ? edns(4096, true) : undefined,
  };
}

function flagsOf(message: Message): string {
  const { authoritative, truncated, recursionDesired, recursionAvailable, rcode } = message;
  const { authenticData, checkingDisabled } = message;
  return JSON.stringify({
    authoritative,
    truncated,
    recursionDesired,
    recursionAvailable,
    authenticData,
    checkingDisabled,
    rcode,
    dnssecOk: message.edns?.dnssecOk ?? false,
  });
}

/** A section as a set: owners in lower case, TTLs only when they matter. */
function shown(records: readonly ResourceRecord[], ttl: boolean): string {
  return records
    .map((record) => ({ ...record, name: canonicalName(record.name), ttl: ttl ? record.ttl : 0 }))
    .map(show)
    .sort()
    .join('\n');
}

class Cursor {
  readonly #lines: readonly string[];
  #at: number;

  constructor(lines: readonly string[], start: number) {
    this.#lines = lines;
    this.#at = start;
  }

  /** The words of the next line. */
  next(): string[] {
    if (this.#at >= this.#lines.length) throw new Error('the scenario does not end');
    return this.#lines[this.#at++].split(/\s+/);
  }

  /** Goes over the next line if it is `line`. */
  skips(line: string): boolean {
    if (this.#lines[this.#at] !== line) return false;
    this.#at++;
    return true;
  }
}

function parseRange(cursor: Cursor, words: readonly string[]): Range {
  let address: number | undefined;
  const entries: Entry[] = [];
  for (;;) {
    const [word, value] = cursor.next();
    if (word === 'RANGE_END') {
      return { first: Number(words[1]), last: Number(words[2]), address, entries };
    }
    if (word === 'ADDRESS') address = parseIpv4(value);
    else if (word === 'ENTRY_BEGIN') entries.push(parseEntry(cursor));
    else throw new Error(`not understood in a range: ${word}`);
  }
}

function parseStep(cursor: Cursor, words: readonly string[]): Step {
  const entry = cursor.skips('ENTRY_BEGIN') ? parseEntry(cursor) : undefined;
  return { number: Number(words[1]), action: words[2], elapse: Number(words[4] ?? 0), entry };
}

function parseEntry(cursor: Cursor): Entry {
  const match = new Set<string>();
  const flags = new Set<string>();
  const sections: Record<string, ResourceRecord[]> = { ANSWER: [], AUTHORITY: [], ADDITIONAL: [] };
  let question: Question | undefined;
  let section = '';
  for (;;) {
    const words = cursor.next();
    const [word, ...values] = words;
    if (word === 'ENTRY_END') break;
    if (word === 'MATCH') for (const value of values) match.add(value);
    else if (word === 'REPLY') for (const value of values) flags.add(value);
    else if (word === 'SECTION') section = values[0];
    else if (word === 'ADJUST') continue;
    else if (section === 'QUESTION') question = parseQuestion(words);
    else if (section in sections) sections[section].push(rr(words.join(' ')));
    else throw new Error(`not understood in an entry: ${word}`);
  }
  const { ANSWER: answers, AUTHORITY: authorities, ADDITIONAL: additionals } = sections;
  return { match, flags, question, answers, authorities, additionals };
}

function parseQuestion([name, ...rest]: readonly string[]): Question {
  const questionClass = parseClass(rest[0]);
  const type = parseType(rest[rest.length - 1]);
  if (type === undefined) throw new Error(`no type: ${rest.join(' ')}`);
  return { name: n(name), type, class: questionClass ?? CLASS.IN };
}

function required(entry: Entry | undefined): Entry {
  if (entry === undefined) throw new Error('a step without its entry');
  return entry;
}
