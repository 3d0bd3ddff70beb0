/**
 * What two addresses add to the sum of the header that UDP and TCP have in thought before their own
 * (RFC 768, RFC 9293 section 3.1). Their protocol and the length of their header and payload in bytes
 * are still to be added.
 */
export function addressSum(source: number, destination: number): number {
  return (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff);
}
