import type { IpAddress } from '@atoll/device/socket';
import type { Entropy } from '@atoll/device/system';
import type { Segment, SegmentHeader } from '../packet.ts';
import { ACK, addressSum, emptyHeader, FIN, RST, SYN } from '../packet.ts';
import { add } from '../sequence.ts';
import { RandomLimit } from './challenge.ts';
import type { TcpCounters } from './counters.ts';
import type { TcpNetwork, TcpPath } from './path.ts';
import { segmentLimit } from './path.ts';
import type { TimeWait } from './time-wait.ts';
import type { Transmitter } from './transmitter.ts';

export interface ReplyOptions {
  readonly network: TcpNetwork;
  readonly transmitter: Transmitter;
  readonly entropy: Entropy;
  readonly counters: TcpCounters;
}

/** What is answered where there is no connection that could. */
export class Replies {
  readonly #network: TcpNetwork;
  readonly #transmitter: Transmitter;
  readonly #counters: TcpCounters;
  readonly #resets: RandomLimit;
  readonly #acknowledgments: RandomLimit;
  readonly #header: SegmentHeader = emptyHeader();

  constructor({ network, transmitter, entropy, counters }: ReplyOptions) {
    this.#network = network;
    this.#transmitter = transmitter;
    this.#counters = counters;
    this.#resets = new RandomLimit(entropy, RESETS_PER_SECOND);
    this.#acknowledgments = new RandomLimit(entropy, ACKNOWLEDGMENTS_PER_SECOND);
  }

  /** Answers a segment that belongs to nothing here (RFC 9293 section 3.10.7.1). */
  reset(segment: Readonly<Segment>, source: IpAddress, destination: IpAddress, now: number): void {
    const { flags } = segment;
    if ((flags & RST) !== 0 || !this.#resets.allows(now)) return;
    const path = this.#network.path(source, destination);
    if (path === undefined) return;
    const header = this.#answer(segment);
    if ((flags & ACK) !== 0) {
      header.sequence = segment.acknowledgment;
      header.flags = RST;
    } else {
      const length = segment.payloadEnd - segment.payloadStart;
      const controls = ((flags & SYN) !== 0 ? 1 : 0) + ((flags & FIN) !== 0 ? 1 : 0);
      header.acknowledgment = add(segment.sequence, length + controls);
      header.flags = RST | ACK;
    }
    if (this.#send(path, now)) this.#counters.sentResets++;
  }

  /** The answer to `syn` with the cookie `sequence`, to be completed and sent by `sendCookie`. */
  cookie(path: TcpPath, syn: Readonly<Segment>, sequence: number): SegmentHeader {
    const header = this.#answer(syn);
    header.sequence = sequence;
    header.acknowledgment = add(syn.sequence, 1);
    header.flags = SYN | ACK;
    header.window = COOKIE_WINDOW;
    header.mss = segmentLimit(path, path.mtu);
    return header;
  }

  sendCookie(path: TcpPath, now: number): void {
    if (this.#send(path, now)) this.#counters.cookiesSent++;
  }

  /** Says once more what was received last on a connection in TIME-WAIT. */
  acknowledge(record: TimeWait, now: number): void {
    if (!this.#acknowledgments.allows(now)) return;
    const path = this.#network.path(record.remoteAddress, record.localAddress);
    if (path === undefined) return;
    const header = this.#header;
    clear(header);
    header.sourcePort = record.localPort;
    header.destinationPort = record.remotePort;
    header.sequence = record.sendNext;
    header.acknowledgment = record.receiveNext;
    header.flags = ACK;
    if (record.hasTimestamps) {
      header.hasTimestamp = true;
      header.timestamp = (Math.floor(now) + record.timestampOffset) >>> 0;
      header.timestampEcho = record.recentTimestamp;
    }
    this.#send(path, now);
  }

  #answer(segment: Readonly<Segment>): SegmentHeader {
    const header = this.#header;
    clear(header);
    header.sourcePort = segment.destinationPort;
    header.destinationPort = segment.sourcePort;
    return header;
  }

  #send(path: TcpPath, now: number): boolean {
    const addresses = addressSum(path.local, path.remote);
    return this.#transmitter.sendHeader(path, this.#header, addresses, now);
  }
}

function clear(header: SegmentHeader): void {
  header.sequence = 0;
  header.acknowledgment = 0;
  header.window = 0;
  header.mss = 0;
  header.windowScale = -1;
  header.sackPermitted = false;
  header.hasTimestamp = false;
  header.sackCount = 0;
}

/** Enough for a peer that finds all its connections gone after a restart of ours. */
const RESETS_PER_SECOND = 1000;
const ACKNOWLEDGMENTS_PER_SECOND = 1000;
/** What a peer may send until the first segment of the connection itself tells it more. */
const COOKIE_WINDOW = 0xffff;
