/**
 * The sum of the header that UDP and TCP have in thought before their own (RFC 768, RFC 9293 section 3.1),
 * to begin a checksum with. `length` is that of their header and payload in bytes.
 */
export function pseudoHeaderSum(
  source: number,
  destination: number,
  protocol: number,
  length: number,
): number {
  const addresses =
    (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff);
  return addresses + protocol + length;
}
