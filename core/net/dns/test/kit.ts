/** What the tests of the server and its parts have in common. */
import type { Endpoint, IpAddress } from '@atoll/device/socket';
import { Logger } from '@atoll/log/log';
import { expect as unwrap } from '@atoll/result/result';
import { Random } from '@atoll/sim/random';
import { AnswerCache, type CacheOptions } from '../src/cache.ts';
import type { Message, ResourceRecord } from '../src/message.ts';
import { RESPONSE } from '../src/message.ts';
import { nameText, parseName } from '../src/name.ts';
import { emitMessage, parseMessage } from '../src/packet.ts';
import { parseRdataText, rdataText } from '../src/rdata.ts';
import { createDnsServer, type DnsServer, type DnsServerOptions } from '../src/server/engine.ts';
import type { Transport } from '../src/transport.ts';
import { CLASS, parseClass, parseType, rcodeText, TYPE, typeText } from '../src/type.ts';
import { Zone } from '../src/zone.ts';

export const n = (text: string) => unwrap(parseName(text));

/** `www.example. 300 IN A 192.0.2.1`; TTL and class may be missing. */
export function rr(text: string, defaultTtl = 3600): ResourceRecord {
  const match = /^(\S+)\s+(?:(\d+)\s+)?(?:(IN|CH|HS)\s+)?([A-Za-z0-9]+)\s*(.*)$/.exec(text);
  const type = match === null ? undefined : parseType(match[4]);
  if (match === null || type === undefined) throw new Error(`no record: ${text}`);
  return {
    name: n(match[1]),
    type,
    class: parseClass(match[3] ?? 'IN') ?? CLASS.IN,
    ttl: match[2] === undefined ? defaultTtl : Number(match[2]),
    data: unwrap(parseRdataText(type, match[5])),
  };
}

export const show = (record: ResourceRecord) =>
  `${nameText(record.name)} ${record.ttl} ${typeText(record.type)} ${rdataText(record.type, record.data)}`;

/** A query from a client: `www.example A`, recursion desired. */
export function ask(question: string, changes: Partial<Message> = {}): Uint8Array {
  return emitMessage(asked(question, changes));
}

export function asked(question: string, changes: Partial<Message> = {}): Message {
  const [name, type = 'A'] = question.split(' ');
  return {
    ...RESPONSE,
    id: 0x1234,
    response: false,
    recursionAvailable: false,
    recursionDesired: true,
    questions: [{ name: n(name), type: parseType(type) ?? TYPE.A, class: CLASS.IN }],
    ...changes,
  };
}

export const edns = (udpPayloadSize = 1232, dnssecOk = false) => ({
  version: 0,
  udpPayloadSize,
  dnssecOk,
  options: [],
});

/** `NOERROR www.example. 300 A 192.0.2.1 | ...`, the authority section behind a `/`. */
export function summary(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return 'nothing';
  const message = unwrap(parseMessage(bytes));
  const parts = [rcodeText(message.rcode) + (message.truncated ? ' TC' : '')];
  if (message.answers.length > 0) parts.push(message.answers.map(show).join(' | '));
  if (message.authorities.length > 0) parts.push(`/ ${message.authorities.map(show).join(' | ')}`);
  return parts.join(' ');
}

export const read = (bytes: Uint8Array | undefined) => {
  if (bytes === undefined) throw new Error('no reply');
  return unwrap(parseMessage(bytes));
};

export const CLIENT: Endpoint = { address: 0xc000_0264, port: 5353 };
/** An address of the server. */
export const OURS: IpAddress = 0xc000_0201;
export const UPSTREAM: Endpoint = { address: 0xc633_6401, port: 53 };
export const OTHER_UPSTREAM: Endpoint = { address: 0xc633_6402, port: 53 };

/** A query that the server sent upstream. */
export interface Sent {
  readonly port: number;
  readonly to: Endpoint;
  readonly transport: Transport;
  readonly message: Message;
}

/** A server, its clock, and what it has sent. */
export class World {
  now = 1_000_000;
  readonly zone: Zone;
  readonly cache: AnswerCache;
  readonly server: DnsServer;
  readonly lines: string[] = [];
  readonly replies: { to: Endpoint; from: IpAddress; payload: Uint8Array }[] = [];
  readonly sent: Sent[] = [];
  readonly open = new Set<number>();

  constructor(options: Partial<DnsServerOptions> & { cacheOptions?: CacheOptions } = {}) {
    this.zone = options.zone ?? new Zone();
    this.cache = options.cache ?? new AnswerCache(options.cacheOptions);
    this.server = createDnsServer({
      upstreams: [UPSTREAM],
      entropy: new Random(1),
      log: new Logger((_, line) => this.lines.push(line)),
      ...options,
      zone: this.zone,
      cache: this.cache,
    });
  }

  /** Hands in a query; a reply that comes at once is returned, later ones are in `replies`. */
  query(
    bytes: Uint8Array,
    from = CLIENT,
    transport: Transport = 'udp',
    to = OURS,
  ): Uint8Array | undefined {
    const reply = this.server.handleQuery(bytes, from, to, this.now, transport);
    this.drain();
    return reply;
  }

  /** Lets the upstream server answer the query `sent` with what `changes` say. */
  answer(sent: Sent, changes: Partial<Message>, from = sent.to, port = sent.port): void {
    this.deliver(emitMessage(responseTo(sent.message, changes)), port, from);
  }

  deliver(bytes: Uint8Array, port: number, from: Endpoint): void {
    this.server.handleUpstream(bytes, port, from, this.now);
    this.drain();
  }

  /** Ends the connection known as `port`. */
  close(port: number): void {
    this.server.handleUpstreamClosed(port, this.now);
    this.drain();
  }

  setUpstreams(upstreams: readonly Endpoint[]): void {
    this.server.setUpstreams(upstreams, this.now);
    this.drain();
  }

  /** Goes on to the next timeout. */
  timeout(): void {
    this.now = this.server.nextTimeout;
    this.server.handleTimeout(this.now);
    this.drain();
  }

  takeSent(): Sent {
    const sent = this.sent.shift();
    if (sent === undefined) throw new Error('nothing was sent upstream');
    return sent;
  }

  takeReply(): Uint8Array | undefined {
    return this.replies.shift()?.payload;
  }

  /** Asks, answers with `records`, and returns the reply. */
  resolve(question: string, records: readonly string[], changes: Partial<Message> = {}) {
    const reply = this.query(ask(question));
    if (reply !== undefined) return reply;
    this.answer(this.takeSent(), { answers: records.map((text) => rr(text)), ...changes });
    return this.takeReply();
  }

  drain(): void {
    for (;;) {
      const action = this.server.pollAction();
      if (action === undefined) return;
      if (action.kind === 'reply') this.replies.push(action);
      else if (action.kind === 'close') this.open.delete(action.port);
      else {
        this.open.add(action.port);
        const { port, to, transport, payload } = action;
        this.sent.push({ port, to, transport, message: read(payload) });
      }
    }
  }
}

export function responseTo(query: Message, changes: Partial<Message> = {}): Message {
  return {
    ...RESPONSE,
    id: query.id,
    recursionDesired: true,
    questions: query.questions,
    edns: query.edns && edns(1232, query.edns.dnssecOk),
    ...changes,
  };
}
