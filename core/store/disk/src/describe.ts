import { toHex } from '@atoll/bytes/hex';
import type { DiskLabel } from './label.ts';

/** One line for logs: whose disk it is, and what is on it. */
export function describeLabel({ owner, blockSize, identity, regions }: DiskLabel): string {
  const places = regions.map(({ kind, offset, size }) => `${kind} ${size} bytes at ${offset}`);
  return `disk ${toHex(identity.subarray(0, 4))} of ${owner}, blocks of ${blockSize}: ${places.join(', ')}`;
}
