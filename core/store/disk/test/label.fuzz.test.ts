import { SipHash } from '@atoll/bytes/siphash';
import { encodeUtf8 } from '@atoll/bytes/utf8';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { LABEL_LENGTH, parseLabel, writeLabel } from '../src/label.ts';
import { planDisk } from '../src/layout.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 5_000);
const SEED = Number(process.env.ATOLL_SEED ?? 4);

const HASH = new SipHash(encodeUtf8('Atoll disk label'));

/** Makes the checksum right, so that what it guards is looked at. */
function seal(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer);
  view.setUint32(LABEL_LENGTH - 8, HASH.hash(bytes, 0, LABEL_LENGTH - 8));
  view.setUint32(LABEL_LENGTH - 4, HASH.high);
}

it(`answers damaged labels with a value that could be written, or a reason (${INPUTS} inputs)`, () => {
  const random = new Random(SEED);
  const identity = random.bytes(16);
  const plan = { owner: 'dnsvizor', blockSize: 512, size: 0x80_0000, identity, journal: true };
  const label = planDisk(plan);
  if (!label.ok) throw new Error(label.error.reason);
  const start = writeLabel(label.value).subarray(0, 140);
  let accepted = 0;
  for (let input = 0; input < INPUTS; input++) {
    const bytes = new Uint8Array(LABEL_LENGTH);
    bytes.set(mutate(random, start).subarray(0, LABEL_LENGTH));
    seal(bytes);
    const parsed = parseLabel(bytes);
    if (!parsed.ok) {
      expect(parsed.error.reason, `seed ${SEED}, input ${input}`).not.toBe('');
      continue;
    }
    accepted++;
    expect(parseLabel(writeLabel(parsed.value)), `seed ${SEED}, input ${input}`).toEqual(parsed);
  }
  expect(accepted).toBeGreaterThan(INPUTS / 100);
});
