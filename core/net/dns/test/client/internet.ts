/** Sockets of one host, and servers behind them, in virtual time. */
import type {
  CloseReason,
  DatagramHandler,
  Endpoint,
  Sockets,
  TcpConnection,
  TcpHandler,
} from '@atoll/device/socket';
import { TimeQueue } from '@atoll/device/time-queue';
import { Random } from '@atoll/sim/random';
import { Resolver } from '../../src/client/resolver.ts';
import { frameMessage, MessageStream } from '../../src/framing.ts';
import type { Message } from '../../src/message.ts';
import { emitMessage, parseMessage } from '../../src/packet.ts';
import type { Transport } from '../../src/transport.ts';
import { responseTo } from '../kit.ts';

/** What a server answers to `query`; `undefined` for nothing, over TCP the end of the connection. */
export type Answerer = (query: Message, transport: Transport) => Partial<Message> | undefined;

export class Internet {
  readonly random: Random;
  /** By address, on port 53. */
  readonly servers = new Map<Endpoint['address'], Answerer>();
  readonly resolver: Resolver;
  readonly ports = new Map<number, DatagramHandler>();
  now = 0;
  /** The probability that a datagram is lost, and the milliseconds that each thing takes at most. */
  loss = 0;
  delay = 20;
  queries = 0;
  connections = 0;
  #woken = false;
  readonly #events = new TimeQueue<() => void>();

  constructor(seed = 1) {
    this.random = new Random(seed);
    const sockets: Sockets = {
      udp: { bind: (port, handler) => this.#bind(port, handler) },
      tcp: {
        listen: () => undefined,
        connect: (to, open) => new FakeConnection(this, to, open).connection,
      },
    };
    this.resolver = new Resolver({
      sockets,
      clock: { monotonic: () => this.now, wall: () => this.now },
      entropy: this.random,
      wake: () => {
        this.#woken = true;
      },
    });
  }

  /** Lets time pass until `promise` is settled. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    let done = false;
    const finish = () => {
      done = true;
    };
    promise.then(finish, finish);
    for (;;) {
      for (let turn = 0; turn < 10; turn++) await undefined;
      if (done) return promise;
      let next = this.resolver.poll(this.now);
      if (this.#woken) {
        this.#woken = false;
        next = this.now;
      }
      next = Math.min(next, this.#events.nextTime);
      if (next === Number.POSITIVE_INFINITY) throw new Error('nothing will ever happen');
      this.now = Math.max(this.now, next);
      if (this.#events.nextTime <= this.now) this.#events.shift()?.();
    }
  }

  after(event: () => void, delay = 1 + this.random.below(this.delay)): void {
    this.#events.push(this.now + delay, event);
  }

  /** The octets that the server at `to` answers. */
  answer(to: Endpoint, bytes: Uint8Array, transport: Transport): Uint8Array | undefined {
    this.queries++;
    const query = parseMessage(bytes);
    if (!query.ok) throw new Error(query.error.reason);
    const changes =
      to.port === 53 ? this.servers.get(to.address)?.(query.value, transport) : undefined;
    return changes && emitMessage(responseTo(query.value, changes));
  }

  #bind(wanted: number, handler: DatagramHandler) {
    if (wanted !== 0) throw new Error('a query leaves from any port');
    let port = 1024 + this.random.below(64_000);
    while (this.ports.has(port)) port++;
    this.ports.set(port, handler);
    return {
      port,
      send: (payload: Uint8Array, to: Endpoint) => {
        if (this.random.chance(this.loss)) return;
        const query = payload.slice();
        this.after(() => {
          const answer = this.answer(to, query, 'udp');
          if (answer === undefined || this.random.chance(this.loss)) return;
          this.after(() => this.ports.get(port)?.(answer, to, { address: 0, port }));
        });
      },
      close: () => this.ports.delete(port),
    };
  }
}

/** A connection whose octets come in small pieces. */
class FakeConnection {
  readonly connection: TcpConnection;
  readonly #net: Internet;
  readonly #handler: TcpHandler;
  readonly #asked = new MessageStream();
  #received = new Uint8Array(0);
  #isEnding = false;
  #isOpen = true;

  constructor(net: Internet, to: Endpoint, open: (connection: TcpConnection) => TcpHandler) {
    this.#net = net;
    net.connections++;
    const self = this;
    this.connection = {
      local: { address: 0, port: 1 },
      remote: to,
      peek: () => (this.#isOpen ? this.#received.slice() : new Uint8Array(0)),
      consume: (count) => {
        this.#received = this.#received.slice(count);
      },
      get isFinished() {
        return self.#isEnding && self.#received.length === 0;
      },
      room: 1000,
      write: (bytes) => {
        this.#write(bytes.slice(), to);
        return bytes.length;
      },
      end: () => this.#close('finished'),
      abort: () => this.#close('aborted'),
      noDelay: false,
      keepAliveMs: 0,
    };
    this.#handler = open(this.connection);
    net.after(() => {
      if (net.servers.has(to.address)) this.#handler.onConnected?.();
      else this.#close('refused');
    });
  }

  #write(bytes: Uint8Array, to: Endpoint): void {
    const queries = this.#asked.push(bytes);
    if (!queries.ok) throw new Error(queries.error.reason);
    for (const query of queries.value) {
      const answer = this.#net.answer(to, query, 'tcp');
      const framed = answer === undefined ? new Uint8Array(0) : frameMessage(answer);
      for (let at = 0; at < framed.length; at += 500) {
        this.#net.after(() => this.#receive(framed.slice(at, at + 500)), 1 + at / 500);
      }
      if (answer === undefined) this.#net.after(() => this.#finish());
    }
  }

  #receive(piece: Uint8Array): void {
    if (!this.#isOpen) return;
    this.#received = Uint8Array.from([...this.#received, ...piece]);
    this.#handler.onReadable();
  }

  #finish(): void {
    this.#isEnding = true;
    if (this.#isOpen) this.#handler.onReadable();
  }

  #close(reason: CloseReason): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#net.after(() => this.#handler.onClosed?.(reason), 0);
  }
}
