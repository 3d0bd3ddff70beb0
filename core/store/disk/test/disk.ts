import { expect } from '@atoll/result/result';
import { writeArguments } from '../src/arguments.ts';
import { regionOf, writeLabel } from '../src/label.ts';
import { labelCopyOffset, planDisk } from '../src/layout.ts';

const IDENTITY = Uint8Array.from({ length: 16 }, (_, index) => index + 1);

export const OWNER = 'dnsvizor';

/** The bytes of a disk without a journal, with `words` as its configuration, if any. */
export function diskBytes(words?: readonly string[], size = 0x2_0000, blockSize = 512): Uint8Array {
  const plan = { owner: OWNER, blockSize, size, identity: IDENTITY, journal: false };
  const label = expect(planDisk(plan));
  const bytes = new Uint8Array(size);
  bytes.set(writeLabel(label), 0);
  bytes.set(writeLabel(label), labelCopyOffset(size));
  const region = regionOf(label, 'configuration');
  if (words !== undefined && region !== undefined) {
    bytes.set(expect(writeArguments(words, IDENTITY, region.size)), region.offset);
  }
  return bytes;
}
