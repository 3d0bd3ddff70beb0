import { FEATURE } from './negotiate.ts';

/** Bits that a network device may offer (virtio 1.2, section 5.1.3). */
export const NETWORK = {
  checksum: 0,
  guestChecksum: 1,
  mtu: 3,
  mac: 5,
  guestTso4: 7,
  guestTso6: 8,
  guestEcn: 9,
  hostTso4: 11,
  hostTso6: 12,
  hostEcn: 13,
  mergeable: 15,
} as const;

/** Bits that a block device may offer (section 5.2.3). */
export const BLOCK = { sizeMax: 1, segMax: 2, readOnly: 5, blockSize: 6, flush: 9 } as const;

/** What we want of such a device: all of them, and event indices. */
export const BLOCK_FEATURES: readonly number[] = [...Object.values(BLOCK), FEATURE.eventIndex];

/**
 * What we want of a device that offers so much: never a bit without those that it stands on (section
 * 5.1.3.1). Long frames are taken in buffers of the usual size that they may be spread over, or not at all.
 */
export function networkFeatures(isOffered: (bit: number) => boolean): number[] {
  const wanted: number[] = [NETWORK.mac, FEATURE.eventIndex, NETWORK.mergeable];
  wanted.push(NETWORK.checksum, NETWORK.guestChecksum);
  const sends = [NETWORK.checksum, NETWORK.hostTso4, NETWORK.hostTso6].every(isOffered);
  if (sends) wanted.push(NETWORK.hostTso4, NETWORK.hostTso6, NETWORK.hostEcn);
  if ([NETWORK.mergeable, NETWORK.guestChecksum].every(isOffered)) {
    wanted.push(NETWORK.guestTso4, NETWORK.guestTso6);
    // Who passes segments with CWR on must be able to send them.
    const hasTso = [NETWORK.guestTso4, NETWORK.guestTso6].some(isOffered);
    if (hasTso && sends && isOffered(NETWORK.hostEcn)) wanted.push(NETWORK.guestEcn);
  }
  return wanted.filter(isOffered);
}
