import type { Frame, NetworkDevice } from '@atoll/device/network';
import { ETHERNET_HEADER_LENGTH, FRAME_CAPACITY } from '@atoll/device/network';
import { emitEthernet } from '@atoll/ethernet/packet';
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
 */
export class Link {
  readonly device: NetworkDevice;
  /** The largest packet in bytes that fits into one frame. */
  readonly mtu: number;
  readonly #counters: StackCounters;
  // The header of the frame before: the next one mostly goes the same way.
  readonly #header = new Uint8Array(ETHERNET_HEADER_LENGTH);
  #destination = -1;
  #etherType = 0;

  constructor(device: NetworkDevice, counters: StackCounters) {
    this.device = device;
    this.#counters = counters;
    this.mtu = device.mtu;
  }

  /** Lends a frame for a packet of at most `length` bytes; `undefined`, and counted, when there is none. */
  transmit(length: number): Frame | undefined {
    const capacity = ETHERNET_HEADER_LENGTH + length;
    const frame = this.device.transmit(Math.max(capacity, FRAME_CAPACITY));
    if (frame === undefined) this.#counters.unsent++;
    return frame;
  }

  /** Sends `frame`, whose packet ends at its length, to the hardware address `destination`. */
  send(frame: Frame, etherType: number, destination: number): void {
    if (destination !== this.#destination || etherType !== this.#etherType) {
      emitEthernet(this.#header, destination, this.device.mac, etherType);
      this.#destination = destination;
      this.#etherType = etherType;
    }
    frame.bytes.set(this.#header);
    this.device.send(frame);
  }

  /** A copy of the packet in `frame`, which is not sent. */
  hold(frame: Frame, etherType: number): Outgoing {
    const { length, checksumStart, checksumOffset, segmentSize } = frame;
    const packet = frame.bytes.slice(ETHERNET_HEADER_LENGTH, length);
    return { packet, etherType, checksumStart, checksumOffset, segmentSize, length };
  }

  sendHeld(outgoing: Outgoing, destination: number): void {
    const { packet, etherType } = outgoing;
    const frame = this.transmit(packet.length);
    if (frame === undefined) return;
    frame.bytes.set(packet, ETHERNET_HEADER_LENGTH);
    frame.length = ETHERNET_HEADER_LENGTH + packet.length;
    frame.checksumStart = outgoing.checksumStart;
    frame.checksumOffset = outgoing.checksumOffset;
    frame.segmentSize = outgoing.segmentSize;
    this.send(frame, etherType, destination);
  }
}
