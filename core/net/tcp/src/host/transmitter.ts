import type { Frame } from '@atoll/device/network';
import type { Connection } from '../connection/connection.ts';
import type { TcpWire } from '../fast.ts';
import type { SegmentHeader } from '../packet.ts';
import { CHECKSUM_OFFSET, headerLength, MAX_TCP_HEADER_LENGTH } from '../packet.ts';
import type { TcpCounters } from './counters.ts';
import type { TcpPath } from './path.ts';

/** What became of an attempt: a segment was sent, there was none, or the device takes none now. */
export const SENT = 0;
export const IDLE = 1;
export const REFUSED = 2;

/** Puts segments into frames and sends them. */
export class Transmitter {
  readonly #wire: TcpWire;
  readonly #counters: TcpCounters;

  constructor(wire: TcpWire, counters: TcpCounters) {
    this.#wire = wire;
    this.#counters = counters;
  }

  /** Sends a segment without payload; answers false when the device takes nothing now. */
  sendHeader(path: TcpPath, header: SegmentHeader, addresses: number, now: number): boolean {
    const frame = path.transmit(path.transportStart + MAX_TCP_HEADER_LENGTH);
    if (frame === undefined) return false;
    this.#emit(path, frame, header, addresses, 0, now);
    return true;
  }

  /** Sends the next segment of `connection`; answers {@link SENT}, {@link IDLE} or {@link REFUSED}. */
  transmit(path: TcpPath, connection: Connection, addresses: number, now: number): number {
    const longest = path.offloads.segmentation ? LONGEST_PACKET : path.mtu;
    const start = path.transportStart;
    const frame = path.transmit(start - path.networkHeaderLength + longest);
    if (frame === undefined) return REFUSED;
    const segment = connection.pollTransmit(
      now,
      longest - path.networkHeaderLength - MAX_TCP_HEADER_LENGTH,
    );
    if (segment === undefined) return IDLE;
    const { payloadLength } = segment;
    if (segment.isAgain) this.#counters.resentSegments++;
    if (payloadLength > 0) {
      const at = start + headerLength(segment);
      segment.buffer.copyTo(segment.payloadSequence, payloadLength, frame, at, this.#wire);
      frame.segmentSize = segment.segmentSize;
    }
    this.#emit(path, frame, segment, addresses, payloadLength, now);
    return SENT;
  }

  /** The payload is in its place already. */
  #emit(
    path: TcpPath,
    frame: Frame,
    header: SegmentHeader,
    addresses: number,
    payloadLength: number,
    now: number,
  ): void {
    const start = path.transportStart;
    const isPartial = path.offloads.checksum;
    if (isPartial) {
      frame.checksumStart = start;
      frame.checksumOffset = CHECKSUM_OFFSET;
    }
    const payloadStart = start + headerLength(header);
    const length = this.#wire.emit(
      frame,
      start,
      header,
      addresses,
      isPartial,
      frame,
      payloadStart,
      payloadLength,
    );
    this.#counters.sentSegments++;
    path.send(frame, length, now);
  }
}

/** An IP packet that the device cuts: with an Ethernet header and a tag, its length has 16 bits under Xen. */
const LONGEST_PACKET = 0xffff - 18;
