import type { NetworkDevice } from './network.ts';
import { observed } from './observe.ts';
import type { Clock } from './system.ts';

/**
 * `device`, with all its frames written as a capture file (classic pcap, little-endian, microseconds)
 * that tcpdump and Wireshark read: `write` gets the file's chunks in order, the file header at once.
 */
export function captured(
  device: NetworkDevice,
  clock: Clock,
  write: (chunk: Uint8Array) => void,
): NetworkDevice {
  write(pcapHeader());
  return observed(device, (_, frame) => write(pcapRecord(clock.wall(), frame.bytes, frame.length)));
}

/** The 24 bytes with which a capture of Ethernet frames starts. */
export function pcapHeader(): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  // Bytes 8 to 15: time zone and accuracy, always zero.
  view.setUint32(16, SNAPSHOT_LENGTH, true);
  view.setUint32(20, LINKTYPE_ETHERNET, true);
  return bytes;
}

/** One frame, seen at `wall` (milliseconds since 1970-01-01 UTC), with its record header. */
export function pcapRecord(wall: number, bytes: Uint8Array, length: number): Uint8Array {
  const record = new Uint8Array(16 + length);
  const view = new DataView(record.buffer);
  const microseconds = Math.round(wall * 1000);
  view.setUint32(0, Math.floor(microseconds / 1_000_000), true);
  view.setUint32(4, microseconds % 1_000_000, true);
  view.setUint32(8, length, true);
  view.setUint32(12, length, true);
  record.set(bytes.subarray(0, length), 16);
  return record;
}

const MAGIC = 0xa1b2_c3d4;
const SNAPSHOT_LENGTH = 0x4_0000;
const LINKTYPE_ETHERNET = 1;
