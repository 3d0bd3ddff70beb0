/**
 * The Internet checksum of RFC 1071: the one's complement of the one's complement sum of the
 * big-endian 16-bit words of `bytes[start, end)`, an odd last byte padded with a zero behind it.
 *
 * `initial` is a sum that goes before, such as that of a pseudo-header; see {@link sum}.
 * A message that contains its own right checksum has the checksum 0.
 */
export function internetChecksum(
  bytes: Uint8Array,
  start: number,
  end: number,
  initial = 0,
): number {
  return ~sum(bytes, start, end, initial) & 0xffff;
}

/** The one's complement sum, folded to 16 bits, to be continued with as `initial`. */
export function sum(bytes: Uint8Array, start: number, end: number, initial = 0): number {
  let total = initial;
  let at = start;
  // 2^16 words of 2^16 fit in a double with room to spare, so the carries wait until the end.
  for (; at + 1 < end; at += 2) total += (bytes[at] << 8) | bytes[at + 1];
  if (at < end) total += bytes[at] << 8;
  while (total > 0xffff) total = (total % 0x10000) + Math.floor(total / 0x10000);
  return total;
}
