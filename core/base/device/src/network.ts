/**
 * An Ethernet device that lends buffers instead of copying them.
 *
 * Polling order: `receive` until it answers `undefined`; for each frame to send, `transmit`, fill it,
 * `send`. All buffers are as large as {@link FRAME_CAPACITY}.
 */
export interface NetworkDevice {
  /** The name that the appliance declared, such as `service`. */
  readonly name: string;
  /** Our hardware address as a 48-bit number, the first byte on the wire the most significant. */
  readonly mac: number;
  /** The largest payload of a frame in bytes: the frame without its 14-byte Ethernet header. */
  readonly mtu: number;
  readonly counters: NetworkCounters;

  /** Lends the next frame that arrived, without FCS; it is valid until the next call. */
  receive(): Frame | undefined;

  /**
   * Lends an empty frame to fill; `undefined` while the device's queue is full. A frame that was lent and
   * not sent may be lent again.
   */
  transmit(): Frame | undefined;

  /** Queues the frame that the last `transmit` lent, of `frame.length` bytes, without FCS. */
  send(frame: Frame): void;
}

export interface Frame {
  /** The whole buffer; its first `length` bytes are the frame. */
  readonly bytes: Uint8Array;
  /** Where `bytes` starts in the memory that fast paths share, see {@link FastPaths}. */
  readonly address: number;
  length: number;
}

export interface NetworkCounters {
  receivedFrames: number;
  receivedBytes: number;
  sentFrames: number;
  sentBytes: number;
  /** Frames that were lost because a queue was full or the device refused them. */
  droppedFrames: number;
}

/** Bytes in a frame buffer: an Ethernet header, 1500 bytes of payload, a VLAN tag, and room to align. */
export const FRAME_CAPACITY = 2048;

/** The length of an Ethernet II header in bytes. */
export const ETHERNET_HEADER_LENGTH = 14;

export function zeroCounters(): NetworkCounters {
  return { receivedFrames: 0, receivedBytes: 0, sentFrames: 0, sentBytes: 0, droppedFrames: 0 };
}
