import files from 'static:./files';
import type { Activity } from '@atoll/appliance/appliance';
import { encodeUtf8 } from '@atoll/bytes/utf8';
import type { Clock } from '@atoll/device/system';
import { EventStream } from '@atoll/http/event-stream';
import { Headers } from '@atoll/http/headers';
import type { Body, Request, Response } from '@atoll/http/message';
import { Router } from '@atoll/http/router';
import { secureHeaders } from '@atoll/http/security';
import { staticFiles } from '@atoll/http/static';
import type { Ledger } from '../ledger.ts';
import { renderCounters, renderVisits } from './live.ts';
import { type PageFacts, renderPage } from './render.ts';
import { SharedBody } from './shared.ts';

/** The page and what belongs to it. It is an activity of the loop, which tells those who follow what is new. */
export class Site implements Activity {
  readonly router = new Router();
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #events = new EventStream(FOLLOWERS_MOST);
  readonly #page: SharedBody;
  readonly #json: SharedBody;
  /** The version of the ledger that those who follow know. */
  #told = 0;
  #tellAt = 0;
  #commentAt = 0;

  constructor(facts: PageFacts, ledger: Ledger, clock: Clock) {
    this.#ledger = ledger;
    this.#clock = clock;
    const version = () => ledger.version;
    const shared = (make: () => string) =>
      new SharedBody(() => encodeUtf8(make()), version, READ_MOST);
    this.#page = shared(() => renderPage(facts, ledger).text);
    this.#json = shared(() => this.#status());
    const pem = encodeUtf8(facts.pem);
    this.router
      .on('GET', '/', () => reply('text/html; charset=utf-8', this.#page.body))
      .on('GET', '/ca.pem', () => reply('application/x-pem-file', pem))
      .on('GET', '/pinata.json', () => reply('application/json', this.#json.body))
      .on('GET', '/events', () => this.#follow());
    for (const [path, file] of staticFiles(files, {
      headers: secureHeaders(new Headers(), 'http'),
    })) {
      this.router.on('GET', `/${path}`, (request: Request) => file.respond(request, clock.wall()));
    }
  }

  poll(now: number): number {
    if (this.#events.size === 0) return Number.POSITIVE_INFINITY;
    if (now >= this.#commentAt) {
      this.#commentAt = now + COMMENT_MS;
      this.#events.sendComment();
    }
    if (this.#told === this.#ledger.version) return this.#commentAt;
    if (now < this.#tellAt) return this.#tellAt;
    this.#tellAt = now + TELL_MS;
    this.#told = this.#ledger.version;
    for (const event of this.#news()) this.#events.send(event);
    return this.#commentAt;
  }

  #follow(): Response {
    const { status, headers, body } = this.#events.response(() => this.#news());
    return {
      status,
      headers: secureHeaders(headers?.copy() ?? new Headers(), 'http'),
      ...(body !== undefined && { body }),
    };
  }

  #news() {
    return [
      { event: 'counters', data: renderCounters(this.#ledger).text },
      { event: 'handshakes', data: renderVisits(this.#ledger).text },
    ];
  }

  #status(): string {
    const { startedAt, tallies, declined, visits } = this.#ledger;
    const ports = Object.fromEntries(tallies);
    const now = this.#clock.wall();
    return `${JSON.stringify({ now, startedAt, declined, ports, visits })}\n`;
  }
}

function reply(type: string, body: Body): Response {
  const headers = new Headers({ 'content-type': type, 'cache-control': 'no-store' });
  return { status: 200, headers: secureHeaders(headers, 'http'), body };
}

const FOLLOWERS_MOST = 64;
/** Bytes of pages, and again of JSON, that are kept for those who read slowly. */
const READ_MOST = 2 ** 20;
/** Milliseconds between two messages with what is new, and between comments that find out who went away. */
const TELL_MS = 500;
const COMMENT_MS = 15_000;
