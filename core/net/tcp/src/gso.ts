import { internetChecksum, sum } from '@atoll/bytes/checksum';
import { u16, u32, writeU16, writeU32 } from '@atoll/bytes/field';
import type { Frame } from '@atoll/device/network';
import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';
import {
  isIpv4,
  packetEnd,
  pseudoHeaderSum,
  transportStart,
  writePacketEnd,
} from './gso-headers.ts';
import { CHECKSUM_OFFSET, CWR, FIN, PSH, RST, SYN, TCP_HEADER_LENGTH, URG } from './packet.ts';

/**
 * Cuts one long TCP segment into frames, as a device with `offloads.segmentation` does:
 *
 *     if (segmenter.begin(frame, isPartial)) while (segmenter.next(piece)) device.send(piece);
 */
export interface Segmenter {
  /**
   * Starts with `frame`, an Ethernet frame with one TCP segment over IPv4 or IPv6, whose payload is cut into
   * pieces of `frame.segmentSize` bytes, or none when that is 0. It must stay as it is until `next` answers
   * false. Its checksums are not looked at; those of the pieces are complete, or with `isPartial` left for the
   * device, as `Frame.checksumStart` says.
   *
   * Answers false for any other frame: fragments, IPv6 extension headers, lengths that contradict each
   * other, and segments with SYN, RST or URG that would have to be cut.
   */
  begin(frame: Frame, isPartial: boolean): boolean;
  /** Writes the next piece into `into`; false when there is none. Throws a RangeError when it does not fit. */
  next(into: Frame): boolean;
}

/** The reference in TypeScript. */
export class PlainSegmenter implements Segmenter {
  #bytes: Uint8Array = new Uint8Array();
  #isPartial = false;
  /** Where TCP and its payload start, what comes next of that, and where it ends. */
  #transport = 0;
  #payload = 0;
  #at = 0;
  #end = 0;
  #size = 0;
  #pieces = 0;
  #made = 0;

  begin(frame: Frame, isPartial: boolean): boolean {
    const { bytes, length, segmentSize } = frame;
    this.#pieces = 0;
    this.#made = 0;
    const transport = transportStart(bytes, length);
    if (transport === 0) return false;
    const headerLength = (bytes[transport + 12] >>> 4) * 4;
    const payload = transport + headerLength;
    const end = packetEnd(bytes);
    if (headerLength < TCP_HEADER_LENGTH || payload > end) return false;
    const size = segmentSize === 0 ? end - payload : segmentSize;
    const pieces = end - payload > size ? Math.ceil((end - payload) / size) : 1;
    if (pieces > 1 && (bytes[transport + 13] & (SYN | RST | URG)) !== 0) return false;
    this.#bytes = bytes;
    this.#isPartial = isPartial;
    this.#transport = transport;
    this.#payload = payload;
    this.#at = payload;
    this.#end = end;
    this.#size = size;
    this.#pieces = pieces;
    return true;
  }

  next(into: Frame): boolean {
    if (this.#made === this.#pieces) return false;
    const { bytes } = into;
    const from = this.#at;
    const next = Math.min(from + this.#size, this.#end);
    const end = this.#payload + next - from;
    if (end > bytes.length) throw new RangeError('a piece of a segment that does not fit');
    bytes.set(this.#bytes.subarray(0, this.#payload));
    bytes.set(this.#bytes.subarray(from, next), this.#payload);
    this.#fixHeaders(bytes, end);
    this.#at = next;
    this.#made++;
    into.length = end;
    into.segmentSize = 0;
    into.checksumStart = this.#isPartial ? this.#transport : 0;
    into.checksumOffset = CHECKSUM_OFFSET;
    return true;
  }

  #fixHeaders(bytes: Uint8Array, end: number): void {
    const transport = this.#transport;
    const made = this.#made;
    if (isIpv4(bytes)) writeU16(bytes, IDENTIFICATION, u16(bytes, IDENTIFICATION) + made);
    writePacketEnd(bytes, transport, end);
    const sequence = u32(bytes, transport + 4) + this.#at - this.#payload;
    writeU32(bytes, transport + 4, sequence);
    // What ends something belongs to the last, and that the window was reduced is said once.
    if (made + 1 < this.#pieces) bytes[transport + 13] &= ~(FIN | PSH);
    if (made > 0) bytes[transport + 13] &= ~CWR;
    writeU16(bytes, transport + CHECKSUM_OFFSET, 0);
    const pseudo = pseudoHeaderSum(bytes, transport, end);
    const checksum = this.#isPartial
      ? sum(bytes, 0, 0, pseudo)
      : internetChecksum(bytes, transport, end, pseudo);
    writeU16(bytes, transport + CHECKSUM_OFFSET, checksum);
  }
}

/** Of IPv4, in a frame. Each piece gets one more, as from a device. */
const IDENTIFICATION = ETHERNET_HEADER_LENGTH + 4;
