/** The source ports of queries: sockets for datagrams and connections, by the engine's numbers for them. */
import type { Endpoint, Sockets, TcpHandler } from '@atoll/device/socket';
import type { Transmission } from './forwarder/state.ts';
import { frameMessage, MessageStream } from './framing.ts';
import { copyOctets } from './octets.ts';

/** Hears what comes to a port. `bytes` are valid during the call only. */
export interface PortListener {
  onMessage(bytes: Uint8Array, port: number, from: Endpoint): void;
  /** The connection cannot be had, or ended; or somebody says that no server is there for datagrams. */
  onClosed(port: number): void;
}

export class QueryPorts {
  readonly #sockets: Sockets;
  readonly #listener: PortListener;
  readonly #closers = new Map<number, () => void>();

  constructor(sockets: Sockets, listener: PortListener) {
    this.#sockets = sockets;
    this.#listener = listener;
  }

  /** How many are open. */
  get size(): number {
    return this.#closers.size;
  }

  carryOut(transmission: Transmission): void {
    if (transmission.kind === 'close') this.#close(transmission.port);
    else if (transmission.transport === 'udp') this.#sendDatagram(transmission);
    else this.#connect(transmission);
  }

  #close(port: number): void {
    const close = this.#closers.get(port);
    this.#closers.delete(port);
    close?.();
  }

  #sendDatagram({ port, to, payload }: Query): void {
    const socket = this.#sockets.udp.bind(
      0,
      (bytes, from) => this.#listener.onMessage(bytes, port, from),
      (asked, reason) => {
        const isServer = asked.address === to.address && asked.port === to.port;
        if (isServer && reason === 'refused') this.#listener.onClosed(port);
      },
    );
    // No port is free: the query counts as lost.
    if (socket === undefined) return;
    this.#closers.set(port, () => socket.close());
    socket.send(payload, to);
  }

  #connect({ port, to, payload }: Query): void {
    const stream = new MessageStream();
    const connection = this.#sockets.tcp.connect(to, (opened): TcpHandler => {
      const isOpen = () => this.#closers.has(port);
      return {
        onConnected: () => {
          opened.write(frameMessage(payload));
        },
        onReadable: () => {
          for (let bytes = opened.peek(); isOpen() && bytes.length > 0; bytes = opened.peek()) {
            const messages = stream.push(bytes);
            const answers = messages.ok ? messages.value.map((one) => copyOctets(one)) : [];
            opened.consume(bytes.length);
            for (const answer of answers) this.#listener.onMessage(answer, port, to);
            if (!messages.ok) opened.abort();
          }
          if (isOpen() && opened.isFinished) opened.abort();
        },
        onClosed: () => this.#listener.onClosed(port),
      };
    });
    this.#closers.set(port, () => connection.abort());
  }
}

type Query = Extract<Transmission, { kind: 'query' }>;
