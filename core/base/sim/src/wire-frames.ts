import { sum } from '@atoll/bytes/checksum';
import type { Frame } from '@atoll/device/network';
import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';

/**
 * What a device with offloads puts on the wire for `frame`: its checksum written, and a long TCP segment
 * cut as RFC 9293 wants its pieces to look. The sum of the pseudo-header that is in the frame is for the
 * length that it has before it is cut.
 */
export function wireFrames(frame: Frame): Uint8Array[] {
  const { bytes, length, checksumStart, checksumOffset, segmentSize } = frame;
  const whole = bytes.slice(0, length);
  if (checksumStart === 0) return [whole];
  const dataOffset = (whole[checksumStart + TCP_DATA_OFFSET] >>> 4) * 4;
  const payload = checksumStart + dataOffset;
  if (segmentSize === 0 || length - payload <= segmentSize) {
    writeChecksum(whole, checksumStart, checksumOffset);
    return [whole];
  }
  const pieces: Uint8Array[] = [];
  for (let start = payload; start < length; start += segmentSize) {
    pieces.push(cut(whole, frame, payload, start));
  }
  return pieces;
}

/** The piece of `whole` whose payload starts at `start`, where that of the first starts at `payload`. */
function cut(whole: Uint8Array, frame: Frame, payload: number, start: number): Uint8Array {
  const { checksumStart, checksumOffset, segmentSize } = frame;
  const content = whole.subarray(start, start + segmentSize);
  const piece = new Uint8Array(payload + content.length);
  piece.set(whole.subarray(0, payload));
  piece.set(content, payload);
  const view = new DataView(piece.buffer);

  const removed = whole.length - piece.length;
  if (piece[ETHERNET_HEADER_LENGTH] >>> 4 === 4) {
    const ipv4 = ETHERNET_HEADER_LENGTH;
    view.setUint16(ipv4 + 2, view.getUint16(ipv4 + 2) - removed);
    view.setUint16(ipv4 + 4, view.getUint16(ipv4 + 4) + (start - payload) / segmentSize);
    view.setUint16(ipv4 + 10, 0);
    view.setUint16(ipv4 + 10, ~sum(piece, ipv4, checksumStart));
  } else {
    const ipv6 = ETHERNET_HEADER_LENGTH;
    view.setUint16(ipv6 + 4, view.getUint16(ipv6 + 4) - removed);
  }

  const sequence = view.getUint32(checksumStart + TCP_SEQUENCE) + (start - payload);
  view.setUint32(checksumStart + TCP_SEQUENCE, sequence);
  // FIN and PSH belong to the last piece, CWR (RFC 3168 section 6.1.2) to the first.
  if (start + segmentSize < whole.length) piece[checksumStart + TCP_FLAGS] &= ~(FIN | PSH);
  if (start > payload) piece[checksumStart + TCP_FLAGS] &= ~CWR;
  // One's complement: to take the length away is to add its complement.
  const at = checksumStart + checksumOffset;
  view.setUint16(at, sum(piece, at, at + 2, 0xffff - removed));
  writeChecksum(piece, checksumStart, checksumOffset);
  return piece;
}

/** Writes the checksum of all bytes from `start` on, the sum of the pseudo-header being in its place. */
function writeChecksum(bytes: Uint8Array, start: number, offset: number): void {
  const checksum = ~sum(bytes, start, bytes.length) & 0xffff;
  // A UDP checksum that comes out as zero is sent as all ones (RFC 768); to TCP both are the same.
  new DataView(bytes.buffer).setUint16(start + offset, checksum === 0 ? 0xffff : checksum);
}

/** Fields of a TCP header, and flags in it. */
const TCP_SEQUENCE = 4;
const TCP_DATA_OFFSET = 12;
const TCP_FLAGS = 13;
const FIN = 0x01;
const PSH = 0x08;
const CWR = 0x80;
