import { internetChecksum, sum } from '@atoll/bytes/checksum';
import { u32, writeU16 } from '@atoll/bytes/field';
import { createFrame } from '@atoll/device/frame';
import type { Frame } from '@atoll/device/network';
import { ETHERNET_HEADER_LENGTH, LARGE_FRAME_CAPACITY } from '@atoll/device/network';
import {
  IPV4_TRANSPORT,
  isIpv4,
  packetEnd,
  pseudoHeaderSum,
  transportStart,
  writePacketEnd,
} from './gso-headers.ts';
import { ACK, CHECKSUM_OFFSET, CWR, ECE, FIN, PSH, TCP_HEADER_LENGTH } from './packet.ts';

/**
 * Joins received TCP segments that follow each other into one long segment, so that all above has less to
 * do. It holds the segments of one flow at a time, in a buffer of its own:
 *
 *     while ((frame = device.receive()) !== undefined) {
 *       if (coalescer.take(frame)) continue;
 *       const held = coalescer.flush();
 *       if (held !== undefined) handle(held);
 *       if (held === undefined || !coalescer.take(frame)) handle(frame);
 *     }
 *     const held = coalescer.flush();
 *     if (held !== undefined) handle(held);
 *
 * Taken are segments with payload, ACK and at most PSH, ECE and CWR, without options or with timestamps
 * only, in IPv4 without options or IPv6 without extension headers, with checksums that are right. What
 * may follow one has the next sequence number, timestamps that do not go back, no more payload than the first,
 * perhaps FIN, and for the rest the same headers. One that is shorter or has FIN is the last.
 */
export interface Coalescer {
  /** Whether `frame` was taken. If not, what is held comes before it, as in the loop above. */
  take(frame: Frame): boolean;
  /**
   * Lends what is held until the next `take`. Joined segments have the options of the first, `segmentSize`,
   * and a checksum left to be written, as `Frame.checksumStart` says. `isChecked` is always set.
   */
  flush(): Frame | undefined;
}

/** The reference in TypeScript. */
export class PlainCoalescer implements Coalescer {
  readonly #held = createFrame(undefined, LARGE_FRAME_CAPACITY);
  /** How many segments are held, the payload of the first, where TCP starts, and what may follow. */
  #count = 0;
  #size = 0;
  #transport = 0;
  #next = 0;
  #isClosed = false;

  take(frame: Frame): boolean {
    const { bytes, length } = frame;
    const transport = transportStart(bytes, length);
    if (transport === 0 || frame.segmentSize !== 0) return false;
    const headerLength = (bytes[transport + 12] >>> 4) * 4;
    const start = transport + headerLength;
    const end = packetEnd(bytes);
    if (headerLength < TCP_HEADER_LENGTH || end <= start || end - start > MAX_SIZE) return false;
    if (headerLength > TCP_HEADER_LENGTH && !hasTimestampOnly(bytes, transport)) return false;
    if (!(this.#count === 0 ? mayStart(bytes, transport) : this.#follows(bytes, start, end))) {
      return false;
    }
    if (!isIntact(frame, transport, end)) return false;
    if (this.#count === 0) this.#hold(frame, transport, start, end);
    else this.#join(bytes, start, end);
    return true;
  }

  flush(): Frame | undefined {
    const count = this.#count;
    if (count === 0) return undefined;
    this.#count = 0;
    const held = this.#held;
    held.isChecked = true;
    held.segmentSize = 0;
    if (count > 1) {
      const transport = this.#transport;
      const { bytes, length } = held;
      writePacketEnd(bytes, transport, length);
      const pseudo = pseudoHeaderSum(bytes, transport, length);
      writeU16(bytes, transport + CHECKSUM_OFFSET, pseudo);
      held.segmentSize = this.#size;
      held.checksumStart = transport;
      held.checksumOffset = CHECKSUM_OFFSET;
    }
    return held;
  }

  #hold(frame: Frame, transport: number, start: number, end: number): void {
    const held = this.#held;
    held.bytes.set(frame.bytes.subarray(0, end));
    held.length = end;
    held.checksumStart = frame.checksumStart;
    held.checksumOffset = frame.checksumOffset;
    this.#count = 1;
    this.#size = end - start;
    this.#transport = transport;
    this.#next = (u32(frame.bytes, transport + 4) + end - start) >>> 0;
    this.#isClosed = false;
  }

  #join(bytes: Uint8Array, start: number, end: number): void {
    const held = this.#held;
    held.bytes.set(bytes.subarray(start, end), held.length);
    held.length += end - start;
    this.#count++;
    this.#next = (this.#next + end - start) >>> 0;
    const flags = bytes[this.#transport + 13];
    held.bytes[this.#transport + 13] |= flags & (PSH | FIN);
    this.#isClosed = end - start < this.#size || (flags & FIN) !== 0;
  }

  #follows(bytes: Uint8Array, start: number, end: number): boolean {
    const payload = end - start;
    const { bytes: held, length } = this.#held;
    const transport = this.#transport;
    if (this.#isClosed || payload > this.#size) return false;
    if (length + payload > ETHERNET_HEADER_LENGTH + MAX_PACKET) return false;
    // Data offset included: TCP and its payload start in the same places.
    for (let at = 0; at < transport + TCP_HEADER_LENGTH; at++) {
      if (bytes[at] !== held[at] && !mayDiffer(at, transport, isIpv4(held))) return false;
    }
    if (u32(bytes, transport + 4) !== this.#next) return false;
    const flags = bytes[transport + 13] & ~(PSH | FIN);
    if (flags !== (held[transport + 13] & ~(PSH | CWR))) return false;
    return start === transport + TCP_HEADER_LENGTH || hasNewerTimestamps(held, bytes, transport);
  }
}

/** Fields that are compared otherwise, or not: lengths, identification, checksums, sequence number, flags. */
function mayDiffer(at: number, transport: number, hasIpv4: boolean): boolean {
  if (at >= transport) return TCP_FIELDS.includes(at - transport);
  return (hasIpv4 ? IPV4_FIELDS : IPV6_FIELDS).includes(at - ETHERNET_HEADER_LENGTH);
}

const TCP_FIELDS = [4, 5, 6, 7, 13, 16, 17];
const IPV4_FIELDS = [2, 3, 4, 5, 10, 11];
const IPV6_FIELDS = [4, 5];

function mayStart(bytes: Uint8Array, transport: number): boolean {
  return (bytes[transport + 13] & ~(PSH | ECE | CWR)) === ACK;
}

/** Whether there is one option: timestamps, aligned as RFC 7323 appendix A has it. */
function hasTimestampOnly(bytes: Uint8Array, transport: number): boolean {
  return bytes[transport + 12] >>> 4 === 8 && u32(bytes, transport + 20) === 0x0101_080a;
}

/** Neither TSval nor TSecr went back, modulo 2^32. */
function hasNewerTimestamps(held: Uint8Array, bytes: Uint8Array, transport: number): boolean {
  const value = u32(bytes, transport + 24) - u32(held, transport + 24);
  const echo = u32(bytes, transport + 28) - u32(held, transport + 28);
  return (value | 0) >= 0 && (echo | 0) >= 0;
}

/** Options of IPv4 are refused, and checksums that are wrong. */
function isIntact({ bytes, isChecked }: Frame, transport: number, end: number): boolean {
  if (isIpv4(bytes)) {
    if (transport !== IPV4_TRANSPORT) return false;
    if (internetChecksum(bytes, ETHERNET_HEADER_LENGTH, transport) !== 0) return false;
  }
  return isChecked || sum(bytes, transport, end, pseudoHeaderSum(bytes, transport, end)) === 0xffff;
}

/** The longest IP packet, and the most payload of one segment that is joined to others. */
const MAX_PACKET = 0xffff;
const MAX_SIZE = 0x3fff;
