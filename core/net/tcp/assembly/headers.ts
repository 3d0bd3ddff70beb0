import { bswapSum, checksum, putChecksum, sum } from './checksum';
import { HEADER, PROTOCOL } from './packet';
import { putU16, u16At } from './field';

/** What is in front of TCP in a frame: `src/gso-headers.ts`. */

export const ETHERNET: u32 = 14;
const IPV4: u32 = 20;
const IPV6: u32 = 40;
const CHECKSUM: u32 = 10;

/** Where TCP starts in the frame of `length` bytes; 0 when it is another frame, or broken. */
export function transportOf(frame: u32, length: u32): u32 {
  if (length < ETHERNET + IPV4 + HEADER) return 0;
  const packet = frame + ETHERNET;
  let transport: u32 = 0;
  if (isIpv4(frame)) {
    const size = ((load<u8>(packet) as u32) & 0x0f) * 4;
    if (load<u8>(packet) >> 4 != 4 || size < IPV4 || load<u8>(packet, 9) != PROTOCOL) return 0;
    if ((u16At(packet + 6) & 0xbfff) != 0) return 0;
    transport = ETHERNET + size;
  } else {
    if (u16At(frame + 12) != 0x86dd || load<u8>(packet) >> 4 != 6) return 0;
    if (load<u8>(packet, 6) != PROTOCOL) return 0;
    transport = ETHERNET + IPV6;
  }
  const end = endOf(frame);
  return end > length || end < transport + HEADER ? 0 : transport;
}

export function isIpv4(frame: u32): bool {
  return u16At(frame + 12) == 0x0800;
}

/** Where the packet ends, as its header says. */
export function endOf(frame: u32): u32 {
  const packet = frame + ETHERNET;
  return isIpv4(frame) ? ETHERNET + u16At(packet + 2) : ETHERNET + IPV6 + u16At(packet + 4);
}

export function hasRightChecksum(frame: u32, transport: u32): bool {
  return checksum(frame + ETHERNET, transport - ETHERNET, 0) == 0;
}

/** Writes what follows from the packet's end at `end` of the frame. */
export function putEnd(frame: u32, transport: u32, end: u32): void {
  const packet = frame + ETHERNET;
  if (!isIpv4(frame)) {
    putU16(packet + 4, end - transport);
    return;
  }
  putU16(packet + 2, end - ETHERNET);
  putU16(packet + CHECKSUM, 0);
  putChecksum(packet + CHECKSUM, checksum(packet, transport - ETHERNET, 0));
}

/** The sum of the pseudo-header of TCP from `transport` to `end`, of little-endian words. */
export function pseudoSum(frame: u32, transport: u32, end: u32): u64 {
  const initial = bswapSum(PROTOCOL + end - transport);
  return isIpv4(frame)
    ? sum(frame + ETHERNET + 12, 8, initial)
    : sum(frame + ETHERNET + 8, 32, initial);
}
