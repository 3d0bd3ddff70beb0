import { checksum } from './checksum';
import { u16At, u32At } from './field';
import { ETHERNET } from './headers';
import { HEADER, parse, PROTOCOL, VOUCHED } from './packet';

const IPV4: u32 = 20;
const TCP: u32 = ETHERNET + IPV4;

/** Words of the block behind those of `parse`: who sent it, and where the packet ends in the frame. */
const SOURCE: u32 = 56;
const END: u32 = 60;

/**
 * Parses the segment in an Ethernet frame of `length` bytes when it is for the host with that hardware
 * address (upper 32 bits, lower 16) and address over IPv4, and neither Ethernet nor IP has anything to say
 * about it. Answers like `parse`, and a negative number for all other frames.
 */
export function parseFrame(
  frame: u32,
  length: u32,
  macHigh: u32,
  macLow: u32,
  address: u32,
  broadcast: u32,
  isChecked: u32,
  block: u32,
): i32 {
  if (length < TCP + HEADER) return -1;
  if (u32At(frame) != macHigh || u16At(frame + 4) != macLow) return -1;
  const packet = frame + ETHERNET;
  // IPv4 without options.
  if (u32At(frame + 12) >> 8 != 0x080045 || load<u8>(packet, 9) != PROTOCOL) return -1;
  // In one piece.
  if ((u16At(packet + 6) & 0x3fff) != 0) return -1;
  const total = u16At(packet + 2);
  if (total < IPV4 + HEADER || total > length - ETHERNET) return -1;
  const source = u32At(packet + 12);
  if (u32At(packet + 16) != address || !isHost(source, address, broadcast)) return -1;
  if (checksum(packet, IPV4, 0) != 0) return -1;
  store<u32>(block, source, SOURCE);
  store<u32>(block, ETHERNET + total, END);
  const addresses = isChecked != 0 ? VOUCHED : sumOf(source) + sumOf(address);
  return parse(frame + TCP, total - IPV4, addresses, block);
}

/** Whether a datagram for us can come from `source`: `Ipv4Network.isSource` of `@atoll/stack`. */
function isHost(source: u32, address: u32, broadcast: u32): bool {
  if (source == address || source == broadcast || source == 0xffffffff) return false;
  return source >> 28 != 14 && source >> 24 != 127;
}

function sumOf(address: u32): u32 {
  return (address >> 16) + (address & 0xffff);
}
