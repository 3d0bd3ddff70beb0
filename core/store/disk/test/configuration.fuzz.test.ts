import { SipHash } from '@atoll/bytes/siphash';
import { encodeUtf8 } from '@atoll/bytes/utf8';
import { memoryDisk } from '@atoll/device/memory-disk';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { parseArguments, writeArguments } from '../src/arguments.ts';
import { diskConfiguration } from '../src/configuration.ts';
import { diskBytes, OWNER } from './disk.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 3_000);
const SEED = Number(process.env.ATOLL_SEED ?? 4);

const HASH = new SipHash(encodeUtf8('Atoll boot words'));
const IDENTITY = new Uint8Array(16).fill(5);

/** Makes the checksum right where the length says that it is, so that what it guards is looked at. */
function seal(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer);
  const end = 30 + view.getUint32(26);
  if (end + 8 > bytes.length) return;
  view.setUint32(end, HASH.hash(bytes, 0, end));
  view.setUint32(end + 4, HASH.high);
}

it(`answers damaged arguments with some that could be written, or a reason (${INPUTS} inputs)`, () => {
  const random = new Random(SEED);
  const written = writeArguments(['--ipv4=10.0.0.2/24', '--name=é', '--quiet'], IDENTITY, 4096);
  if (!written.ok) throw new Error(written.error.reason);
  let accepted = 0;
  for (let input = 0; input < INPUTS; input++) {
    const bytes = new Uint8Array(512);
    bytes.set(mutate(random, written.value.subarray(0, 90)).subarray(0, 512));
    if (random.chance(0.9)) seal(bytes);
    const parsed = parseArguments(bytes, IDENTITY);
    if (!parsed.ok) {
      expect(parsed.error.reason, `seed ${SEED}, input ${input}`).not.toBe('');
      continue;
    }
    accepted++;
    const again = writeArguments(parsed.value, IDENTITY, 4096);
    expect(again.ok && parseArguments(again.value, IDENTITY), `input ${input}`).toEqual(parsed);
  }
  expect(accepted).toBeGreaterThan(INPUTS / 100);
});

it(`reads no disk into an exception (${INPUTS} inputs)`, () => {
  const random = new Random(SEED);
  const whole = diskBytes(['--domain=lan'], 0x5000);
  const outcomes = new Set<string>();
  for (let input = 0; input < INPUTS; input++) {
    // Some part of the disk is damaged, and most of them are cut off somewhere.
    const start = random.pick([0, 0, 0, 4096]);
    const contents = whole.slice();
    contents.set(mutate(random, whole.subarray(start, start + 200)).subarray(0, 4096), start);
    const blockCount = random.pick([40, 1 + random.below(40)]);
    const disk = memoryDisk({ blockCount, contents: contents.subarray(0, blockCount * 512) });
    const result = diskConfiguration('storage').read(disk, OWNER)();
    outcomes.add(result?.ok ? 'read' : (result?.error.reason.split(/[:\n]/)[0] ?? 'nothing'));
  }
  expect(outcomes).not.toContain('nothing');
  expect(outcomes.size).toBeGreaterThan(4);
});
