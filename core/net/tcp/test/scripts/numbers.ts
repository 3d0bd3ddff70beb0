/** Numbers in scripts count from here, so that those of the protocol go round soon. */
export const INITIAL = 0xffff_f800;
export const PEER_INITIAL = 0x7fff_fc00;
/** Our timestamps and those of the peer at time 0, and that time. */
export const CLOCK = 0xffff_ff00;
export const PEER_CLOCK = 0x7fff_ff80;
export const BEGIN = 10_000;

/** How far `number` is from `origin`, which is one of the above. */
export function from(origin: number, number: number): number {
  return (number - origin) | 0;
}

/** The byte with number `index` of either stream; the first one has number 1. */
export function byteAt(index: number): number {
  return (index * 31 + (index >>> 8) * 7) & 0xff;
}
