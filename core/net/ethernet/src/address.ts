import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';

/** Hardware addresses are 48-bit numbers, the first byte on the wire the most significant. */
export const BROADCAST_MAC = 0xffff_ffff_ffff;

/** Parses six pairs of hexadecimal digits with colons or hyphens between them. */
export function parseMac(text: string): Result<number> {
  if (!/^([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}$/.test(text)) {
    return misconfigured(`"${text}" is no hardware address like 02:00:5e:10:00:01`);
  }
  return ok(Number.parseInt(text.replace(/[:-]/g, ''), 16));
}

export function macText(mac: number): string {
  return mac
    .toString(16)
    .padStart(12, '0')
    .replace(/..(?!$)/g, '$&:');
}

/** The hardware address at `offset`. */
export function macAt(bytes: Uint8Array, offset: number): number {
  const high = (bytes[offset] << 8) | bytes[offset + 1];
  const low =
    (bytes[offset + 2] << 24) |
    (bytes[offset + 3] << 16) |
    (bytes[offset + 4] << 8) |
    bytes[offset + 5];
  return high * 0x1_0000_0000 + (low >>> 0);
}

export function writeMac(bytes: Uint8Array, offset: number, mac: number): void {
  const high = Math.floor(mac / 0x1_0000_0000);
  bytes[offset] = high >>> 8;
  bytes[offset + 1] = high;
  const low = mac % 0x1_0000_0000;
  bytes[offset + 2] = low >>> 24;
  bytes[offset + 3] = low >>> 16;
  bytes[offset + 4] = low >>> 8;
  bytes[offset + 5] = low;
}

/** Group addresses: multicast and broadcast. */
export function isGroup(mac: number): boolean {
  return (Math.floor(mac / 0x100_0000_0000) & 1) === 1;
}
