import type {
  AcceptConnection,
  Endpoint,
  IpAddress,
  TcpConnection,
  TcpHandler,
} from '@atoll/device/socket';
import type { Clock } from '@atoll/device/system';
import { frameMessage, MessageStream } from '@atoll/dns/framing';

/** Answers `message` from `from` to our address `to` now, or later by {@link Connections.reply}. */
export type Answer = (message: Uint8Array, from: Endpoint, to: IpAddress) => Uint8Array | undefined;

/** Clients that ask over TCP (RFC 7766): many questions on one connection, answered in any order. */
export class Connections {
  readonly #clock: Clock;
  readonly #answer: Answer;
  /** By both addresses and the peer's port; those that were idle longest come first. */
  readonly #clients = new Map<string, Client>();

  constructor(clock: Clock, answer: Answer) {
    this.#clock = clock;
    this.#answer = answer;
  }

  /** When {@link poll} is due, in monotonic milliseconds. */
  get nextTimeout(): number {
    for (const { lastUsed } of this.#clients.values()) return lastUsed + IDLE_MS;
    return Number.POSITIVE_INFINITY;
  }

  readonly accept: AcceptConnection = (connection) => {
    this.#makeRoom();
    const key = keyOf(connection.remote, connection.local.address);
    const client: Client = {
      connection,
      stream: new MessageStream(),
      unsent: NOTHING,
      unanswered: 0,
      lastUsed: 0,
    };
    this.#touch(key, client);
    return {
      onReadable: () => this.#read(key, client),
      onWritable: () => this.#flush(key, client),
      onClosed: () => {
        if (this.#clients.get(key) === client) this.#clients.delete(key);
      },
    } satisfies TcpHandler;
  };

  /** Sends a reply that was late from our address `from`; whoever has hung up does not get it. */
  reply(to: Endpoint, from: IpAddress, message: Uint8Array): void {
    const client = this.#clients.get(keyOf(to, from));
    if (client === undefined) return;
    client.unanswered--;
    send(client, message);
    endIfDone(client);
  }

  /** Hangs up on those who had nothing to say for {@link IDLE_MS}. */
  poll(now: number): void {
    for (const { connection, lastUsed } of this.#clients.values()) {
      if (lastUsed + IDLE_MS > now) break;
      connection.abort();
    }
  }

  #read(key: string, client: Client): void {
    const { connection, stream } = client;
    // Who does not take answers gets no more questions read.
    while (client.unsent.length === 0) {
      const bytes = connection.peek();
      if (bytes.length === 0) break;
      // One message at the most is complete in so few bytes.
      const piece = bytes.subarray(0, SHORTEST_FRAME);
      const messages = stream.push(piece);
      if (!messages.ok) {
        connection.abort();
        return;
      }
      for (const message of messages.value) {
        const reply = this.#answer(message, connection.remote, connection.local.address);
        if (reply === undefined) client.unanswered++;
        else send(client, reply);
      }
      connection.consume(piece.length);
      if (this.#clients.has(key)) this.#touch(key, client);
    }
    endIfDone(client);
  }

  /** Sends what there was no room for, then goes on to read. */
  #flush(key: string, client: Client): void {
    const taken = client.connection.write(client.unsent);
    client.unsent = client.unsent.subarray(taken);
    if (client.unsent.length === 0) this.#read(key, client);
  }

  #touch(key: string, client: Client): void {
    client.lastUsed = this.#clock.monotonic();
    this.#clients.delete(key);
    this.#clients.set(key, client);
  }

  /** The connection that was idle longest makes room. */
  #makeRoom(): void {
    if (this.#clients.size < MOST_CLIENTS) return;
    for (const { connection } of this.#clients.values()) {
      connection.abort();
      return;
    }
  }
}

interface Client {
  readonly connection: TcpConnection;
  readonly stream: MessageStream;
  /** Octets of answers that there was no room for. */
  unsent: Uint8Array;
  /** How many questions wait for an answer. */
  unanswered: number;
  /** When it last sent something, in monotonic milliseconds. */
  lastUsed: number;
}

function send(client: Client, message: Uint8Array): void {
  const { connection, unsent } = client;
  const frame = frameMessage(message);
  const taken = unsent.length === 0 ? connection.write(frame) : 0;
  if (taken === frame.length) return;
  // Late answers may come while others wait; whoever lets too many pile up has gone.
  if (unsent.length > MOST_UNSENT) connection.abort();
  else client.unsent = joined(unsent, frame.subarray(taken));
}

/** Ends the connection when the client asks nothing more and has all answers. */
function endIfDone({ connection, unsent, unanswered }: Client): void {
  if (connection.isFinished && unsent.length === 0 && unanswered <= 0) connection.end();
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}

function keyOf({ address, port }: Endpoint, ours: IpAddress): string {
  return `${address} ${port} ${ours}`;
}

const MOST_CLIENTS = 128;
/** RFC 7766 section 6.2.3 leaves it to the server, and wants seconds. */
const IDLE_MS = 10_000;
/** A length and a header without a question: the shortest message. */
const SHORTEST_FRAME = 14;
/** In bytes. */
const MOST_UNSENT = 0x1_0000;
const NOTHING = new Uint8Array(0);
