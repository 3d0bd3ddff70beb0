import type { Allocate } from '@atoll/device/frame';
import { createFrame, emptyFrame } from '@atoll/device/frame';
import type { Frame, NetworkDevice } from '@atoll/device/network';
import {
  ETHERNET_HEADER_LENGTH,
  FRAME_CAPACITY,
  LARGE_FRAME_CAPACITY,
} from '@atoll/device/network';
import { emitEthernet } from '@atoll/ethernet/packet';
import type { Segmenter } from '@atoll/tcp/gso';
import type { StackCounters } from './counters.ts';

/** A packet that waits for the hardware address of its next hop. */
export interface Outgoing {
  readonly packet: Uint8Array;
  readonly etherType: number;
  /** What the device has to do for it, see `Frame`. */
  readonly checksumStart: number;
  readonly checksumOffset: number;
  readonly segmentSize: number;
  /** What it costs while it waits. */
  readonly length: number;
}

/**
 * The sending side of an Ethernet device. A packet is built in a frame that `transmit` lends, behind room
 * for the Ethernet header, and leaves by `send`, or is kept with `hold` until `sendHeld`.
 *
 * TCP segments may be longer than a frame and have no checksum yet, whatever the device can do: what it
 * does not do is done here.
 */
export class Link {
  readonly device: NetworkDevice;
  /** The largest packet in bytes that fits into one frame. */
  readonly mtu: number;
  readonly #counters: StackCounters;
  readonly #segmenter: Segmenter;
  /** Where segments are built for a device that does not cut them. */
  readonly #large: Frame | undefined;
  // The header of the frame before: the next one mostly goes the same way.
  readonly #header = new Uint8Array(ETHERNET_HEADER_LENGTH);
  #destination = -1;
  #etherType = 0;

  constructor(
    device: NetworkDevice,
    counters: StackCounters,
    segmenter: Segmenter,
    allocate: Allocate,
  ) {
    this.device = device;
    this.#counters = counters;
    this.#segmenter = segmenter;
    this.mtu = device.mtu;
    if (!device.offloads.segmentation) this.#large = createFrame(allocate, LARGE_FRAME_CAPACITY);
  }

  /** Lends a frame for a packet of at most `length` bytes; `undefined`, and counted, when there is none. */
  transmit(length: number): Frame | undefined {
    const capacity = Math.max(ETHERNET_HEADER_LENGTH + length, FRAME_CAPACITY);
    const frame = this.device.transmit(capacity);
    if (frame === undefined) this.#counters.unsent++;
    return frame;
  }

  /**
   * Lends a frame of `capacity` bytes for a TCP segment that is longer than a frame or has no checksum yet;
   * `undefined` while the device takes none.
   */
  transmitSegment(capacity: number): Frame | undefined {
    const large = this.#large;
    if (large === undefined) return this.device.transmit(Math.max(capacity, FRAME_CAPACITY));
    return this.device.transmit() && emptyFrame(large);
  }

  /** Sends `frame`, whose packet ends at its length, to the hardware address `destination`. */
  send(frame: Frame, etherType: number, destination: number): void {
    if (destination !== this.#destination || etherType !== this.#etherType) {
      emitEthernet(this.#header, destination, this.device.mac, etherType);
      this.#destination = destination;
      this.#etherType = etherType;
    }
    frame.bytes.set(this.#header);
    if (frame === this.#large) this.#cut(frame);
    else this.device.send(frame);
  }

  /** A copy of the packet in `frame`, which is not sent. */
  hold(frame: Frame, etherType: number): Outgoing {
    const { length, checksumStart, checksumOffset, segmentSize } = frame;
    const packet = frame.bytes.slice(ETHERNET_HEADER_LENGTH, length);
    return { packet, etherType, checksumStart, checksumOffset, segmentSize, length };
  }

  sendHeld(outgoing: Outgoing, destination: number): void {
    const { packet, etherType, checksumStart } = outgoing;
    const frame =
      checksumStart === 0
        ? this.transmit(packet.length)
        : this.transmitSegment(ETHERNET_HEADER_LENGTH + packet.length);
    if (frame === undefined) return;
    frame.bytes.set(packet, ETHERNET_HEADER_LENGTH);
    frame.length = ETHERNET_HEADER_LENGTH + packet.length;
    frame.checksumStart = checksumStart;
    frame.checksumOffset = outgoing.checksumOffset;
    frame.segmentSize = outgoing.segmentSize;
    this.send(frame, etherType, destination);
  }

  /** What the device has no room for is lost: TCP sends it again. */
  #cut(frame: Frame): void {
    const { device } = this;
    const segmenter = this.#segmenter;
    if (!segmenter.begin(frame, device.offloads.checksum)) {
      this.#counters.unsent++;
      return;
    }
    const capacity = Math.max(ETHERNET_HEADER_LENGTH + this.mtu, FRAME_CAPACITY);
    for (;;) {
      const piece = device.transmit(capacity);
      if (piece === undefined) break;
      if (!segmenter.next(piece)) return;
      device.send(piece);
    }
    this.#counters.unsent++;
  }
}
