/** A stub resolver, its clock, and what it has sent. */
import type { Endpoint } from '@atoll/device/socket';
import { Random } from '@atoll/sim/random';
import { AnswerCache } from '../../src/cache.ts';
import { type Finished, StubResolver } from '../../src/client/engine.ts';
import type { Outcome } from '../../src/client/outcome.ts';
import type { Message } from '../../src/message.ts';
import { emitMessage } from '../../src/packet.ts';
import type { Transport } from '../../src/transport.ts';
import { parseType, TYPE } from '../../src/type.ts';
import { n, OTHER_UPSTREAM, read, responseTo, rr, show, UPSTREAM } from '../kit.ts';

export interface Sent {
  readonly port: number;
  readonly to: Endpoint;
  readonly transport: Transport;
  readonly message: Message;
}

export const SERVERS = [UPSTREAM, OTHER_UPSTREAM];

export class World {
  now = 1_000_000;
  readonly cache = new AnswerCache({ entries: 10 });
  readonly engine: StubResolver;
  readonly sent: Sent[] = [];
  readonly open = new Set<number>();
  readonly finished: Finished[] = [];

  constructor(servers: readonly Endpoint[] = SERVERS) {
    this.engine = new StubResolver({ entropy: new Random(1), servers, cache: this.cache });
  }

  /** Asks for `www.example A`; answers what is known at once. */
  ask(question: string): string | number {
    const [name, type = 'A'] = question.split(' ');
    const asked = this.engine.ask(n(name), parseType(type) ?? TYPE.A, this.now);
    this.drain();
    return typeof asked === 'number' ? asked : outcomeText(asked);
  }

  /** The server answers the query `sent` with `changes`; what came of it. */
  answer(
    sent: Sent,
    changes: Partial<Message> | string[] = {},
    from = sent.to,
  ): string | undefined {
    const fields = Array.isArray(changes) ? { answers: changes.map((text) => rr(text)) } : changes;
    return this.deliver(emitMessage(responseTo(sent.message, fields)), sent.port, from);
  }

  deliver(bytes: Uint8Array, port: number, from: Endpoint): string | undefined {
    return this.#take(this.engine.handle(bytes, port, from, this.now));
  }

  closed(sent: Sent): string | undefined {
    return this.#take(this.engine.handleClosed(sent.port, this.now));
  }

  /** Goes on to the next timeout. */
  timeout(): void {
    this.now = this.engine.nextTimeout;
    for (const one of this.engine.handleTimeout(this.now)) this.#take(one);
    this.drain();
  }

  /** What was sent and not taken yet. */
  takeSent(): Sent {
    const sent = this.sent.shift();
    if (sent === undefined) throw new Error('nothing was sent');
    return sent;
  }

  #take(finished: Finished | undefined): string | undefined {
    this.drain();
    if (finished === undefined) return undefined;
    this.finished.push(finished);
    return outcomeText(finished.outcome);
  }

  drain(): void {
    for (;;) {
      const one = this.engine.pollTransmission();
      if (one === undefined) return;
      if (one.kind === 'close') {
        if (!this.open.delete(one.port)) throw new Error('a port is closed twice');
      } else {
        const { port, to, transport, payload } = one;
        this.open.add(port);
        this.sent.push({ port, to, transport, message: read(payload) });
      }
    }
  }
}

/** `www.example. 300 A 192.0.2.1`, or the kind of failure. */
export function outcomeText(outcome: Outcome): string {
  return outcome.ok ? outcome.value.records.map(show).join(' | ') : outcome.error.kind;
}
