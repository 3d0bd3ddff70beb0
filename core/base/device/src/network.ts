/**
 * An Ethernet device that lends buffers instead of copying them.
 *
 * Polling order: `receive` until it answers `undefined`; for each frame to send, `transmit`, fill it,
 * `send`.
 */
export interface NetworkDevice {
  /** The name that the appliance declared, such as `service`. */
  readonly name: string;
  /** Our hardware address as a 48-bit number, the first byte on the wire the most significant. */
  readonly mac: number;
  /** The largest payload of a frame in bytes: the frame without its 14-byte Ethernet header. */
  readonly mtu: number;
  /** What the device does for frames in either direction, see {@link Frame}. */
  readonly offloads: Offloads;
  readonly counters: NetworkCounters;

  /** Lends the next frame that arrived, without FCS; it is valid until the next call. */
  receive(): Frame | undefined;

  /**
   * Lends an empty frame with room for `capacity` bytes, {@link FRAME_CAPACITY} unless told; `undefined`
   * while the device's queue is full. A frame that was lent and not sent may be lent again. More than
   * {@link FRAME_CAPACITY} can only be had where it is of use: {@link frameCapacity}.
   */
  transmit(capacity?: number): Frame | undefined;

  /** Queues the frame that the last `transmit` lent, of `frame.length` bytes, without FCS. */
  send(frame: Frame): void;

  /**
   * Lets `responder` answer frames that nobody need see: `receive` no longer lends them, and a frame that
   * it lends is valid until the end of the step. Only where the device does so faster than its user could;
   * called once at most.
   */
  respond?(responder: Responder): void;
}

/**
 * Answers single frames, mostly a function of a fast path: writes the frame to send back to the address
 * `out`, where there is room for {@link FRAME_CAPACITY} bytes, with all its checksums, and returns its
 * length. 0 leaves the frame of `length` bytes at the address `frame` to others. `isChecked` is 1 or 0 and
 * means the same as in {@link Frame}; `now` is in monotonic milliseconds.
 */
export type Responder = (
  frame: number,
  length: number,
  isChecked: number,
  out: number,
  now: number,
) => number;

export interface Frame {
  /** The whole buffer; its first `length` bytes are the frame. */
  readonly bytes: Uint8Array;
  /** Where `bytes` starts in the memory that fast paths share, see {@link FastPaths}. */
  readonly address: number;
  length: number;
  /**
   * To send, with `offloads.checksum`: the device shall write the Internet checksum of all bytes from
   * here to the end into the field `checksumOffset` bytes further on, which holds the sum of the
   * pseudo-header, not inverted. 0 when the checksum is complete. Lent frames come with 0. Received,
   * they say the same of a checksum that the sender left to be written; nobody need look at it.
   */
  checksumStart: number;
  checksumOffset: number;
  /**
   * To send, with `offloads.segmentation`: the frame is one TCP segment whose payload the device shall
   * cut into pieces of so many bytes, with headers made from the one there. Received: the device, or a
   * layer below, joined segments whose payloads had at most so many bytes. 0 when the frame is as it
   * is on the wire.
   */
  segmentSize: number;
  /** Received: the device vouches for the transport checksum, which may not have been filled in. */
  isChecked: boolean;
}

/** What a device does so that its driver's user need not. */
export interface Offloads {
  /** It writes the checksums of TCP and UDP into frames that are sent. */
  readonly checksum: boolean;
  /** It cuts TCP segments over IPv4 and IPv6 of up to 64 KiB into frames; only with `checksum`. */
  readonly segmentation: boolean;
}

export const NO_OFFLOADS: Offloads = { checksum: false, segmentation: false };
export const ALL_OFFLOADS: Offloads = { checksum: true, segmentation: true };

export interface NetworkCounters {
  receivedFrames: number;
  receivedBytes: number;
  sentFrames: number;
  sentBytes: number;
  /** Frames that were lost because a queue was full or the device refused them. */
  droppedFrames: number;
}

/** Bytes in a buffer for one frame of the wire: an Ethernet header, 1500 bytes of payload, a VLAN tag, and room to align. */
export const FRAME_CAPACITY = 2048;

/** Bytes in a buffer for a segment that the device cuts: an IP packet of 65,535 bytes and an Ethernet header. */
export const LARGE_FRAME_CAPACITY = 0x1_0000 + 256;

/** The length of an Ethernet II header in bytes. */
export const ETHERNET_HEADER_LENGTH = 14;

/** Bytes in a buffer for any frame of a device. */
export function frameCapacity({ mtu, offloads }: Pick<NetworkDevice, 'mtu' | 'offloads'>): number {
  if (offloads.segmentation) return LARGE_FRAME_CAPACITY;
  // Behind the header there may be a VLAN tag; buffers stay aligned to 16 when one follows another.
  const needed = Math.ceil((ETHERNET_HEADER_LENGTH + 4 + mtu) / 16) * 16;
  return Math.max(needed, FRAME_CAPACITY);
}

export function zeroCounters(): NetworkCounters {
  return { receivedFrames: 0, receivedBytes: 0, sentFrames: 0, sentBytes: 0, droppedFrames: 0 };
}
