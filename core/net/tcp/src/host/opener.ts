import type { Endpoint } from '@atoll/device/socket';
import type { Entropy } from '@atoll/device/system';
import type { BlockPool } from '../buffer/blocks.ts';
import { SendBuffer } from '../buffer/send.ts';
import { Connection } from '../connection/connection.ts';
import type { ConnectionParameters } from '../connection/parameters.ts';
import type { Transmission } from '../connection/transmission.ts';
import { emptyTransmission } from '../connection/transmission.ts';
import type { TcpWire } from '../fast.ts';
import type { TcpFeatures } from '../features.ts';
import type { Segment } from '../packet.ts';
import { add, distance } from '../sequence.ts';
import { RandomLimit } from './challenge.ts';
import { cookieSack, cookieScale } from './cookie.ts';
import { InitialSequences } from './initial-sequence.ts';
import type { TcpPath } from './path.ts';
import { segmentLimit } from './path.ts';
import { Socket } from './socket.ts';

export interface OpenerOptions {
  readonly entropy: Entropy;
  readonly wire: TcpWire;
  readonly features: TcpFeatures;
  readonly pool: BlockPool;
  /** Called with a socket whose application did something. */
  readonly touch: (socket: Socket) => void;
}

/** Where the sequence numbers of an earlier connection ended. */
export interface Former {
  readonly sendNext: number;
}

/** Makes connections, each with what they all share. */
export class Opener {
  readonly #options: OpenerOptions;
  readonly #sequences: InitialSequences;
  readonly #challenges: RandomLimit;
  /** One for all: each segment is sent before the next one is asked for. */
  readonly #transmission: Transmission;

  constructor(options: OpenerOptions) {
    this.#options = options;
    this.#sequences = new InitialSequences(options.entropy);
    this.#transmission = emptyTransmission(new SendBuffer(options.pool, 0));
    this.#challenges = new RandomLimit(options.entropy, CHALLENGES_PER_SECOND);
  }

  /** A connection that we open. `former` is the one before it between the same ports, if it is known. */
  open(
    path: TcpPath,
    localPort: number,
    remotePort: number,
    former: Former | undefined,
    now: number,
  ): Socket {
    const socket = this.#socket(path, localPort, remotePort);
    socket.connection = Connection.open(this.#parameters(socket, path, former, now), now);
    return socket;
  }

  /** A connection that a peer opens with `syn`; its first number is `cookie` when that is given. */
  accept(
    path: TcpPath,
    syn: Readonly<Segment>,
    former: Former | undefined,
    cookie: number | undefined,
    now: number,
  ): Socket {
    const socket = this.#socket(path, syn.destinationPort, syn.sourcePort);
    const parameters = this.#parameters(socket, path, former, now, cookie);
    socket.connection = Connection.accept(parameters, syn, now);
    return socket;
  }

  /** The connection whose peer sent our cookie back with `ack`, and takes segments of `mss` bytes. */
  resume(path: TcpPath, ack: Readonly<Segment>, mss: number, now: number): Socket {
    const socket = this.#socket(path, ack.destinationPort, ack.sourcePort);
    const { hasTimestamp, timestampEcho } = ack;
    const cookie = add(ack.acknowledgment, -1);
    const offer = {
      receiveInitial: add(ack.sequence, -1),
      mss,
      windowScale: hasTimestamp ? cookieScale(timestampEcho) : -1,
      sackPermitted: hasTimestamp && cookieSack(timestampEcho),
      hasTimestamp,
    };
    const parameters = this.#parameters(socket, path, undefined, now, cookie);
    socket.connection = Connection.fromCookie(parameters, ack, offer, now);
    return socket;
  }

  /** What our timestamps to the peer of `segment` say at `now`. */
  timestamp(path: TcpPath, segment: Readonly<Segment>, now: number): number {
    this.#sequences.of(path.local, segment.destinationPort, path.remote, segment.sourcePort, now);
    return (Math.floor(now) + this.#sequences.timestampOffset) >>> 0;
  }

  #socket(path: TcpPath, localPort: number, remotePort: number): Socket {
    const local: Endpoint = { address: path.local, port: localPort };
    const remote: Endpoint = { address: path.remote, port: remotePort };
    return new Socket(local, remote, path, this.#options.touch);
  }

  #parameters(
    socket: Socket,
    path: TcpPath,
    former: Former | undefined,
    now: number,
    cookie?: number,
  ): ConnectionParameters {
    const { localAddress, localPort, remoteAddress, remotePort } = socket;
    const { wire, features, pool } = this.#options;
    let sequence = this.#sequences.of(localAddress, localPort, remoteAddress, remotePort, now);
    // Numbers that grow from one to the next keep old segments out (RFC 9293 section 3.6.1).
    if (former !== undefined && distance(former.sendNext, sequence) <= 0) {
      sequence = add(former.sendNext, REUSE_DISTANCE);
    }
    return {
      localPort,
      remotePort,
      initialSequence: cookie ?? sequence,
      timestampOffset: this.#sequences.timestampOffset,
      mss: segmentLimit(path, path.mtu),
      pool,
      wire,
      features,
      challenges: this.#challenges,
      transmission: this.#transmission,
    };
  }
}

/** Enough for every connection of a host to be attacked a little; the limit of each is far lower. */
const CHALLENGES_PER_SECOND = 1000;
/** How far behind the last sequence number of a connection the next one between the same ports begins. */
const REUSE_DISTANCE = 0x2_0000;
