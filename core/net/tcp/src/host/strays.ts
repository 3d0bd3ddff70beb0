import type { IpAddress } from '@atoll/device/socket';
import type { Entropy } from '@atoll/device/system';
import type { TcpFeatures } from '../features.ts';
import { announcedWindowScale } from '../features.ts';
import type { Segment } from '../packet.ts';
import { ACK, FIN, RST, SYN } from '../packet.ts';
import { add } from '../sequence.ts';
import type { Connections } from './connections.ts';
import { cookieTimestamp, SynCookies } from './cookie.ts';
import type { TcpCounters } from './counters.ts';
import type { Listener } from './listener.ts';
import type { Former, Opener } from './opener.ts';
import type { TcpNetwork, TcpPath } from './path.ts';
import type { Replies } from './reply.ts';
import type { Socket } from './socket.ts';

export interface StraysOptions {
  readonly network: TcpNetwork;
  readonly entropy: Entropy;
  readonly features: TcpFeatures;
  readonly counters: TcpCounters;
  readonly listeners: ReadonlyMap<number, Listener>;
  readonly connections: Connections;
  readonly opener: Opener;
  readonly replies: Replies;
  /** How many handshakes a listener remembers; the others must do with cookies. */
  readonly backlog: number;
}

/** Takes segments that are for no connection: those for listeners, and those for nobody. */
export class Strays {
  readonly #options: StraysOptions;
  readonly #cookies: SynCookies;

  constructor(options: StraysOptions) {
    this.#options = options;
    this.#cookies = new SynCookies(options.entropy);
  }

  /**
   * The connection that is to take `segment`, if there is one now. `former` was between the same ports.
   */
  handle(
    segment: Readonly<Segment>,
    source: IpAddress,
    destination: IpAddress,
    former: Former | undefined,
    now: number,
  ): Socket | undefined {
    const { listeners, replies, counters } = this.#options;
    const { flags } = segment;
    if ((flags & RST) !== 0) return undefined;
    const listener = listeners.get(segment.destinationPort);
    if (listener !== undefined && (flags & ACK) === 0) {
      // A SYN that also finishes is no connection that anybody wants.
      if ((flags & (SYN | FIN)) !== SYN) return undefined;
      this.#accept(listener, segment, source, destination, former, now);
      return undefined;
    }
    if (listener !== undefined && (flags & SYN) === 0) {
      const socket = this.#resume(listener, segment, source, destination, now);
      // Without a connection it may still be from a peer that has a cookie of ours, whose first segment is
      // lost or late: that will be sent again, and a RST would end what has just begun.
      if (socket !== undefined || this.#cookies.isAwaiting(now)) return socket;
    }
    counters.strays++;
    replies.reset(segment, source, destination, now);
    return undefined;
  }

  #accept(
    listener: Listener,
    syn: Readonly<Segment>,
    source: IpAddress,
    destination: IpAddress,
    former: Former | undefined,
    now: number,
  ): void {
    const { network, connections, opener, counters, backlog } = this.#options;
    if (connections.isFull(source)) {
      counters.refusedByLimit++;
      return;
    }
    const path = network.path(source, destination);
    if (path === undefined) return;
    // It may be the copy of a SYN that got a cookie, and must not get another number then.
    const mayBeCopy = former === undefined && this.#cookies.isAwaiting(now);
    if (listener.halfOpen >= backlog || (mayBeCopy && this.#cookies.isReplaced(now))) {
      this.#sendCookie(path, syn, now);
      return;
    }
    const cookie = mayBeCopy ? this.#cookie(path, syn, now) : undefined;
    this.#add(opener.accept(path, syn, former, cookie, now), listener);
  }

  /** Answers `syn` and forgets it. */
  #sendCookie(path: TcpPath, syn: Readonly<Segment>, now: number): void {
    const { opener, replies, features } = this.#options;
    const header = replies.cookie(path, syn, this.#cookie(path, syn, now));
    if (features.timestamps && syn.hasTimestamp) {
      const timestamp = opener.timestamp(path, syn, now);
      const scale = features.windowScaling ? syn.windowScale : -1;
      header.sackPermitted = features.sack && syn.sackPermitted;
      header.windowScale = scale < 0 ? -1 : announcedWindowScale(features);
      header.hasTimestamp = true;
      header.timestamp = cookieTimestamp(timestamp, scale, header.sackPermitted);
      header.timestampEcho = syn.timestamp;
    }
    replies.sendCookie(path, now);
    this.#cookies.onSent(now);
  }

  #cookie({ local, remote, networkHeaderLength }: TcpPath, syn: Readonly<Segment>, now: number) {
    const { sourcePort, destinationPort, sequence, mss } = syn;
    // What a peer takes that does not say (RFC 9293 section 3.7.1).
    const most = mss === 0 ? (networkHeaderLength === 20 ? 536 : 1220) : mss;
    return this.#cookies.of(local, destinationPort, remote, sourcePort, sequence, most, now);
  }

  /** The connection of a peer that sent a cookie of ours back. */
  #resume(
    listener: Listener,
    ack: Readonly<Segment>,
    source: IpAddress,
    destination: IpAddress,
    now: number,
  ): Socket | undefined {
    const { network, connections, opener, counters } = this.#options;
    const mss = this.#cookies.accept(
      destination,
      ack.destinationPort,
      source,
      ack.sourcePort,
      add(ack.sequence, -1),
      add(ack.acknowledgment, -1),
      now,
    );
    if (mss === 0) return undefined;
    const path = connections.isFull(source) ? undefined : network.path(source, destination);
    if (path === undefined) return undefined;
    counters.cookiesAccepted++;
    return this.#add(opener.resume(path, ack, mss, now), listener);
  }

  #add(socket: Socket, listener: Listener): Socket {
    socket.listener = listener;
    listener.halfOpen++;
    this.#options.connections.add(socket);
    return socket;
  }
}
