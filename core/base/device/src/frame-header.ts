import type { Region } from './fast.ts';
import { frameIn } from './frame.ts';
import type { Frame } from './network.ts';
import { ETHERNET_HEADER_LENGTH } from './network.ts';

/**
 * What stands in front of each frame between a driver and its device: `struct virtio_net_hdr` of virtio
 * 1.2, section 5.1.6, which Linux's TAP devices use as well. Little-endian, in three words of 32 bits:
 *
 *     flags 8, segmentation type 8, length of all headers 16
 *     segment size 16, start of the checksummed bytes 16
 *     offset of the checksum in them 16, number of buffers 16
 */
export const FRAME_HEADER_LENGTH = 12;

/** Where a frame starts in its buffer: its header is right before it, and both are aligned. */
export const FRAME_OFFSET = 16;

/** A frame and the header in front of it. */
export interface HeadedFrame {
  readonly frame: Frame;
  readonly header: Uint32Array;
  /** The header and the whole buffer of the frame. */
  readonly bytes: Uint8Array;
}

/** A frame with its header in `region`, whose frame buffer is {@link FRAME_OFFSET} bytes smaller. */
export function headedFrame({ bytes, address }: Region): HeadedFrame {
  const whole = bytes.subarray(FRAME_OFFSET - FRAME_HEADER_LENGTH);
  const buffer = bytes.subarray(FRAME_OFFSET);
  return {
    frame: frameIn({ bytes: buffer, address: address + FRAME_OFFSET }),
    header: new Uint32Array(whole.buffer, whole.byteOffset, FRAME_HEADER_LENGTH / 4),
    bytes: whole,
  };
}

/**
 * Says what `header` says of the received `frame`, whose length is set, in the fields of the frame. A
 * device may write anything: answers false, with no field set, for a header that makes no sense.
 */
export function readFrameHeader(header: Uint32Array, frame: Frame): boolean {
  const kind = header[0] & 0xffff;
  if (kind === 0 || kind === DATA_VALID) {
    frame.isChecked = kind !== 0;
    frame.segmentSize = 0;
    frame.checksumStart = 0;
    return true;
  }
  const type = kind >>> 8;
  const word = header[1];
  const segmentSize = type === 0 ? 0 : word & 0xffff;
  if (type !== 0) {
    const isTcp = (type & ~ECN) === TCP_OVER_IPV4 || (type & ~ECN) === TCP_OVER_IPV6;
    if (!isTcp || segmentSize === 0 || segmentSize > frame.length) return false;
  }
  const isUnfinished = (kind & NEEDS_CHECKSUM) !== 0;
  const start = isUnfinished ? word >>> 16 : 0;
  const offset = header[2] & 0xffff;
  if (isUnfinished && (start < ETHERNET_HEADER_LENGTH || start + offset + 2 > frame.length)) {
    return false;
  }
  frame.isChecked = (kind & (NEEDS_CHECKSUM | DATA_VALID)) !== 0;
  frame.segmentSize = segmentSize;
  frame.checksumStart = start;
  frame.checksumOffset = offset;
  return true;
}

/** The opposite, for a frame to send: tells the device what the fields of `frame` ask of it. */
export function writeFrameHeader(header: Uint32Array, frame: Frame): void {
  const { checksumStart, segmentSize } = frame;
  if (checksumStart === 0) {
    header[0] = 0;
    return;
  }
  header[0] = segmentSize === 0 ? NEEDS_CHECKSUM : segmentKind(frame);
  header[1] = (checksumStart << 16) | segmentSize;
  header[2] = frame.checksumOffset;
}

/** Flags, type and length of the headers of a frame with one long TCP segment. */
function segmentKind({ bytes, checksumStart }: Frame): number {
  const type = bytes[ETHERTYPE] === IPV6_FIRST ? TCP_OVER_IPV6 : TCP_OVER_IPV4;
  const ecn = (bytes[checksumStart + TCP_FLAGS] & TCP_CWR) === 0 ? 0 : ECN;
  const length = checksumStart + (bytes[checksumStart + TCP_DATA_OFFSET] >>> 4) * 4;
  return NEEDS_CHECKSUM | ((type | ecn) << 8) | (length << 16);
}

/** Flags: the checksum holds only the sum of the pseudo-header; it was found to be right. */
const NEEDS_CHECKSUM = 1;
const DATA_VALID = 2;

/** Types; {@link ECN} is added when the first of the segments, and only that, has the flag CWR. */
const TCP_OVER_IPV4 = 1;
const TCP_OVER_IPV6 = 4;
const ECN = 0x80;

/** The first byte of the EtherTypes: 0x86dd is IPv6, 0x0800 IPv4. */
const ETHERTYPE = 12;
const IPV6_FIRST = 0x86;

/** Fields of a TCP header. */
const TCP_DATA_OFFSET = 12;
const TCP_FLAGS = 13;
const TCP_CWR = 0x80;
